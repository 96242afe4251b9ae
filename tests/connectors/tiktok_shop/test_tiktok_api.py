"""The API against the simulated platform: everything is collected while rows move, page by page, and nothing
private is taken.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson
import polars as pl
import pytest
from tiktok_cases import MARKET_NOW, O, Shop, conformed_records, content, moment, satang, settlement_truth

from connectors.http import Client, Credentials
from connectors.tiktok_shop import PLATFORM, simulate
from connectors.tiktok_shop.api import MAX_PAGES_OF_A_SECOND, OVERLAP_SECONDS, TikTokApi
from connectors.tiktok_shop.simulate_api import Rendered
from contracts.errors import CollectError
from simulator.history.market import Market
from simulator.server import make_app, serve_in_thread

START = moment("2026-05-01 00:00:00")
KEYS = {"orders": "order.id", "after_sales": "return.return_id", "cancellations": "cancel.cancel_id"}


def truth(shop: Shop, kind: str) -> set[object]:
    """The numbers the platform knows at its moment."""
    if kind == "orders":
        return set(shop.world.lines(shop.shop_id)["order_id"])
    before = pl.col("stage_code") == "before_shipment"
    return set(
        shop.world.refunds(shop.shop_id).filter(before if kind == "cancellations" else ~before)["refund_id"]
    )


@pytest.fixture
def small(market: Market, shop_ids: list[str]) -> Iterator[Shop]:
    """The second shop, likewise behind a fresh server."""
    app = make_app(market, MARKET_NOW, [simulate.dialect()])
    url, stop = serve_in_thread(app)
    yield Shop(app, url, shop_ids[1])
    stop()


@pytest.mark.parametrize("kind", list(KEYS))
def test_everything_is_collected_once_around(shop: Shop, kind: str) -> None:
    records = shop.collect(kind, START, MARKET_NOW)
    assert {record[KEYS[kind]] for record in records} == truth(shop, kind)
    assert len(records) < 1.1 * len({tuple(record.values()) for record in records})


def test_statements_are_all_collected(shop: Shop) -> None:
    entry = conformed_records("settlements", shop.collect("settlements", START, MARKET_NOW), shop.shop_id)[
        "settlement_entry"
    ]
    wanted = settlement_truth(shop.world.market, shop.shop_id)
    told = entry.select(
        "order_id", "settlement_type_code", "settled_fen", day=pl.col("settled_at").dt.date()
    ).sort("order_id", "settlement_type_code", "day")
    assert told.equals(wanted.select(told.columns))


def test_movements_of_the_balance_are_all_collected(shop: Shop) -> None:
    """What each day's statement brought, and every withdrawal, which is turned into satang at the rate of its
    own day.
    """
    entry = conformed_records("funds", shop.collect("funds", START, MARKET_NOW), shop.shop_id)["fund_entry"]
    days = (
        settlement_truth(shop.world.market, shop.shop_id)
        .group_by("day")
        .agg(pl.col("settled_fen").sum())
        .filter(pl.col("settled_fen") > 0)
    )
    told = (
        entry.filter(fund_type_code="sale")
        .select(day=pl.col("moved_at").dt.date(), settled_fen="moved_fen")
        .sort("day")
    )
    assert told.equals(days.sort("day"))
    drawn = (
        shop.world.market.funds_at(shop.shop_id, MARKET_NOW)
        .filter(fund_type_code="withdrawal")
        .rename({"moved_at": "created_at"})
    )
    wanted = (
        satang(drawn, "moved_fen")
        .select(fund_entry_id="fund_ref", moved_fen="moved_fen", moved_at="created_at")
        .sort("fund_entry_id")
    )
    assert wanted.height > 3
    assert (
        entry.filter(fund_type_code="withdrawal").select(wanted.columns).sort("fund_entry_id").equals(wanted)
    )


@pytest.mark.parametrize("kind", [*KEYS, "settlements", "funds"])
def test_windows_side_by_side_lose_nothing(small: Shop, kind: str) -> None:
    cuts = [START, moment("2026-06-25 12:00:01"), moment("2026-07-10 00:00:00"), MARKET_NOW]
    whole = {tuple(record.values()) for record in small.collect(kind, START, MARKET_NOW)}
    assert {
        tuple(record.values())
        for start, end in itertools.pairwise(cuts)
        for record in small.collect(kind, start, end)
    } == whole
    assert whole


@pytest.mark.parametrize("kind", [*KEYS, "settlements", "funds"])
def test_an_empty_window_gives_no_records(small: Shop, kind: str) -> None:
    assert small.collect(kind, MARKET_NOW + dt.timedelta(days=15), MARKET_NOW + dt.timedelta(days=16)) == []


def test_the_window_reaches_a_little_back_and_holds_its_last_second(shop: Shop) -> None:
    begin = MARKET_NOW - dt.timedelta(days=5)
    seconds = [int(str(record["order.update_time"])) for record in shop.collect("orders", begin, MARKET_NOW)]
    assert min(seconds) >= int(begin.timestamp()) - OVERLAP_SECONDS
    updated = shop.world.lines(shop.shop_id).group_by("order_id").agg(pl.col("updated_at").max())
    assert (
        len({record["order.id"] for record in shop.collect("orders", begin, MARKET_NOW)})
        >= updated.filter(pl.col("updated_at") >= begin).height
    )


def newest(records: list[dict[str, object]]) -> dict[object, tuple[str, str]]:
    """Order → its status and update second in the record that was seen last."""
    return {item["order.id"]: (str(item["order.status"]), str(item["order.update_time"])) for item in records}


def test_nothing_is_lost_while_the_market_moves_between_pages(shop: Shop) -> None:
    """Half an hour passes with each request: orders leave the window for later moments.

    Two runs must hold every order's final state.
    """
    shop.world.at = begun = moment("2026-07-12 10:00:00")
    shop.faults.update({"advance_seconds": 1800})
    first = shop.collect("orders", START, begun)
    shop.faults.reset()
    assert shop.world.at > begun + dt.timedelta(hours=4)
    found = newest(first + shop.collect("orders", begun, shop.world.at))
    words = {
        "unpaid": "UNPAID", "paid": "AWAITING_SHIPMENT", "part_shipped": "PARTIALLY_SHIPPING",
        "shipped": "IN_TRANSIT", "finished": "COMPLETED",
        "closed_unpaid": "CANCELLED", "closed_refunded": "CANCELLED",
    }  # fmt: skip
    orders = (
        shop.world.lines(shop.shop_id)
        .group_by("order_id")
        .agg(pl.col("order_order_status_code").first().replace_strict(words), pl.col("updated_at").max())
    )
    stamps = orders["updated_at"].dt.epoch("s").cast(pl.String)
    assert found == dict(
        zip(orders["order_id"], zip(orders["order_order_status_code"], stamps, strict=True), strict=True)
    )


def test_a_late_refund_comes_with_a_later_window(shop: Shop) -> None:
    """F16: goods sent back weeks after the order. The run of that day holds the request's final state."""
    refunds = shop.world.refunds(shop.shop_id).filter(
        pl.col("refunded_at") > MARKET_NOW - dt.timedelta(days=1), stage_code="after_shipment"
    )
    late = refunds.join(
        shop.world.lines(shop.shop_id).select("order_line_id", "created_at"), on="order_line_id"
    )
    late = late.filter(pl.col("refunded_at") - pl.col("created_at") > dt.timedelta(days=15))
    assert late.height
    frame = conformed_records(
        "after_sales",
        shop.collect("after_sales", MARKET_NOW - dt.timedelta(days=1), MARKET_NOW),
        shop.shop_id,
    )["refund_line"]
    told = frame.filter(pl.col("refund_id").is_in(late["refund_id"].implode()))
    assert set(told["refund_status_code"]) == {"success"}
    assert set(told["refund_id"]) == set(late["refund_id"])


