"""Every documented error answer falls into its class, without a server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
import requests

from connectors.gateway import TokenExpiredError
from connectors.http import Client, Credentials
from connectors.kuaishou.gateway import Gateway, WindowTooWideError, answer
from contracts.errors import CollectError, CredentialError, TransientError

OK = {"result": 1, "data": {}}


class Canned(Client):
    """Answers requests with the given bodies, one after the other; keeps what was asked."""

    def answers(self, *bodies: dict[str, Any]) -> Canned:
        self.bodies, self.asked = [orjson.dumps(body) for body in bodies], list[requests.Request]()
        return self

    def call(
        self,
        make: Callable[[], requests.Request],
        read: Callable[[requests.Response, bytes], bytes],
        credentials: Credentials,
    ) -> bytes:
        self.asked.append(make())
        return read(requests.Response(), self.bodies.pop(0))


def gateway(*bodies: dict[str, Any], saved: list[Credentials] | None = None) -> tuple[Gateway, Canned]:
    client = Canned().answers(*bodies)
    store = (lambda new: None) if saved is None else saved.append
    credentials = Credentials(
        "http://127.0.0.1/kuaishou", "key", "app5ecret:s1gnsecret", "t0ken", "r3fresh", save=store
    )
    return Gateway(client, credentials, now=lambda: 1_800_000_000.5), client


def test_a_call_is_asked_for_as_documented() -> None:
    way, client = gateway(OK)
    way.call("open.order.cursor.list", {"cursor": "", "pageSize": 50})
    (request,) = client.asked
    assert (request.method, request.url) == ("GET", "http://127.0.0.1/kuaishou/open/order/cursor/list")
    told = dict(request.params)
    assert told.pop("sign")
    assert told == {
        "access_token": "t0ken", "appkey": "key", "method": "open.order.cursor.list",
        "param": '{"cursor":"","pageSize":50}',
        "signMethod": "HMAC_SHA256", "timestamp": "1800000000500", "version": "1",
    }  # fmt: skip
    assert "s1gnsecret" not in str(request.params)


EXPIRED = {"result": 100200102, "error": "access_denied", "error_msg": "invalid token"}


def test_a_refresh_is_a_form_with_the_apps_own_secret_and_saved_before_use() -> None:
    saved: list[Credentials] = []
    way, client = gateway(
        EXPIRED, {"result": 1, "access_token": "a2", "refresh_token": "r2"}, OK, saved=saved
    )
    way.call("open.order.cursor.list", {})
    assert (client.asked[1].method, client.asked[1].url) == (
        "POST",
        "http://127.0.0.1/kuaishou/oauth2/refresh_token",
    )
    assert client.asked[1].data == {
        "grant_type": "refresh_token",
        "refresh_token": "r3fresh",
        "app_id": "key",
        "app_secret": "app5ecret",
    }
    assert dict(client.asked[2].params)["access_token"] == "a2"
    assert [(item.access_token, item.refresh_token, item.app_secret) for item in saved] == [
        ("a2", "r2", "app5ecret:s1gnsecret")
    ]


def test_a_refresh_in_the_sdks_spelling_is_understood() -> None:
    way, _ = gateway(EXPIRED, {"result": 1, "accessToken": "a2", "refreshToken": "r2"}, OK)
    way.call("open.order.cursor.list", {})
    assert way.credentials.access_token == "a2"


@pytest.mark.parametrize(
    "told",
    [
        {"result": 1},
        {"result": 1, "access_token": "a2"},
        {"result": 1, "access_token": "", "refresh_token": ""},
    ],
)
def test_a_refresh_without_both_tokens_gives_nothing(told: dict[str, Any]) -> None:
    saved: list[Credentials] = []
    way, _ = gateway(EXPIRED, told, saved=saved)
    with pytest.raises(CredentialError, match="TOKEN_NOT_GIVEN"):
        way.call("open.order.cursor.list", {})
    assert saved == []


def test_a_used_up_refresh_token_is_a_matter_for_people() -> None:
    way, client = gateway(EXPIRED, {"result": 100200102, "error_msg": "refreshToken.discarded"})
    with pytest.raises(CredentialError, match=r"TOKEN_EXPIRED.*授权"):
        way.call("open.order.cursor.list", {})
    assert len(client.asked) == 2


@pytest.mark.parametrize(
    ("told", "kind", "rule"),
    [
        (
            {"result": 21, "error_msg": "Exceed qps limit, KEY [apiId:x;appkey:ks1], MAX_QPS [300.0]"},
            TransientError,
            "RATE_LIMITED",
        ),
        ({"result": 21, "error_msg": "Exceed quota limit, KEY [appkey:ks1]"}, CollectError, "QUOTA_USED_UP"),
        (
            {"result": 21, "sub_msg": "Exceed quota limit, KEY [appkey:ks1;primaryUserId:2]"},
            CollectError,
            "QUOTA_USED_UP",
        ),
        (
            {"result": 21, "msg": "[1017] exceed quota limit,[apiId:x;primaryUserId:3]"},
            CollectError,
            "QUOTA_USED_UP",
        ),
        ({"result": 100200500, "error": "server_error"}, TransientError, "SERVICE_BUSY"),
        ({"result": 100200102, "error_msg": "invalid token"}, TokenExpiredError, "TOKEN_EXPIRED"),
        (
            {"result": 100200102, "error_msg": "refreshToken.revokedAuthorization"},
            CredentialError,
            "TOKEN_EXPIRED",
        ),
        ({"result": 100200101, "error": "unauthorized_client"}, CredentialError, "APP_REFUSED"),
        ({"result": 100200106, "error": "invalid_scope"}, CredentialError, "NO_PERMISSION"),
        ({"result": 100200100, "error": "invalid_request"}, CollectError, "MISSING_PARAMETER"),
        ({"result": 28, "error_msg": "签名校验失败"}, CredentialError, "BAD_SIGNATURE"),
        ({"result": 28, "error_msg": "验签失败"}, CredentialError, "BAD_SIGNATURE"),
        ({"result": 300003}, CollectError, "WINDOW_REVERSED"),
        ({"result": 300004}, WindowTooWideError, "WINDOW_TOO_WIDE"),
        ({"result": 0, "sub_code": "300019"}, WindowTooWideError, "WINDOW_TOO_WIDE"),
        ({"result": 0, "code": "300005"}, CollectError, "TOO_OLD"),
        ({"result": 2001, "code": "807000", "subMsg": "endTime无效"}, CollectError, "PLATFORM_REFUSED"),
        ({}, CollectError, "PLATFORM_REFUSED"),
    ],
)
def test_answers_and_their_class(told: dict[str, Any], kind: type[CollectError], rule: str) -> None:
    with pytest.raises(CollectError) as caught:
        answer(orjson.dumps(told))
    assert type(caught.value) is kind
    assert caught.value.rule == rule
    assert caught.value.zh
    assert caught.value.en


@pytest.mark.parametrize("body", [b'{"result":1,"data":{"or', b"<html>502</html>", b"", b"[]"])
def test_a_body_that_is_not_an_answer_is_worth_another_try(body: bytes) -> None:
    with pytest.raises(TransientError, match="BODY_NOT_JSON"):
        answer(body)
