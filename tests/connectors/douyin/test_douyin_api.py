"""The API against the simulated platform: everything is collected, whatever goes wrong that can be put right,
and nothing secret is told.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import logging

import numpy as np
import orjson
import polars as pl
import pytest
from douyin_cases import MARKET_NOW, Shop, moment

from connectors.douyin import api as api_module
from connectors.douyin.simulate import DouyinDialect
from connectors.douyin.simulate_api import Rendered
from contracts.errors import CollectError, CredentialError

START = moment("2026-06-01 00:00:00")
KEYS = {"orders": "sku.order_id", "after_sales": "aftersale_info.aftersale_id"}


def truth(shop: Shop, kind: str) -> set[object]:
    frame = shop.world.lines(shop.shop_id) if kind == "orders" else shop.world.refunds(shop.shop_id)
    return set(frame["order_line_id" if kind == "orders" else "refund_id"])


@pytest.mark.parametrize("kind", ["orders", "after_sales"])
def test_everything_is_collected_once_around(shop: Shop, kind: str) -> None:
    found = [record[KEYS[kind]] for record in shop.collect(kind, START, MARKET_NOW)]
    assert set(found) == truth(shop, kind)
    assert len(found) < 1.05 * len(set(found))


def test_windows_side_by_side_lose_nothing(shop: Shop) -> None:
    cuts = [START, moment("2026-07-01 12:00:01"), moment("2026-07-10 00:00:00"), MARKET_NOW]
    found = {
        record["sku.order_id"]
        for start, end in itertools.pairwise(cuts)
        for record in shop.collect("orders", start, end)
    }
    assert found == truth(shop, "orders")


def test_an_empty_window_gives_no_pages(shop: Shop) -> None:
    assert shop.collect("orders", MARKET_NOW + dt.timedelta(days=1), MARKET_NOW + dt.timedelta(days=2)) == []


def test_a_token_that_expires_again_at_once_is_not_refreshed_twice_for_a_page(shop: Shop) -> None:
    api = shop.api()
    shop.world.tokens.expire_all()
    shop.credentials.save = lambda new: shop.world.tokens.expire_all()
    with pytest.raises(CredentialError, match="TOKEN_EXPIRED"):
        shop.collect("orders", START, MARKET_NOW, api)
    assert shop.faults.requests == 3  # the page, the refresh, the page again


def test_a_wrong_secret_is_told_as_such_and_never_printed(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shop.credentials.app_secret = "wrong-secret"
    with pytest.raises(CredentialError, match="BAD_SIGNATURE") as caught:
        shop.collect("orders", START, MARKET_NOW)
    for secret in shop.credentials.secrets:
        assert secret not in str(caught.value)
        assert secret not in repr(shop.credentials)


def test_another_shops_token_is_refused(shop: Shop) -> None:
    shop.credentials.access_token = shop.world.tokens.issue("tinglan-douyin").access_token
    with pytest.raises(CredentialError, match="NO_PERMISSION"):
        shop.collect("orders", START, MARKET_NOW)


def newest(records: list[dict[str, object]]) -> dict[object, tuple[str, str]]:
    """Sub-order → its status and update second in the record that was seen last."""
    return {
        item["sku.order_id"]: (str(item["sku.order_status"]), str(item["sku.update_time"]))
        for item in records
    }


def test_nothing_is_lost_while_the_market_moves_between_pages(giant: Shop) -> None:
    """Twenty minutes pass with each request: orders leave the window for later moments.

    Two runs must hold every order's final state.
    """
    giant.world.at = begun = moment("2026-07-12 10:00:00")
    giant.faults.update({"advance_seconds": 1200})
    first = giant.collect("orders", START, begun)
    giant.faults.reset()
    assert giant.world.at > begun + dt.timedelta(hours=5)
    found = newest(first + giant.collect("orders", begun, giant.world.at))
    lines = giant.world.lines(giant.shop_id)
    numbers = {"unpaid": 1, "paid": 2, "shipped": 3, "finished": 5, "closed_unpaid": 4, "closed_refunded": 4}
    status = lines["order_status_code"].replace_strict(numbers, return_dtype=pl.Int64).cast(pl.String)
    assert found == dict(
        zip(
            lines["order_line_id"],
            zip(status, lines["updated_at"].dt.epoch("s").cast(pl.String), strict=True),
            strict=True,
        )
    )


def test_page_numbers_would_have_lost_orders(giant: Shop) -> None:
    """The test above has teeth: plain paging over the same moving market misses orders that are still in its
    window.
    """
    giant.world.at = begun = moment("2026-07-12 10:00:00")
    inside = giant.world.lines(giant.shop_id)
    giant.faults.update({"advance_seconds": 1200})
    gateway = giant.api().gateway
    window = {
        "update_time_start": int(START.timestamp()),
        "update_time_end": int(begun.timestamp()),
        "order_by": "update_time",
        "order_asc": True,
    }
    seen: set[str] = set()
    for page in range(1000):
        answer = orjson.loads(gateway.call("order.searchList", {**window, "page": page, "size": 100}))["data"]
        seen |= {order["order_id"] for order in answer["shop_order_list"]}
        if (page + 1) * 100 >= answer["total"]:
            break
    later = giant.world.lines(giant.shop_id).filter(pl.col("updated_at") < begun)
    still_there = set(later.join(inside.select("order_line_id"), on="order_line_id")["order_id"])
    assert still_there - seen


class Crowd(Rendered):
    """Crafted orders; after each page some of those in a crowded second are updated and move to the end."""

    def page(
        self, clock: str, ascending: bool, window: tuple[int, int], page: int, size: int
    ) -> tuple[list[str], int]:
        answer = super().page(clock, ascending, window, page, size)
        movers = np.flatnonzero(self.updated == 2_000_000_000)[:7]
        self.updated[movers] = 2_000_009_000 + self.updated.max() % 1000 + 1
        for row in movers:
            self.texts[row] = order_text(int(row), int(self.updated[row]))
        return answer


def order_text(number: int, updated: int) -> str:
    sku = {
        "order_id": f"69{number:017d}",
        "parent_order_id": f"69{number:017d}",
        "order_status": 2,
        "update_time": updated,
    }
    return orjson.dumps(
        {"order_id": f"69{number:017d}", "update_time": updated, "sku_order_list": [sku]}
    ).decode()


def crowd(updated: list[int], kind: type[Rendered] = Rendered) -> Rendered:
    seconds = np.array(updated, dtype=np.int64)
    return kind(
        [order_text(number, second) for number, second in enumerate(updated)], seconds.copy(), seconds
    )


@pytest.mark.parametrize("kind", [Rendered, Crowd])
def test_more_than_a_page_in_one_second(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, kind: type[Rendered]
) -> None:
    """Three full pages of orders share one second, as after a mass shipment.

    Nobody is lost, even while they move on.
    """
    made = crowd([1_999_999_990] * 60 + [2_000_000_000] * 350 + [2_000_000_007] * 130, kind)
    monkeypatch.setattr(DouyinDialect, "_list", lambda self, world, shop_id, name: made)
    end = dt.datetime.fromtimestamp(2_000_000_100, dt.UTC)
    first = shop.collect("orders", dt.datetime.fromtimestamp(1_999_999_000, dt.UTC), end)
    later = shop.collect("orders", end, dt.datetime.fromtimestamp(2_000_100_000, dt.UTC))
    assert len({record["sku.order_id"] for record in first + later}) == 540


def test_no_request_goes_deep(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform that ends paging after 300 rows still gives all 2,000."""
    made = crowd([1_999_990_000 + number for number in range(2_000)])
    monkeypatch.setattr(DouyinDialect, "_list", lambda self, world, shop_id, name: made)
    monkeypatch.setattr("connectors.douyin.simulate_api.DEPTH_CAP", 300)
    found = shop.collect(
        "orders",
        dt.datetime.fromtimestamp(1_999_980_000, dt.UTC),
        dt.datetime.fromtimestamp(2_000_000_000, dt.UTC),
    )
    assert len({record["sku.order_id"] for record in found}) == 2_000


