"""JOS, the gateway of JD's open platform: one signed call, and every way in which HTTP 200 may still mean no."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import orjson
import requests

from connectors.http import Client, Credentials, renewed, with_tokens
from connectors.jd import signing
from contracts.errors import CollectError, CredentialError, TransientError
from contracts.fields import TIME_ZONE

PATH = "/routerjson"
REFRESH_PATH = "/oauth2/refresh_token"
#: A token can be renewed on its last day only; afterwards it is too late.
RENEWABLE = dt.timedelta(hours=24)

_OAUTH = {"api.jd.com": "https://open-oauth.jd.com"}
_AGAIN = ("请商家重新授权应用", "have the merchant authorise the app again")
_APPLY = ("核对应用权限与商家类型(仅限 POP 商家),或改用文件导出", "check the app's permission and the shop's type (POP only), or use file exports")
_BUSY = {"43": "PLATFORM_ERROR", "65": "SERVICE_TIMEOUT", "66": "SERVICE_BUSY", "67": "PLATFORM_ERROR", "69": "PLATFORM_ERROR"}
_DENIED = {
    "18": ("TOKEN_INVALID", _AGAIN),
    "19": ("TOKEN_INVALID", _AGAIN),
    "22": ("NO_PERMISSION", _APPLY),
    "24": ("NO_PERMISSION", _APPLY),
    "64": ("NO_PERMISSION", _APPLY),
    "72": ("NO_PERMISSION", _APPLY),
    "12": ("BAD_SIGNATURE", ("核对应用密钥 app_secret", "check the app's secret")),
    "21": ("BAD_APP_KEY", ("核对应用标识 app_key", "check the app's key")),
}
_REFUSED = {"15": "API_OFFLINE", "23": "API_OFFLINE", "60": "BAD_ARGUMENT", "61": "BAD_ARGUMENT", "62": "BAD_ARGUMENT", "63": "BAD_ARGUMENT"}
_SKEW_STEP_SECONDS = 30.0  # a clock correction smaller than this explains no refused timestamp


@dataclass
class Gateway:
    """Signed calls for one shop; ``now`` is replaceable for tests. ``credentials`` changes when ``renew`` has renewed them."""

    client: Client
    credentials: Credentials
    now: Callable[[], float] = time.time
    skew: float = 0.0

    def call(self, method: str, arguments: Mapping[str, object]) -> bytes:
        """The body of a successful answer to ``method``.

        Raises TransientError when the client's tries are used up, CredentialError when a person must act, CollectError otherwise.
        """
        text = signing.arguments_json(arguments)

        def read(response: requests.Response, body: bytes) -> bytes:
            self._check(method, response, body)
            return body

        return self.client.call(lambda: self._request(method, text), read, self.credentials)

    def renew(self) -> bool:
        """Renew a token that ends within a day; False when its end is not known or it is too early, which costs one of the month's few renewals.

        Raises CredentialError when it is too late or the platform gives none.
        """
        ends = self.credentials.expires_at
        left = ends - self._moment() if ends else None
        if left is None or left > RENEWABLE:
            return False
        if left <= dt.timedelta(0):
            raise CredentialError("TOKEN_INVALID", "令牌已过期,不能再续期", "the token has ended and cannot be renewed", step_zh=_AGAIN[0], step_en=_AGAIN[1])
        self.credentials = renewed(self.credentials, self._new_pair)
        return True

    def _new_pair(self, own: Credentials) -> Credentials:
        """``expires_in`` (seconds) of the answer is UNVERIFIED; where it is missing nobody knows the next end, and a person must name it."""
        base = _oauth_base(own.base_url)
        form = {"app_key": own.app_key, "app_secret": own.app_secret, "grant_type": "refresh_token", "refresh_token": own.refresh_token}

        def read(response: requests.Response, body: bytes) -> bytes:
            del response
            _object(body)
            return body

        ask = requests.Request("POST", base + REFRESH_PATH, data=form)
        given = _object(self.client.call(lambda: ask, read, replace(own, base_url=base)))
        seconds = str(given.get("expires_in") or "")
        ends = self._moment() + dt.timedelta(seconds=int(seconds)) if seconds.isdigit() else None
        return with_tokens(own, given.get("access_token"), given.get("refresh_token"), ends)

    def _moment(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.now(), ZoneInfo(TIME_ZONE))

    def _request(self, method: str, text: str) -> requests.Request:
        own = self.credentials
        params = {
            "method": method,
            "app_key": own.app_key,
            "access_token": own.access_token,
            "timestamp": stamp(dt.datetime.fromtimestamp(self.now() + self.skew, dt.UTC)),
            "v": signing.VERSION,
            signing.ARGUMENTS: text,
        }
        params["sign"] = signing.sign(params, own.app_secret)
        return requests.Request("POST", own.base_url.rstrip("/") + PATH, data=params)

    def _check(self, method: str, response: requests.Response, body: bytes) -> None:
        try:
            result_of(method, body)
        except CollectError as error:
            raise self._skewed(response, error) if error.rule == "CLOCK_WRONG" else error from None

    def _skewed(self, response: requests.Response, error: CollectError) -> CollectError:
        """The platform allows six minutes; its own clock stands in every answer. Sign by that one, once, before bothering anybody."""
        told = response.headers.get("Date")
        skew = parsedate_to_datetime(told).timestamp() - self.now() if told else self.skew
        if abs(skew - self.skew) < _SKEW_STEP_SECONDS:
            return error
        self.skew = skew
        facts: dict[str, Any] = error.facts
        return TransientError(error.rule, "本机时钟不准,已按平台时间重试", "our clock is off; trying by the platform's", retry_after=0.0, **facts)


def stamp(moment: dt.datetime) -> str:
    """``yyyy-MM-dd HH:mm:ss`` Beijing time, as every time of this API is written."""
    return moment.astimezone(ZoneInfo(TIME_ZONE)).strftime("%Y-%m-%d %H:%M:%S")


def result_of(method: str, body: bytes) -> dict[str, Any]:
    """The business object of a good answer to ``method``: past the wrapper (misspelt ``…_responce``) and past its own verdict.

    Raises TransientError for what is worth another try, CredentialError when a person must act, CollectError otherwise.
    """
    answer = _object(body)
    if isinstance(error := answer.get("error_response"), dict):
        raise fault(str(error.get("code") or ""), method)
    name = method.replace(".", "_")
    wrapper = answer.get(f"{name}_responce") or answer.get(f"{name}_response")
    if not isinstance(wrapper, dict):
        raise fault(str(answer.get("code") or ""), method)
    if str(wrapper.get("code") or "0") != "0":
        raise fault(str(wrapper["code"]), method)
    result = next((item for item in wrapper.values() if isinstance(item, dict)), {})
    own = result.get("apiResult")
    verdict: dict[str, Any] = own if isinstance(own, dict) else result
    if verdict.get("success") not in (True, "true"):
        facts = {"method": method, "code": str(verdict.get("numberCode") or verdict.get("code") or verdict.get("errorCode") or "")}
        raise CollectError("BUSINESS_FAILED", "平台未能完成查询", "the platform did not complete the query", **facts)
    return result


def fault(code: str, method: str) -> CollectError:
    """An error code as the exception to raise: worth another try, permission gone, or final."""
    facts: dict[str, Any] = {"method": method, "code": code}
    if code == "2":
        step = {"step_zh": "降低调用频率,仍被拒请隔日再采集", "step_en": "call less often; if still refused, collect tomorrow"}
        return TransientError("RATE_LIMITED", "平台限流", "throttled by the platform", **step, **facts)
    if code in _BUSY:
        return TransientError(_BUSY[code], "平台繁忙", "the platform is busy", **facts)
    if code == "8":
        return CollectError("CLOCK_WRONG", "时间戳未通过", "the timestamp was refused", step_zh="校准本机时钟", step_en="set this machine's clock", **facts)
    if code in _DENIED:
        rule, (step_zh, step_en) = _DENIED[code]
        return CredentialError(rule, "平台拒绝访问该店铺", "the platform denies access to this shop", step_zh=step_zh, step_en=step_en, **facts)
    return CollectError(_REFUSED.get(code, "PLATFORM_REFUSED"), "平台拒绝了请求", "the platform refused the request", **facts)


def _object(body: bytes) -> dict[str, Any]:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise TransientError("BODY_NOT_JSON", "平台返回不是完整的报文", "the answer is not whole JSON") from None
    if not isinstance(answer, dict):
        raise TransientError("BODY_NOT_JSON", "平台返回不是报文", "the answer is not an object")
    return answer


def _oauth_base(base_url: str) -> str:
    """Tokens live on a host of their own; anywhere but at JD itself (a relay, the simulator) it is the same one."""
    return _OAUTH.get(urlsplit(base_url).netloc, base_url.rstrip("/"))