# --- paging -------------------------------------------------------------------------------------------------


def crowd(updated: list[int]) -> Rendered:
    """A list of bare orders with these update seconds."""
    orders = [
        {"id": f"{5_760_000_000_000_000_00 + number}", "status": "UNPAID", "update_time": second}
        for number, second in enumerate(updated)
    ]
    return Rendered(
        [orjson.dumps({**order, "line_items": [{"id": order["id"]}]}).decode() for order in orders],
        np.array(updated, dtype=np.int64),
    )


def test_more_than_a_page_in_one_second(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """F10: seven hundred orders share one moment, as after a mass shipment."""
    at = int(MARKET_NOW.timestamp())
    made = crowd([at - 9] * 60 + [at - 5] * 700 + [at] * 130)
    monkeypatch.setattr(simulate, "_rendered", lambda world, shop_id, name: made)
    found = [
        record["order.id"]
        for record in shop.collect("orders", MARKET_NOW - dt.timedelta(hours=1), MARKET_NOW)
    ]
    assert len(set(found)) == 890
    assert len(found) < 1.2 * 890


def canned(bodies: list[dict[str, Any]]) -> TikTokApi:
    """An API whose lists answer with these ``data``, the last one for ever."""

    class Answers(Client):
        def call(self, make: Any, read: Any, credentials: Credentials) -> bytes:  # noqa: ANN401 - as the client's
            if make().url.endswith("/shops"):
                return read(None, orjson.dumps({"code": 0, "data": {"shops": [{"id": "1", "cipher": "c"}]}}))
            return read(
                None, orjson.dumps({"code": 0, "data": bodies[0] if len(bodies) == 1 else bodies.pop(0)})
            )

    return TikTokApi(Answers(), Credentials("http://127.0.0.1", "k", "s", "t"), {"orders": ["order.id"]})


def window(api: TikTokApi) -> list[bytes]:
    return list(api.pages("orders", MARKET_NOW, MARKET_NOW + dt.timedelta(hours=1)))


def rows(*pairs: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"id": name, "update_time": second, "line_items": []} for name, second in pairs]


