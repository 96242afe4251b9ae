"""One signed call to Pinduoduo's gateway: fresh signature per try, token refreshed once, every documented error code put into its class."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from connectors.http import Client, Credentials, renewed, with_tokens
from connectors.pinduoduo import signing
from contracts.errors import CollectError, CredentialError, TransientError

PATH = "/api/router"
_REFRESH = "pdd.pop.auth.token.refresh"

#: Method → the one object a good answer consists of.
ROOTS = {
    "pdd.order.number.list.increment.get": "order_sn_increment_get_response",
    "pdd.refund.list.increment.get": "refund_increment_get_response",
    "pdd.ad.api.report.daily.report.query": "response",
    "pdd.goods.list.get": "goods_list_get_response",
    _REFRESH: "pop_auth_token_refresh_response",
}

_BUSY = {
    52101: "THROTTLED", 70031: "THROTTLED", 52102: "DEGRADED", 52103: "DEGRADED", 70033: "MAINTENANCE", 50000: "PLATFORM_ERROR", 50001: "PLATFORM_ERROR",
    50002: "PLATFORM_ERROR", 52001: "PLATFORM_ERROR", 52002: "PLATFORM_ERROR",
}  # fmt: skip
_TOKEN = {10019, 20032}
_REAUTHORISE = ("请商家重新授权应用", "let the merchant authorise the app again")
_DENIED = {
    20004: ("BAD_SIGNATURE", ("核对应用密钥 client_secret", "check the app's secret")),
    20005: ("IP_NOT_ALLOWED", ("把本机出口 IP 加入应用白名单", "add this machine's address to the app's allow list")),
}
_REFUSED = {
    10000: "BAD_ARGUMENT", 10001: "BAD_ARGUMENT", 21001: "BAD_ARGUMENT", 21002: "BAD_ARGUMENT", 10016: "BAD_APP_KEY", 10017: "BAD_METHOD",
    20031: "NO_PERMISSION", 30000: "NO_PERMISSION", 20034: "METHOD_OFFLINE", 70034: "AT_RISK", 70035: "AT_RISK", 70036: "TEST_QUOTA",
}  # fmt: skip
_BAD_COMMON = 10001  # one of the parameters every call has; the message names it
#: A clock correction smaller than this explains no refused timestamp.
_SKEW_STEP_SECONDS = 30.0
_PERMISSION_STEP = ("在开放平台为应用申请对应权限包,或改用文件导出", "apply for the permission pack, or use file exports")


class TokenExpiredError(CredentialError):
    """The access token is no longer good; a refresh may help."""


@dataclass
class Gateway:
    """Signed calls for one shop. ``credentials`` changes when the token is refreshed; ``now`` (Unix seconds) is replaceable for tests.

    ``skew`` is what the platform's clock is ahead of ours, learnt when it refuses a timestamp.
    """

    client: Client
    credentials: Credentials
    now: Callable[[], float] = time.time
    skew: float = 0.0

    def call(self, method: str, arguments: Mapping[str, str]) -> bytes:
        """The body of a good answer. An expired token is refreshed once and the same call repeated.

        Raises TransientError when the client's tries are used up, CredentialError when a person must act, CollectError otherwise.
        """
        try:
            return self._send(method, arguments)
        except TokenExpiredError:
            if not self.credentials.refresh_token:
                raise
            self.credentials = renewed(self.credentials, self._new_pair)
        return self._send(method, arguments)

    def _new_pair(self, own: Credentials) -> Credentials:
        answer = parse(self._send(_REFRESH, {"refresh_token": own.refresh_token}))[ROOTS[_REFRESH]]
        return with_tokens(own, answer.get("access_token"), answer.get("refresh_token") or own.refresh_token)

    def _send(self, method: str, arguments: Mapping[str, str]) -> bytes:
        def make() -> requests.Request:
            return self._request(method, arguments)

        def read(response: requests.Response, body: bytes) -> bytes:
            try:
                answer = parse(body)
            except CollectError as error:
                raise self._skewed(response, error) if error.rule == "CLOCK_WRONG" else error from None
            if not isinstance(answer.get(ROOTS[method]), dict):
                raise CollectError("ANSWER_CHANGED", "平台返回缺少字段", "the answer lacks a field", field=ROOTS[method], method=method)
            return body

        return self.client.call(make, read, self.credentials)

    def _skewed(self, response: requests.Response, error: CollectError) -> CollectError:
        """The platform's own clock stands in every answer; sign by that one, once, before bothering anybody."""
        told = response.headers.get("Date")
        skew = parsedate_to_datetime(told).timestamp() - self.now() if told else self.skew
        if abs(skew - self.skew) < _SKEW_STEP_SECONDS:
            return error
        self.skew = skew
        return TransientError("CLOCK_WRONG", "本机时钟不准,已按平台时间重试", "our clock is off; trying by the platform's", retry_after=0.0)

    def _request(self, method: str, arguments: Mapping[str, str]) -> requests.Request:
        own = self.credentials
        params = {"type": method, "client_id": own.app_key, "timestamp": str(int(self.now() + self.skew)), "data_type": "JSON", **arguments}
        if method != _REFRESH:
            params["access_token"] = own.access_token
        params["sign"] = signing.sign(params, own.app_secret)
        return requests.Request("POST", own.base_url.rstrip("/") + PATH, data=params)


