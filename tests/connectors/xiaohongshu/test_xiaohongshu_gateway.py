"""Signature, envelopes and refusals, without a server."""

from __future__ import annotations

import json
from collections.abc import Callable

import orjson
import pytest
import requests
from xiaohongshu_cases import THIRD_PARTY

from connectors.gateway import TokenExpiredError
from connectors.http import Client, Credentials
from connectors.xiaohongshu import simulate_api
from connectors.xiaohongshu.gateway import Gateway, parse, sign
from contracts.errors import CollectError, CredentialError, TransientError

APP, SECRET, TIME = "1234567890abcdef", "fedcba0987654321", "1612518379"
#: printf '%s' 'order.getOrderList?appId=…&timestamp=…&version=2.0<secret>' | md5sum
VECTOR = "6937c38400be579a4b5b14535c68ada6"


class Canned(Client):
    """Answers every request with the next body; keeps what was asked."""

    def answers(self, *bodies: object) -> Canned:
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


def gateway(client: Client, saved: list[Credentials] | None = None) -> Gateway:
    keep = (lambda new: saved.append(new)) if saved is not None else (lambda new: None)
    return Gateway(
        client,
        Credentials("http://127.0.0.1/", APP, SECRET, "t0ken", "r3fresh", save=keep),
        now=lambda: float(TIME),
    )


def test_the_sign_is_the_documents_formula() -> None:
    assert sign("order.getOrderList", APP, SECRET, TIME) == VECTOR
    assert simulate_api.verified("order.getOrderList", APP, SECRET, TIME, VECTOR)
    for changed in [
        ("order.getOrderDetail", APP, SECRET, TIME),
        ("order.getOrderList", APP + "0", SECRET, TIME),
        ("order.getOrderList", APP, "x", TIME),
    ]:
        assert sign(*changed) != VECTOR
        assert not simulate_api.verified(*changed, VECTOR)
    assert not simulate_api.verified("order.getOrderList", APP, SECRET, TIME, VECTOR.upper()), "lower hex"


def test_a_request_lies_flat_in_one_body_and_only_system_parameters_are_signed() -> None:
    client = Canned().answers(
        {"error_code": 0, "success": True, "data": {}}, {"error_code": 0, "success": True, "data": {}}
    )
    gateway(client).call("order.getOrderList", {"startTime": 1, "pageNo": 2})
    gateway(client).call("order.getOrderList", {"startTime": 9, "pageNo": 9})
    one, two = (json.loads(request.data) for request in client.asked)
    assert client.asked[0].url == "http://127.0.0.1/ark/open_api/v3/common_controller"
    assert client.asked[0].method == "POST"
    system = {
        "appId": APP,
        "method": "order.getOrderList",
        "timestamp": TIME,
        "version": "2.0",
        "sign": VECTOR,
        "accessToken": "t0ken",
    }
    assert one == {**system, "startTime": 1, "pageNo": 2}
    assert one["sign"] == two["sign"]


OK = {"error_code": 0, "error_msg": "", "success": True}


@pytest.mark.parametrize(
    ("answer", "kind", "rule"),
    [
        (
            {"error_code": -9013, "error_msg": "触发Method维度的限流", "success": False},
            TransientError,
            "RATE_LIMITED",
        ),
        (
            {"error_code": -77, "error_msg": "触发应用维度的限流", "success": False},
            TransientError,
            "RATE_LIMITED",
        ),
        (
            {"error_code": -2000400, "error_msg": "请求参数错误", "success": False},
            CollectError,
            "ILLEGAL_PARAMETER",
        ),
        ({"success": True, "error_code": 50209, "error_msg": "..."}, CollectError, "PLATFORM_REFUSED"),
        ({"success": False, "error_code": 0, "error_msg": ""}, CollectError, "PLATFORM_REFUSED"),
        ({"success": True, "data": {}}, CollectError, "PLATFORM_REFUSED"),
        (
            {**OK, "data": {"code": -1, "msg": "失败", "success": False, "data": None}},
            CollectError,
            "PLATFORM_REFUSED",
        ),
        (
            {**OK, "data": {"code": 0, "msg": "", "success": False, "data": {}}},
            CollectError,
            "PLATFORM_REFUSED",
        ),
        ({**OK, "data": {"code": 1, "msg": "触发限流", "success": False}}, TransientError, "RATE_LIMITED"),
        ({"error_code": -2, "error_msg": "签名校验失败", "success": False}, CredentialError, "BAD_SIGNATURE"),
        (
            {"error_code": -5, "error_msg": "应用没有接口权限", "success": False},
            CredentialError,
            "NO_PERMISSION",
        ),
        ({"error_code": 401, "error_msg": "", "success": False}, TokenExpiredError, "TOKEN_REFUSED"),
        (
            {"error_code": -6, "error_msg": "accessToken已过期", "success": False},
            TokenExpiredError,
            "TOKEN_REFUSED",
        ),
        (
            {"error_code": -1, "error_msg": "系统繁忙，请稍后再试", "success": False},
            TransientError,
            "PLATFORM_BUSY",
        ),
    ],
)
def test_refusals_and_their_class(answer: dict[str, object], kind: type[CollectError], rule: str) -> None:
    with pytest.raises(CollectError) as caught:
        parse(orjson.dumps(answer), "order.getOrderList")
    assert type(caught.value) is kind
    assert caught.value.rule == rule
    said = str(answer.get("error_msg") or "")
    assert not said or said not in str(caught.value), "the platform's sentence may quote what was sent"


