"""One signed call to the open platform: fresh signature per try, token refreshed once, every error code put into its class."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import orjson
import requests

from connectors.douyin import signing
from connectors.http import Client, Credentials, renewed, with_tokens
from contracts.errors import CollectError, CredentialError, TransientError

OK = 10000
_BUSY = {20000: "SERVICE_BUSY", 20001: "SERVICE_TIMEOUT", 60000: "RATE_LIMITED", 90000: "PLATFORM_ERROR"}
_REAUTHORISE = ("请商家在抖店后台重新授权应用", "let the merchant authorise the app again")
_DENIED = {
    30001: ("NO_PERMISSION", _REAUTHORISE),
    30002: ("IP_NOT_ALLOWED", ("把本机出口 IP 加入应用白名单", "add this machine's address to the app's allow list")),
    50001: ("TOKEN_NOT_GIVEN", _REAUTHORISE),
}
_REFUSED = {
    10001: "PARTLY_FAILED",
    40001: "MISSING_PARAMETER",
    40002: "MISSING_PARAMETER",
    50002: "BUSINESS_FAILED",
    70000: "API_OFFLINE",
    80000: "SECURITY_REFUSAL",
}
#: "Database error, please try again" of the bills (50002 otherwise names something a repetition does not change).
_BUSY_BUSINESS = "isv.business-failed:100010"
#: A clock correction smaller than this explains no refused timestamp.
_SKEW_STEP_SECONDS = 30.0


class TokenExpiredError(CredentialError):
    """The access token is no longer valid; a refresh may help."""


@dataclass
class Gateway:
    """Signed calls for one shop. ``credentials`` changes when the token is refreshed; ``now`` is replaceable for tests."""

    client: Client
    credentials: Credentials
    now: Callable[[], float] = time.time
    skew: float = 0.0

    def call(self, method: str, params: Mapping[str, object]) -> bytes:
        """The body of a successful answer. An expired token is refreshed once and the same call repeated.

        Raises TransientError when the client's tries are used up, CredentialError when a person must act, CollectError otherwise.
        """
        try:
            return self._send(method, params)
        except TokenExpiredError:
            self.credentials = renewed(self.credentials, self._new_pair)
        return self._send(method, params)

    def _new_pair(self, own: Credentials) -> Credentials:
        body = self._send("token.refresh", {"grant_type": "refresh_token", "refresh_token": own.refresh_token})
        data = orjson.loads(body).get("data") or {}
        return with_tokens(own, data.get("access_token"), data.get("refresh_token"))

    def _send(self, method: str, params: Mapping[str, object]) -> bytes:
        text = signing.param_json(params)

        def make() -> requests.Request:
            return self._request(method, text)

        def read(response: requests.Response, body: bytes) -> bytes:
            return self._read(method, response, body)

        return self.client.call(make, read, self.credentials)

    def _request(self, method: str, text: str) -> requests.Request:
        own = self.credentials
        timestamp = str(int(self.now() + self.skew))
        query = {
            "app_key": own.app_key,
            "method": method,
            "timestamp": timestamp,
            "v": signing.VERSION,
            "sign": signing.sign_hmac(own.app_key, own.app_secret, method, text, timestamp),
            "sign_method": "hmac-sha256",
        }
        if not method.startswith("token."):
            query["access_token"] = own.access_token
        headers = {"Content-Type": "application/json;charset=UTF-8", "x-open-no-old-err-code": "1"}
        return requests.Request("POST", f"{own.base_url}/{method.replace('.', '/')}", params=query, data=text.encode(), headers=headers)

    def _read(self, method: str, response: requests.Response, body: bytes) -> bytes:
        try:
            answer = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise TransientError("BODY_NOT_JSON", "平台返回不是完整的报文", "the answer is not whole JSON", method=method) from None
        if not isinstance(answer, dict):
            raise TransientError("BODY_NOT_JSON", "平台返回不是报文", "the answer is not an object", method=method)
        code = int(answer.get("code") or 0)
        if code == OK:
            return body
        facts: dict[str, Any] = {"method": method, "code": code, "sub_code": str(answer.get("sub_code") or ""), "log_id": str(answer.get("log_id") or "")}
        if code == 40003:
            raise self._illegal(response, facts)
        raise _classify(code, facts)

    def _illegal(self, response: requests.Response, facts: dict[str, Any]) -> CollectError:
        """40003 means several things; the sub-code tells which."""
        sub_code = str(facts["sub_code"])
        if sub_code.startswith(("isv.access-token-expired", "isv.access-token-no-existed")):
            return TokenExpiredError("TOKEN_EXPIRED", "令牌已过期", "the token has expired", step_zh=_REAUTHORISE[0], step_en=_REAUTHORISE[1], **facts)
        if sub_code.startswith("isv.access-token-invalid"):
            return CredentialError("TOKEN_INVALID", "令牌无效", "the token is not valid", step_zh=_REAUTHORISE[0], step_en=_REAUTHORISE[1], **facts)
        if sub_code.startswith("isv.signature-invalid"):
            return CredentialError(
                "BAD_SIGNATURE", "签名未通过", "the signature was refused", step_zh="核对应用密钥 app_secret", step_en="check the app's secret", **facts
            )
        if sub_code.startswith("isv.timestamp-invalid"):
            return self._skewed(response, facts)
        return CollectError("ILLEGAL_PARAMETER", "参数不合法", "illegal parameter", **facts)

    def _skewed(self, response: requests.Response, facts: dict[str, Any]) -> CollectError:
        """The platform's own clock stands in every answer; sign by that one, once, before bothering anybody."""
        told = response.headers.get("Date")
        skew = parsedate_to_datetime(told).timestamp() - self.now() if told else self.skew
        if abs(skew - self.skew) < _SKEW_STEP_SECONDS:
            step = {"step_zh": "校准本机时钟", "step_en": "set this machine's clock"}
            return CollectError("CLOCK_WRONG", "时间戳未通过", "the timestamp was refused", **step, **facts)
        self.skew = skew
        return TransientError("CLOCK_WRONG", "本机时钟不准,已按平台时间重试", "our clock is off; trying by the platform's", retry_after=0.0, **facts)


def _classify(code: int, facts: dict[str, Any]) -> CollectError:
    if code in _BUSY or facts["sub_code"] == _BUSY_BUSINESS:
        return TransientError(_BUSY.get(code, "SERVICE_BUSY"), "平台繁忙", "the platform is busy", **facts)
    if code in _DENIED:
        rule, (step_zh, step_en) = _DENIED[code]
        return CredentialError(rule, "平台拒绝访问该店铺", "the platform denies access to this shop", step_zh=step_zh, step_en=step_en, **facts)
    return CollectError(_REFUSED.get(code, "PLATFORM_REFUSED"), "平台拒绝了请求", "the platform refused the request", **facts)
