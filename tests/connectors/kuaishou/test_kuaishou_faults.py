"""What is this platform's own of faults F01-F19.

What every platform meets alike is played in tests/connectors/test_collection.py.
"""

from __future__ import annotations

from typing import ClassVar

import orjson
import pytest
from kuaishou_cases import MARKET_NOW, Shop, conformed, moment, read_page

from connectors.http import Client
from connectors.kuaishou import PLATFORM
from connectors.kuaishou.simulate import KuaishouDialect
from connectors.kuaishou.simulate_api import Rendered
from connectors.reading import Origin, read_records
from contracts.errors import CollectError, TransientError
from simulator.world import World

START = moment("2026-07-01 00:00:00")


def ids(shop: Shop, **limits: float) -> list[object]:
    """Order numbers as they come, by a client with these limits."""
    assert PLATFORM.api is not None
    api = PLATFORM.api(Client(wait_scale=0.0, **limits), shop.credentials)  # type: ignore[arg-type]
    return [
        row["orderBaseInfo.oid"]
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
    assert [row["orderBaseInfo.oid"] for row in shop.collect("orders", START, MARKET_NOW, api)] == clean
    assert abs(api.gateway.skew + seconds) < 30


def test_a_timestamp_refused_by_a_clock_like_ours_is_a_matter_for_people(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.kuaishou.simulate._TIMESTAMP_SLACK_MS", -1)
    with pytest.raises(CollectError, match=r"CLOCK_WRONG.*时钟") as caught:
        ids(shop)
    assert not isinstance(caught.value, TransientError)
    assert shop.faults.requests == 1


class Repeating(Rendered):
    """Tells half of each page again on the next one, with a page without rows between them."""

    told: ClassVar[list[str]] = []

    def page(
        self, clock: str, way: int, window: tuple[int, int], cursor: str, size: int
    ) -> tuple[list[str], str]:
        if cursor.startswith("empty:"):
            return [], cursor.removeprefix("empty:")
        texts, following = super().page(clock, way, window, cursor, size)
        again, self.told[:] = self.told[:], texts[: len(texts) // 2]
        return again + texts, f"empty:{following}" if following else ""


def test_repeated_rows_and_empty_pages_in_the_middle(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """F07, F11: every order comes at least once, and its copies are one state of one order."""
    clean = ids(shop)
    plain = KuaishouDialect._list

    def repeating(self: KuaishouDialect, world: World, shop_id: str, kind: str) -> Rendered:
        made = plain(self, world, shop_id, kind)
        return Repeating(made.texts, made.numbers, made.created, made.updated)

    monkeypatch.setattr(KuaishouDialect, "_list", repeating)
    records = shop.collect("orders", START, MARKET_NOW)
    assert len(records) > 1.2 * len(clean)
    read = read_records(
        PLATFORM, "orders", records, Origin("m", "s", "a" * 64, "page", MARKET_NOW, MARKET_NOW)
    )
    states = conformed(read).drop("_row_number").unique()
    assert sorted(states["order_id"]) == sorted(set(map(str, clean)))


def test_new_enums_and_missing_members_stay_visible_and_lose_no_row() -> None:
    """F14, F15: numbers beyond a float's reach stay exact, an unheard status is ``unknown``, null stands
    where an object was.
    """
    order = {
        "oid": 9_007_199_254_740_993_111 // 1000,
        "createTime": 1_784_000_000_000,
        "payTime": 1_784_000_001_000,
        "status": 35,
        "totalFee": 9_990,
    }
    rows = [
        {
            "orderBaseInfo": order,
            "orderItemInfo": None,
            "orderCpsInfo": None,
            "orderAddress": None,
            "orderRefundList": None,
            "orderStepInfo": None,
        }
    ]
    read = read_page(
        "orders",
        orjson.dumps({"result": 1, "data": {"orderList": rows, "cursor": "nomore", "newMember": [{}]}}),
    )
    assert read.quarantine.is_empty()
    line = conformed(read).row(0, named=True)
    assert (line["order_id"], line["order_status_code"], line["paid_fen"]) == (
        str(order["oid"]),
        "unknown",
        9_990,
    )
    gone = {**rows[0], "orderBaseInfo": None}
    spoilt = read_page(
        "orders", orjson.dumps({"result": 1, "data": {"orderList": [gone, *rows], "cursor": "nomore"}})
    )
    assert (spoilt.bronze.height, spoilt.quarantine["_row_number"].n_unique()) == (1, 1), (
        "an order without a number is set aside, not lost"
    )