@pytest.mark.parametrize("body", [b'{"error_code":0,"da', b"<html>", b"", b"[]"])
def test_a_body_that_is_not_an_answer_is_worth_another_try(body: bytes) -> None:
    with pytest.raises(TransientError, match="BODY_NOT_JSON"):
        parse(body)


def test_data_comes_out_of_one_envelope_or_two_with_every_digit() -> None:
    assert parse(b'{"error_code":0,"success":true,"data":{"total":1}}') == {"total": 1}
    two = (
        b'{"error_code":0,"success":true,"data":{"code":0,"msg":"","success":true,"data":{"y":300.10,'
        b'"big":1.23456789E7,"id":5144741334441912345}}}'
    )
    assert parse(two) == {"y": "300.1", "big": "12345678.9", "id": 5144741334441912345}
    assert parse(b'{"error_code":0,"success":true}') == {}


def test_a_refused_token_is_refreshed_once_and_saved_before_use() -> None:
    refused = {"error_code": 401, "error_msg": "accessToken已失效", "success": False}
    client = Canned().answers(
        refused, {**OK, "data": {"accessToken": "new", "refreshToken": "newer"}}, {**OK, "data": {}}
    )
    saved: list[Credentials] = []
    own = gateway(client, saved)
    own.call("order.getOrderDetail", {"orderId": "P1"})
    asked = [json.loads(request.data) for request in client.asked]
    assert [item["method"] for item in asked] == [
        "order.getOrderDetail",
        "oauth.refreshToken",
        "order.getOrderDetail",
    ]
    assert asked[1]["refreshToken"] == "r3fresh"
    assert "accessToken" not in asked[1]
    assert asked[2]["accessToken"] == "new"
    assert [(item.access_token, item.refresh_token) for item in saved] == [("new", "newer")]


@pytest.mark.parametrize("data", [None, {}, {"accessToken": "a"}, {"accessToken": "", "refreshToken": ""}])
def test_a_refresh_without_both_tokens_gives_nothing(data: object) -> None:
    saved: list[Credentials] = []
    client = Canned().answers({"error_code": 401, "error_msg": "", "success": False}, {**OK, "data": data})
    with pytest.raises(CredentialError, match="TOKEN_NOT_GIVEN"):
        gateway(client, saved).call("order.getOrderList", {})
    assert saved == []


@pytest.mark.skipif(not THIRD_PARTY.is_dir(), reason="third-party samples are not beside the repository")
def test_published_envelopes() -> None:
    told = json.loads((THIRD_PARTY / "envelopes.json").read_bytes())
    assert parse(orjson.dumps(told["ok"])) == {"total": 1}
    assert parse(orjson.dumps(told["double_envelope_ok"])) == {"totalCount": 0, "afterSaleBasicInfos": []}
    rules = {
        "param_error": "ILLEGAL_PARAMETER",
        "throttled_http200": "RATE_LIMITED",
        "success_but_business_error": "PLATFORM_REFUSED",
    }
    for name, rule in rules.items():
        with pytest.raises(CollectError) as caught:
            parse(orjson.dumps(told[name]))
        assert caught.value.rule == rule
