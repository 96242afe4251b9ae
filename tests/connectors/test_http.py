"""The one HTTP client against a real socket: what is worth another try, how long is waited, what is refused,
and that no secret is told.
"""

from __future__ import annotations

import gzip
import logging
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
import requests

from connectors.http import Client, Credentials
from contracts.errors import CollectError, CredentialError, TransientError

GOOD = b'{"orders":["' + b"1" * 400 + b'"]}'


class Wire:
    """Answers each connection with the next of its raw answers, the last for ever, and keeps what was
    asked.
    """

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self.asked: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self.asked.append(connection.recv(65_536))
                connection.sendall(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])

    def stop(self) -> None:
        self._listener.close()


@pytest.fixture
def wire() -> Iterator[Wire]:
    made = Wire()
    yield made
    made.stop()


def answer(body: bytes = GOOD, status: str = "200 OK", length: int | None = None, **headers: str) -> bytes:
    """A raw answer; ``length`` is what it claims to be long."""
    told = {
        "Content-Length": str(len(body) if length is None else length),
        "Connection": "close",
        **{name.replace("_", "-"): text for name, text in headers.items()},
    }
    return (
        f"HTTP/1.1 {status}\r\n".encode()
        + b"".join(f"{name}: {text}\r\n".encode() for name, text in told.items())
        + b"\r\n"
        + body
    )


def call(wire: Wire, waits: list[float] | None = None, address: str = "", **limits: float) -> bytes:
    """One GET; an answer that is not whole JSON is worth another try, as every connector has it."""

    def read(response: requests.Response, body: bytes) -> bytes:
        if not body.endswith(b"}"):
            raise TransientError("NOT_JSON", "不完整", "not whole")
        return body

    own = Credentials(wire.base, "key", "s3cret", "t0ken", "r3fresh")
    wanted = address or f"{wire.base}/orders?access_token=t0ken"
    client = Client(sleep=(waits if waits is not None else []).append, **limits)  # type: ignore[arg-type]
    return client.call(lambda: requests.Request("GET", wanted), read, own)


def test_what_the_platform_asks_to_wait_is_waited_and_other_waits_grow(wire: Wire) -> None:
    """F01: 429 with Retry-After (at most two minutes) and without; F02: 5xx.

    Waits grow, are jittered and bounded.
    """
    waits: list[float] = []
    wire.answers = [
        answer(b"", "429 Too Many Requests", Retry_After="7"),
        answer(b"", "503 Busy", Retry_After="9999"),
        answer(),
    ]
    assert call(wire, waits) == GOOD
    assert waits == [7.0, 120.0]
    waits.clear()
    wire.answers = [answer(b"", "429 Too Many Requests")]
    with pytest.raises(TransientError, match="HTTP_BUSY"):
        call(wire, waits, attempts=7)
    assert len(waits) == 6
    assert waits[-1] > waits[0] > 0
    assert max(waits) <= 31
    assert len({wait % 1 for wait in waits}) > 3, "jitter"


@pytest.mark.parametrize("date", ["Fri, 27 Nov 2026 08:00:00 GMT", "soon", "-1", "1e9", "²"])
def test_a_moment_instead_of_seconds_is_no_wait_the_client_knows(wire: Wire, date: str) -> None:
    """F01: Retry-After may be a date, too; then the client's own waits apply."""
    waits: list[float] = []
    wire.answers = [
        answer(b"", "429 Too Many Requests").replace(
            b"Connection", f"Retry-After: {date}\r\nConnection".encode()
        ),
        answer(),
    ]
    assert call(wire, waits) == GOOD
    assert 0 < waits[0] <= 2


