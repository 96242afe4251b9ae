"""One signed call to the open platform: fresh signature per try, token refreshed once, every error answer put into its class.

Errors come on HTTP 200. Codes stand in ``result``, ``code`` or ``sub_code``, and quotas are told in words only, so both are read.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import orjson
import requests

from connectors.http import Client, Credentials, renewed, with_tokens
from connectors.kuaishou import signing
from contracts.errors import CollectError, CredentialError, TransientError

_REAUTHORISE = {"step_zh": "请商家重新授权应用", "step_en": "let the merchant authorise the app again"}
_TOMORROW = {"step_zh": "明天再采集,或在控制台申请调用量", "step_en": "collect again tomorrow, or ask for a larger quota in the console"}
_OLDER = {"step_zh": "90 天以前的数据用导出文件补", "step_en": "load older periods from exported files"}
#: 1,2 … of the text that says a used-up quota; QPS is another matter and passes by itself.
_QPS = re.compile(r"exceed qps limit", re.IGNORECASE)
_QUOTA = re.compile(r"exceed quota limit", re.IGNORECASE)
_BAD_SIGN = re.compile(r"验签失败|签名校验失败|sign\w* (?:error|invalid)", re.IGNORECASE)
_CLOCK = re.compile(r"timestamp|时间戳", re.IGNORECASE)
_GONE = re.compile(r"revoked|discarded|撤销", re.IGNORECASE)
_DENIED = {"100200101": "APP_REFUSED", "100200106": "NO_PERMISSION", "100200107": "NO_PERMISSION"}
_WINDOW = {"300004", "300019"}
_REFUSED = {"300003": "WINDOW_REVERSED", "100200100": "MISSING_PARAMETER"}
#: A clock correction smaller than this explains no refused timestamp.
_SKEW_STEP_SECONDS = 30.0


class TokenExpiredError(CredentialError):
    """The access token is no longer valid; a refresh may help."""


class WindowTooWideError(CollectError):
    """The platform grants shorter windows than asked for; it narrows them during big promotions."""


@dataclass
class Gateway:
    """Signed calls for one shop. ``credentials`` changes when the token is refreshed; ``now`` (seconds) is replaceable for tests.

    ``skew`` is what the platform's clock is ahead of ours, learnt when it refuses a timestamp.
    """

    client: Client
    credentials: Credentials
    now: Callable[[], float] = time.time
    skew: float = 0.0

    def call(self, method: str, params: Mapping[str, object]) -> bytes:
        """The body of a successful answer. An expired token is refreshed once and the same call repeated.

        Raises TransientError when the client's tries are used up, CredentialError when a person must act, WindowTooWideError, CollectError otherwise.
        """
        try:
            return self._send(method, params)
        except TokenExpiredError:
            self.credentials = renewed(self.credentials, self._new_pair)
        return self._send(method, params)

    def _send(self, method: str, params: Mapping[str, object]) -> bytes:
        text = signing.param_json(params)

        def make() -> requests.Request:
            own = self.credentials
            parameters = {
                "access_token": own.access_token,
                "appkey": own.app_key,
                "method": method,
                "param": text,
                "signMethod": "HMAC_SHA256",
                "timestamp": str(int((self.now() + self.skew) * 1000)),
                "version": signing.VERSION,
            }
            signed = {**parameters, "sign": signing.sign_hmac(parameters, signing.secrets_of(own.app_secret)[1])}
            return requests.Request("GET", f"{own.base_url}/{method.replace('.', '/')}", params=signed)

        return self.client.call(make, self._accept, self.credentials)

    def _new_pair(self, own: Credentials) -> Credentials:
        """A refresh token dies with the answer that brings the next."""
        form = {
            "grant_type": "refresh_token",
            "refresh_token": own.refresh_token,
            "app_id": own.app_key,
            "app_secret": signing.secrets_of(own.app_secret)[0],
        }

        def make() -> requests.Request:
            return requests.Request("POST", f"{own.base_url}/oauth2/refresh_token", data=form)

        told = orjson.loads(self.client.call(make, self._accept, own))
        # the SDK prints camel case, the documentation snake case
        access, refresh = (told.get(f"{name}_token") or told.get(f"{name}Token") for name in ("access", "refresh"))
        return with_tokens(own, access, refresh)

    def _accept(self, response: requests.Response, body: bytes) -> bytes:
        try:
            answer(body)
        except CollectError as error:
            raise self._skewed(response, error) if error.rule == "CLOCK_WRONG" else error from None
        return body

    def _skewed(self, response: requests.Response, error: CollectError) -> CollectError:
        """The platform's own clock stands in every answer; sign by that one, once, before bothering anybody."""
        told = response.headers.get("Date")
        skew = parsedate_to_datetime(told).timestamp() - self.now() if told else self.skew
        if abs(skew - self.skew) < _SKEW_STEP_SECONDS:
            return error
        self.skew = skew
        return TransientError("CLOCK_WRONG", "本机时钟不准,已按平台时间重试", "our clock is off; trying by the platform's", retry_after=0.0)


