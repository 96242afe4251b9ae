"""Whatever goes wrong that can be put right is put right and changes nothing; the rest stops this shop alone, at once, and tells no secret."""

from __future__ import annotations

import logging

import orjson
import pytest
from tiktok_cases import MARKET_NOW, Shop, moment

from connectors.tiktok_shop import simulate
from connectors.tiktok_shop.gateway import SHOPS
from contracts.errors import CollectError, CredentialError, TransientError
from simulator.market import Market
from simulator.server import make_app, serve_in_thread

START = moment("2026-07-01 00:00:00")
KINDS = ("orders", "after_sales", "cancellations", "settlements", "funds")


def all_records(shop: Shop, attempts: int = 30) -> dict[str, set[bytes]]:
    """Every kind's distinct records."""
    api = shop.api(attempts)
    return {kind: {orjson.dumps(record) for record in shop.collect(kind, START, MARKET_NOW, api)} for kind in KINDS}


@pytest.fixture(scope="module")
def clean(market: Market, shop_ids: list[str]) -> dict[str, set[bytes]]:
    """What a run without faults collects of the first shop."""
    app = make_app(market, MARKET_NOW, [simulate.dialect()])
    url, stop = serve_in_thread(app)
    try:
        return all_records(Shop(app, url, shop_ids[0]))
    finally:
        stop()


@pytest.mark.parametrize(
    "faults",
    [
        {"http_429_every": 3, "retry_after": 0.5}, {"http_429_every": 3}, {"http_5xx_every": 3}, {"throttled_every": 3}, {"busy_every": 4},
        {"truncate_every": 3}, {"burst_5xx": 5},
    ],
    ids=lambda faults: "-".join(faults),
)  # fmt: skip
def test_faults_that_pass_change_nothing(shop: Shop, clean: dict[str, set[bytes]], faults: dict[str, float]) -> None:
    shop.faults.update(faults)
    assert all_records(shop) == clean
    assert shop.faults.injected


@pytest.mark.parametrize(
    ("faults", "rule"),
    [
        ({"throttled_every": 1}, "RATE_LIMITED"), ({"busy_every": 1}, "PLATFORM_ERROR"), ({"truncate_every": 1}, "BODY_NOT_JSON"),
        ({"http_429_every": 1}, "HTTP_BUSY"), ({"http_5xx_every": 1}, "HTTP_BUSY"),
    ],
)  # fmt: skip
def test_faults_that_stay_end_after_bounded_tries(shop: Shop, faults: dict[str, float], rule: str) -> None:
    shop.faults.update(faults)
    with pytest.raises(TransientError, match=rule):
        shop.collect("orders", START, MARKET_NOW, shop.api(attempts=4))
    assert shop.faults.requests == 4


def test_a_token_that_expires_on_the_way_is_refreshed_once_and_the_page_asked_again(shop: Shop, clean: dict[str, set[bytes]]) -> None:
    """F04."""
    shop.faults.update({"expire_at": 5})
    told: list[bool] = []
    shop.credentials.save = lambda new: told.append(shop.world.tokens.check(new.access_token) == shop.shop_id)
    assert all_records(shop) == clean
    assert told == [True]


def test_a_token_that_has_expired_is_renewed_before_the_first_page(shop: Shop, clean: dict[str, set[bytes]]) -> None:
    shop.world.tokens.expire_all()
    assert all_records(shop) == clean
    (renewed,) = shop.saved
    assert renewed.refresh_token != shop.credentials.refresh_token


def test_a_token_that_ends_again_at_once_is_not_refreshed_without_end(shop: Shop) -> None:
    api = shop.api()
    shop.world.tokens.expire_all()
    shop.credentials.save = lambda new: shop.world.tokens.expire_all()
    with pytest.raises(CredentialError, match="TOKEN_EXPIRED"):
        shop.collect("orders", START, MARKET_NOW, api)
    assert shop.faults.requests == 3  # the shops, the refresh, the shops again


