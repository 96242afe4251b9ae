"""api.weixin.qq.com: JSON in, JSON out, the token in the query, no signature.

How a token is come by, and what each errcode means.

The token comes from /cgi-bin/stable_token for appid and secret; there is no refresh token. Tokens of
/cgi-bin/token are another kind and never used.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
import requests

from connectors.gateway import BaseGateway, Refusal, TokenExpiredError, refused, whole_json
from contracts.errors import CollectError, CredentialError, TransientError

TOKEN_PATH = "/cgi-bin/stable_token"  # noqa: S105 - an address, no secret
#: A forced renewal is allowed 20 times a day and every 30 seconds.
FORCE_PAUSE_SECONDS = 30.0


class TooManyOrdersError(CollectError):
    """31042: the window holds more than can be listed; ask for a shorter one."""


class CursorChangedError(CollectError):
    """606006: the platform no longer takes the cursor for that of these parameters; begin the list again."""


#: -1 busy; 10021044 too many users; 45011 too many calls a minute (what it looks like here is UNVERIFIED).
#: Seconds to wait, where they are known.
_PAUSES = {-1: None, 10021044: 5.0, 45011: 60.0}
_SECRET = ("核对小店的 AppID 和 AppSecret", "check the shop's AppID and AppSecret")
_PERMIT = ("在小店后台为应用开通该接口权限", "give the app this permission in the shop's back-office")
_ALLOW = ("把本机出口 IP 加入小店后台的接口白名单", "add this machine's address to the shop's API allow list")
#: By errcode, and by the path that was asked.
_REFUSALS = (
    Refusal(TransientError, "PLATFORM_BUSY", _PAUSES),
    Refusal(
        CredentialError,
        "BAD_SECRET",
        {40001, 40014, 42001, 40013},
        TOKEN_PATH,
        ("AppID 或 AppSecret 不正确", "AppID or AppSecret is wrong"),
        _SECRET,
    ),
    Refusal(
        TokenExpiredError,
        "TOKEN_REFUSED",
        {40001, 40014, 42001},
        "",
        ("令牌无效或已过期", "the token is not valid or has expired"),
        _SECRET,
    ),
    Refusal(
        CredentialError,
        "NO_PERMISSION",
        {48001},
        "",
        ("该接口没有权限", "no permission for this interface"),
        _PERMIT,
    ),
    Refusal(
        TooManyOrdersError,
        "TOO_MANY_ORDERS",
        {31042},
        what=("时间范围内订单过多", "too many orders in the window"),
    ),
    Refusal(
        CursorChangedError,
        "CURSOR_CHANGED",
        {606006},
        what=("翻页参数与上一页不一致", "the cursor does not fit its parameters"),
    ),
    Refusal(CollectError, "ILLEGAL_PARAMETER", {40097}),
    Refusal(CollectError, "ILLEGAL_BODY", {47001}),
    Refusal(CollectError, "ILLEGAL_METHOD", {43001}),
    Refusal(CollectError, "NO_SUCH_ORDER", {100002}),
    Refusal(CollectError, "WINDOW_TOO_LONG", {10020004}),
    Refusal(CollectError, "NO_SUCH_AFTER_SALE", {10021050}),
    Refusal(CollectError, "QUOTA_USED_UP", {45009}),
)
_REFUSED_AGAIN = Refusal(
    CredentialError,
    "TOKEN_REFUSED",
    (),
    "",
    ("令牌刚刷新又被拒绝", "the token was refused right after its renewal"),
    _SECRET,
)
_NOT_GIVEN = Refusal(
    CredentialError, "TOKEN_NOT_GIVEN", (), "", ("未取得令牌", "no token was given"), _SECRET
)
_ADDRESS = Refusal(
    CredentialError,
    "IP_NOT_ALLOWED",
    (),
    "",
    ("平台拒绝了本机地址", "the platform refuses this machine's address"),
    _ALLOW,
)


@dataclass
class Gateway(BaseGateway):
    """Calls for one shop.

    ``now`` is no wall clock, which may be set back: nothing is signed, it measures pauses.
    """

    now: Callable[[], float] = time.monotonic
    forced_at: float = float("-inf")

    def call(self, method: str, params: Mapping[str, Any]) -> bytes:
        """The body of a successful answer to the path ``method``. The first call fetches a token."""
        if not self.credentials.access_token:
            self._keep(self._new_token(force=False))
        return super().call(method, params)

    def _renew(self) -> None:
        """The token in force, whoever asked for it last.

        A new one by force only where that is the very one just refused.
        """
        token = self._new_token(force=False)
        if token == self.credentials.access_token:
            if self.now() - self.forced_at < FORCE_PAUSE_SECONDS:
                raise _REFUSED_AGAIN.error()
            self.forced_at = self.now()
            token = self._new_token(force=True)
        self._keep(token)

    def _keep(self, token: str) -> None:
        renewed = replace(self.credentials, access_token=token)
        renewed.save(renewed)
        self.credentials = renewed

    def _new_token(self, *, force: bool) -> str:
        own = self.credentials
        wanted = {
            "grant_type": "client_credential",
            "appid": own.app_key,
            "secret": own.app_secret,
            "force_refresh": force,
        }
        token = orjson.loads(self._send(TOKEN_PATH, wanted)).get("access_token")
        if not token:
            raise _NOT_GIVEN.error()
        return str(token)

    def _send(self, method: str, params: Mapping[str, Any]) -> bytes:
        try:
            return super()._send(method, params)
        except CredentialError as error:
            if error.rule != "HTTP_DENIED":
                raise
            raise _ADDRESS.error(path=method) from None

    def _request(self, method: str, params: Mapping[str, Any]) -> requests.Request:
        query = {} if method == TOKEN_PATH else {"access_token": self.credentials.access_token}
        headers = {"Content-Type": "application/json"}
        return requests.Request(
            "POST",
            self.credentials.base_url + method,
            params=query,
            data=orjson.dumps(params),
            headers=headers,
        )

    def _check(self, method: str, body: bytes) -> None:
        check(method, body)


def check(path: str, body: bytes) -> dict[str, Any]:
    """The answer as an object if it says success; else the error of its errcode.

    A token answer has no errcode at all.

    ``errmsg`` is left out of the error: it quotes what was sent.
    """
    answer = whole_json(body, path=path)
    if code := int(answer.get("errcode") or 0):
        pause = {"retry_after": _PAUSES[code]} if code in _PAUSES else {}
        raise refused(_REFUSALS, {code}, path, **pause, path=path, errcode=code)
    return answer