def test_a_platform_that_hands_out_tokens_without_end_is_an_error() -> None:
    """F11."""
    asked = 0
    stuck = canned([{"orders": rows(("1", 5)), "total_count": 1, "next_page_token": "more"}])
    plain = stuck.gateway.call

    def counting(*args: Any, **kwargs: Any) -> bytes:  # noqa: ANN401 - passed on
        nonlocal asked
        asked += 1
        return plain(*args, **kwargs)

    stuck.gateway.call = counting  # type: ignore[method-assign]
    with pytest.raises(CollectError, match="SECOND_TOO_FULL"):
        window(stuck)
    assert asked < MAX_PAGES_OF_A_SECOND + 5


def test_an_answer_that_is_not_sorted_cannot_be_walked() -> None:
    with pytest.raises(CollectError, match="NOT_SORTED"):
        window(canned([{"orders": rows(("1", 9), ("2", 5)), "total_count": 9, "next_page_token": "more"}]))


def test_rows_that_are_counted_but_never_handed_out_are_missed() -> None:
    """F09: the platform's own count is the check.

    A second pass is made, and what still lacks is an error, not a gap.
    """
    with pytest.raises(CollectError, match="PAGES_INCOMPLETE"):
        window(canned([{"orders": rows(("1", 5)), "total_count": 2, "next_page_token": ""}]))


def test_an_empty_page_ends_a_list_whatever_its_token_says() -> None:
    assert window(canned([{"orders": [], "total_count": 0, "next_page_token": "more"}])) == []


def test_a_page_that_comes_twice_is_handed_out_once() -> None:
    """F07."""
    page = {"orders": rows(("1", 5), ("2", 6)), "total_count": 2, "next_page_token": "more"}
    end = {"orders": rows(("2", 6)), "total_count": 2, "next_page_token": ""}
    assert len(window(canned([page, end]))) == 1


