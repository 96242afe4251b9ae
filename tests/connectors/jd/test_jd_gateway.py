"""Every way in which the gateway says no falls into its class; a token is renewed on its last day only."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import orjson
import pytest
import requests
from jd_cases import NOW, SAMPLES, Jos

from connectors.http import Client, Credentials
from connectors.jd import gateway, signing
from connectors.jd.api import JdApi
from connectors.jd.gateway import Gateway
from contracts.errors import CollectError, CredentialError, TransientError

METHOD = "jingdong.pop.order.search"
GOOD = {
    "jingdong_pop_order_search_responce": {
        "code": "0",
        "searchorderinfo_result": {"apiResult": {"success": True}, "orderTotal": 0, "orderInfoList": []},
    }
}


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
        self.host = credentials.base_url
        response = requests.Response()
        if self.date:
            response.headers["Date"] = self.date
        return read(response, self.body)


def _ask(content: object, *, date: str = "") -> Canned:
    client = Canned().answer(orjson.dumps(content), date)
    Gateway(
        client,
        Credentials("https://api.jd.com", "key", "s3cret", "t0ken", "r3fresh"),
        now=lambda: 1_800_000_000.0,
    ).call(METHOD, {"page": "1"})
    return client


def test_a_good_answer_was_asked_for_as_documented() -> None:
    (request,) = _ask(GOOD).asked
    assert (request.method, request.url) == ("POST", "https://api.jd.com/routerjson")
    form = dict(request.data)
    sent = form.pop("sign")
    assert form == {
        "method": METHOD, "app_key": "key", "access_token": "t0ken", "timestamp": "2027-01-15 16:00:00",
        "v": "2.0", "360buy_param_json": '{"page":"1"}',
    }  # fmt: skip
    assert sent == signing.sign(form, "s3cret")


def _error(code: object) -> dict[str, object]:
    return {"error_response": {"code": code, "zh_desc": "s3cret", "en_desc": "t0ken"}}


@pytest.mark.parametrize(
    ("code", "kind", "rule"),
    [
        ("2", TransientError, "RATE_LIMITED"), (2, TransientError, "RATE_LIMITED"),
        ("43", TransientError, "PLATFORM_ERROR"),
        ("65", TransientError, "SERVICE_TIMEOUT"), ("66", TransientError, "SERVICE_BUSY"),
        ("67", TransientError, "PLATFORM_ERROR"),
        ("69", TransientError, "PLATFORM_ERROR"), ("19", CredentialError, "TOKEN_INVALID"),
        ("18", CredentialError, "TOKEN_INVALID"),
        ("12", CredentialError, "BAD_SIGNATURE"), ("21", CredentialError, "BAD_APP_KEY"),
        ("22", CredentialError, "NO_PERMISSION"),
        ("24", CredentialError, "NO_PERMISSION"), ("64", CredentialError, "NO_PERMISSION"),
        ("72", CredentialError, "NO_PERMISSION"),
        ("8", CollectError, "CLOCK_WRONG"), ("15", CollectError, "API_OFFLINE"),
        ("60", CollectError, "BAD_ARGUMENT"),
        ("12345", CollectError, "PLATFORM_REFUSED"), (None, CollectError, "PLATFORM_REFUSED"),
    ],
)  # fmt: skip
def test_codes_and_their_class(code: object, kind: type[CollectError], rule: str) -> None:
    wrapped = {"jingdong_pop_order_search_responce": {"code": code or "x"}}
    for content in (_error(code), wrapped):
        with pytest.raises(CollectError) as caught:
            _ask(content)
        assert type(caught.value) is kind
        assert caught.value.rule == rule
        assert not any(secret in str(caught.value) for secret in ("s3cret", "t0ken", "r3fresh"))


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"code": "10500001", "errorMessage": "wrong merchant"},
        {"jingdong_pop_order_search_responce": {}},
        {"jingdong_pop_order_search_responce": {"code": "0"}},
        {"jingdong_pop_order_search_responce": {"code": "0", "searchorderinfo_result": {"orderTotal": 0}}},
        {
            "jingdong_pop_order_search_responce": {
                "code": "0",
                "searchorderinfo_result": {"apiResult": {"success": False, "numberCode": 10100021}},
            }
        },
        {
            "jingdong_pop_order_search_responce": {
                "code": "0",
                "searchorderinfo_result": {"apiResult": {"success": "false"}},
            }
        },
    ],
)
def test_http_success_is_no_success(content: object) -> None:
    with pytest.raises(CollectError) as caught:
        _ask(content)
    assert not isinstance(caught.value, TransientError | CredentialError)


@pytest.mark.parametrize("success", [True, "true"])
@pytest.mark.parametrize(
    ("wrapper", "name"), [("responce", "searchorderinfo_result"), ("response", "orderInfoResult")]
)
def test_either_spelling_and_either_name_is_taken(success: object, wrapper: str, name: str) -> None:
    body = orjson.dumps(
        {
            f"jingdong_pop_order_search_{wrapper}": {
                "code": "0",
                name: {"apiResult": {"success": success}, "orderTotal": 3},
            }
        }
    )
    assert gateway.result_of(METHOD, body)["orderTotal"] == 3


def test_half_a_body_is_worth_another_try() -> None:
    client = Canned().answer(orjson.dumps(GOOD)[:40])
    with pytest.raises(TransientError):
        Gateway(client, Credentials("https://api.jd.com", "key", "secret", "token")).call(METHOD, {})


def test_a_clock_that_is_off_is_set_by_the_platforms_once() -> None:
    client = Canned().answer(orjson.dumps(_error("8")), "Fri, 15 Jan 2027 08:20:00 GMT")
    shop = Gateway(
        client, Credentials("https://api.jd.com", "key", "secret", "token"), now=lambda: 1_800_000_000.0
    )
    with pytest.raises(TransientError):
        shop.call(METHOD, {})
    with pytest.raises(CollectError) as caught:
        shop.call(METHOD, {})
    assert caught.value.rule == "CLOCK_WRONG"
    assert [dict(request.data)["timestamp"] for request in client.asked] == [
        "2027-01-15 16:00:00",
        "2027-01-15 16:20:00",
    ]


def test_the_shipped_error_asks_for_a_person() -> None:
    with pytest.raises(CredentialError) as caught:
        gateway.result_of(METHOD, (SAMPLES / "error_token.json").read_bytes())
    assert caught.value.step_zh


# --- tokens -------------------------------------------------------------------------------------------------


def _gateway(client: Client, left: dt.timedelta | None) -> Gateway:
    ends = None if left is None else NOW + left
    own = Credentials("https://api.jd.com", "key", "secret", "t", "r", expires_at=ends)
    return Gateway(client, own, now=NOW.timestamp)


HOUR = dt.timedelta(hours=1)


def test_a_token_is_renewed_on_its_last_day_and_saved_before_use(jos: Jos, shop_ids: list[str]) -> None:
    saved: list[Credentials] = []
    own = jos.credentials(shop_ids[0])
    own.save, own.expires_at = saved.append, NOW + 25 * HOUR
    early = Gateway(Client(), own, now=NOW.timestamp)
    assert early.renew() is False
    assert (saved, jos.faults.requests) == ([], 0)
    own.expires_at = NOW + 23 * HOUR
    assert early.renew() is True
    assert saved == [early.credentials]
    assert early.credentials.expires_at == NOW + dt.timedelta(days=7)
    assert jos.world.tokens.check(early.credentials.access_token) == shop_ids[0]
    with pytest.raises(CredentialError, match="授权"):  # the old refresh token has been used
        Gateway(Client(), own, now=NOW.timestamp).renew()


def test_pages_renew_before_they_ask(jos: Jos, shop_ids: list[str]) -> None:
    """The end of the token is told by who enters it, and counted by the clock of this machine."""
    api = jos.api(shop_ids[0])
    assert isinstance(api, JdApi)
    own = api.credentials
    own.expires_at = dt.datetime.now(dt.UTC) + HOUR
    assert list(api.pages("orders", NOW - dt.timedelta(days=30), NOW)) == jos.bodies(shop_ids[0], "orders")
    assert api.gateway.credentials.access_token != own.access_token


@pytest.mark.parametrize("left", [dt.timedelta(0), -HOUR])
def test_an_ended_token_is_not_even_tried(left: dt.timedelta) -> None:
    client = Canned().answer(b"{}")
    with pytest.raises(CredentialError, match="TOKEN_INVALID"):
        _gateway(client, left).renew()
    assert client.asked == []


def test_a_token_whose_end_nobody_knows_is_used_as_it_is() -> None:
    client = Canned().answer(b"{}")
    assert _gateway(client, None).renew() is False
    assert client.asked == []


@pytest.mark.parametrize(
    ("told", "ends"),
    [
        ({"expires_in": 86400}, NOW + 24 * HOUR),
        ({"expires_in": "3600"}, NOW + HOUR),
        ({}, None),
        ({"expires_in": "soon"}, None),
    ],
)
def test_tokens_live_on_a_host_of_their_own_at_jd(told: dict[str, object], ends: dt.datetime | None) -> None:
    client = Canned().answer(json.dumps({"access_token": "a", "refresh_token": "b", **told}).encode())
    shop = _gateway(client, HOUR)
    assert shop.renew()
    assert (client.asked[0].url, client.host) == (
        "https://open-oauth.jd.com/oauth2/refresh_token",
        "https://open-oauth.jd.com",
    )
    own = shop.credentials
    assert (own.base_url, own.access_token, own.refresh_token, own.expires_at) == (
        "https://api.jd.com",
        "a",
        "b",
        ends,
    )
