"""The API against the simulator's server: everything is collected, in windows the platform grants, in an
order that loses nothing.
"""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import polars as pl
import pytest
from xiaohongshu_cases import NOW, Shop, moment, offline, read_api

from connectors.xiaohongshu import api as api_module
from connectors.xiaohongshu import simulate
from connectors.xiaohongshu.api import DAY, KINDS, OVERLAP, XiaohongshuApi, windows
from connectors.xiaohongshu.gateway import Gateway
from connectors.xiaohongshu.simulate_api import Rendered
from contracts.errors import TransientError

START = NOW - dt.timedelta(days=30)
LAST_DAYS = NOW - dt.timedelta(days=3)
IDS = {
    "orders": "order.orderId", "after_sales": "info.returnsId", "settlements": "row.transactionId",
    "services": "row.expenseId", "products": "sku.id",
}  # fmt: skip


def truth(shop: Shop, kind: str) -> set[str]:
    """The ids the market knows at the served moment."""
    world, shop_id = shop.world, shop.shop_id
    if kind == "services":
        return set(
            world.insurance(shop_id)
            .filter(pl.col("premium_merchant_fen") > 0)["insurance_ref"]
            .str.extract(r"(\d+)$")
        )
    if kind == "products":
        return {f"6{sku:0>23}" for sku in world.market.skus.filter(pl.col("shop_id") == shop_id)["sku_id"]}
    frame, column = {
        "orders": (world.lines, "order_id"), "after_sales": (world.refunds, "refund_id"),
        "settlements": (world.settlements, "settlement_ref"),
    }[kind]  # fmt: skip
    return set(frame(shop_id)[column])


