"""Files and API of one market moment give the same canonical rows, and both give the market's truth."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from kuaishou_cases import LINEAGE, MARKET_NOW, Shop, conformed, moment, private_cells

from connectors.kuaishou import PLATFORM, simulate
from connectors.reading import Origin, Reading, read_file, read_records
from simulator.history.market import Market
from simulator.server import make_app, serve_in_thread

NEW, OLD = "yunshan-kuaishou", "xinggang-kuaishou"
FIRST, TODAY = dt.date(2026, 6, 1), MARKET_NOW.date()


def read_files(market: Market, shop_id: str) -> dict[str, Reading]:
    """Kind → what a merchant's download of the whole time became."""
    found: dict[str, Reading] = {}
    for name, data in simulate.export_files(market, shop_id, MARKET_NOW, FIRST, TODAY).items():
        reading = read_file(data, Origin("m", shop_id, "f" * 64, name, MARKET_NOW))
        assert (reading.quarantine.height, reading.new_columns) == (0, [])
        assert private_cells(reading.bronze) == []
        assert reading.layout.kind not in found
        found[reading.layout.kind] = reading
    return found


def read_api(market: Market, shop_id: str, kind: str) -> pl.DataFrame:
    """The same by the API, as one page."""
    app = make_app(market, MARKET_NOW, [simulate.dialect()])
    url, stop = serve_in_thread(app)
    try:
        records = Shop(app, url, shop_id).collect(kind, moment("2026-06-01 00:00:00"), MARKET_NOW)
    finally:
        stop()
    reading = read_records(
        PLATFORM, kind, records, Origin("m", shop_id, "a" * 64, "page", MARKET_NOW, MARKET_NOW)
    )
    assert reading.quarantine.is_empty()
    assert private_cells(reading.bronze) == []
    return conformed(reading)


def content(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    return frame.drop(LINEAGE).unique(key).sort(key)


@pytest.mark.parametrize("shop_id", [NEW, OLD])
def test_orders_agree_and_are_the_markets(market: Market, shop_id: str) -> None:
    reading = read_files(market, shop_id)["orders"]
    assert reading.layout.name == ("2026_64" if shop_id == NEW else "2025_61")
    by_file = content(conformed(reading), "order_line_id")
    by_api = content(read_api(market, shop_id, "orders"), "order_line_id")
    # the API tells discounts in one sum only, and the room; the export has no word for an exchange
    discounts = ["discount_platform_fen", "discount_merchant_fen", "discount_creator_fen"]
    apart = [*discounts, "live_session_id", "refund_status_code"]
    assert by_file.height > 400
    assert by_file.drop(apart).equals(by_api.select(by_file.columns).drop(apart))
    truth = market.lines_at(shop_id, MARKET_NOW).sort("order_line_id")
    same = [
        "order_id", "order_line_id", "created_at", "paid_at", "shipped_at", "product_id", "product_name",
        "style_code", "sku_code", "color_name", "size_name",
        "line_qty", "unit_price_fen", "placed_fen", "paid_fen", "freight_fen", "order_status_code",
        "seller_code", "content_code", "province_name", "is_gift",
    ]  # fmt: skip
    assert by_file.select(same).equals(truth.select(same))
    assert by_file.select(discounts).equals(truth.select(discounts))
    assert by_file["creator_id"].equals(truth["live_account_id"].alias("creator_id"))
    assert by_api["refund_status_code"].equals(truth["refund_status_code"])
    live = truth["content_code"] == "live"
    assert by_api.filter(live)["live_session_id"].equals(
        truth.filter(live)["room_id"].alias("live_session_id")
    )


def test_after_sales_are_the_markets(market: Market) -> None:
    found = content(read_api(market, OLD, "after_sales"), "refund_id")
    truth = (
        market.refunds_at(OLD, MARKET_NOW)
        .sort("refund_id")
        .rename({"type_code": "refund_type_code", "stage_code": "refund_stage_code"})
    )
    same = [
        "refund_id",
        "order_id",
        "order_line_id",
        "refund_fen",
        "applied_at",
        "refunded_at",
        "refund_status_code",
        "refund_type_code",
        "reason_code",
    ]
    assert found.select(same).equals(truth.select(same))
    told = found["refund_stage_code"] != "unknown"
    assert found.filter(told)["refund_stage_code"].equals(truth.filter(told)["refund_stage_code"])
    # refund-only of goods the buyer has not got may be before or after shipment: never guessed
    assert set(found.filter(~told)["refund_type_code"]) == {"refund_only"}
    assert truth.filter(~told)["refund_stage_code"].n_unique() == 2


@pytest.mark.parametrize("shop_id", [NEW, OLD])
def test_settlements_agree_and_are_the_markets(market: Market, shop_id: str) -> None:
    by_file = content(conformed(read_files(market, shop_id)["settlements"]), "settlement_entry_id")
    by_api = content(read_api(market, shop_id, "settlements"), "settlement_entry_id")
    assert by_file.drop("refund_id").equals(by_api.select(by_file.columns).drop("refund_id"))
    truth = market.settlements_at(shop_id, MARKET_NOW)
    assert truth.height > 40
    keys = ["order_id", "settled_at", "settled_fen"]
    renamed = {
        "fee_fen": "platform_fee_fen",
        "commission_fen": "commission_creator_fen",
        "leader_fen": "commission_leader_fen",
    }
    same = [*keys, "order_line_id", "settlement_type_code", *renamed.values()]
    assert by_file.select(same).sort(keys).equals(truth.rename(renamed).select(same).sort(keys))
    assert by_api.sort(keys)["refund_id"].equals(truth.sort(keys)["refund_id"])
    assert (by_file["income_fen"] + by_file["expense_fen"]).equals(by_file["settled_fen"].alias("income_fen"))


def test_funds_and_insurance_are_the_markets(market: Market) -> None:
    read = read_files(market, NEW)
    funds = conformed(read["funds"]).sort("fund_entry_id")
    truth = market.funds_at(NEW, MARKET_NOW).sort("fund_ref")
    same = ["fund_type_code", "moved_at", "moved_fen", "balance_fen"]
    assert funds.select(same).equals(truth.select(same))
    sale = truth["fund_type_code"] == "sale"
    assert funds.filter(sale)["order_id"].equals(truth.filter(sale)["order_id"])
    assert funds.filter(~sale)["order_id"].null_count() == (~sale).sum()
    insured = conformed(read["insurance"]).sort("insurance_id")
    premiums = market.insurance_at(NEW, MARKET_NOW).sort("insurance_ref")
    same = [
        "order_id",
        "order_line_id",
        "insured_at",
        "premium_fen",
        "premium_merchant_fen",
        "premium_platform_fen",
    ]
    assert insured.select(same).equals(premiums.select(same))


def test_only_the_days_asked_for_are_exported(market: Market) -> None:
    day = dt.date(2026, 7, 10)
    files = simulate.export_files(market, NEW, MARKET_NOW, day, day)
    (orders,) = [
        read_file(data, Origin("m", NEW, "f", name, MARKET_NOW))
        for name, data in files.items()
        if name.startswith("订单")
    ]
    assert orders.bronze["created_at"].dt.date().unique().to_list() == [day]
    assert simulate.export_files(market, NEW, MARKET_NOW, dt.date(2020, 1, 1), dt.date(2020, 1, 2)) == {}
