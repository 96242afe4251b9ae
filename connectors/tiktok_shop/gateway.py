"""One signed call to the open platform: fresh signature per try, token refreshed once, the shop's cipher asked once, every code put into its class."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests

from connectors.http import Client, Credentials, renewed, with_tokens
from connectors.tiktok_shop.signing import sign
from contracts.errors import CollectError, CredentialError, TransientError

SHOPS = "/authorization/202309/shops"
REFRESH = "/api/v2/token/refresh"
#: Tokens are given out by another host than data. Anything but the platform itself (the simulator) does both.
_DATA_HOST, _TOKEN_BASE = "open-api.tiktokglobalshop.com", "https://auth.tiktok-shops.com"

_REAUTHORISE = {"step_zh": "请商家在卖家中心重新授权应用", "step_en": "let the merchant authorise the app again in Seller Center"}
_APP = {"step_zh": "核对应用密钥 app_key 与 app_secret", "step_en": "check the app's key and secret"}
_SCOPE = {"step_zh": "为应用申请该接口的权限后由商家重新授权", "step_en": "give the app this scope, then let the merchant authorise it again"}
#: Code → rule of what is worth another try. 36009002 too many requests, 36009003 internal error, 36009007 timeout.
_BUSY = {36009002: "RATE_LIMITED", 36009003: "PLATFORM_ERROR", 36009007: "PLATFORM_TIMEOUT", 12001000: "PLATFORM_ERROR"}
_DENIED: dict[int, tuple[str, dict[str, str]]] = {
    105005: ("NO_PERMISSION", _SCOPE),
    36009033: ("NO_PERMISSION", _SCOPE),
    36009043: ("SHOP_CLOSED", _REAUTHORISE),
    36009044: ("SHOP_CLOSED", _REAUTHORISE),
    106001: ("BAD_SIGNATURE", _APP),
    106013: ("WRONG_SHOP", _REAUTHORISE),
    101000: ("WRONG_SHOP", _REAUTHORISE),
}
_EXPIRED = 105002
#: 36009004 is one number for many refusals; its sentence tells which.
_SENTENCE = 36009004
#: A clock correction smaller than this explains no refused timestamp (five minutes behind or half a minute ahead are).
_SKEW_STEP_SECONDS = 20.0


class TokenExpiredError(CredentialError):
    """The access token is no longer valid; a refresh may help."""


@dataclass
class Gateway:
    """Signed calls for one shop. ``credentials`` changes when the token is refreshed; ``now`` is replaceable for tests."""

    client: Client
    credentials: Credentials
    now: Callable[[], float] = time.time
    skew: float = 0.0
    _cipher: str = field(default="", repr=False)

    def call(self, path: str, query: Mapping[str, str], body: Mapping[str, object] | None = None) -> bytes:
        """The body of a successful answer; POST with ``body``, GET without. An expired token is refreshed once and the same call repeated.

        Raises TransientError when the client's tries are used up, CredentialError when a person must act, CollectError otherwise.
        """
        cipher = self._cipher or self._ask_cipher()
        return self._renewing(path, {**query, "shop_cipher": cipher}, body)

    def _renewing(self, path: str, query: Mapping[str, str], body: Mapping[str, object] | None) -> bytes:
        try:
            return self._send(path, query, body)
        except CredentialError as error:
            # the client refuses HTTP 401 before the answer can be read, and 401 is how an expired token may come
            if not isinstance(error, TokenExpiredError) and error.facts.get("status") != 401:
                raise
        self.credentials = renewed(self.credentials, self._new_pair)
        return self._send(path, query, body)

    def _ask_cipher(self) -> str:
        """The shop's cipher, by its number; a token of exactly one shop needs none."""
        shops = _data(self._renewing(SHOPS, {}, None)).get("shops") or []
        wanted = self.credentials.platform_shop_id
        found = [shop for shop in shops if str(shop.get("id")) == wanted] or (shops if len(shops) == 1 and not wanted else [])
        if len(found) != 1 or not found[0].get("cipher"):
            raise CredentialError("WRONG_SHOP", "授权中没有该店铺", "the authorisation does not cover this shop", **_REAUTHORISE, shops=len(shops))
        self._cipher = str(found[0]["cipher"])
        return self._cipher

    def _new_pair(self, own: Credentials) -> Credentials:
        host = urlsplit(own.base_url).netloc
        base = _TOKEN_BASE if host == _DATA_HOST else own.base_url
        query = {"app_key": own.app_key, "app_secret": own.app_secret, "refresh_token": own.refresh_token, "grant_type": "refresh_token"}

        def make() -> requests.Request:
            return requests.Request("GET", base + REFRESH, params=query)

        data = _data(self.client.call(make, self._read, replace(own, base_url=base)))
        return with_tokens(own, data.get("access_token"), data.get("refresh_token"))

    def _send(self, path: str, query: Mapping[str, str], body: Mapping[str, object] | None) -> bytes:
        text = "" if body is None else orjson.dumps(body).decode()

        def make() -> requests.Request:
            own = self.credentials
            signed = {**query, "app_key": own.app_key, "timestamp": str(int(self.now() + self.skew))}
            signed["sign"] = sign(own.app_secret, path, signed, text)
            headers = {"x-tts-access-token": own.access_token, "Content-Type": "application/json"}
            return requests.Request("GET" if body is None else "POST", own.base_url + path, params=signed, data=text.encode() or None, headers=headers)

        return self.client.call(make, self._read, self.credentials)

    def _read(self, response: requests.Response, body: bytes) -> bytes:
        answer = parse(body)
        code = int(answer.get("code") or 0)
        if code == 0:
            return body
        facts: dict[str, Any] = {"code": code, "request_id": str(answer.get("request_id") or "")}
        sentence = str(answer.get("message") or "").lower()
        if code == _SENTENCE and "timestamp" in sentence:
            raise self._skewed(response, facts)
        raise fault(code, sentence, facts)

    def _skewed(self, response: requests.Response, facts: dict[str, Any]) -> CollectError:
        """The platform's own clock stands in every answer; sign by that one, once, before bothering anybody."""
        told = response.headers.get("Date")
        skew = parsedate_to_datetime(told).timestamp() - self.now() if told else self.skew
        if abs(skew - self.skew) < _SKEW_STEP_SECONDS:
            return CollectError("CLOCK_WRONG", "时间戳未通过", "the timestamp was refused", step_zh="校准本机时钟", step_en="set this machine's clock", **facts)
        self.skew = skew
        return TransientError("CLOCK_WRONG", "本机时钟不准,已按平台时间重试", "our clock is off; trying by the platform's", retry_after=0.0, **facts)