def asked_of(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """(method, business parameters) of every call from here on."""
    asked: list[tuple[str, dict[str, Any]]] = []
    plain = Gateway.call

    def listen(self: Gateway, method: str, params: dict[str, Any]) -> bytes:
        asked.append((method, dict(params)))
        return plain(self, method, params)

    monkeypatch.setattr(Gateway, "call", listen)
    return asked


@pytest.mark.parametrize("kind", IDS)
def test_everything_is_collected(shop: Shop, kind: str) -> None:
    found = [record[IDS[kind]] for record in shop.collect(kind, START, NOW)]
    assert set(found) == truth(shop, kind) != set()


def test_account_movements_are_all_collected(shop: Shop) -> None:
    found = [
        (record["row.createdTime"], record["row.balanceAmount"])
        for record in shop.collect("funds", START, NOW)
    ]
    moved = shop.world.funds(shop.shop_id)
    assert len(found) == moved.height > 100
    assert {int(str(moment)) for moment, _ in found} == set(moved["moved_at"].dt.epoch("ms"))


@pytest.mark.parametrize("kind", ["orders", "after_sales"])
def test_the_last_days_are_collected_by_update_time(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    asked = asked_of(monkeypatch)
    found = {record[IDS[kind]] for record in shop.collect(kind, LAST_DAYS, NOW)}
    frame = shop.world.lines(shop.shop_id) if kind == "orders" else shop.world.refunds(shop.shop_id)
    touched = frame.filter(pl.col("updated_at") >= LAST_DAYS - dt.timedelta(milliseconds=OVERLAP))
    assert found == set(touched["order_id" if kind == "orders" else "refund_id"]) != set()
    lists = [params for method, params in asked if "List" in method or "list" in method]
    assert {params["timeType"] for params in lists} == {2}


@pytest.mark.parametrize(("kind", "unit"), [("orders", 1000), ("after_sales", 1)])
def test_windows_stay_within_what_the_platform_grants_and_leave_no_gap(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, kind: str, unit: int
) -> None:
    """Orders are asked in seconds, after-sales in milliseconds; 30 minutes by update, a day by creation."""
    for first, clock, widest in ((LAST_DAYS, 2, 1_800_000), (START, 1, DAY)):
        asked = asked_of(monkeypatch)
        shop.collect(kind, first, NOW)
        monkeypatch.undo()
        lists = [params for _, params in asked if "timeType" in params]
        spans = sorted({(params["startTime"] * unit, params["endTime"] * unit) for params in lists})
        assert {params["timeType"] for params in lists} == {clock}
        assert all(0 < end - begin <= widest for begin, end in spans)
        assert all(later[0] <= earlier[1] for earlier, later in itertools.pairwise(spans))
        assert spans[0][0] <= first.timestamp() * 1000 - OVERLAP
        assert spans[-1][1] >= NOW.timestamp() * 1000
        assert all(1 <= params["pageSize"] <= 100 and params["pageNo"] <= 100 for params in lists)


@pytest.mark.parametrize("kind", ["settlements", "services", "funds"])
def test_ledgers_are_asked_a_day_at_a_time_in_milliseconds(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    asked = asked_of(monkeypatch)
    shop.collect(kind, START, NOW)
    spans = list(dict.fromkeys((params["startTime"], params["endTime"]) for _, params in asked))
    assert all(0 < end - begin <= DAY for begin, end in spans)
    assert all(earlier[1] == later[0] for earlier, later in itertools.pairwise(spans))
    assert (spans[0][0], spans[-1][1]) == (int(START.timestamp() * 1000), int(NOW.timestamp() * 1000))
    assert all("pageNum" in params and "pageNo" not in params for _, params in asked)


@pytest.mark.parametrize(
    ("start", "end", "widest", "expected"),
    [
        (0, 0, 10_000, []), (0, 10_000, 10_000, [(0, 10_000)]),
        (0, 19_000, 10_000, [(0, 10_000), (9_000, 19_000)]),
        (0, 20_000, 10_000, [(0, 10_000), (9_000, 19_000), (18_000, 20_000)]),
    ],
)  # fmt: skip
def test_windows_share_a_second_at_their_seams(
    start: int, end: int, widest: int, expected: list[tuple[int, int]]
) -> None:
    assert list(windows(start, end, widest)) == expected


def test_a_window_fuller_than_a_page_is_halved_and_no_second_page_is_asked_for(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_module, "PAGE_SIZE", 5)
    monkeypatch.setattr(simulate, "_PAGE_CAP", 2)
    asked = asked_of(monkeypatch)
    assert {record[IDS["orders"]] for record in shop.collect("orders", START, NOW)} == truth(shop, "orders")
    lists = [params for _, params in asked if "timeType" in params]
    assert {params["pageNo"] for params in lists} == {1}
    assert min(params["endTime"] - params["startTime"] for params in lists) < 43_200


def test_nothing_is_lost_while_the_market_moves_between_pages(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two minutes pass with each look at the list: rows leave their window for later moments.

    Two runs hold every order's final state.
    """
    monkeypatch.setattr(api_module, "PAGE_SIZE", 5)
    shop.world.at = begun = NOW - dt.timedelta(days=2)
    moved = 0
    plain = XiaohongshuApi._page

    def slow(self: XiaohongshuApi, *asked: Any) -> Any:  # noqa: ANN401
        nonlocal moved
        moved += 1
        shop.world.at += dt.timedelta(minutes=2)
        return plain(self, *asked)

    monkeypatch.setattr(XiaohongshuApi, "_page", slow)
    first = shop.collect("orders", START, begun)
    monkeypatch.setattr(XiaohongshuApi, "_page", plain)
    assert moved > 100 and shop.world.at > begun + dt.timedelta(hours=3)
    newest = {
        str(row["order.orderId"]): int(str(row["order.updateTime"]))
        for row in first + shop.collect("orders", begun, shop.world.at)
    }
    updated = (
        shop.world.lines(shop.shop_id).group_by("order_id").agg(pl.col("updated_at").max().dt.epoch("ms"))
    )
    assert newest == dict(updated.iter_rows())


def test_windows_side_by_side_lose_nothing(shop: Shop) -> None:
    cuts = [START, moment("2026-07-01 12:00:01"), moment("2026-07-10 00:00:00"), NOW]
    found = {
        record[IDS["orders"]]
        for start, end in itertools.pairwise(cuts)
        for record in shop.collect("orders", start, end)
    }
    assert found == truth(shop, "orders")


@pytest.mark.parametrize("kind", KINDS)
def test_a_window_without_anything_gives_no_rows(shop: Shop, kind: str) -> None:
    long_ago = NOW - dt.timedelta(days=400)
    assert shop.collect(kind, long_ago, long_ago + dt.timedelta(hours=1)) == [] or kind == "products"
    assert list(shop.api().pages(kind, NOW, NOW)) == []


def test_rows_that_will_not_stand_still_are_worth_another_try(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform counts one more than it ever shows."""
    plain = Rendered.page
    monkeypatch.setattr(
        Rendered, "page", lambda self, *asked: (rows := plain(self, *asked), (rows[0], rows[1] + 1))[1]
    )
    for kind in ("settlements", "products"):
        with pytest.raises(TransientError, match="PAGES_MOVED"):
            shop.collect(kind, START, NOW)


def test_amounts_that_are_floats_on_the_wire_are_exact_fen(shop: Shop) -> None:
    """After-sale amounts are JSON numbers in yuan, 117.71000000000001 among them."""
    pages = list(shop.api().pages("after_sales", START, NOW))
    assert b"0000001" in b"".join(pages) or b"9999999" in b"".join(pages)
    reading = read_api("after_sales", pages, shop.shop_id)
    assert reading.quarantine.is_empty()
    told = (
        reading.bronze.unique("refund_id")
        .select("refund_id", "returned_fen")
        .filter(pl.col("returned_fen") > 0)
        .sort("refund_id")
    )
    done = (
        shop.world.refunds(shop.shop_id)
        .filter(pl.col("refund_status_code") == "success", pl.col("refund_fen") > 0)
        .sort("refund_id")
    )
    assert told.rows() == done.select("refund_id", "refund_fen").rows()


def test_nothing_private_is_taken_out_of_an_answer(shop: Shop) -> None:
    for kind in KINDS:
        for record in shop.collect(kind, LAST_DAYS, NOW):
            for planted in ("13800138000", "138****8000", "##", "SF1234567890"):
                assert planted not in str(record), kind


def test_pages_may_hold_line_breaks(shop: Shop) -> None:
    """One answer per line: a pretty-printed answer must not fall apart."""
    api = offline()
    page = b'{"error_code":0,"success":true,"data":{"orderId":"P1","skuList":[{"skuId":"1"}]}}'
    assert len(api.records("orders", page + b"\n" + page)) == 2
