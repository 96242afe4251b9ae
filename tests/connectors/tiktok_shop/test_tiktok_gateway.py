"""Requests go out as the documents write them, and every way in which the platform says no falls into its
class.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
import requests
from tiktok_cases import SAMPLES

from connectors.gateway import TokenExpiredError, whole_json
from connectors.http import Client, Credentials
from connectors.tiktok_shop.gateway import SHOPS, Gateway, good_data
from connectors.tiktok_shop.signing import sign
from contracts.errors import CollectError, CredentialError, TransientError

HOST = "https://open-api.tiktokglobalshop.com"
NOW = 1_800_000_000.0
PATH = "/order/202309/orders/search"


class Canned(Client):
    """Answers by path, the last answer of a path for ever; keeps what was asked."""

    def answers(self, **bodies: list[dict[str, Any]]) -> Canned:
        self.bodies, self.date, self.asked, self.hosts = bodies, "", list[requests.Request](), list[str]()
        return self

    def call(
        self,
        make: Callable[[], requests.Request],
        read: Callable[[requests.Response, bytes], bytes],
        credentials: Credentials,
    ) -> bytes:
        request = make()
        self.asked.append(request)
        self.hosts.append(credentials.base_url)
        told = self.bodies[
            "shops"
            if request.url.endswith(SHOPS)
            else "refresh"
            if "/token/refresh" in request.url
            else "page"
        ]
        response = requests.Response()
        if self.date:
            response.headers["Date"] = self.date
        return read(response, orjson.dumps(told[0] if len(told) == 1 else told.pop(0)))


ONE_SHOP = [{"code": 0, "data": {"shops": [{"id": "7", "cipher": "c1ph3r"}]}}]
GOOD = {"code": 0, "data": {}}


def gateway(client: Canned, **changes: Any) -> Gateway:  # noqa: ANN401 - credentials' fields
    own = {"platform_shop_id": "7", **changes}
    return Gateway(client, Credentials(HOST, "k3y", "s3cret", "t0ken", "r3fresh", **own), now=lambda: NOW)


def test_a_list_is_asked_for_as_documented() -> None:
    client = Canned().answers(shops=ONE_SHOP, page=[GOOD])
    gateway(client).call(PATH, {"page_size": "100"}, {"update_time_ge": 1})
    shops, page = client.asked
    assert (shops.method, shops.url, dict(shops.params).keys()) == (
        "GET",
        HOST + SHOPS,
        {"app_key", "timestamp", "sign"},
    )
    assert (page.method, page.url, page.data) == ("POST", HOST + PATH, b'{"update_time_ge":1}')
    query = dict(page.params)
    sent = query.pop("sign")
    assert query == {"page_size": "100", "shop_cipher": "c1ph3r", "app_key": "k3y", "timestamp": "1800000000"}
    assert sent == sign("s3cret", PATH, query, '{"update_time_ge":1}')
    assert page.headers == {"x-tts-access-token": "t0ken", "Content-Type": "application/json"}
    assert "t0ken" not in str(page.params)


def test_tokens_live_on_a_host_of_their_own() -> None:
    pair = {"code": 0, "data": {"access_token": "a", "refresh_token": "b"}}
    client = Canned().answers(
        shops=ONE_SHOP, page=[{"code": 105002, "message": "Expired"}, GOOD], refresh=[pair]
    )
    saved: list[Credentials] = []
    made = gateway(client, save=saved.append)
    made.call(PATH, {}, {})
    refresh = next(request for request in client.asked if "refresh" in request.url)
    assert refresh.url == "https://auth.tiktok-shops.com/api/v2/token/refresh"
    assert dict(refresh.params) == {
        "app_key": "k3y",
        "app_secret": "s3cret",
        "refresh_token": "r3fresh",
        "grant_type": "refresh_token",
    }
    assert client.hosts == [HOST, HOST, "https://auth.tiktok-shops.com", HOST]
    assert [(new.access_token, new.refresh_token, new.base_url) for new in saved] == [("a", "b", HOST)]
    assert client.asked[-1].headers["x-tts-access-token"] == "a"


@pytest.mark.parametrize(
    "told",
    [{"code": 0, "data": {}}, {"code": 0, "data": {"access_token": "a"}}, {"code": 99}, {"code": 36004005}],
)
def test_no_new_token_is_a_persons_business(told: dict[str, Any]) -> None:
    client = Canned().answers(shops=[{"code": 105002}], page=[GOOD], refresh=[told])
    with pytest.raises(CredentialError) as caught:
        gateway(client).call(PATH, {}, {})
    assert caught.value.step_zh


@pytest.mark.parametrize(
    ("shops", "number", "cipher"),
    [
        ([{"id": "7", "cipher": "a"}, {"id": "8", "cipher": "b"}], "8", "b"),
        ([{"id": 7, "cipher": "a"}], "7", "a"), ([{"id": "7", "cipher": "a"}], "", "a"),
        ([{"id": "7", "cipher": "a"}, {"id": "8", "cipher": "b"}], "", None),
        ([{"id": "7", "cipher": "a"}], "9", None), ([], "7", None),
        ([{"id": "7"}], "7", None),
    ],
)  # fmt: skip
def test_which_shops_cipher(shops: list[dict[str, Any]], number: str, cipher: str | None) -> None:
    client = Canned().answers(shops=[{"code": 0, "data": {"shops": shops}}], page=[GOOD])
    made = gateway(client, platform_shop_id=number)
    if cipher is None:
        with pytest.raises(CredentialError, match="WRONG_SHOP"):
            made.call(PATH, {}, {})
    else:
        made.call(PATH, {}, {})
        assert dict(client.asked[-1].params)["shop_cipher"] == cipher


@pytest.mark.parametrize(
    ("code", "sentence", "kind", "rule"),
    [
        (36009002, "Too many requests", TransientError, "RATE_LIMITED"),
        (36009003, "Internal error", TransientError, "PLATFORM_ERROR"),
        (36009007, "Timeout", TransientError, "PLATFORM_TIMEOUT"),
        (12001000, "", TransientError, "PLATFORM_ERROR"),
        (105002, "Expired credentials", TokenExpiredError, "TOKEN_EXPIRED"),
        (36009004, "The `x-tts-access-token` header is invalid", TokenExpiredError, "TOKEN_EXPIRED"),
        (36009004, "Invalid `app_key` query parameter", CredentialError, "BAD_APP_KEY"),
        (36009004, "Invalid page_size", CollectError, "PLATFORM_REFUSED"),
        (36009009, "Invalid path", CollectError, "PLATFORM_REFUSED"),
        (105005, "Access denied", CredentialError, "NO_PERMISSION"),
        (36009033, "", CredentialError, "NO_PERMISSION"),
        (36009043, "", CredentialError, "SHOP_CLOSED"), (106001, "", CredentialError, "BAD_SIGNATURE"),
        (36009044, "", CredentialError, "SHOP_CLOSED"), (106013, "", CredentialError, "WRONG_SHOP"),
        (101000, "", CredentialError, "WRONG_SHOP"), (105001, "", CredentialError, "TOKEN_INVALID"),
        (36004005, "", CredentialError, "TOKEN_INVALID"),
        (12345678, "", CollectError, "PLATFORM_REFUSED"),
    ],
)  # fmt: skip
def test_codes_and_their_class(code: int, sentence: str, kind: type[CollectError], rule: str) -> None:
    told = {"code": code, "message": f"{sentence} s3cret", "data": None, "request_id": "r"}
    with pytest.raises(kind, match=rule) as caught:
        good_data(orjson.dumps(told))
    assert type(caught.value) is kind
    assert (caught.value.zh, caught.value.en) != ("", "")
    assert "s3cret" not in str(caught.value)
    if kind is not TokenExpiredError:
        with pytest.raises(kind, match=rule):
            gateway(Canned().answers(shops=[told], page=[GOOD])).call(PATH, {}, {})


def test_the_shipped_error_is_an_expired_token() -> None:
    with pytest.raises(TokenExpiredError):
        good_data((SAMPLES / "error.json").read_bytes())


@pytest.mark.parametrize("body", [b'{"code":0,"data":{"or', b"<html>502</html>", b"", b"[]", b"\xff\xfe{"])
def test_a_body_that_is_not_an_answer_is_worth_another_try(body: bytes) -> None:
    """F13."""
    with pytest.raises(TransientError, match="BODY_NOT_JSON"):
        whole_json(body)


def test_a_clock_that_is_off_is_set_once_and_then_a_person_is_told() -> None:
    late = {
        "code": 36009004,
        "message": "Invalid timestamp. It must not be earlier than 5 minutes before the current time.",
    }
    client = Canned().answers(shops=[late], page=[GOOD])
    client.date = "Fri, 15 Jan 2027 08:20:00 GMT"
    made = gateway(client)
    with pytest.raises(TransientError, match="CLOCK_WRONG"):
        made.call(PATH, {}, {})
    with pytest.raises(CollectError, match="CLOCK_WRONG") as caught:
        made.call(PATH, {}, {})
    assert not isinstance(caught.value, TransientError)
    assert [dict(request.params)["timestamp"] for request in client.asked] == ["1800000000", "1800001200"]


def test_denied_by_http_is_an_expired_token_until_a_refresh_says_otherwise() -> None:
    """The client refuses HTTP 401 before the answer can be read; a refresh is tried once."""

    class Denying(Canned):
        def call(
            self,
            make: Callable[[], requests.Request],
            read: Callable[[requests.Response, bytes], bytes],
            credentials: Credentials,
        ) -> bytes:
            if credentials.access_token == "t0ken" and "/token/refresh" not in make().url:
                raise CredentialError("HTTP_DENIED", "平台拒绝访问", "denied", status=401)
            return super().call(make, read, credentials)

    client = Denying()
    client.answers(
        shops=ONE_SHOP,
        page=[GOOD],
        refresh=[{"code": 0, "data": {"access_token": "a", "refresh_token": "b"}}],
    )
    made = gateway(client)
    made.call(PATH, {}, {})
    assert made.credentials.access_token == "a"
