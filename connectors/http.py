"""One HTTP client for every platform: timeouts, size cap, no redirects, allow-listed host, bounded retries
with jitter, secrets kept out of logs.

Platform meaning (what a body says) stays in the connector: it raises ``TransientError`` for what is worth
another try.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import requests
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_exponential_jitter

from contracts.errors import CollectError, CredentialError, TransientError

# its debug lines print whole addresses, and some platforms want the access token in the query
logging.getLogger("urllib3").setLevel(logging.INFO)

MAX_BODY_BYTES = 64 * 1024 * 1024
#: The way was broken, not the question: worth another try.
_BROKEN = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)


@dataclass
class Credentials:
    """One shop's access to one platform.

    Never printed: ``repr`` shows the names of what is set, not the values.

    ``save`` is called with the new token pair the moment a refresh token has been rotated, before it is used.
    ``expires_at`` is when the access token ends, where that is known. ``renewing`` is entered to renew: one
    process of the shop at a time, told the newest pair that is kept.
    """

    base_url: str
    app_key: str
    app_secret: str
    access_token: str = ""
    refresh_token: str = ""
    platform_shop_id: str = ""
    save: Callable[[Credentials], None] = field(default=lambda credentials: None)
    expires_at: dt.datetime | None = None
    renewing: Callable[[], AbstractContextManager[Credentials | None]] = field(default=nullcontext)

    def __repr__(self) -> str:
        return f"Credentials(base_url={urlsplit(self.base_url).netloc!r}, app_key=…, secrets hidden)"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every value that must never reach a log."""
        return tuple(value for value in (self.app_secret, self.access_token, self.refresh_token) if value)


@dataclass
class Client:
    """Sends requests to one host.

    ``attempts`` bounds tries per request; ``wait_scale`` stretches the waits (tests set it near zero);
    ``sleep`` is replaceable for tests.
    """

    attempts: int = 6
    wait_scale: float = 1.0
    timeout_seconds: float = 30.0
    max_body_bytes: int = MAX_BODY_BYTES
    sleep: Callable[[float], None] = time.sleep
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False

    def call(
        self,
        make: Callable[[], requests.Request],
        read: Callable[[requests.Response, bytes], bytes],
        credentials: Credentials,
    ) -> bytes:
        """Send what ``make`` builds (freshly signed each time) and return what ``read`` accepts.

        ``read(response, body)`` returns the body to keep, or raises; ``TransientError`` is retried (honouring
        ``retry_after`` in its facts), anything else is final. Raises ``CollectError`` with secrets masked.
        """
        retrying = Retrying(
            stop=stop_after_attempt(self.attempts),
            wait=self._wait,
            retry=retry_if_exception_type(TransientError),
            sleep=self.sleep,
            reraise=True,
        )
        return retrying(self._once, make, read, credentials)

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.facts.get("retry_after") if isinstance(error, TransientError) else None
        if isinstance(asked, int | float):
            return min(float(asked), 120.0) * self.wait_scale
        return wait_exponential_jitter(initial=0.5, max=30.0, jitter=1.0)(state) * self.wait_scale

    def _once(
        self,
        make: Callable[[], requests.Request],
        read: Callable[[requests.Response, bytes], bytes],
        credentials: Credentials,
    ) -> bytes:
        prepared = self.session.prepare_request(make())
        host = urlsplit(credentials.base_url).netloc
        if urlsplit(prepared.url or "").netloc != host:
            raise CollectError(
                "HOST_NOT_ALLOWED", "请求地址不在允许范围", "address is not the platform's", host=host
            )
        try:
            with self.session.send(
                prepared, timeout=self.timeout_seconds, allow_redirects=False, stream=True
            ) as response:
                body = self._body(response)
        except _BROKEN as error:
            raise TransientError(
                "NETWORK", "网络中断或超时", "network failed or timed out", kind=type(error).__name__
            ) from None
        except requests.RequestException as error:
            raise CollectError(
                "NETWORK", "请求失败", "request failed", detail=redact(str(error), credentials)
            ) from None
        self._check_status(response)
        return read(response, body)

    def _body(self, response: requests.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_content(1 << 16):
            body += chunk
            if len(body) > self.max_body_bytes:
                raise CollectError(
                    "BODY_TOO_LARGE", "平台返回过大", "the answer is too large", limit=self.max_body_bytes
                )
        declared = response.headers.get("Content-Length")
        if declared and "Content-Encoding" not in response.headers and int(declared) != len(body):
            raise TransientError("BODY_CUT", "平台返回不完整", "the answer was cut short")
        return bytes(body)

    @staticmethod
    def _check_status(response: requests.Response) -> None:
        status = response.status_code
        if status == 429 or status >= 500:
            after = response.headers.get("Retry-After", "")
            wait = float(after) if after.replace(".", "", 1).isdigit() else None
            raise TransientError(
                "HTTP_BUSY", "平台繁忙", "the platform is busy", status=status, retry_after=wait
            )
        if status in (401, 403):
            raise CredentialError(
                "HTTP_DENIED",
                "平台拒绝访问",
                "the platform denied access",
                step_zh="请重新授权",
                step_en="authorise the shop again",
                status=status,
            )
        if not 200 <= status < 300:
            raise CollectError("HTTP_STATUS", "平台返回异常", "unexpected answer", status=status)


def renewed(own: Credentials, ask: Callable[[Credentials], Credentials]) -> Credentials:
    """Another token pair: the one ``ask`` is given by the platform, saved before its first use, or the one
    another process has brought meanwhile.

    The old refresh token may die with the platform's answer, so only one process asks at a time, and a crash
    before saving must not go unnoticed. Raises TransientError when tries are used up, CredentialError for
    every refusal: only a person can help then.
    """
    with own.renewing() as kept:
        if kept is not None and kept.access_token != own.access_token:
            return kept
        try:
            fresh = ask(own)
        except (TransientError, CredentialError):
            raise
        except CollectError as error:
            raise _no_token(refusal=error.rule, **error.facts) from None
        fresh.save(fresh)
        return fresh


def with_tokens(
    own: Credentials, access: object, refresh: object, expires_at: dt.datetime | None = None
) -> Credentials:
    """``own`` with the pair a platform's answer holds. Raises CredentialError when it lacks either."""
    if not access or not refresh:
        raise _no_token()
    return replace(own, access_token=str(access), refresh_token=str(refresh), expires_at=expires_at)


def _no_token(**facts: Any) -> CredentialError:  # noqa: ANN401 - facts of any kind
    step = {"step_zh": "请商家重新授权应用", "step_en": "have the merchant authorise the app again"}
    return CredentialError("TOKEN_NOT_GIVEN", "未取得新令牌", "no new token was given", **step, **facts)


def redact(text: str, credentials: Credentials) -> str:
    """``text`` with every secret of ``credentials`` replaced."""
    for secret in credentials.secrets:
        text = text.replace(secret, "***")
    return text