def test_a_crash_while_saving_leaves_the_old_token_in_use(shop: Shop) -> None:
    """F05: a pair that could not be kept is not used either."""

    def fall(new: object) -> None:
        raise OSError("disk full")

    shop.credentials.save = fall
    shop.world.tokens.expire_all()
    api = shop.api()
    with pytest.raises(OSError, match="disk full"):
        shop.collect("orders", START, MARKET_NOW, api)
    assert api.gateway.credentials.access_token == shop.credentials.access_token
    with pytest.raises(CredentialError, match="授权"):  # the refresh token has been used up: only a person can help, and is told so
        shop.collect("orders", START, MARKET_NOW, shop.api())


def test_a_revoked_shop_stops_with_what_to_do(shop: Shop) -> None:
    """F06."""
    shop.world.tokens.revoke(shop.shop_id)
    with pytest.raises(CredentialError, match="授权"):
        shop.collect("orders", START, MARKET_NOW)
    assert shop.faults.requests == 2


def test_a_revoked_shop_stops_alone(market: Market, shop: Shop, shop_ids: list[str]) -> None:
    """Tokens are the shop's own: its neighbour on the same platform goes on. That a run is amber then is shown in tests/pipeline/test_collect.py."""
    neighbour = Shop(shop.app, shop.url, shop_ids[1])
    shop.world.tokens.revoke(shop.shop_id)
    with pytest.raises(CredentialError):
        shop.collect("orders", START, MARKET_NOW)
    assert {record["order.id"] for record in neighbour.collect("orders", moment("2026-05-01 00:00:00"), MARKET_NOW)} == set(
        market.lines_at(shop_ids[1], MARKET_NOW)["order_id"]
    )


def test_permission_withdrawn_on_the_way_keeps_what_came_before(shop: Shop) -> None:
    shop.faults.update({"revoke_at": 4, "revoke_shop": shop.shop_id})
    got = []
    with pytest.raises(CredentialError):
        for page in shop.api().pages("orders", START, MARKET_NOW):
            got.append(page)
    assert got


@pytest.mark.parametrize("minutes", [-60, -10, 10])
def test_a_clock_that_is_off_is_set_by_the_platforms(shop: Shop, clean: dict[str, set[bytes]], minutes: int) -> None:
    """F12: the platform refuses what is five minutes late or half a minute early."""
    api = shop.api()
    true = api.gateway.now
    api.gateway.now = lambda: true() + minutes * 60
    found = {kind: {orjson.dumps(record) for record in shop.collect(kind, START, MARKET_NOW, api)} for kind in KINDS}
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


def test_a_wrong_secret_is_told_as_such_and_never_printed(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
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


def test_a_refresh_shows_no_secret_although_they_stand_in_its_address(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shop.world.tokens.expire_all()
    shop.collect("cancellations", START, MARKET_NOW)
    (renewed,) = shop.saved
    for secret in (*shop.credentials.secrets, *renewed.secrets):
        assert secret not in caplog.text


def test_a_wrong_secret_cannot_refresh(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.world.tokens.expire_all()
    api = shop.api()
    plain = api.gateway._refresh

    def with_wrong_secret() -> None:
        api.gateway.credentials.app_secret = "wrong"
        plain()

    monkeypatch.setattr(api.gateway, "_refresh", with_wrong_secret)
    with pytest.raises(CredentialError, match="TOKEN_INVALID"):
        shop.collect("orders", START, MARKET_NOW, api)
    assert shop.saved == []


def test_a_page_after_the_shops_answer_asks_for_the_cipher_once(shop: Shop) -> None:
    asked: list[str] = []
    api = shop.api()
    plain = api.gateway._send
    api.gateway._send = lambda path, query, body: asked.append(path) or plain(path, query, body)  # type: ignore[method-assign, func-returns-value]
    shop.collect("orders", START, MARKET_NOW, api)
    shop.collect("cancellations", START, MARKET_NOW, api)
    assert asked.count(SHOPS) == 1


def test_an_error_that_is_no_persons_business_is_no_credential_error(shop: Shop) -> None:
    """A window of the wrong sort is our mistake: the shop is not told to authorise again."""
    api = shop.api()
    with pytest.raises(CollectError) as caught:
        api.gateway.call("/finance/202309/statements", {"page_size": "100"})
    assert not isinstance(caught.value, CredentialError | TransientError)
