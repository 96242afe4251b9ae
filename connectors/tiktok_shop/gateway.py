"""TikTok Shop's open platform: how a call is signed, the shop's cipher, asked once, and what the codes
mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests

from connectors.gateway import BaseGateway, Refusal, TokenExpiredError, clock_wrong, refused, whole_json
from connectors.http import Credentials, with_tokens
from connectors.tiktok_shop.signing import sign
from contracts.errors import CredentialError, TransientError

SHOPS = "/authorization/202309/shops"
REFRESH = "/api/v2/token/refresh"
#: Tokens are given out by another host than data. Anything but the platform itself (the simulator) does both.
_DATA_HOST, _TOKEN_BASE = "open-api.tiktokglobalshop.com", "https://auth.tiktok-shops.com"

_AUTHORISE = ("请商家在卖家中心重新授权应用", "let the merchant authorise the app again in Seller Center")
_APP = ("核对应用密钥 app_key 与 app_secret", "check the app's key and secret")
_SCOPE = (
    "为应用申请该接口的权限后由商家重新授权",
    "give the app this scope, then let the merchant authorise it again",
)
_EXPIRED = ("令牌已过期", "the token has expired")
_NOT_COVERED = Refusal(
    CredentialError,
    "WRONG_SHOP",
    what=("授权中没有该店铺", "the authorisation does not cover this shop"),
    step=_AUTHORISE,
)
#: 36009004 is one number for many refusals; its sentence tells which.
_SENTENCE = 36009004
#: By code, and by code and sentence in one text. Codes beginning 105 or 36004 are the token's unless known
#: better.
_REFUSALS = (
    clock_wrong({_SENTENCE}, "(?i)timestamp"),
    Refusal(TransientError, "RATE_LIMITED", {36009002}),
    Refusal(TransientError, "PLATFORM_ERROR", {36009003, 12001000}),
    Refusal(TransientError, "PLATFORM_TIMEOUT", {36009007}),
    Refusal(TokenExpiredError, "TOKEN_EXPIRED", {105002}, what=_EXPIRED, step=_AUTHORISE),
    Refusal(
        TokenExpiredError, "TOKEN_EXPIRED", {_SENTENCE}, "(?is)^(?=.*access).*token", _EXPIRED, _AUTHORISE
    ),
    Refusal(CredentialError, "NO_PERMISSION", {105005, 36009033}, step=_SCOPE),
    Refusal(CredentialError, "SHOP_CLOSED", {36009043, 36009044}, step=_AUTHORISE),
    Refusal(CredentialError, "BAD_SIGNATURE", {106001}, step=_APP),
    Refusal(CredentialError, "WRONG_SHOP", {106013, 101000}, step=_AUTHORISE),
    Refusal(
        CredentialError,
        "BAD_APP_KEY",
        {_SENTENCE},
        "(?i)app_key|signature",
        ("应用密钥未通过", "the app's key was refused"),
        _APP,
    ),
    Refusal(
        CredentialError,
        "TOKEN_INVALID",
        (),
        "^(105|36004)",
        ("令牌无效", "the token is not valid"),
        _AUTHORISE,
    ),
)


@dataclass
class Gateway(BaseGateway):
    """Signed calls for one shop: POST with a body, GET without."""

    # five minutes behind or half a minute ahead are refused
    skew_step = 20.0
    _cipher: str = field(default="", repr=False)

    def call(self, method: str, params: Mapping[str, Any], body: Mapping[str, object] | None = None) -> bytes:
        """The body of a successful answer to the path ``method``.

        ``params`` is the query, to which the shop's cipher is added.
        """
        cipher = self._cipher or self._ask_cipher()
        return super().call(method, {"query": {**params, "shop_cipher": cipher}, "body": body})

    def _ask_cipher(self) -> str:
        """The shop's cipher, by its number; a token of exactly one shop needs none."""
        shops = good_data(super().call(SHOPS, {"query": {}, "body": None})).get("shops") or []
        wanted = self.credentials.platform_shop_id
        found = [shop for shop in shops if str(shop.get("id")) == wanted] or (
            shops if len(shops) == 1 and not wanted else []
        )
        if len(found) != 1 or not found[0].get("cipher"):
            raise _NOT_COVERED.error(shops=len(shops))
        self._cipher = str(found[0]["cipher"])
        return self._cipher

    def _request(self, method: str, params: Mapping[str, Any]) -> requests.Request:
        own, body = self.credentials, params["body"]
        text = "" if body is None else orjson.dumps(body).decode()
        signed = {**params["query"], "app_key": own.app_key, "timestamp": str(int(self._moment()))}
        signed["sign"] = sign(own.app_secret, method, signed, text)
        headers = {"x-tts-access-token": own.access_token, "Content-Type": "application/json"}
        return requests.Request(
            "GET" if body is None else "POST",
            own.base_url + method,
            params=signed,
            data=text.encode() or None,
            headers=headers,
        )

    def _check(self, method: str, body: bytes) -> None:
        del method
        good_data(body)

    def _renewable(self, error: CredentialError) -> bool:
        """The client refuses HTTP 401 before the answer can be read, and 401 is how an expired token may
        come.
        """
        return super()._renewable(error) or error.facts.get("status") == 401

    def _new_pair(self, own: Credentials) -> Credentials:
        base = _TOKEN_BASE if urlsplit(own.base_url).netloc == _DATA_HOST else own.base_url
        query = {
            "app_key": own.app_key,
            "app_secret": own.app_secret,
            "refresh_token": own.refresh_token,
            "grant_type": "refresh_token",
        }
        ask = requests.Request("GET", base + REFRESH, params=query)
        data = good_data(self._exchange(lambda: ask, good_data, replace(own, base_url=base)))
        return with_tokens(own, data.get("access_token"), data.get("refresh_token"))


def good_data(body: bytes) -> dict[str, Any]:
    """``data`` of a good answer.

    Raises the answer's own error otherwise, TransientError for what is no whole answer.
    """
    answer = whole_json(body)
    code = int(answer.get("code") or 0)
    if code:
        raise refused(
            _REFUSALS,
            {code},
            f"{code} {answer.get('message') or ''}",
            code=code,
            request_id=str(answer.get("request_id") or ""),
        )
    data: dict[str, Any] = answer.get("data") or {}
    return data
