"""One call to api.weixin.qq.com: JSON in, JSON out, the token in the query, no signature; every errcode put into its class.

The token comes from /cgi-bin/stable_token for appid and secret; there is no refresh token. Tokens of /cgi-bin/token are another kind and never used.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
import requests

from connectors.http import Client, Credentials
from contracts.errors import CollectError, CredentialError, TransientError

TOKEN_PATH = "/cgi-bin/stable_token"  # noqa: S105 - an address, no secret
#: A forced renewal is allowed 20 times a day and every 30 seconds.
FORCE_PAUSE_SECONDS = 30.0

#: -1 busy; 10021044 too many users; 45011 too many calls a minute (what it looks like here is UNVERIFIED).
_BUSY = {-1: None, 10021044: 5.0, 45011: 60.0}
_TOKEN_REFUSED = {40001, 40014, 42001}
_SECRET = ("核对小店的 AppID 和 AppSecret", "check the shop's AppID and AppSecret")
_RULES = {
    40097: "ILLEGAL_PARAMETER", 47001: "ILLEGAL_BODY", 43001: "ILLEGAL_METHOD", 100002: "NO_SUCH_ORDER", 10020004: "WINDOW_TOO_LONG",
    10021050: "NO_SUCH_AFTER_SALE", 45009: "QUOTA_USED_UP",
}  # fmt: skip


class TokenRefusedError(CredentialError):
    """The access token is not (or no longer) good; another one may be."""


class TooManyOrdersError(CollectError):
    """31042: the window holds more than can be listed; ask for a shorter one."""


class CursorChangedError(CollectError):
    """606006: the platform no longer takes the cursor for that of these parameters; begin the list again."""


@dataclass
class Gateway:
    """Calls for one shop. ``credentials`` changes when the token is renewed; ``now`` counts seconds and is replaceable for tests.

    It is no wall clock, which may be set back.
    """

    client: Client
    credentials: Credentials
    now: Callable[[], float] = time.monotonic
    forced_at: float = float("-inf")

    def call(self, path: str, body: Mapping[str, object]) -> bytes:
        """The body of a successful answer. A refused token is renewed once and the same call repeated.

        Raises TransientError when the client's tries are used up, CredentialError when a person must act, CollectError otherwise.
        """
        if not self.credentials.access_token:
            self._keep(self._new_token(force=False))
        try:
            return self._send(path, body)
        except TokenRefusedError:
            self._renew()
        return self._send(path, body)

    def _renew(self) -> None:
        """The token in force, whoever asked for it last; a new one by force only where that is the very one just refused."""
        token = self._new_token(force=False)
        if token == self.credentials.access_token:
            if self.now() - self.forced_at < FORCE_PAUSE_SECONDS:
                raise _denied("TOKEN_REFUSED", "令牌刚刷新又被拒绝", "the token was refused right after its renewal", _SECRET)
            self.forced_at = self.now()
            token = self._new_token(force=True)
        self._keep(token)

    def _keep(self, token: str) -> None:
        renewed = replace(self.credentials, access_token=token)
        renewed.save(renewed)
        self.credentials = renewed

    def _new_token(self, *, force: bool) -> str:
        own = self.credentials
        wanted = {"grant_type": "client_credential", "appid": own.app_key, "secret": own.app_secret, "force_refresh": force}
        token = orjson.loads(self._send(TOKEN_PATH, wanted)).get("access_token")
        if not token:
            raise _denied("TOKEN_NOT_GIVEN", "未取得令牌", "no token was given", _SECRET)
        return str(token)

    def _send(self, path: str, body: Mapping[str, object]) -> bytes:
        data = orjson.dumps(body)

        def make() -> requests.Request:
            query = {} if path == TOKEN_PATH else {"access_token": self.credentials.access_token}
            return requests.Request("POST", self.credentials.base_url + path, params=query, data=data, headers={"Content-Type": "application/json"})

        def read(response: requests.Response, answer: bytes) -> bytes:
            del response
            check(path, answer)
            return answer

        try:
            return self.client.call(make, read, self.credentials)
        except CredentialError as error:
            if error.rule != "HTTP_DENIED":
                raise
            step = ("把本机出口 IP 加入小店后台的接口白名单", "add this machine's address to the shop's API allow list")
            raise _denied("IP_NOT_ALLOWED", "平台拒绝了本机地址", "the platform refuses this machine's address", step, path=path) from None


def check(path: str, body: bytes) -> dict[str, Any]:
    """The answer as an object if it says success; else the error of its errcode. A token answer has no errcode at all."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        answer = None
    if not isinstance(answer, dict):
        raise TransientError("BODY_NOT_JSON", "平台返回不是完整的报文", "the answer is not whole JSON", path=path)
    if code := int(answer.get("errcode") or 0):
        raise _classify(path, code)
    return answer


def _classify(path: str, code: int) -> CollectError:
    """The error of an errcode. ``errmsg`` is left out: it quotes what was sent."""
    facts: dict[str, Any] = {"path": path, "errcode": code}
    if code in _BUSY:
        return TransientError("PLATFORM_BUSY", "平台繁忙", "the platform is busy", retry_after=_BUSY[code], **facts)
    if path == TOKEN_PATH and code in (*_TOKEN_REFUSED, 40013):
        return _denied("BAD_SECRET", "AppID 或 AppSecret 不正确", "AppID or AppSecret is wrong", _SECRET, **facts)
    if code in _TOKEN_REFUSED:
        said = {"step_zh": _SECRET[0], "step_en": _SECRET[1]}
        return TokenRefusedError("TOKEN_REFUSED", "令牌无效或已过期", "the token is not valid or has expired", **said, **facts)
    if code == 48001:
        step = ("在小店后台为应用开通该接口权限", "give the app this permission in the shop's back-office")
        return _denied("NO_PERMISSION", "该接口没有权限", "no permission for this interface", step, **facts)
    if code == 31042:
        return TooManyOrdersError("TOO_MANY_ORDERS", "时间范围内订单过多", "too many orders in the window", **facts)
    if code == 606006:
        return CursorChangedError("CURSOR_CHANGED", "翻页参数与上一页不一致", "the cursor does not fit its parameters", **facts)
    return CollectError(_RULES.get(code, "PLATFORM_REFUSED"), "平台拒绝了请求", "the platform refused the request", **facts)


def _denied(rule: str, zh: str, en: str, step: tuple[str, str], **facts: Any) -> CredentialError:  # noqa: ANN401 - facts of any kind
    return CredentialError(rule, zh, en, step_zh=step[0], step_en=step[1], **facts)
