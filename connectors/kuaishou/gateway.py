"""Kuaishou's open platform: how a call is signed, and what its answers mean.

Errors come on HTTP 200. Codes stand in ``result``, ``code`` or ``sub_code``, and quotas are told in words
only, so both are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import requests

from connectors.gateway import (
    AUTHORISE_AGAIN,
    SIGNATURE_REFUSED,
    BaseGateway,
    Refusal,
    TokenExpiredError,
    clock_wrong,
    refused,
    whole_json,
)
from connectors.http import Credentials, with_tokens
from connectors.kuaishou import signing
from contracts.errors import CollectError, CredentialError, TransientError


class WindowTooWideError(CollectError):
    """The platform grants shorter windows than asked for; it narrows them during big promotions."""


_TOMORROW = (
    "明天再采集,或在控制台申请调用量",
    "collect again tomorrow, or ask for a larger quota in the console",
)
_SIGN_SECRET = ("核对 signSecret（不是 appSecret）", "check the signSecret, which is not the appSecret")
_OLDER = ("90 天以前的数据用导出文件补", "load older periods from exported files")
_GONE = ("令牌已失效", "the token is not valid any more")
#: By code and sentence. QPS passes by itself, a used-up quota does not.
_REFUSALS = (
    Refusal(
        TransientError, "RATE_LIMITED", words="(?i)exceed qps limit", what=("调用过快", "calls come too fast")
    ),
    Refusal(
        CollectError,
        "QUOTA_USED_UP",
        (),
        "(?i)exceed quota limit",
        ("今天的调用量已用完", "today's quota is used up"),
        _TOMORROW,
    ),
    Refusal(
        CredentialError,
        "BAD_SIGNATURE",
        (),
        r"(?i)验签失败|签名校验失败|sign\w* (?:error|invalid)",
        SIGNATURE_REFUSED,
        _SIGN_SECRET,
    ),
    clock_wrong({"100200100"}, "(?i)timestamp|时间戳"),
    Refusal(TransientError, "SERVICE_BUSY", {"100200500"}),
    Refusal(
        CredentialError, "TOKEN_EXPIRED", {"100200102"}, "(?i)revoked|discarded|撤销", _GONE, AUTHORISE_AGAIN
    ),
    Refusal(TokenExpiredError, "TOKEN_EXPIRED", {"100200102"}, what=_GONE, step=AUTHORISE_AGAIN),
    Refusal(CredentialError, "APP_REFUSED", {"100200101"}, step=AUTHORISE_AGAIN),
    Refusal(CredentialError, "NO_PERMISSION", {"100200106", "100200107"}, step=AUTHORISE_AGAIN),
    Refusal(
        WindowTooWideError,
        "WINDOW_TOO_WIDE",
        {"300004", "300019"},
        what=("查询时间段过长", "the window asked for is too wide"),
    ),
    Refusal(
        CollectError,
        "TOO_OLD",
        {"300005"},
        what=("只能查询最近 90 天", "only the last 90 days can be asked for"),
        step=_OLDER,
    ),
    Refusal(CollectError, "WINDOW_REVERSED", {"300003"}),
    Refusal(CollectError, "MISSING_PARAMETER", {"100200100"}),
)


class Gateway(BaseGateway):
    """Signed calls for one shop. Beside what every gateway raises there is WindowTooWideError."""

    def _request(self, method: str, params: Mapping[str, Any]) -> requests.Request:
        own = self.credentials
        parameters = {
            "access_token": own.access_token,
            "appkey": own.app_key,
            "method": method,
            "param": signing.param_json(params),
            "signMethod": "HMAC_SHA256",
            "timestamp": str(int(self._moment() * 1000)),
            "version": signing.VERSION,
        }
        signed = {**parameters, "sign": signing.sign_hmac(parameters, signing.secrets_of(own.app_secret)[1])}
        return requests.Request("GET", f"{own.base_url}/{method.replace('.', '/')}", params=signed)

    def _check(self, method: str, body: bytes) -> None:
        del method
        answer(body)

    def _new_pair(self, own: Credentials) -> Credentials:
        """A refresh token dies with the answer that brings the next."""
        secret, _ = signing.secrets_of(own.app_secret)
        form = {
            "grant_type": "refresh_token",
            "refresh_token": own.refresh_token,
            "app_id": own.app_key,
            "app_secret": secret,
        }
        told = orjson.loads(
            self._exchange(
                lambda: requests.Request("POST", f"{own.base_url}/oauth2/refresh_token", data=form),
                answer,
                own,
            )
        )
        # the SDK prints camel case, the documentation snake case
        access, refresh = (
            told.get(f"{name}_token") or told.get(f"{name}Token") for name in ("access", "refresh")
        )
        return with_tokens(own, access, refresh)


def answer(body: bytes) -> dict[str, Any]:
    """A body as its object.

    Raises the error that an error answer stands for; TransientError for a body that is not whole JSON.
    """
    told = whole_json(body)
    if told.get("result") == 1:
        return told
    codes = {
        str(told.get(name))
        for name in ("result", "code", "sub_code", "subCode")
        if told.get(name) not in (None, "")
    }
    words = " ".join(
        str(told.get(name) or "") for name in ("error_msg", "errorMsg", "error", "msg", "sub_msg", "subMsg")
    )
    raise refused(_REFUSALS, codes, words, codes="/".join(sorted(codes)))
