"""What is this platform's own of faults F01-F19.

What every platform meets alike is played in tests/connectors/test_collection.py.
"""

from __future__ import annotations

from typing import ClassVar

import orjson
import pytest
from douyin_cases import MARKET_NOW, Shop, conformed, moment, read_page

from connectors.douyin import PLATFORM
from connectors.douyin.simulate import DouyinDialect
from connectors.douyin.simulate_api import Rendered
from connectors.http import Client
from connectors.reading import Origin, read_records
from contracts.errors import CollectError, TransientError
from simulator.world import World

START = moment("2026-07-01 00:00:00")


def ids(shop: Shop, **limits: float) -> list[object]:
    """Order numbers as they come, by a client with these limits."""
    assert PLATFORM.api is not None
    api = PLATFORM.api(Client(wait_scale=0.0, **limits), shop.credentials)  # type: ignore[arg-type]
    return [
        row["sku.order_id"]
        for page in api.pages("orders", START, MARKET_NOW)
        for row in api.records("orders", page)
    ]


@pytest.mark.parametrize("seconds", [-900, 900, -3600])
def test_a_clock_that_is_off_is_put_right_by_the_platforms(shop: Shop, seconds: int) -> None:
    """F12: more than ten minutes off the timestamp is refused; the answer's own date tells by how much."""
    clean = ids(shop)
    shop.faults.reset()
    api = shop.api()
    plain = api.gateway.now
    api.gateway.now = lambda: plain() + seconds
    assert [row["sku.order_id"] for row in shop.collect("orders", START, MARKET_NOW, api)] == clean
    assert abs(api.gateway.skew + seconds) < 30


def test_a_timestamp_refused_by_a_clock_like_ours_is_a_matter_for_people(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.douyin.simulate._TIMESTAMP_SLACK_SECONDS", -1)
    with pytest.raises(CollectError, match=r"CLOCK_WRONG.*时钟") as caught:
        ids(shop)
    assert not isinstance(caught.value, TransientError)
    assert shop.faults.requests == 1


class Repeating(Rendered):
    """Every third answer is the one before it, and every fifth is empty although the list goes on."""

    last: ClassVar[list[tuple[list[str], int]]] = [([], 0)]
    asked: ClassVar[list[int]] = []

    def page(
        self, clock: str, ascending: bool, window: tuple[int, int], page: int, size: int
    ) -> tuple[list[str], int]:
        texts, total = super().page(clock, ascending, window, page, size)
        if size == 1:
            return texts, total
        self.asked.append(page)
        if len(self.asked) % 5 == 0:
            return [], total
        if len(self.asked) % 3 == 0:
            return self.last[0]
        self.last[0] = texts, total
        return texts, total


def test_repeated_rows_and_empty_pages_in_the_middle(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """F07, F11: every order comes at least once, and its copies are one state of one order."""
    clean = ids(shop)
    plain = DouyinDialect._list

    def repeating(self: DouyinDialect, world: World, shop_id: str, kind: str) -> Rendered:
        made = plain(self, world, shop_id, kind)
        return Repeating(made.texts, made.created, made.updated)

    monkeypatch.setattr(DouyinDialect, "_list", repeating)
    records = shop.collect("orders", START, MARKET_NOW)
    assert len(Repeating.asked) > 5
    read = read_records(
        PLATFORM, "orders", records, Origin("m", "s", "a" * 64, "page", MARKET_NOW, MARKET_NOW)
    )
    states = conformed(read).drop("_row_number").unique()
    assert sorted(states["order_line_id"]) == sorted(set(map(str, clean)))


def test_an_endless_list_ends_as_an_error(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """F11: a platform that always counts one more than it shows is asked a bounded number of times."""
    plain = DouyinDialect._list

    class Endless(Rendered):
        def page(
            self, clock: str, ascending: bool, window: tuple[int, int], page: int, size: int
        ) -> tuple[list[str], int]:
            texts, total = super().page(clock, ascending, window, page, size)
            return texts, total + 1

    def endless(self: DouyinDialect, world: World, shop_id: str, kind: str) -> Rendered:
        made = plain(self, world, shop_id, kind)
        return Endless(made.texts, made.created, made.updated)

    monkeypatch.setattr(DouyinDialect, "_list", endless)
    with pytest.raises(CollectError, match="PAGES_INCOMPLETE"):
        ids(shop)


def test_new_enums_and_missing_members_stay_visible_and_lose_no_row() -> None:
    """F14, F15: numbers beyond a float's reach stay exact, an unheard status is ``unknown``, null stands
    where an object was.
    """
    number = 6_930_162_745_589_500_001
    sku = {
        "order_id": number,
        "parent_order_id": number,
        "order_status": 777,
        "create_time": 1_784_000_000,
        "pay_time": 1_784_000_001,
        "pay_amount": 9_990,
    }
    sku |= {
        "item_num": 1,
        "update_time": 1_784_000_002,
        "after_sale_info": None,
        "sku_order_tag_ui": None,
        "spec": None,
        "newMember": [{}],
    }
    order = {
        "order_id": number,
        "create_time": 1_784_000_000,
        "update_time": 1_784_000_002,
        "post_addr": None,
        "sku_order_list": [sku],
    }
    read = read_page(
        "orders",
        orjson.dumps(
            {"code": 10000, "data": {"shop_order_list": [order, {**order, "sku_order_list": None}]}}
        ),
    )
    assert read.quarantine.is_empty()
    line = conformed(read).row(0, named=True)
    assert (line["order_line_id"], line["order_status_code"], line["paid_fen"]) == (
        str(number),
        "unknown",
        9_990,
    )
    gone = {**order, "sku_order_list": [{**sku, "order_id": None}, sku]}
    spoilt = read_page("orders", orjson.dumps({"code": 10000, "data": {"shop_order_list": [gone]}}))
    assert (spoilt.bronze.height, spoilt.quarantine["_row_number"].n_unique()) == (1, 1), (
        "a sub-order without a number is set aside, not lost"
    )
