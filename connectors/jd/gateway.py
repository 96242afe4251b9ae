"""JOS, the gateway of JD's open platform: one signed call, and every way in which HTTP 200 may still
mean no.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import requests

from connectors.files.clocks import stamp
from connectors.gateway import CHECK_SECRET, BaseGateway, Refusal, clock_wrong, refused, whole_json
from connectors.http import Credentials, with_tokens
from connectors.jd import signing
from contracts.errors import CollectError, CredentialError, TransientError
from contracts.fields import TIME_ZONE

PATH = "/routerjson"
REFRESH_PATH = "/oauth2/refresh_token"
#: A token can be renewed on its last day only; afterwards it is too late.
RENEWABLE = dt.timedelta(hours=24)

_OAUTH = {"api.jd.com": "https://open-oauth.jd.com"}
_AUTHORISE = ("请商家重新授权应用", "have the merchant authorise the app again")
_APPLY = (
    "核对应用权限与商家类型(仅限 POP 商家),或改用文件导出",
    "check the app's permission and the shop's type (POP only), or use file exports",
)
_SLOWER = ("降低调用频率,仍被拒请隔日再采集", "call less often; if still refused, collect tomorrow")
_ENDED = Refusal(
    CredentialError,
    "TOKEN_INVALID",
    what=("令牌已过期,不能再续期", "the token has ended and cannot be renewed"),
    step=_AUTHORISE,
)
#: By code. The platform allows six minutes between its clock and ours (8).
_REFUSALS = (
    Refusal(
        TransientError, "RATE_LIMITED", {"2"}, what=("平台限流", "throttled by the platform"), step=_SLOWER
    ),
    Refusal(TransientError, "PLATFORM_ERROR", {"43", "67", "69"}),
    Refusal(TransientError, "SERVICE_TIMEOUT", {"65"}),
    Refusal(TransientError, "SERVICE_BUSY", {"66"}),
    clock_wrong({"8"}),
    Refusal(CredentialError, "TOKEN_INVALID", {"18", "19"}, step=_AUTHORISE),
    Refusal(CredentialError, "NO_PERMISSION", {"22", "24", "64", "72"}, step=_APPLY),
    Refusal(CredentialError, "BAD_SIGNATURE", {"12"}, step=CHECK_SECRET),
    Refusal(CredentialError, "BAD_APP_KEY", {"21"}, step=("核对应用标识 app_key", "check the app's key")),
    Refusal(CollectError, "API_OFFLINE", {"15", "23"}),
    Refusal(CollectError, "BAD_ARGUMENT", {"60", "61", "62", "63"}),
)


class Gateway(BaseGateway):
    """Signed calls for one shop. An ended token cannot be renewed, one on its last day can: ``renew``."""

    def renew(self) -> bool:
        """Renew a token that ends within a day.

        False when its end is not known or it is too early, which costs one of the month's few renewals.

        Raises CredentialError when it is too late or the platform gives none.
        """
        ends = self.credentials.expires_at
        left = ends - self._here() if ends else None
        if left is None or left > RENEWABLE:
            return False
        if left <= dt.timedelta(0):
            raise _ENDED.error()
        self._renew()
        return True

    def _new_pair(self, own: Credentials) -> Credentials:
        """``expires_in`` (seconds) of the answer is UNVERIFIED.

        Where it is missing nobody knows the next end, and a person must name it.
        """
        base = _oauth_base(own.base_url)
        form = {
            "app_key": own.app_key,
            "app_secret": own.app_secret,
            "grant_type": "refresh_token",
            "refresh_token": own.refresh_token,
        }
        ask = requests.Request("POST", base + REFRESH_PATH, data=form)
        given = whole_json(self._exchange(lambda: ask, whole_json, replace(own, base_url=base)))
        seconds = str(given.get("expires_in") or "")
        ends = self._here() + dt.timedelta(seconds=int(seconds)) if seconds.isdigit() else None
        return with_tokens(own, given.get("access_token"), given.get("refresh_token"), ends)

    def _here(self) -> dt.datetime:
        """This machine's time, by which the end of a token is counted."""
        return dt.datetime.fromtimestamp(self.now(), ZoneInfo(TIME_ZONE))

    def _request(self, method: str, params: Mapping[str, Any]) -> requests.Request:
        own = self.credentials
        form = {
            "method": method,
            "app_key": own.app_key,
            "access_token": own.access_token,
            "timestamp": stamp(dt.datetime.fromtimestamp(self._moment(), dt.UTC)),
            "v": signing.VERSION,
            signing.ARGUMENTS: signing.arguments_json(params),
        }
        form["sign"] = signing.sign(form, own.app_secret)
        return requests.Request("POST", own.base_url.rstrip("/") + PATH, data=form)

    def _check(self, method: str, body: bytes) -> None:
        result_of(method, body)


def result_of(method: str, body: bytes) -> dict[str, Any]:
    """The business object of a good answer to ``method``: past the wrapper (misspelt ``…_responce``) and past
    its own verdict.

    Raises TransientError for what is worth another try, CredentialError when a person must act, CollectError
    otherwise.
    """
    answer = whole_json(body)
    if isinstance(error := answer.get("error_response"), dict):
        raise _fault(error.get("code"), method)
    name = method.replace(".", "_")
    wrapper = answer.get(f"{name}_responce") or answer.get(f"{name}_response")
    if not isinstance(wrapper, dict):
        raise _fault(answer.get("code"), method)
    if str(wrapper.get("code") or "0") != "0":
        raise _fault(wrapper["code"], method)
    result = next((item for item in wrapper.values() if isinstance(item, dict)), {})
    own = result.get("apiResult")
    verdict: dict[str, Any] = own if isinstance(own, dict) else result
    if verdict.get("success") not in (True, "true"):
        facts = {
            "method": method,
            "code": str(verdict.get("numberCode") or verdict.get("code") or verdict.get("errorCode") or ""),
        }
        raise CollectError(
            "BUSINESS_FAILED", "平台未能完成查询", "the platform did not complete the query", **facts
        )
    return result


def _fault(given: object, method: str) -> CollectError:
    code = str(given or "")
    return refused(_REFUSALS, {code}, method=method, code=code)


def _oauth_base(base_url: str) -> str:
    """Tokens live on a host of their own.

    Anywhere but at JD itself (a relay, the simulator) it is the same one.
    """
    return _OAUTH.get(urlsplit(base_url).netloc, base_url.rstrip("/"))
