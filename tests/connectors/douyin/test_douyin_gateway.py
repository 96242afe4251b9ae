"""Every documented error code falls into its class, without a server."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
import requests

from connectors.douyin.gateway import Gateway
from connectors.gateway import TokenExpiredError
from connectors.http import Client, Credentials
from contracts.errors import CollectError, CredentialError, TransientError


class Canned(Client):
    """Answers every request with one body; keeps what was asked."""

    def answer(self, body: bytes, date: str = "") -> Canned:
        self.body, self.date, self.asked = body, date, list[requests.Request]()
        return self

    def call(
        self,
        make: Callable[[], requests.Request],
        read: Callable[[requests.Response, bytes], bytes],
        credentials: Credentials,
    ) -> bytes:
        self.asked.append(make())
        response = requests.Response()
        if self.date:
            response.headers["Date"] = self.date
        return read(response, self.body)


def ask(code: object, sub_code: str = "", *, date: str = "", now: float = 1_800_000_000.0) -> Canned:
    client = Canned().answer(
        orjson.dumps({"code": code, "sub_code": sub_code, "log_id": "L1", "msg": "s3cret"}), date
    )
    Gateway(
        client, Credentials("http://127.0.0.1/douyin", "key", "s3cret", "t0ken", "r3fresh"), now=lambda: now
    ).call("order.searchList", {"page": 0})
    return client


def test_a_good_answer_was_asked_for_as_documented() -> None:
    (request,) = ask(10000).asked
    assert (request.method, request.url, request.data) == (
        "POST",
        "http://127.0.0.1/douyin/order/searchList",
        b'{"page":0}',
    )
    query = dict(request.params)
    assert {name: query[name] for name in (
            "app_key", "method", "timestamp", "v", "sign_method", "access_token")} == {
        "app_key": "key", "method": "order.searchList", "timestamp": "1800000000", "v": "2",
        "sign_method": "hmac-sha256", "access_token": "t0ken",
    }  # fmt: skip
    assert len(query["sign"]) == 64


@pytest.mark.parametrize(
    ("code", "sub_code", "kind", "rule"),
    [
        (20000, "isp.service-error:1", TransientError, "SERVICE_BUSY"),
        (20001, "", TransientError, "SERVICE_TIMEOUT"),
        (60000, "", TransientError, "RATE_LIMITED"),
        ("60000", "", TransientError, "RATE_LIMITED"),
        (90000, "isp.unknown-error", TransientError, "PLATFORM_ERROR"),
        (30001, "dop.authorization-closed", CredentialError, "NO_PERMISSION"),
        (30001, "isv.app-permissions-insufficient", CredentialError, "NO_PERMISSION"),
        (30002, "", CredentialError, "IP_NOT_ALLOWED"),
        (50001, "dop.token-generate-failed:code-expired", CredentialError, "TOKEN_NOT_GIVEN"),
        (40003, "isv.access-token-invalid", CredentialError, "TOKEN_INVALID"),
        (40003, "isv.signature-invalid", CredentialError, "BAD_SIGNATURE"),
        (40003, "isv.timestamp-invalid", CollectError, "CLOCK_WRONG"),
        (40003, "isv.parameter-invalid:size", CollectError, "ILLEGAL_PARAMETER"),
        (40001, "", CollectError, "MISSING_PARAMETER"),
        (40002, "", CollectError, "MISSING_PARAMETER"),
        (10001, "", CollectError, "PARTLY_FAILED"),
        (50002, "isv.business-failed:4001", CollectError, "BUSINESS_FAILED"),
        (70000, "isp.api-service-off", CollectError, "API_OFFLINE"),
        (80000, "", CollectError, "SECURITY_REFUSAL"),
        (12345, "", CollectError, "PLATFORM_REFUSED"),
        (None, "", CollectError, "PLATFORM_REFUSED"),
    ],
)
def test_codes_and_their_class(code: object, sub_code: str, kind: type[CollectError], rule: str) -> None:
    with pytest.raises(CollectError) as caught:
        ask(code, sub_code)
    assert type(caught.value) is kind
    assert caught.value.rule == rule
    assert caught.value.facts["log_id"] == "L1"
    assert not any(secret in str(caught.value) for secret in ("s3cret", "t0ken", "r3fresh"))


@pytest.mark.parametrize("sub_code", ["isv.access-token-expired", "isv.access-token-no-existed"])
def test_a_token_that_stays_expired_is_a_matter_for_people(sub_code: str) -> None:
    with pytest.raises(TokenExpiredError) as caught:
        ask(40003, sub_code)
    assert isinstance(caught.value, CredentialError)
    assert caught.value.step_zh


def test_a_refused_timestamp_is_tried_by_the_platforms_clock_once() -> None:
    with pytest.raises(TransientError, match="CLOCK_WRONG"):
        ask(40003, "isv.timestamp-invalid", date="Fri, 15 Jan 2027 08:20:00 GMT", now=1_800_000_000.0)
    with pytest.raises(CollectError) as caught:
        ask(40003, "isv.timestamp-invalid", date="Fri, 15 Jan 2027 08:00:10 GMT", now=1_800_000_000.0)
    assert type(caught.value) is CollectError


@pytest.mark.parametrize("body", [b'{"code":10000,"data":{"sh', b"<html>502</html>", b"", b"[]"])
def test_a_body_that_is_not_an_answer_is_worth_another_try(body: bytes) -> None:
    gateway = Gateway(Canned().answer(body), Credentials("http://127.0.0.1/douyin", "key", "secret"))
    with pytest.raises(TransientError, match="BODY_NOT_JSON"):
        gateway.call("order.searchList", {})


@pytest.mark.parametrize("data", [None, {}, {"access_token": "a"}, {"access_token": "", "refresh_token": ""}])
def test_a_refresh_without_both_tokens_gives_nothing(data: object) -> None:
    saved: list[Credentials] = []
    gateway = Gateway(
        Canned().answer(orjson.dumps({"code": 10000, "data": data})),
        Credentials("http://127.0.0.1", "key", "secret", save=saved.append),
    )
    with pytest.raises(CredentialError, match="TOKEN_NOT_GIVEN"):
        gateway._new_pair(gateway.credentials)
    assert saved == []