def parse(body: bytes) -> dict[str, Any]:
    """The answer's object. Raises TransientError for what is not one: a cut or foreign body is worth another try."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise TransientError("BODY_NOT_JSON", "平台返回不是完整的报文", "the answer is not whole JSON") from None
    if not isinstance(answer, dict):
        raise TransientError("BODY_NOT_JSON", "平台返回不是报文", "the answer is not an object")
    return answer


def _data(body: bytes) -> dict[str, Any]:
    data: dict[str, Any] = parse(body).get("data") or {}
    return data


def fault(code: int, sentence: str, facts: dict[str, Any]) -> CollectError:
    """A code that is not zero as the exception to raise. Codes beginning 105 or 360 are the token's unless known better."""
    if code in _BUSY:
        return TransientError(_BUSY[code], "平台繁忙", "the platform is busy", **facts)
    if code == _EXPIRED or (code == _SENTENCE and "access" in sentence and "token" in sentence):
        return TokenExpiredError("TOKEN_EXPIRED", "令牌已过期", "the token has expired", **_REAUTHORISE, **facts)
    if code in _DENIED:
        rule, step = _DENIED[code]
        return CredentialError(rule, "平台拒绝访问该店铺", "the platform denies access to this shop", **step, **facts)
    if code == _SENTENCE and ("app_key" in sentence or "signature" in sentence):
        return CredentialError("BAD_APP_KEY", "应用密钥未通过", "the app's key was refused", **_APP, **facts)
    if str(code).startswith(("105", "36004")):
        return CredentialError("TOKEN_INVALID", "令牌无效", "the token is not valid", **_REAUTHORISE, **facts)
    return CollectError("PLATFORM_REFUSED", "平台拒绝了请求", "the platform refused the request", **facts)
