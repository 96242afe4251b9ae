"""One call: the token's life, every errcode's class, and what never reaches a message."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import requests
from wechat_cases import THIRD_PARTY

from connectors.gateway import TokenExpiredError
from connectors.http import Client, Credentials
from connectors.wechat_channels.gateway import (
    TOKEN_PATH,
    CursorChangedError,
    Gateway,
    TooManyOrdersError,
    check,
)
from contracts.errors import CollectError, CredentialError, TransientError

PATH = "/channels/ec/order/get"
Make = Callable[[], requests.Request]
Read = Callable[[requests.Response, bytes], bytes]


class Line:
    """A client whose answers are given in advance; it keeps what was sent."""

    def __init__(self, *answers: dict[str, object]) -> None:
        self.answers, self.sent = list(answers), []

    def call(self, make: Make, read: Read, credentials: Credentials) -> bytes:
        request = make()
        self.sent.append((request.url, request.params, json.loads(request.data)))
        return read(requests.Response(), json.dumps(self.answers.pop(0)).encode())


def gateway(line: Line, token: str = "") -> tuple[Gateway, list[Credentials]]:
    saved: list[Credentials] = []
    return Gateway(
        line, Credentials("https://api.weixin.qq.com", "wx1", "s3cret", token, save=saved.append)
    ), saved  # type: ignore[arg-type]


def test_the_first_call_fetches_a_token_and_saves_it_before_use() -> None:
    line = Line({"access_token": "T1", "expires_in": 345}, {"errcode": 0, "order": {}})
    gate, saved = gateway(line)
    gate.call(PATH, {"order_id": "1"})
    (token_url, token_query, asked), (url, query, body) = line.sent
    assert token_url == "https://api.weixin.qq.com" + TOKEN_PATH and token_query == {}
    assert asked == {
        "grant_type": "client_credential",
        "appid": "wx1",
        "secret": "s3cret",
        "force_refresh": False,
    }
    assert (url, query, body) == (
        "https://api.weixin.qq.com" + PATH,
        {"access_token": "T1"},
        {"order_id": "1"},
    )
    assert [item.access_token for item in saved] == ["T1"]


@pytest.mark.parametrize("code", [40001, 42001, 40014])
def test_a_refused_token_is_exchanged_for_the_one_in_force(code: int) -> None:
    line = Line({"errcode": code}, {"access_token": "T2"}, {"errcode": 0})
    gate, saved = gateway(line, "T1")
    gate.call(PATH, {})
    assert [body.get("force_refresh") for _, _, body in line.sent] == [None, False, None]
    assert [item.access_token for item in saved] == ["T2"]


def test_only_the_very_token_refused_is_renewed_by_force_and_not_twice_in_30_seconds() -> None:
    line = Line(
        {"errcode": 40001},
        {"access_token": "T1"},
        {"access_token": "T2"},
        {"errcode": 0},
        {"errcode": 40001},
        {"access_token": "T2"},
    )
    gate, saved = gateway(line, "T1")
    gate.now = lambda: 1000.0
    gate.call(PATH, {})
    assert [body.get("force_refresh") for _, _, body in line.sent] == [None, False, True, None]
    assert [item.access_token for item in saved] == ["T2"]
    with pytest.raises(CredentialError, match="TOKEN_REFUSED"):
        gate.call(PATH, {})


def test_a_second_refusal_ends_the_call() -> None:
    line = Line({"errcode": 42001}, {"access_token": "T2"}, {"errcode": 42001})
    with pytest.raises(TokenExpiredError):
        gateway(line, "T1")[0].call(PATH, {})
    assert line.answers == []


@pytest.mark.parametrize(
    ("code", "kind", "rule"),
    [
        (-1, TransientError, "PLATFORM_BUSY"), (45011, TransientError, "PLATFORM_BUSY"),
        (10021044, TransientError, "PLATFORM_BUSY"),
        (31042, TooManyOrdersError, "TOO_MANY_ORDERS"), (606006, CursorChangedError, "CURSOR_CHANGED"),
        (48001, CredentialError, "NO_PERMISSION"),
        (40097, CollectError, "ILLEGAL_PARAMETER"), (47001, CollectError, "ILLEGAL_BODY"),
        (100002, CollectError, "NO_SUCH_ORDER"), (43001, CollectError, "ILLEGAL_METHOD"),
        (10021050, CollectError, "NO_SUCH_AFTER_SALE"),
        (10020004, CollectError, "WINDOW_TOO_LONG"), (45009, CollectError, "QUOTA_USED_UP"),
        (9401020, CollectError, "PLATFORM_REFUSED"),
    ],
)  # fmt: skip
def test_every_errcode_has_its_class(code: int, kind: type[CollectError], rule: str) -> None:
    with pytest.raises(CollectError) as raised:
        check(PATH, json.dumps({"errcode": code, "errmsg": "secret s3cret rid: x"}).encode())
    assert type(raised.value) is kind
    assert raised.value.rule == rule
    assert raised.value.facts["errcode"] == code
    assert "s3cret" not in raised.value.sentence()


@pytest.mark.parametrize(("code", "pause"), [(-1, None), (10021044, 5.0), (45011, 60.0), (45009, "none")])
def test_a_busy_platform_is_given_the_pause_that_is_known(code: int, pause: object) -> None:
    with pytest.raises(CollectError) as raised:
        check(PATH, json.dumps({"errcode": code}).encode())
    assert raised.value.facts.get("retry_after", "none") == pause


@pytest.mark.parametrize(("code", "rule"), [(40001, "BAD_SECRET"), (40013, "BAD_SECRET")])
def test_a_wrong_secret_is_told_as_such(code: int, rule: str) -> None:
    with pytest.raises(CredentialError) as raised:
        gateway(Line({"errcode": code}))[0].call(PATH, {})
    assert raised.value.rule == rule
    assert "AppSecret" in raised.value.step_zh


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", b"[]", b"null"])
def test_a_body_that_is_no_whole_object_is_worth_another_try(body: bytes) -> None:
    with pytest.raises(TransientError):
        check(PATH, body)


def test_http_403_without_errcode_is_the_allow_list() -> None:
    class Denied:
        def call(self, make: Make, read: Read, credentials: Credentials) -> bytes:
            response = requests.Response()
            response.status_code = 403
            Client._check_status(response)
            raise AssertionError("403 is an error")

    gate = Gateway(Denied(), Credentials("https://api.weixin.qq.com", "wx1", "s", "T"))  # type: ignore[arg-type]
    with pytest.raises(CredentialError) as raised:
        gate.call(PATH, {})
    assert raised.value.rule == "IP_NOT_ALLOWED"
    assert "白名单" in raised.value.step_zh


@pytest.mark.skipif(not THIRD_PARTY.is_dir(), reason="third-party samples are not beside the repository")
def test_third_party_answers_are_taken_and_their_error_is_one() -> None:
    for name in (
        "order_list_get.json",
        "order_list_get_empty.json",
        "product_list_get.json",
        "compass_shop_product_list.json",
    ):
        assert check(PATH, (THIRD_PARTY / name).read_bytes())["errcode"] == 0
    with pytest.raises(CollectError) as raised:
        check(PATH, (THIRD_PARTY / "error.json").read_bytes())
    assert raised.value.facts["errcode"] == 9401020
