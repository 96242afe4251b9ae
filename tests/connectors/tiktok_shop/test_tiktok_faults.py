"""What is this platform's own of faults F01-F19.

What every platform meets alike is played in tests/connectors/test_collection.py.
"""

from __future__ import annotations

import logging
from dataclasses import replace

import orjson
import pytest
from tiktok_cases import MARKET_NOW, Shop, moment

from connectors.http import Credentials
from connectors.tiktok_shop import simulate
from connectors.tiktok_shop.gateway import SHOPS
from contracts.errors import CollectError, CredentialError, TransientError
from simulator.history.market import Market
from simulator.server import make_app, serve_in_thread

START = moment("2026-07-01 00:00:00")
KINDS = ("orders", "after_sales", "cancellations", "settlements", "funds")


def all_records(shop: Shop, attempts: int = 30) -> dict[str, set[bytes]]:
    """Every kind's distinct records."""
    api = shop.api(attempts)
    return {
        kind: {orjson.dumps(record) for record in shop.collect(kind, START, MARKET_NOW, api)}
        for kind in KINDS
    }


@pytest.fixture(scope="module")
def clean(market: Market, shop_ids: list[str]) -> dict[str, set[bytes]]:
    """What a run without faults collects of the first shop."""
    app = make_app(market, MARKET_NOW, [simulate.dialect()])
    url, stop = serve_in_thread(app)
    try:
        return all_records(Shop(app, url, shop_ids[0]))
    finally:
        stop()


def test_a_token_that_ends_again_at_once_is_not_refreshed_without_end(shop: Shop) -> None:
    api = shop.api()
    shop.world.tokens.expire_all()
    shop.credentials.save = lambda new: shop.world.tokens.expire_all()
    with pytest.raises(CredentialError, match="TOKEN_EXPIRED"):
        shop.collect("orders", START, MARKET_NOW, api)
    assert shop.faults.requests == 3  # the shops, the refresh, the shops again


@pytest.mark.parametrize("minutes", [-60, -10, 10])
def test_a_clock_that_is_off_is_set_by_the_platforms(
    shop: Shop, clean: dict[str, set[bytes]], minutes: int
) -> None:
    """F12: the platform refuses what is five minutes late or half a minute early."""
    api = shop.api()
    true = api.gateway.now
    api.gateway.now = lambda: true() + minutes * 60
    found = {
        kind: {orjson.dumps(record) for record in shop.collect(kind, START, MARKET_NOW, api)}
        for kind in KINDS
    }
    assert found == clean
    assert abs(api.gateway.skew + minutes * 60) < 5


def test_a_shop_that_the_token_does_not_cover_is_told_as_such(shop: Shop) -> None:
    shop.credentials.platform_shop_id = "1"
    with pytest.raises(CredentialError, match="WRONG_SHOP"):
        shop.collect("orders", START, MARKET_NOW)
    assert shop.faults.requests == 1


def test_the_only_shop_of_a_token_needs_no_number(shop: Shop, clean: dict[str, set[bytes]]) -> None:
    shop.credentials.platform_shop_id = ""
    assert all_records(shop) == clean


def test_a_wrong_secret_is_told_as_such_and_never_printed(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    right = shop.credentials.app_secret
    shop.credentials.app_secret = "wrong-secret"
    with pytest.raises(CredentialError, match="BAD_SIGNATURE") as caught:
        shop.collect("orders", START, MARKET_NOW)
    for secret in (right, "wrong-secret", shop.credentials.access_token, shop.credentials.refresh_token):
        assert secret not in str(caught.value)
        assert secret not in repr(shop.credentials)
        assert secret not in repr(shop.api().gateway)
        assert secret not in caplog.text


def test_a_refresh_shows_no_secret_although_they_stand_in_its_address(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shop.world.tokens.expire_all()
    shop.collect("cancellations", START, MARKET_NOW)
    (renewed,) = shop.saved
    for secret in (*shop.credentials.secrets, *renewed.secrets):
        assert secret not in caplog.text


def test_a_wrong_secret_cannot_refresh(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.world.tokens.expire_all()
    api = shop.api()
    plain = api.gateway._new_pair

    def with_wrong_secret(own: Credentials) -> Credentials:
        return plain(replace(own, app_secret="wrong"))

    monkeypatch.setattr(api.gateway, "_new_pair", with_wrong_secret)
    with pytest.raises(CredentialError, match="TOKEN_INVALID"):
        shop.collect("orders", START, MARKET_NOW, api)
    assert shop.saved == []


def test_a_page_after_the_shops_answer_asks_for_the_cipher_once(shop: Shop) -> None:
    asked: list[str] = []
    api = shop.api()
    plain = api.gateway._send
    api.gateway._send = lambda path, params: asked.append(path) or plain(path, params)  # type: ignore[method-assign, func-returns-value]
    shop.collect("orders", START, MARKET_NOW, api)
    shop.collect("cancellations", START, MARKET_NOW, api)
    assert asked.count(SHOPS) == 1


def test_an_error_that_is_no_persons_business_is_no_credential_error(shop: Shop) -> None:
    """A window of the wrong sort is our mistake: the shop is not told to authorise again."""
    api = shop.api()
    with pytest.raises(CollectError) as caught:
        api.gateway.call("/finance/202309/statements", {"page_size": "100"})
    assert not isinstance(caught.value, CredentialError | TransientError)
