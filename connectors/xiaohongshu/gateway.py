"""Xiaohongshu's open platform: one address for every method, two envelopes to look into, and what its
refusals mean.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
import requests

from connectors.gateway import (
    CHECK_SECRET,
    SIGNATURE_REFUSED,
    BaseGateway,
    Refusal,
    TokenExpiredError,
    refused,
    whole_json,
)
from connectors.http import Credentials, with_tokens
from contracts.errors import CollectError, CredentialError, TransientError

PATH = "/ark/open_api/v3/common_controller"
VERSION = "2.0"
THROTTLED = -9013

_AUTHORISE = ("请商家在千帆后台重新授权应用", "let the merchant authorise the app again")
_THROTTLED = ("平台限流", "throttled by the platform")
_NO_PERMISSION = ("应用没有该接口的权限", "the app may not call this method")
_TOKEN = ("令牌失效", "the token is not accepted")
#: The platform publishes no list of codes, so what is not a known code is told by its words.
_REFUSALS = (
    Refusal(TransientError, "RATE_LIMITED", {THROTTLED}, what=_THROTTLED),
    Refusal(TransientError, "RATE_LIMITED", words="限流", what=_THROTTLED),
    Refusal(CredentialError, "BAD_SIGNATURE", (), r"(?i)签名|\bsign\b", SIGNATURE_REFUSED, CHECK_SECRET),
    Refusal(CredentialError, "NO_PERMISSION", (), "权限", _NO_PERMISSION, _AUTHORISE),
    Refusal(TokenExpiredError, "TOKEN_REFUSED", {401}, what=_TOKEN, step=_AUTHORISE),
    Refusal(TokenExpiredError, "TOKEN_REFUSED", (), "(?i)token|令牌|授权", _TOKEN, _AUTHORISE),
    Refusal(TransientError, "PLATFORM_BUSY", words="系统繁忙|服务异常|系统异常|超时|稍后"),
    Refusal(CollectError, "ILLEGAL_PARAMETER", {-2000400}),
)


def sign(method: str, app_id: str, app_secret: str, timestamp: str) -> str:
    """md5 in lower hex over the method, three system parameters and the secret.

    Neither business parameters nor the access token are signed.
    """
    source = f"{method}?appId={app_id}&timestamp={timestamp}&version={VERSION}{app_secret}"
    return hashlib.md5(source.encode(), usedforsecurity=False).hexdigest()


def parse(body: bytes, method: str = "") -> dict[str, Any]:
    """The business data of a good answer, out of one envelope or two.

    A fraction stays the decimal text it is, never a float.

    A failure may come with HTTP 200, with ``success: true`` beside an error code, or in the inner envelope
    only: all of them raise.
    """
    data = _opened(whole_json(body, _plain, method=method), "error_code", "error_msg", method)
    if isinstance(data, dict) and "success" in data and "code" in data:
        data = _opened(data, "code", "msg", method)
    return data if isinstance(data, dict) else {}


def _plain(number: str) -> str:
    """``1.2E7`` and ``12.50`` as ``12000000`` and ``12.5``."""
    return format(Decimal(number).normalize(), "f")


def _opened(envelope: Mapping[str, Any], code_key: str, message_key: str, method: str) -> object:
    """What is in an envelope that says success.

    The platform's sentence is not repeated in the error: it may quote what was sent.
    """
    given = envelope.get(code_key)
    if given == 0 and envelope.get("success") is True:
        return envelope.get("data")
    code = int(str(given)) if str(given).lstrip("-").isdigit() else None
    raise refused(_REFUSALS, {code}, str(envelope.get(message_key) or ""), method=method, code=code)


class Gateway(BaseGateway):
    """Signed calls for one shop."""

    skew_step = 60.0

    def _request(self, method: str, params: Mapping[str, Any]) -> requests.Request:
        """Everything lies flat in one JSON body; the system's parameters are text and its time is in
        seconds.
        """
        own, timestamp = self.credentials, str(int(self._moment()))
        system = {
            "appId": own.app_key,
            "method": method,
            "timestamp": timestamp,
            "version": VERSION,
            "sign": sign(method, own.app_key, own.app_secret, timestamp),
        }
        if not method.startswith("oauth."):
            system["accessToken"] = own.access_token
        headers = {"Content-Type": "application/json;charset=utf-8"}
        return requests.Request(
            "POST", own.base_url.rstrip("/") + PATH, data=orjson.dumps({**params, **system}), headers=headers
        )

    def _check(self, method: str, body: bytes) -> None:
        parse(body, method)

    def _by_the_clock(self, error: CollectError) -> bool:
        """No code is published for a timestamp refused, so any final refusal is tried once more by the
        platform's clock where ours is off.
        """
        return not isinstance(error, TransientError | TokenExpiredError)

    def _new_pair(self, own: Credentials) -> Credentials:
        method = "oauth.refreshToken"
        data = parse(self._send(method, {"refreshToken": own.refresh_token}), method)
        return with_tokens(own, data.get("accessToken"), data.get("refreshToken"))
