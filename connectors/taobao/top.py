"""TOP, the gateway of Taobao's open API: how a request is signed and what an error answer means."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import requests

from connectors.files.clocks import stamp
from connectors.gateway import BaseGateway, Refusal, clock_wrong, refused, whole_json
from connectors.http import Credentials
from contracts.errors import CollectError, CredentialError, TransientError
from contracts.fields import TIME_ZONE

PATH = "/router/rest"

_BAN = re.compile(r"last for (\d+) more second")
_DAILY_QUOTA = "accesscontrol.limited-by-app-access-count"
_USED_UP = ("应用当日调用量已用完", "the app's calls of the day are used up")
_AFTER_MIDNIGHT = ("北京时间零点后再采集", "collect after Beijing midnight")
_UNAVAILABLE = ("平台服务暂不可用", "the platform's service is unavailable")
_SESSION = ("店铺授权已失效", "the shop's session is no longer valid")
_MAIN_ACCOUNT = ("请店铺主账号重新授权", "have the shop's main account authorise again")
_NO_PERMISSION = ("应用没有该接口的权限", "the app may not call this method")
_APPLY = ("申请订单权限包,或改用文件导出", "apply for the order pack, or use file exports")
_REFUSED = ("平台拒绝请求", "the platform refused the request")
#: By code and sub-code. ``isp.`` errors are the platform's own.
_REFUSALS = (
    Refusal(CollectError, "DAILY_QUOTA", {7}, f"^{re.escape(_DAILY_QUOTA)}$", _USED_UP, _AFTER_MIDNIGHT),
    Refusal(TransientError, "THROTTLED", {7}, what=("平台限流", "throttled by the platform")),
    Refusal(TransientError, "PLATFORM_BUSY", words=r"^isp\.", what=_UNAVAILABLE),
    Refusal(CredentialError, "SESSION_INVALID", {26, 27, 53}, what=_SESSION, step=_MAIN_ACCOUNT),
    Refusal(
        CredentialError,
        "SESSION_INVALID",
        (),
        "^(invalid-sessionkey|session-expired|session-not-exist)$",
        _SESSION,
        _MAIN_ACCOUNT,
    ),
    Refusal(CollectError, "NO_PERMISSION", {11, 12}, what=_NO_PERMISSION, step=_APPLY),
    Refusal(CollectError, "BAD_SIGNATURE", {25}, what=_REFUSED),
    Refusal(CollectError, "BAD_APP_KEY", {28, 29}, what=_REFUSED),
    clock_wrong({30, 31}),
    Refusal(CollectError, "MISSING_ARGUMENT", {40}, what=_REFUSED),
    Refusal(CollectError, "BAD_ARGUMENT", {41}, what=_REFUSED),
    Refusal(CollectError, "REFUSED", what=_REFUSED),
)


def sign(params: Mapping[str, str], secret: str, method: str = "md5") -> str:
    """Signature in upper hex over all non-empty ``params`` sorted by name and joined without separators
    (``sign`` itself left out).

    ``md5`` stands the secret on both sides; ``hmac`` and ``hmac-sha256`` use it as the key. Source: official
    document 101617 and its worked example.
    """
    joined = "".join(f"{key}{params[key]}" for key in sorted(params) if key != "sign" and params[key])
    if method == "md5":
        return hashlib.md5(f"{secret}{joined}{secret}".encode(), usedforsecurity=False).hexdigest().upper()
    digest = {"hmac": "md5", "hmac-sha256": "sha256"}[method]
    return hmac.new(secret.encode(), joined.encode(), digest).hexdigest().upper()


def request(
    credentials: Credentials, method: str, arguments: Mapping[str, str], now: dt.datetime
) -> requests.Request:
    """A signed POST calling ``method``.

    The gateway refuses a ``now`` more than ten minutes off its own clock.
    """
    params = {
        "method": method,
        "app_key": credentials.app_key,
        "session": credentials.access_token,
        "timestamp": stamp(now),
        "format": "json",
        "v": "2.0",
        "sign_method": "md5",
        **{key: value for key, value in arguments.items() if value},
    }
    params["sign"] = sign(params, credentials.app_secret)
    return requests.Request("POST", credentials.base_url.rstrip("/") + PATH, data=params)


def parse(body: bytes) -> dict[str, Any]:
    """The content of the one ``…_response`` object a good answer consists of.

    Raises TransientError for what is not such an answer.
    """
    answer = whole_json(body)
    if len(answer) != 1:
        raise TransientError("NOT_TOP", "平台返回格式不符", "not an answer of this API")
    ((name, content),) = answer.items()
    if name == "error_response":
        raise fault(content)
    return content if isinstance(content, dict) else {}


def fault(error: Mapping[str, Any], now: dt.datetime | None = None) -> CollectError:
    """An ``error_response`` as the exception to raise: worth another try, permission gone, stop until
    midnight, or final.

    A ban (code 7) tells its seconds; the application's daily quota ends at Beijing midnight.
    """
    code, sub_code = int(error.get("code") or 0), str(error.get("sub_code") or "")
    facts: dict[str, Any] = {"code": code, "sub_code": sub_code}
    if code == 7 and sub_code == _DAILY_QUOTA:
        facts["retry_at"] = _midnight_after(now)
    elif code == 7:
        ban = _BAN.search(f"{error.get('msg') or ''} {error.get('sub_msg') or ''}")
        facts["retry_after"] = int(ban[1]) if ban else None
    return refused(_REFUSALS, {code}, sub_code, **facts)


def _midnight_after(now: dt.datetime | None) -> str:
    local = (now or dt.datetime.now(ZoneInfo(TIME_ZONE))).astimezone(ZoneInfo(TIME_ZONE))
    return (local.replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=1)).isoformat()


class Gateway(BaseGateway):
    """Signed calls for one shop. An expired session is not renewed: only the shop can."""

    def _request(self, method: str, params: Mapping[str, Any]) -> requests.Request:
        return request(
            self.credentials, method, params, dt.datetime.fromtimestamp(self._moment(), ZoneInfo(TIME_ZONE))
        )

    def _check(self, method: str, body: bytes) -> None:
        del method
        parse(body)
