"""The API client against the simulated gateway: nothing lost, nothing twice after conforming, whatever goes
wrong on the way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import orjson
import polars as pl
import pytest
from pinduoduo_cases import NOW, Shop, offline

from connectors.http import Client
from connectors.pinduoduo import PLATFORM
from connectors.pinduoduo.gateway import Gateway
from contracts.errors import CollectError, CredentialError, TransientError
from simulator.history.market import Market

START = NOW - dt.timedelta(days=25)
DAY = NOW - dt.timedelta(days=1)


def test_orders_are_the_markets(shop: Shop, market: Market) -> None:
    line = shop.collect("orders", START, NOW).sort("order_id")
    truth = market.lines_at(shop.shop_id, NOW).filter(pl.col("paid_at").is_not_null()).sort("order_id")
    same = [
        "order_id", "order_line_id", "created_at", "paid_at", "shipped_at", "finished_at", "product_id",
        "product_name", "style_code", "sku_code", "color_name",
        "size_name", "line_qty", "unit_price_fen", "placed_fen", "paid_fen", "freight_fen",
        "discount_platform_fen", "discount_merchant_fen", "is_gift",
        "province_name",
    ]  # fmt: skip
    assert line.select(same).equals(truth.select(same))
    assert line.height > 300


def test_after_sales_are_the_markets(shop: Shop, market: Market) -> None:
    found = shop.collect("after_sales", START, NOW).sort("refund_id")
    truth = market.refunds_at(shop.shop_id, NOW).sort("refund_id")
    same = [
        "refund_id",
        "order_id",
        "order_line_id",
        "refund_fen",
        "applied_at",
        "refunded_at",
        "refund_status_code",
    ]
    assert found.select(same).equals(truth.select(same))
    assert found["refund_type_code"].equals(truth["type_code"].alias("refund_type_code"))
    told = found["refund_stage_code"] != "unknown"
    assert found.filter(told)["refund_stage_code"].equals(
        truth.filter(told)["stage_code"].alias("refund_stage_code")
    )
    assert told.sum() > 50


def test_promotion_is_the_markets(shop: Shop, market: Market) -> None:
    spend = shop.collect("ads", START, NOW)
    truth = market.ads_at(shop.shop_id, NOW)
    for column in ("spent_fen", "reported_gmv_fen", "reported_orders_qty", "impressions_qty", "clicks_qty"):
        assert spend[column].sum() == truth[column].sum() > 0
    days = truth.group_by("ad_date").agg(pl.col("spent_fen").sum()).sort("ad_date")
    assert spend.group_by("ad_date").agg(pl.col("spent_fen").sum()).sort("ad_date").equals(days)
    assert spend["ad_entry_id"].n_unique() == spend.height


def test_products_are_the_markets(shop: Shop, market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of as many pages as it takes."""
    monkeypatch.setattr("connectors.pinduoduo.api.PAGE_SIZE", 3)
    found = shop.collect("products", START, NOW).sort("platform_sku_id")
    truth = (
        market.skus.filter(pl.col("shop_id") == shop.shop_id)
        .rename({"sku_id": "platform_sku_id"})
        .sort("platform_sku_id")
    )
    same = [
        "product_id",
        "platform_sku_id",
        "product_name",
        "style_code",
        "sku_code",
        "color_name",
        "size_name",
        "stock_qty",
    ]
    assert found.select(same).equals(truth.select(same))
    assert found["is_on_sale"].all()
    assert found["product_id"].n_unique() > 3


def test_goods_that_are_counted_but_not_shown_are_missed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Gateway.call
    monkeypatch.setattr(
        Gateway,
        "call",
        lambda self, method, form: plain(self, method, form).replace(b'"total_count":', b'"total_count":9'),
    )
    with pytest.raises(TransientError, match="PAGES_MOVED"):
        shop.collect("products", START, NOW)


def test_a_window_is_never_longer_than_half_an_hour_and_none_is_missing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int]] = []

    def call(self: Gateway, method: str, arguments: Mapping[str, str]) -> bytes:
        asked.append((int(arguments["start_updated_at"]), int(arguments["end_updated_at"])))
        return orjson.dumps({"order_sn_increment_get_response": {"order_sn_list": [], "total_count": 0}})

    monkeypatch.setattr(Gateway, "call", call)
    start = NOW - dt.timedelta(hours=2, minutes=10)
    assert list(shop.api().pages("orders", start, NOW)) == [], "empty answers are not handed out"
    assert all(0 < end - begin <= 1800 for begin, end in asked)
    assert [begin for begin, _ in asked[1:]] == [end for _, end in asked[:-1]]
    assert asked[0][0] == start.timestamp() - 180
    assert asked[-1][1] == NOW.timestamp()


@pytest.mark.parametrize(("ahead", "end"), [(0, -180), (60, -180), (170, -180), (-170, -180), (-400, -400)])
def test_the_last_three_minutes_are_left_to_the_next_collection(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, ahead: int, end: int
) -> None:
    ends: list[int] = []

    def call(self: Gateway, method: str, arguments: Mapping[str, str]) -> bytes:
        ends.append(int(arguments["end_updated_at"]))
        return orjson.dumps({"order_sn_increment_get_response": {"total_count": 0}})

    monkeypatch.setattr(Gateway, "call", call)
    api = shop.api()
    api.now = NOW.timestamp
    asked = NOW + dt.timedelta(seconds=ahead)
    list(api.pages("orders", asked - dt.timedelta(hours=1), asked))
    assert ends[-1] == NOW.timestamp() + end


def busiest(market: Market, shop_id: str) -> dt.datetime:
    """The start of the half hour with most updates."""
    updated = market.lines_at(shop_id, NOW).filter(pl.col("paid_at").is_not_null())["updated_at"]
    found = updated.dt.truncate("30m").value_counts(sort=True)["updated_at"][0]
    assert isinstance(found, dt.datetime)
    return found


