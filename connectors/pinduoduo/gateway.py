"""Pinduoduo's gateway: one address, how a call is signed, what a good answer consists of, and what its codes
mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import requests

from connectors.gateway import (
    ALLOW_ADDRESS,
    AUTHORISE_AGAIN,
    BaseGateway,
    Refusal,
    TokenExpiredError,
    clock_wrong,
    refused,
    whole_json,
)
from connectors.http import Credentials, with_tokens
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

_BUSY = ("平台繁忙或限流", "the platform is busy or throttles")
_EXPIRED = ("令牌已过期或无效", "the token has expired or is not valid")
_DENIED = ("平台拒绝访问", "the platform denied access")
_SECRET = ("核对应用密钥 client_secret", "check the app's secret")
_APPLY = (
    "在开放平台为应用申请对应权限包,或改用文件导出",
    "apply for the permission pack, or use file exports",
)
#: By code and message.
_REFUSALS = (
    # one of the parameters every call has; the message names it
    clock_wrong({10001}, "(?i)timestamp"),
    Refusal(TransientError, "THROTTLED", {52101, 70031}, what=_BUSY),
    Refusal(TransientError, "DEGRADED", {52102, 52103}, what=_BUSY),
    Refusal(TransientError, "MAINTENANCE", {70033}, what=_BUSY),
    Refusal(TransientError, "PLATFORM_ERROR", {50000, 50001, 50002, 52001, 52002}, what=_BUSY),
    Refusal(TokenExpiredError, "TOKEN_EXPIRED", {10019, 20032}, what=_EXPIRED, step=AUTHORISE_AGAIN),
    Refusal(CredentialError, "BAD_SIGNATURE", {20004}, what=_DENIED, step=_SECRET),
    Refusal(CredentialError, "IP_NOT_ALLOWED", {20005}, what=_DENIED, step=ALLOW_ADDRESS),
    Refusal(CollectError, "BAD_ARGUMENT", {10000, 10001, 21001, 21002}),
    Refusal(CollectError, "BAD_APP_KEY", {10016}),
    Refusal(CollectError, "BAD_METHOD", {10017}),
    Refusal(CollectError, "NO_PERMISSION", {20031, 30000}, step=_APPLY),
    Refusal(CollectError, "METHOD_OFFLINE", {20034}),
    Refusal(CollectError, "AT_RISK", {70034, 70035}),
    Refusal(CollectError, "TEST_QUOTA", {70036}),
    Refusal(CollectError, "REFUSED"),
)


class Gateway(BaseGateway):
    """Signed calls for one shop."""

    def _request(self, method: str, params: Mapping[str, Any]) -> requests.Request:
        own = self.credentials
        form = {
            "type": method,
            "client_id": own.app_key,
            "timestamp": str(int(self._moment())),
            "data_type": "JSON",
            **params,
        }
        if method != _REFRESH:
            form["access_token"] = own.access_token
        form["sign"] = signing.sign(form, own.app_secret)
        return requests.Request("POST", own.base_url.rstrip("/") + PATH, data=form)

    def _check(self, method: str, body: bytes) -> None:
        if not isinstance(parse(body).get(ROOTS[method]), dict):
            raise CollectError(
                "ANSWER_CHANGED",
                "平台返回缺少字段",
                "the answer lacks a field",
                field=ROOTS[method],
                method=method,
            )

    def _renewable(self, error: CredentialError) -> bool:
        return super()._renewable(error) and bool(self.credentials.refresh_token)

    def _new_pair(self, own: Credentials) -> Credentials:
        answer = parse(self._send(_REFRESH, {"refresh_token": own.refresh_token}))[ROOTS[_REFRESH]]
        return with_tokens(own, answer.get("access_token"), answer.get("refresh_token") or own.refresh_token)


def parse(body: bytes) -> dict[str, Any]:
    """A good answer as Python objects.

    Decimals stay the text they were written as, so that no amount passes through a float.

    Raises TransientError for what is not whole JSON, and what ``fault`` says for an ``error_response``.
    """
    answer = whole_json(body, _plain)
    if isinstance(answer.get("error_response"), dict):
        raise fault(answer["error_response"])
    return answer


def _plain(text: str) -> str:
    """``1.0E7``, as Java writes a double, without its exponent; other decimals as they stand."""
    return format(Decimal(text), "f") if "e" in text.lower() else text


def fault(error: Mapping[str, Any]) -> CollectError:
    """An ``error_response`` as the exception to raise: worth another try, a token to refresh, a person to
    act, or final.
    """
    code = int(error.get("error_code") or 0)
    facts = {
        "code": code,
        "sub_code": str(error.get("sub_code") or ""),
        "request_id": str(error.get("request_id") or ""),
    }
    return refused(_REFUSALS, {code}, str(error.get("error_msg") or ""), **facts)