def parse(body: bytes) -> dict[str, Any]:
    """A good answer as Python objects; decimals stay the text they were written as, so that no amount passes through a float.

    Raises TransientError for what is not whole JSON, and what ``fault`` says for an ``error_response``.
    """
    try:
        answer = json.loads(body, parse_float=_plain)
    except ValueError:
        raise TransientError("BODY_NOT_JSON", "平台返回不是完整的报文", "the answer is not whole JSON") from None
    if not isinstance(answer, dict):
        raise TransientError("BODY_NOT_JSON", "平台返回不是报文", "the answer is not an object")
    if isinstance(answer.get("error_response"), dict):
        raise fault(answer["error_response"])
    return answer


def _plain(text: str) -> str:
    """``1.0E7``, as Java writes a double, without its exponent; other decimals as they stand."""
    return format(Decimal(text), "f") if "e" in text.lower() else text


def fault(error: Mapping[str, Any]) -> CollectError:
    """An ``error_response`` as the exception to raise: worth another try, a token to refresh, a person to act, or final."""
    code = int(error.get("error_code") or 0)
    facts: dict[str, Any] = {"code": code, "sub_code": str(error.get("sub_code") or ""), "request_id": str(error.get("request_id") or "")}
    if code == _BAD_COMMON and "timestamp" in str(error.get("error_msg") or "").lower():
        step = {"step_zh": "校准本机时钟", "step_en": "set this machine's clock"}
        return CollectError("CLOCK_WRONG", "时间戳未通过", "the timestamp was refused", **step, **facts)
    if code in _BUSY:
        return TransientError(_BUSY[code], "平台繁忙或限流", "the platform is busy or throttles", **facts)
    if code in _TOKEN:
        zh, en = _REAUTHORISE
        return TokenExpiredError("TOKEN_EXPIRED", "令牌已过期或无效", "the token has expired or is not valid", step_zh=zh, step_en=en, **facts)
    if code in _DENIED:
        rule, (zh, en) = _DENIED[code]
        return CredentialError(rule, "平台拒绝访问", "the platform denied access", step_zh=zh, step_en=en, **facts)
    rule = _REFUSED.get(code, "REFUSED")
    zh, en = _PERMISSION_STEP if rule == "NO_PERMISSION" else ("", "")
    return CollectError(rule, "平台拒绝了请求", "the platform refused the request", step_zh=zh, step_en=en, **facts)
