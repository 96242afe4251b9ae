"""Windows of time: every row of the span, each answer within the platform's limits, and no order missed that
moves meanwhile.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping

import orjson
import polars as pl
import pytest
from jd_cases import NOW, Jos, offline_api

from connectors.files.clocks import stamp
from connectors.jd.api import AFTER_SALE_REACH, KINDS, OVERLAP, JdApi
from contracts.errors import CollectError, TransientError


class Platform:
    """Rows at seconds since ``NOW``; answers like the gateway and writes down what it was asked."""

    def __init__(self, seconds: list[int], short_by: int = 0) -> None:
        self.seconds, self.short_by = seconds, short_by
        self.asked: list[dict[str, object]] = []

    def call(self, method: str, arguments: Mapping[str, object]) -> bytes:
        self.asked.append(dict(arguments))
        first, last = str(arguments["start_date"]), str(arguments["end_date"])
        found = [
            number
            for number, second in enumerate(self.seconds)
            if first <= stamp(NOW + dt.timedelta(seconds=second)) <= last
        ]
        page = int(str(arguments["page"]))
        rows = [{"orderId": str(number)} for number in found[(page - 1) * 100 : page * 100]][
            : 100 - self.short_by
        ]
        result = {"apiResult": {"success": True}, "orderTotal": len(found), "orderInfoList": rows}
        return orjson.dumps(
            {"jingdong_pop_order_search_responce": {"code": "0", "searchorderinfo_result": result}}
        )


def _collect(platform: Platform, start: dt.datetime, end: dt.datetime) -> Iterator[str]:
    api = offline_api()
    assert isinstance(api, JdApi)
    api.gateway.call = platform.call  # type: ignore[method-assign]
    for body in api.pages("orders", start, end):
        yield from (str(row["order.orderId"]) for row in api.records("orders", body))


@pytest.mark.parametrize("count", [0, 1, 100, 101, 250, 2_000])
def test_every_row_comes_and_no_window_needs_a_second_page(count: int) -> None:
    platform = Platform([number * 37 for number in range(count)])
    assert set(_collect(platform, NOW, NOW + dt.timedelta(days=1))) == {
        str(number) for number in range(count)
    }
    assert {str(asked["page"]) for asked in platform.asked} == {"1"}
    assert len(platform.asked) <= 10 + count // 20


def test_one_second_fuller_than_a_page_is_turned() -> None:
    platform = Platform([5] * 250 + [9])
    assert set(_collect(platform, NOW, NOW + dt.timedelta(minutes=1))) == {
        str(number) for number in range(251)
    }
    assert {str(asked["page"]) for asked in platform.asked} == {"1", "2", "3"}


def test_rows_that_are_counted_but_not_handed_out_are_missed() -> None:
    with pytest.raises(CollectError) as error:
        list(_collect(Platform([1] * 100, short_by=1), NOW, NOW + dt.timedelta(minutes=1)))
    assert error.value.rule == "PAGES_INCOMPLETE"
    with pytest.raises(TransientError) as moved:
        list(_collect(Platform([1] * 150, short_by=1), NOW, NOW + dt.timedelta(minutes=1)))
    assert moved.value.rule == "PAGES_MOVED"


def test_an_empty_answer_of_a_window_that_is_not_empty_is_asked_for_again() -> None:
    """F11."""
    platform = Platform([1] * 40, short_by=100)
    plain, asked = platform.call, list[str]()

    def mended(method: str, arguments: Mapping[str, object]) -> bytes:
        asked.append(method)
        platform.short_by = 100 if len(asked) == 1 else 0
        return plain(method, arguments)

    platform.call = mended  # type: ignore[method-assign]
    assert len(set(_collect(platform, NOW, NOW + dt.timedelta(minutes=1)))) == 40
    assert len(asked) == 2


def test_a_platform_that_ignores_the_window_is_an_error_not_an_endless_search() -> None:
    """F11: whatever is asked for, everything is counted.

    Cutting on would ask for each second of the month.
    """
    platform = Platform([1] * 250)
    plain = platform.call

    def always(method: str, arguments: Mapping[str, object]) -> bytes:
        return plain(
            method, {**arguments, "start_date": stamp(NOW), "end_date": stamp(NOW + dt.timedelta(days=1))}
        )

    platform.call = always  # type: ignore[method-assign]
    with pytest.raises(CollectError, match="WINDOW_IGNORED"):
        list(_collect(platform, NOW, NOW + dt.timedelta(days=20)))
    assert len(platform.asked) < 200


@pytest.mark.parametrize("total", ["many", {"a": 1}, -1])
def test_a_count_that_is_none_is_an_error(total: object) -> None:
    """F15."""
    platform = Platform([1])
    body = {"apiResult": {"success": True}, "orderTotal": total, "orderInfoList": []}
    platform.call = lambda method, arguments: orjson.dumps(
        {"jingdong_pop_order_search_responce": {"code": "0", "r": body}}
    )  # type: ignore[method-assign]
    with pytest.raises(CollectError, match="ANSWER_CHANGED"):
        list(_collect(platform, NOW, NOW + dt.timedelta(days=1)))


def test_a_long_span_is_asked_for_in_months_and_from_a_little_before() -> None:
    platform = Platform([])
    assert list(_collect(platform, NOW, NOW + dt.timedelta(days=60))) == []
    spans = [(str(asked["start_date"]), str(asked["end_date"])) for asked in platform.asked]
    assert spans[0][0] == stamp(NOW - OVERLAP)
    assert spans[-1][1] == stamp(NOW + dt.timedelta(days=60))
    assert [first for first, _ in spans[1:]] == [last for _, last in spans[:-1]]
    assert all(
        dt.datetime.fromisoformat(last) - dt.datetime.fromisoformat(first) <= dt.timedelta(days=28)
        for first, last in spans
    )
    assert list(_collect(platform, NOW, NOW - OVERLAP)) == []


def test_required_arguments_are_always_there() -> None:
    platform = Platform([1])
    list(_collect(platform, NOW, NOW + dt.timedelta(minutes=1)))
    (asked,) = platform.asked
    assert asked["dateType"] == 0  # by modification
    assert asked["sortType"] != 1  # oldest first
    assert (asked["page"], asked["page_size"], asked["source_id"]) == ("1", "100", "JOS")
    assert {"WAIT_SELLER_STOCK_OUT", "FINISHED_L", "TRADE_CANCELED", "LOCKED"} <= set(
        str(asked["order_state"]).split(",")
    )


def test_after_sales_are_read_again_from_long_before(jos: Jos, shop_ids: list[str]) -> None:
    """A refund that was done in the span belongs to a service applied for weeks earlier.

    The list can be asked for by application only.
    """
    since = NOW - dt.timedelta(days=2)
    done = jos.market.refunds_at(shop_ids[0], NOW).filter(
        pl.col("refunded_at") >= since, pl.col("stage_code") != "before_shipment"
    )
    api = jos.api(shop_ids[0])
    found = {
        str(row["sameOrderServiceBill.serviceId"])
        for body in api.pages("after_sales", since, NOW)
        for row in api.records("after_sales", body)
    }
    assert done.filter(pl.col("applied_at") < since).height > 0
    assert set(done["refund_id"]) <= found
    assert dt.timedelta(days=30) <= AFTER_SALE_REACH


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_platforms_own_limits_are_kept(jos: Jos, shop_ids: list[str], kind: str) -> None:
    """The simulated gateway refuses what is too wide or too large, so a span of months that comes through
    kept them.
    """
    assert list(jos.api(shop_ids[0]).pages(kind, NOW - dt.timedelta(days=90), NOW))


def test_orders_modified_meanwhile_are_met_in_a_later_window(jos: Jos, shop_ids: list[str]) -> None:
    shop_id = shop_ids[0]
    middle = NOW - dt.timedelta(days=6)
    jos.world.at = middle
    jos.faults.update({"advance_seconds": 900.0})
    found: dict[str, str] = {}

    def note(start: dt.datetime, end: dt.datetime) -> None:
        for body in jos.api(shop_id).pages("orders", start, end):
            for order in json.loads(body)["jingdong_pop_order_search_responce"]["searchorderinfo_result"][
                "orderInfoList"
            ]:
                found[order["orderId"]] = max(order["modified"], found.get(order["orderId"], ""))

    note(NOW - dt.timedelta(days=30), middle)
    jos.faults.update({"advance_seconds": 0.0})
    until = jos.world.at
    assert until > middle
    note(middle, until)
    truth = jos.market.lines_at(shop_id, until).filter(pl.col("order_order_status_code") != "unpaid")
    modified = truth.group_by("order_id").agg(pl.col("updated_at").max().dt.strftime("%Y-%m-%d %H:%M:%S"))
    assert found == dict(modified.iter_rows())