def test_pages_are_read_from_the_last_to_the_first(
    shop: Shop, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.pinduoduo.api.PAGE_SIZE", 2)
    first = busiest(market, shop.shop_id)
    whole = shop.collect("orders", first, first + dt.timedelta(minutes=27))
    asked: list[int] = []
    plain = Gateway.call

    def call(self: Gateway, method: str, arguments: Mapping[str, str]) -> bytes:
        asked.append(int(arguments["page"]))
        return plain(self, method, arguments)

    monkeypatch.setattr(Gateway, "call", call)
    found = shop.collect("orders", first, first + dt.timedelta(minutes=27))
    assert asked[0] == 1
    assert asked[1:] == sorted(asked[1:], reverse=True)
    assert len(asked) > 3
    assert found.sort("order_id").equals(whole.sort("order_id"))


def test_rows_that_move_between_pages_are_not_lost(
    shop: Shop, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time goes on with every request, so orders leave the window (their update is later) and others slide
    towards the front.
    """
    monkeypatch.setattr("connectors.pinduoduo.api.PAGE_SIZE", 2)
    shop.world.at = NOW - dt.timedelta(days=3)
    first = busiest(market, shop.shop_id) - dt.timedelta(days=3)
    steady = {
        row
        for row in market.lines_at(shop.shop_id, NOW).select("order_id", "updated_at").iter_rows()
        if row[1] < NOW - dt.timedelta(days=3)
    }
    shop.faults.update({"advance_seconds": 3600.0})
    found = shop.collect("orders", first - dt.timedelta(hours=12), first + dt.timedelta(hours=12))
    window = {
        name for name, at in steady if first - dt.timedelta(hours=12) <= at < first + dt.timedelta(hours=12)
    }
    paid = set(market.lines_at(shop.shop_id, NOW).filter(pl.col("paid_at").is_not_null())["order_id"])
    assert window & paid
    assert window & paid <= set(found["order_id"])


def test_a_window_that_never_stands_still_is_given_up(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def call(self: Gateway, method: str, arguments: Mapping[str, str]) -> bytes:
        rows = [{"order_sn": str(number)} for number in range(100)]
        return orjson.dumps({"order_sn_increment_get_response": {"order_sn_list": rows, "total_count": 250}})

    monkeypatch.setattr(Gateway, "call", call)
    with pytest.raises(TransientError) as error:
        list(shop.api().pages("orders", NOW - dt.timedelta(minutes=10), NOW))
    assert error.value.rule == "PAGES_MOVED"


def test_consent_withdrawn_asks_for_a_person(shop: Shop) -> None:
    shop.world.tokens.revoke(shop.shop_id)
    with pytest.raises(CollectError) as error:
        list(shop.api().pages("orders", DAY, NOW))
    assert (error.value.rule, bool(error.value.step_zh)) == ("TOKEN_NOT_GIVEN", True)
    assert shop.faults.requests == 2, "the call and one attempt to refresh"
    assert shop.saved == []


def test_a_wrong_secret_is_final_and_is_not_shown(shop: Shop) -> None:
    assert PLATFORM.api is not None
    wrong = replace(shop.credentials, app_secret="another secret")
    with pytest.raises(CredentialError) as error:
        list(PLATFORM.api(Client(sleep=shop.waits.append), wrong).pages("orders", DAY, NOW))
    assert error.value.rule == "BAD_SIGNATURE"
    assert "another secret" not in error.value.sentence()
    assert shop.credentials.access_token not in error.value.sentence()
    assert shop.faults.requests == 1


@pytest.mark.parametrize(
    "change", [{"end_updated_at": "1795503601"}, {"page_size": "101"}, {"page": "0"}, {"order_status": "1"}]
)
def test_the_gateway_refuses_what_the_platform_would(shop: Shop, change: dict[str, str]) -> None:
    good = {
        "order_status": "5", "refund_status": "5", "is_lucky_flag": "0", "start_updated_at": "1795501800",
        "end_updated_at": "1795503600", "page": "1",
        "page_size": "100",
    }  # fmt: skip
    gateway = shop.api().gateway
    assert gateway.call("pdd.order.number.list.increment.get", good)
    with pytest.raises(CollectError):
        gateway.call("pdd.order.number.list.increment.get", good | change)


def test_today_and_history_are_asked_apart(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    spans: set[tuple[str, str]] = set()
    scenes: set[str] = set()

    def call(self: Gateway, method: str, arguments: Mapping[str, str]) -> bytes:
        spans.add((arguments["startDateString"], arguments["endDateString"]))
        scenes.add(arguments["scenesType"])
        return orjson.dumps({"response": {"success": True, "result": {"dailyReportList": []}}})

    monkeypatch.setattr(Gateway, "call", call)
    list(shop.api().pages("ads", NOW - dt.timedelta(days=400), NOW))
    assert spans == {("2026-08-27", "2026-11-23"), ("2026-11-24", "2026-11-24")}, "ninety days, today alone"
    assert scenes == {"0", "1", "2"}


def test_a_report_that_was_refused_is_an_error() -> None:
    with pytest.raises(CollectError):
        offline().records(
            "ads", b'{"scenesType":"0","response":{"success":false,"errorCode":1000,"errorMsg":"x"}}'
        )


def test_no_personal_field_is_declared() -> None:
    headers = {
        column.header for kind in PLATFORM.api_kinds for column in PLATFORM.layout(kind, "api").columns
    }
    assert not [
        name
        for name in headers
        if any(
            word in name
            for word in ("receiver", "mobile", "phone", "address", "remark", "memo", "tracking", "id_card")
        )
    ]
