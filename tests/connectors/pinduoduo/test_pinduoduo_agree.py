"""Files and API of one market moment say the same, and both say what the market knows."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from pinduoduo_cases import LINEAGE, NOW, Shop, conformed, read

from connectors.pinduoduo import simulate
from connectors.reading import Reading
from simulator.history.market import Market
from simulator.server import make_app, serve_in_thread

FIRST = dt.date(2026, 10, 20)


def readings(market: Market, shop_id: str) -> dict[tuple[str, str], Reading]:
    """(kind, layout) → what a merchant's downloads of the whole month became."""
    found = {}
    for name, data in simulate.export_files(market, shop_id, NOW, FIRST, NOW.date()).items():
        reading = read(data, name, shop_id)
        assert (reading.new_columns, reading.bronze.height > 0) == ([], True)
        found[reading.layout.kind, reading.layout.name] = reading
    return found


@pytest.fixture(params=[0, 1, 2])
def shop_id(request: pytest.FixtureRequest, shop_ids: list[str]) -> str:
    return shop_ids[request.param]


def test_orders_agree(market: Market, shop_id: str) -> None:
    by_file = conformed(readings(market, shop_id)["orders", "ticked"])["order_line"].sort("order_id")
    app = make_app(market, NOW, [simulate.dialect()])
    url, stop = serve_in_thread(app)
    try:
        by_api = Shop(app, url, shop_id).collect("orders", NOW - dt.timedelta(days=25), NOW).sort("order_id")
    finally:
        stop()
    paid = by_file.filter(pl.col("paid_at").is_not_null())
    # the files know no moment of ordering, nor of each shipment; the API no channel; and only one set of
    # columns has the province
    untold = [
        "created_at",
        "is_shipment_told",
        "content_code",
        "seller_code",
        *(["province_name"] if paid["province_name"].is_null().all() else []),
    ]
    same = [name for name in paid.columns if name not in (*LINEAGE, *untold)]
    assert paid.height > 200
    assert paid.select(same).equals(by_api.select(same))


def test_orders_are_the_markets(market: Market, shop_id: str) -> None:
    line = conformed(readings(market, shop_id)["orders", "ticked"])["order_line"].sort("order_id")
    truth = market.lines_at(shop_id, NOW).sort("order_id")
    same = [
        "order_id",
        "order_line_id",
        "paid_at",
        "shipped_at",
        "finished_at",
        "line_qty",
        "unit_price_fen",
        "placed_fen",
        "paid_fen",
        "is_gift",
    ]
    assert line.select(same).equals(truth.select(same))
    live = truth["channel_code"] == "own_live"
    assert (line["content_code"] == "live").equals(live)
    assert (line["seller_code"] == "own").equals(live)
    before = market.refunds_at(shop_id, NOW).filter(
        (pl.col("stage_code") == "before_shipment") & (pl.col("refund_status_code") == "success")
    )
    stated = line.filter(pl.col("stated_refund_fen").is_not_null()).select(
        "order_id", refund_fen="stated_refund_fen"
    )
    assert stated.sort("order_id").equals(before.select("order_id", "refund_fen").sort("order_id"))
    assert stated.height > 20


def test_the_account_is_the_markets(market: Market, shop_id: str) -> None:
    frames = conformed(readings(market, shop_id)["funds", "2026"])
    fund, entry = frames["fund_entry"], frames["settlement_entry"]
    truth, settled = market.funds_at(shop_id, NOW), market.settlements_at(shop_id, NOW)
    assert fund["moved_fen"].sum() == truth["moved_fen"].sum() != 0
    for code in ("advertising", "withdrawal"):  # a young shop may not have withdrawn anything yet
        assert (
            fund.filter(fund_type_code=code)["moved_fen"].sum()
            == truth.filter(fund_type_code=code)["moved_fen"].sum()
        )
    assert truth["fund_type_code"].is_in(["advertising"]).any()
    goods = entry.filter(pl.col("settlement_type_code").is_in(["sale", "subsidy"]))
    assert goods["settled_fen"].sum() == settled.filter(settlement_type_code="sale")["base_fen"].sum() > 0
    insured = truth.filter(fund_type_code="insurance")["moved_fen"].sum()
    assert entry["platform_fee_fen"].sum() == settled["fee_fen"].sum() - insured, (
        "the premium is one of the platform's services"
    )
    assert (
        entry["commission_creator_fen"].sum()
        == settled.select(pl.sum_horizontal("commission_fen", "leader_fen")).sum().item()
    )
    assert (
        entry["settled_refund_fen"].sum()
        == -settled.filter(settlement_type_code="refund_after")["settled_fen"].sum()
    )
    assert fund["fund_entry_id"].n_unique() == fund.height


def test_promotion_is_the_markets_in_either_report(market: Market, shop_id: str) -> None:
    found = readings(market, shop_id)
    truth = (
        market.ads_at(shop_id, NOW)
        .group_by("ad_date")
        .agg(pl.col("spent_fen", "impressions_qty", "clicks_qty").sum())
        .sort("ad_date")
    )
    for layout in ("product_daily", "account_daily"):
        spend = conformed(found["ads", layout])["ad_spend"]
        assert (
            spend.group_by("ad_date")
            .agg(pl.col("spent_fen", "impressions_qty", "clicks_qty").sum())
            .sort("ad_date")
            .equals(truth)
        )


def test_only_the_days_asked_for_are_exported(market: Market, shop_ids: list[str]) -> None:
    day = NOW.date() - dt.timedelta(days=5)
    (name, data), *_ = simulate.export_files(market, shop_ids[0], NOW, day, day).items()
    assert "orders_export2026-11-24-12-00-00" in name
    numbers = read(data, name).bronze["order_id"]
    assert numbers.str.slice(0, 6).unique().to_list() == [f"{day:%y%m%d}"]
    assert simulate.export_files(market, shop_ids[0], NOW, dt.date(2020, 1, 1), dt.date(2020, 1, 2)) == {}
