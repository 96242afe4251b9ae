"""Every documented error code falls into its class, and amounts never pass through a float, without a
server.
"""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
import requests
from pinduoduo_cases import SAMPLES, THIRD_PARTY

from connectors.gateway import TokenExpiredError
from connectors.http import Client, Credentials
from connectors.pinduoduo.gateway import Gateway, fault, parse
from connectors.pinduoduo.signing import sign
from contracts.errors import CollectError, CredentialError, TransientError

METHOD = "pdd.order.number.list.increment.get"


class Canned(Client):
    """Answers every request with one body; keeps what was asked."""

    def answer(self, body: bytes) -> Canned:
        self.body, self.asked = body, list[requests.Request]()
        return self

    def call(
        self,
        make: Callable[[], requests.Request],
        read: Callable[[requests.Response, bytes], bytes],
        credentials: Credentials,
    ) -> bytes:
        self.asked.append(make())
        return read(requests.Response(), self.body)


def gateway(body: bytes) -> tuple[Gateway, Canned]:
    client = Canned().answer(body)
    return Gateway(
        client,
        Credentials("http://127.0.0.1/pinduoduo", "key", "s3cret", "t0ken"),
        now=lambda: 1_800_000_000.9,
    ), client


def test_a_good_answer_was_asked_for_as_documented() -> None:
    asking, client = gateway(orjson.dumps({"order_sn_increment_get_response": {"total_count": 0}}))
    asking.call(METHOD, {"page": "1"})
    (request,) = client.asked
    assert (request.method, request.url) == ("POST", "http://127.0.0.1/pinduoduo/api/router")
    params = dict(request.data)
    signature = params.pop("sign")
    assert params == {
        "type": METHOD,
        "client_id": "key",
        "timestamp": "1800000000",
        "data_type": "JSON",
        "page": "1",
        "access_token": "t0ken",
    }
    assert signature == sign(params, "s3cret")


@pytest.mark.parametrize(
    ("codes", "kind", "rules"),
    [
        ((52101, 70031), TransientError, {"THROTTLED"}),
        (
            (52102, 52103, 70033, 50000, 50001, 50002, 52001, 52002),
            TransientError,
            {"DEGRADED", "MAINTENANCE", "PLATFORM_ERROR"},
        ),
        ((10019, 20032), TokenExpiredError, {"TOKEN_EXPIRED"}),
        ((20004, 20005), CredentialError, {"BAD_SIGNATURE", "IP_NOT_ALLOWED"}),
        ((20031, 30000), CollectError, {"NO_PERMISSION"}),
        (
            (10000, 10001, 10016, 10017, 21001, 21002),
            CollectError,
            {"BAD_ARGUMENT", "BAD_APP_KEY", "BAD_METHOD"},
        ),
        ((20034, 70034, 70035, 70036), CollectError, {"METHOD_OFFLINE", "AT_RISK", "TEST_QUOTA"}),
        ((99999, 0), CollectError, {"REFUSED"}),
    ],
)
def test_error_codes(codes: tuple[int, ...], kind: type[CollectError], rules: set[str]) -> None:
    errors = [
        fault({"error_code": code, "error_msg": "x", "sub_code": None, "request_id": "r"}) for code in codes
    ]
    assert {type(error) for error in errors} == {kind}
    assert {error.rule for error in errors} == rules
    assert all(error.facts["code"] == code for error, code in zip(errors, codes, strict=True))


def test_a_code_as_text_is_the_same_code() -> None:
    assert isinstance(fault({"error_code": "52101"}), TransientError)


@pytest.mark.parametrize("body", [b'{"order_sn_increment_get', b"[]", b"<html>"])
def test_half_an_answer_is_worth_another_try(body: bytes) -> None:
    with pytest.raises(TransientError):
        gateway(body)[0].call(METHOD, {})


def test_an_answer_of_another_shape_is_final() -> None:
    with pytest.raises(CollectError) as error:
        gateway(b'{"something_else":{}}')[0].call(METHOD, {})
    assert (error.value.rule, type(error.value)) == ("ANSWER_CHANGED", CollectError)


def test_without_a_refresh_token_a_person_must_act_at_once() -> None:
    asking, client = gateway(orjson.dumps({"error_response": {"error_code": 10019}}))
    with pytest.raises(CredentialError):
        asking.call(METHOD, {})
    assert len(client.asked) == 1


def test_decimals_stay_the_text_they_were() -> None:
    assert parse(
        b'{"a":17.80,"b":1.0E7,"c":0.1,"d":1.25e-1,"e":654321098765432109,"f":17.799999999999997}') == {
        "a": "17.80", "b": "10000000", "c": "0.1", "d": "0.125", "e": 654321098765432109,
        "f": "17.799999999999997",
    }  # fmt: skip


def test_the_shipped_error_is_throttling() -> None:
    with pytest.raises(TransientError) as error:
        parse((SAMPLES / "api_error.json").read_bytes())
    assert error.value.rule == "THROTTLED"


@pytest.mark.skipif(
    not THIRD_PARTY.is_dir(), reason="third-party samples are not beside the repository (../shared/samples)"
)
def test_the_documented_error_is_our_fault() -> None:
    with pytest.raises(CollectError) as error:
        parse((THIRD_PARTY / "error_response.json").read_bytes())
    assert (error.value.rule, error.value.facts["request_id"]) == ("BAD_ARGUMENT", "15440104776643887")