def test_an_order_that_changes_while_it_is_read_is_handed_out_again() -> None:
    one = {"orders": rows(("1", 5), ("2", 6)), "total_count": 2, "next_page_token": "more"}
    two = {"orders": rows(("2", 6), ("1", 8)), "total_count": 2, "next_page_token": ""}
    assert len(window(canned([one, two]))) == 2


@pytest.mark.parametrize("row", [{"id": "1"}, {"update_time": 5}, {"id": "1", "update_time": None}])
def test_an_answer_without_its_number_or_time_is_an_error(row: dict[str, Any]) -> None:
    """F15."""
    with pytest.raises(CollectError, match="ANSWER_CHANGED"):
        window(canned([{"orders": [row], "total_count": 1, "next_page_token": ""}]))


@pytest.mark.parametrize(
    "data", [{}, {"orders": None}, {"orders": None, "total_count": None, "next_page_token": None}]
)
def test_nothing_told_is_nothing_found(data: dict[str, Any]) -> None:
    assert window(canned([data])) == []


def test_statements_follow_their_tokens_and_stop_where_one_repeats() -> None:
    api = canned(
        [
            {"statements": [{"id": "7"}], "next_page_token": "a"},
            {"statement_transactions": [{"order_id": "1"}], "next_page_token": "t"},
            {"statement_transactions": [{"order_id": "2"}], "next_page_token": "t"},
            {"statements": [], "next_page_token": ""},
        ]
    )
    api.headers = {"settlements": ["entry.ref"]}
    found = [
        record
        for page in api.pages("settlements", MARKET_NOW, MARKET_NOW)
        for record in api.records("settlements", page)
    ]
    assert [record["entry.ref"] for record in found] == ["1", "2"]


# --- what is taken out of an answer -------------------------------------------------------------------------


def test_nothing_private_is_taken_out_of_an_answer(small: Shop) -> None:
    for kind in (*KEYS, "settlements", "funds"):
        for record in small.collect(kind, moment("2026-07-10 00:00:00"), MARKET_NOW):
            assert set(record) == {column.header for column in PLATFORM.layout(kind, "api").columns}
            for planted in ("0812345678", "คุณ", "Some Road", "District 9", "v2b@", "81*****78"):
                assert planted not in str(record)


def test_numbers_beyond_a_float_stay_whole() -> None:
    """F14: ids that come as JSON numbers are text before they are anything else."""
    page = (
        b'{"code":0,"data":{"orders":[{"id":576461413038785753,'
        b'"line_items":[{"sku_id":1729382476852921561}]}]}}'
    )
    headers = {"orders": ["order.id", "item.sku_id"]}
    (record,) = TikTokApi(Client(), Credentials("http://127.0.0.1", "k", "s"), headers).records(
        "orders", page
    )
    assert record == {"order.id": "576461413038785753", "item.sku_id": "1729382476852921561"}


def test_an_order_without_items_still_makes_a_record() -> None:
    headers = {"orders": ["order.id", "item.sku_id"]}
    api = TikTokApi(Client(), Credentials("http://127.0.0.1", "k", "s"), headers)
    assert api.records("orders", orjson.dumps({"code": 0, "data": {"orders": [{"id": O}]}})) == [
        {"order.id": O, "item.sku_id": None}
    ]


def test_units_of_a_line_add_up_to_the_line(shop: Shop) -> None:
    """One line item is one piece; a line of several is one row with their sum."""
    lines = shop.world.lines(shop.shop_id)
    records = shop.collect("orders", START, MARKET_NOW)
    assert len({str(record["item.id"]) for record in records}) == lines["line_qty"].sum()
    line = content(conformed_records("orders", records, shop.shop_id)["order_line"], "order_line_id")
    assert line["line_qty"].sum() == lines["line_qty"].sum()
    assert line.filter(pl.col("line_qty") > 1).height > 20


def test_credentials_are_not_changed_under_the_callers_hands(small: Shop) -> None:
    before = dataclasses.replace(small.credentials)
    small.world.tokens.expire_all()
    small.collect("cancellations", START, MARKET_NOW)
    assert small.credentials == before
    assert len(small.saved) == 1