def answer(body: bytes) -> dict[str, Any]:
    """A body as its object. Raises the error that an error answer stands for; TransientError for a body that is not whole JSON."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise TransientError("BODY_NOT_JSON", "平台返回不是完整的报文", "the answer is not whole JSON") from None
    if not isinstance(told, dict):
        raise TransientError("BODY_NOT_JSON", "平台返回不是报文", "the answer is not an object")
    if told.get("result") == 1:
        return told
    raise _classified(told)


def _classified(told: Mapping[str, Any]) -> CollectError:
    codes = {str(told.get(name)) for name in ("result", "code", "sub_code", "subCode") if told.get(name) not in (None, "")}
    words = " ".join(str(told.get(name) or "") for name in ("error_msg", "errorMsg", "error", "msg", "sub_msg", "subMsg"))
    facts: dict[str, Any] = {"codes": "/".join(sorted(codes))}
    if _QPS.search(words):
        return TransientError("RATE_LIMITED", "调用过快", "calls come too fast", **facts)
    if _QUOTA.search(words):
        return CollectError("QUOTA_USED_UP", "今天的调用量已用完", "today's quota is used up", **_TOMORROW, **facts)
    if _BAD_SIGN.search(words):
        step = {"step_zh": "核对 signSecret(不是 appSecret)", "step_en": "check the signSecret, which is not the appSecret"}
        return CredentialError("BAD_SIGNATURE", "签名未通过", "the signature was refused", **step, **facts)
    if "100200100" in codes and _CLOCK.search(words):
        step = {"step_zh": "校准本机时钟", "step_en": "set this machine's clock"}
        return CollectError("CLOCK_WRONG", "时间戳未通过", "the timestamp was refused", **step, **facts)
    if "100200500" in codes:
        return TransientError("SERVICE_BUSY", "平台繁忙", "the platform is busy", **facts)
    if "100200102" in codes:
        kind = CredentialError if _GONE.search(words) else TokenExpiredError
        return kind("TOKEN_EXPIRED", "令牌已失效", "the token is not valid any more", **_REAUTHORISE, **facts)
    return _by_code(codes, facts)


def _by_code(codes: set[str], facts: dict[str, Any]) -> CollectError:
    denied = next((rule for code, rule in _DENIED.items() if code in codes), None)
    if denied:
        return CredentialError(denied, "平台拒绝访问该店铺", "the platform denies access to this shop", **_REAUTHORISE, **facts)
    if codes & _WINDOW:
        return WindowTooWideError("WINDOW_TOO_WIDE", "查询时间段过长", "the window asked for is too wide", **facts)
    if "300005" in codes:
        return CollectError("TOO_OLD", "只能查询最近 90 天", "only the last 90 days can be asked for", **_OLDER, **facts)
    rule = next((name for code, name in _REFUSED.items() if code in codes), "PLATFORM_REFUSED")
    return CollectError(rule, "平台拒绝了请求", "the platform refused the request", **facts)