@pytest.mark.parametrize(
    "bad",
    [
        b"", b"HTTP/1.1 200 OK\r\nContent-Le", answer(GOOD[:50], length=len(GOOD)), answer(GOOD[:50]),
        answer(b"<html>"),
        answer(gzip.compress(GOOD)[:25], Content_Encoding="gzip"),
        answer(b"no gzip at all", Content_Encoding="gzip"),
        answer(gzip.compress(GOOD)[:25], length=200, Content_Encoding="gzip"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n{}",
    ],
    ids=["nothing", "half a head", "half a body", "half a JSON", "html", "half a gzip", "no gzip",
        "half a gzip, and cut", "half a chunk"],
)  # fmt: skip
def test_an_answer_cut_short_is_asked_for_again(wire: Wire, bad: bytes) -> None:
    """F02, F13: half-open connections, cut bodies, cut gzip."""
    wire.answers = [bad, answer(gzip.compress(GOOD), Content_Encoding="gzip")]
    assert call(wire) == GOOD
    assert len(wire.asked) == 2


def test_names_that_do_not_resolve_ports_that_are_shut_and_broken_tls_are_transient_and_tell_no_secret(
    wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    """F17."""
    caplog.set_level(logging.DEBUG)
    wire.answers = [b"this is no TLS"]
    shut = socket.create_server(("127.0.0.1", 0))
    port = shut.getsockname()[1]
    shut.close()
    for base in ("http://platform.invalid", f"http://127.0.0.1:{port}", wire.base.replace("http:", "https:")):
        own = Credentials(base, "key", "s3cret", "t0ken", "r3fresh")
        request = requests.Request("GET", f"{base}/orders?access_token=t0ken")
        with pytest.raises(TransientError, match="NETWORK") as caught:
            Client(attempts=2, sleep=lambda seconds: None).call(
                lambda wanted=request: wanted, lambda _, body: body, own
            )  # type: ignore[misc]
        assert not any(secret in str(caught.value) + caplog.text for secret in own.secrets)


def test_what_cannot_be_sent_at_all_is_final_and_tells_no_secret(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(*_: object, **__: object) -> requests.Response:
        raise requests.exceptions.InvalidHeader("header of s3cret")

    monkeypatch.setattr(requests.Session, "send", send)
    waits = list[float]()
    with pytest.raises(CollectError, match="NETWORK") as raised:
        call(wire, waits)
    assert not isinstance(raised.value, TransientError) and waits == [] and "header of" in str(raised.value)
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    "address",
    ["http://169.254.169.254/latest", "http://127.0.0.1:1/", "http://user@127.0.0.1/", "file:///etc/passwd"],
)
def test_only_the_platforms_own_host_is_ever_asked(wire: Wire, address: str) -> None:
    """F17: whatever an answer made of an address."""
    wire.answers = [answer()]
    with pytest.raises(CollectError):
        call(wire, address=address)
    assert wire.asked == []


def test_proxies_of_the_environment_are_not_used(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """F17: secrets go to the platform and nowhere else."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://proxy.invalid:3128")
    wire.answers = [answer()]
    assert call(wire) == GOOD


def test_a_body_that_unpacks_without_end_is_cut_off(wire: Wire) -> None:
    """F18: what is sent is small, what it unpacks to is not; it is not tried again."""
    wire.answers = [answer(gzip.compress(b"0" * 50_000_000), Content_Encoding="gzip")]
    with pytest.raises(CollectError, match="BODY_TOO_LARGE") as caught:
        call(wire, max_body_bytes=1_000_000)
    assert not isinstance(caught.value, TransientError)
    assert len(wire.asked) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("401 No", CredentialError),
        ("403 No", CredentialError),
        ("302 There", CollectError),
        ("404 No", CollectError),
    ],
)
def test_a_refusal_is_final(wire: Wire, status: str, kind: type[CollectError]) -> None:
    wire.answers = [answer(b"{}", status, Location="http://169.254.169.254/")]
    with pytest.raises(kind):
        call(wire)
    assert len(wire.asked) == 1


def test_every_try_is_signed_anew(wire: Wire) -> None:
    """F12: a timestamp may not grow old while waits add up."""
    wire.answers = [answer(b"", "503 Busy"), answer()]
    numbers = iter(range(10))
    make: Callable[[], requests.Request] = lambda: requests.Request(  # noqa: E731
        "GET", f"{wire.base}/orders?timestamp={next(numbers)}"
    )
    Client(sleep=lambda seconds: None).call(
        make, lambda _, body: body, Credentials(wire.base, "key", "secret")
    )
    assert [b"timestamp=0" in wire.asked[0], b"timestamp=1" in wire.asked[1]] == [True, True]
