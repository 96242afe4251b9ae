"""Douyin's open platform: how a call is signed, and what its codes mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import requests

from connectors.douyin import signing
from connectors.gateway import (
    ALLOW_ADDRESS,
    CHECK_SECRET,
    SIGNATURE_REFUSED,
    BaseGateway,
    Refusal,
    TokenExpiredError,
    clock_wrong,
    refused,
    whole_json,
)
from connectors.http import Credentials, with_tokens
from contracts.errors import CollectError, CredentialError, TransientError

OK = 10000
_AUTHORISE = ("请商家在抖店后台重新授权应用", "let the merchant authorise the app again")
#: By code and sub-code. 40003 means several things, which only the sub-code tells.
_REFUSALS = (
    Refusal(
        TokenExpiredError,
        "TOKEN_EXPIRED",
        {40003},
        r"^isv\.access-token-(expired|no-existed)",
        ("令牌已过期", "the token has expired"),
        _AUTHORISE,
    ),
    Refusal(
        CredentialError,
        "TOKEN_INVALID",
        {40003},
        r"^isv\.access-token-invalid",
        ("令牌无效", "the token is not valid"),
        _AUTHORISE,
    ),
    Refusal(
        CredentialError, "BAD_SIGNATURE", {40003}, r"^isv\.signature-invalid", SIGNATURE_REFUSED, CHECK_SECRET
    ),
    clock_wrong({40003}, r"^isv\.timestamp-invalid"),
    Refusal(CollectError, "ILLEGAL_PARAMETER", {40003}, what=("参数不合法", "illegal parameter")),
    Refusal(TransientError, "SERVICE_BUSY", {20000}),
    Refusal(TransientError, "SERVICE_TIMEOUT", {20001}),
    Refusal(TransientError, "RATE_LIMITED", {60000}),
    Refusal(TransientError, "PLATFORM_ERROR", {90000}),
    # "Database error, please try again" of the bills; 50002 otherwise names something a repetition does not
    # change
    Refusal(TransientError, "SERVICE_BUSY", words=r"^isv\.business-failed:100010\Z"),
    Refusal(CredentialError, "NO_PERMISSION", {30001}, step=_AUTHORISE),
    Refusal(CredentialError, "IP_NOT_ALLOWED", {30002}, step=ALLOW_ADDRESS),
    Refusal(CredentialError, "TOKEN_NOT_GIVEN", {50001}, step=_AUTHORISE),
    Refusal(CollectError, "PARTLY_FAILED", {10001}),
    Refusal(CollectError, "MISSING_PARAMETER", {40001, 40002}),
    Refusal(CollectError, "BUSINESS_FAILED", {50002}),
    Refusal(CollectError, "API_OFFLINE", {70000}),
    Refusal(CollectError, "SECURITY_REFUSAL", {80000}),
)


class Gateway(BaseGateway):
    """Signed calls for one shop."""

    def _request(self, method: str, params: Mapping[str, Any]) -> requests.Request:
        own, text, timestamp = self.credentials, signing.param_json(params), str(int(self._moment()))
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
        return requests.Request(
            "POST",
            f"{own.base_url}/{method.replace('.', '/')}",
            params=query,
            data=text.encode(),
            headers=headers,
        )

    def _check(self, method: str, body: bytes) -> None:
        answer = whole_json(body, method=method)
        code, sub_code = int(answer.get("code") or 0), str(answer.get("sub_code") or "")
        if code != OK:
            raise refused(
                _REFUSALS,
                {code},
                sub_code,
                method=method,
                code=code,
                sub_code=sub_code,
                log_id=str(answer.get("log_id") or ""),
            )

    def _new_pair(self, own: Credentials) -> Credentials:
        body = self._send(
            "token.refresh", {"grant_type": "refresh_token", "refresh_token": own.refresh_token}
        )
        data = orjson.loads(body).get("data") or {}
        return with_tokens(own, data.get("access_token"), data.get("refresh_token"))
