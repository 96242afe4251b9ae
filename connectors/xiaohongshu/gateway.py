"""One signed call to the open platform: one address for every method, two envelopes to look into, every refusal put into its class."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

import orjson
import requests

from connectors.http import Client, Credentials, renewed, with_tokens
from contracts.errors import CollectError, CredentialError, TransientError

PATH = "/ark/open_api/v3/common_controller"
VERSION = "2.0"
THROTTLED = -9013
SKEW_SECONDS = 60

_REAUTHORISE = {"step_zh": "请商家在千帆后台重新授权应用", "step_en": "let the merchant authorise the app again"}
#: The platform publishes no list of codes, so what is not a known code is told by its words.
_TOKEN = re.compile(r"token|令牌|授权", re.IGNORECASE)
_SIGN = re.compile(r"签名|\bsign\b", re.IGNORECASE)
_BUSY = re.compile(r"系统繁忙|服务异常|系统异常|超时|稍后")
_CODES = {-2000400: "ILLEGAL_PARAMETER"}


class TokenRefusedError(CredentialError):
    """The access token is not accepted; a refresh may help."""


def sign(method: str, app_id: str, app_secret: str, timestamp: str) -> str:
    """md5 in lower hex over the method, three system parameters and the secret. Neither business parameters nor the access token are signed."""
    source = f"{method}?appId={app_id}&timestamp={timestamp}&version={VERSION}{app_secret}"
    return hashlib.md5(source.encode(), usedforsecurity=False).hexdigest()


def parse(body: bytes, method: str = "") -> dict[str, Any]:
    """The business data of a good answer, out of one envelope or two; a fraction stays the decimal text it is, never a float.

    A failure may come with HTTP 200, with ``success: true`` beside an error code, or in the inner envelope only: all of them raise.
    """
    try:
        answer = json.loads(body, parse_float=_plain)
    except ValueError:
        raise TransientError("BODY_NOT_JSON", "平台返回不是完整的报文", "the answer is not whole JSON", method=method) from None
    if not isinstance(answer, dict):
        raise TransientError("BODY_NOT_JSON", "平台返回不是报文", "the answer is not an object", method=method)
    data = _opened(answer, "error_code", "error_msg", method)
    if isinstance(data, dict) and "success" in data and "code" in data:
        data = _opened(data, "code", "msg", method)
    return data if isinstance(data, dict) else {}


def _plain(number: str) -> str:
    """``1.2E7`` and ``12.50`` as ``12000000`` and ``12.5``."""
    return format(Decimal(number).normalize(), "f")


def _opened(envelope: Mapping[str, Any], code_key: str, message_key: str, method: str) -> object:
    code = envelope.get(code_key)
    if code == 0 and envelope.get("success") is True:
        return envelope.get("data")
    raise _refusal(int(str(code)) if str(code).lstrip("-").isdigit() else None, str(envelope.get(message_key) or ""), method)


def _refusal(code: int | None, message: str, method: str) -> CollectError:
    """The error to raise. The platform's sentence is not repeated: it may quote what was sent."""
    facts: dict[str, Any] = {"method": method, "code": code}
    if code == THROTTLED or "限流" in message:
        return TransientError("RATE_LIMITED", "平台限流", "throttled by the platform", **facts)
    if _SIGN.search(message):
        step = {"step_zh": "核对应用密钥 app_secret", "step_en": "check the app's secret"}
        return CredentialError("BAD_SIGNATURE", "签名未通过", "the signature was refused", **step, **facts)
    if "权限" in message:
        return CredentialError("NO_PERMISSION", "应用没有该接口的权限", "the app may not call this method", **_REAUTHORISE, **facts)
    if code == 401 or _TOKEN.search(message):
        return TokenRefusedError("TOKEN_REFUSED", "令牌失效", "the token is not accepted", **_REAUTHORISE, **facts)
    if _BUSY.search(message):
        return TransientError("PLATFORM_BUSY", "平台繁忙", "the platform is busy", **facts)
    return CollectError(_CODES.get(code or 0, "PLATFORM_REFUSED"), "平台拒绝了请求", "the platform refused the request", **facts)


@dataclass
class Gateway:
    """Signed calls for one shop. ``credentials`` changes when the token is refreshed; ``now`` is replaceable for tests.

    ``skew`` is what our clock lacks, in seconds, once a refusal has shown it.
    """

    client: Client
    credentials: Credentials
    now: Callable[[], float] = time.time
    skew: float = 0.0

    def call(self, method: str, params: Mapping[str, object]) -> bytes:
        """The body of a successful answer. A refused token is refreshed once and the same call repeated.

        Raises TransientError when the client's tries are used up, CredentialError when a person must act, CollectError otherwise.
        """
        try:
            return self._send(method, params)
        except TokenRefusedError:
            self.credentials = renewed(self.credentials, self._new_pair)
        return self._send(method, params)

    def _new_pair(self, own: Credentials) -> Credentials:
        method = "oauth.refreshToken"
        data = parse(self._send(method, {"refreshToken": own.refresh_token}), method)
        return with_tokens(own, data.get("accessToken"), data.get("refreshToken"))

    def _send(self, method: str, params: Mapping[str, object]) -> bytes:
        def make() -> requests.Request:
            return self._request(method, params)

        def read(response: requests.Response, body: bytes) -> bytes:
            try:
                parse(body, method)
            except CollectError as error:
                raise self._skewed(response, error) from None
            return body

        return self.client.call(make, read, self.credentials)

    def _skewed(self, response: requests.Response, error: CollectError) -> CollectError:
        """No code is published for a timestamp refused, so any final refusal is tried once more by the platform's clock where ours is off."""
        told = response.headers.get("Date")
        if told is None or isinstance(error, TransientError | TokenRefusedError):
            return error
        skew = parsedate_to_datetime(told).timestamp() - self.now()
        if abs(skew - self.skew) < SKEW_SECONDS:
            return error
        self.skew = skew
        return TransientError("CLOCK_WRONG", "本机时钟不准,已按平台时间重试", "our clock is off; trying by the platform's", retry_after=0.0)

    def _request(self, method: str, params: Mapping[str, object]) -> requests.Request:
        """Everything lies flat in one JSON body; the system's parameters are text and its time is in seconds."""
        own, timestamp = self.credentials, str(int(self.now() + self.skew))
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
        return requests.Request("POST", own.base_url.rstrip("/") + PATH, data=orjson.dumps({**params, **system}), headers=headers)