def test_a_second_too_full_to_page_is_an_error_not_a_gap(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    made = crowd([2_000_000_000] * 700)
    monkeypatch.setattr(DouyinDialect, "_list", lambda self, world, shop_id, name: made)
    monkeypatch.setattr(api_module, "DEPTH_CAP", 500)
    with pytest.raises(CollectError, match="SECOND_TOO_FULL"):
        shop.collect(
            "orders",
            dt.datetime.fromtimestamp(1_999_999_000, dt.UTC),
            dt.datetime.fromtimestamp(2_000_000_100, dt.UTC),
        )


def test_a_platform_that_counts_more_than_it_shows_is_an_error(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Liar(Rendered):
        def page(self, *args: object) -> tuple[list[str], int]:
            texts, total = super().page(*args)  # type: ignore[arg-type]
            return texts, total + 1

    made = crowd([2_000_000_000 + number for number in range(30)], Liar)
    monkeypatch.setattr(DouyinDialect, "_list", lambda self, world, shop_id, name: made)
    with pytest.raises(CollectError, match="PAGES_INCOMPLETE"):
        shop.collect(
            "orders",
            dt.datetime.fromtimestamp(1_999_999_000, dt.UTC),
            dt.datetime.fromtimestamp(2_000_000_100, dt.UTC),
        )


def test_an_unsorted_answer_is_an_error(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    class Unsorted(Rendered):
        def page(self, *args: object) -> tuple[list[str], int]:
            texts, total = super().page(*args)  # type: ignore[arg-type]
            return texts[::-1], total

    made = crowd([2_000_000_000 + number for number in range(150)], Unsorted)
    monkeypatch.setattr(DouyinDialect, "_list", lambda self, world, shop_id, name: made)
    with pytest.raises(CollectError, match="NOT_SORTED"):
        shop.collect(
            "orders",
            dt.datetime.fromtimestamp(1_999_999_000, dt.UTC),
            dt.datetime.fromtimestamp(2_000_000_100, dt.UTC),
        )


def test_nothing_private_is_taken_out_of_an_answer(shop: Shop) -> None:
    for kind in KEYS:
        for record in shop.collect(kind, moment("2026-07-15 00:00:00"), MARKET_NOW):
            assert "13800138000" not in str(record)
            assert "##" not in str(record)


def test_credentials_are_not_changed_under_the_callers_hands(shop: Shop) -> None:
    before = dataclasses.replace(shop.credentials)
    shop.world.tokens.expire_all()
    shop.collect("orders", START, MARKET_NOW)
    assert shop.credentials == before
    assert len(shop.saved) == 1
