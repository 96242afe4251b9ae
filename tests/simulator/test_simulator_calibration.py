"""The market resembles the trade: refund shares and lags, hours, sizes, prices.

Bands are wider than the dice.
"""

import datetime as dt

import polars as pl
import pytest
from simulator_cases import NOW

from simulator.history.market import Market
from simulator.truths.truth import truth

RIPE = NOW + dt.timedelta(days=90)
PERIOD = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))


def rates(market: Market, metric: str) -> dict[str, float]:
    return dict(truth(market, RIPE, metric, ["channel_code"], *PERIOD).iter_rows())


def test_refund_shares(market: Market) -> None:
    share = rates(market, "return_rate_value")
    assert 0.60 < share["own_live"] < 0.74
    assert 0.66 < share["creator_live"] < 0.82
    assert share["own_live"] < share["creator_live"]
    for channel in ("product_card", "unknown"):
        assert 0.40 < share[channel] < 0.60
    paid, before = rates(market, "refunds"), rates(market, "refunds_before_shipment")
    assert 0.40 < before["own_live"] / paid["own_live"] < 0.56


def test_refund_lags(market: Market) -> None:
    done = market.refunds.filter(
        pl.col("refunded_at").is_not_null() & (pl.col("type_code") != "price_protection")
    )
    lag = (pl.col("refunded_at") - pl.col("paid_at")).dt.total_seconds() / 86_400
    joined = done.join(market.lines.select("order_line_id", "paid_at"), on="order_line_id").with_columns(
        days=lag
    )
    after = joined.filter(stage_code="after_shipment")["days"]
    assert 10 < after.median() < 12.5
    assert 21 < after.quantile(0.95) < 27
    assert after.max() < 50
    before = joined.filter(stage_code="before_shipment")["days"] * 24
    assert 0.52 < (before < 12).mean() < 0.65
    assert 0.82 < (before < 72).mean() < 0.95


def test_some_after_sales_are_still_open_now(market: Market) -> None:
    open_now = sum(
        market.refunds_at(shop, NOW).filter(refund_status_code="pending").height
        for shop in market.shops["shop_id"]
    )
    assert 0.01 < open_now / market.refunds.height < 0.2


def test_hours_of_the_day(market: Market) -> None:
    hours = dict(market.lines.group_by(pl.col("created_at").dt.hour()).len().iter_rows())
    assert min(hours, key=hours.__getitem__) in (4, 5)
    assert max(hours, key=hours.__getitem__) in (20, 21, 22)
    shelf = dict(
        market.lines.filter(content_code="product_card")
        .group_by(pl.col("created_at").dt.hour())
        .len()
        .iter_rows()
    )
    assert shelf[12] > shelf[15] < shelf[20]


def test_sizes_prices_and_baskets(market: Market) -> None:
    goods = market.lines.filter(~pl.col("is_gift"))
    sizes = dict(goods["size_name"].value_counts(normalize=True).iter_rows())
    for size, share in {"S": 0.18, "M": 0.32, "L": 0.28, "XL": 0.15, "2XL": 0.07}.items():
        assert sizes[size] == pytest.approx(share, abs=0.02)
    prices = market.skus.filter(pl.col("unit_price_fen") > 0).unique("product_id")["unit_price_fen"]
    assert 11_000 < prices.median() < 15_000
    assert set(prices % 100) == {0, 90}
    several = goods.group_by("order_id").len()["len"] > 1
    assert 0.10 < several.mean() < 0.14
    assert 0.06 < market.lines["paid_at"].is_null().mean() < 0.10


def test_return_rate_rises_at_the_edges_of_the_sizes(market: Market) -> None:
    full = (
        market.refunds.filter(pl.col("refunded_at").is_not_null())
        .select("order_line_id")
        .unique()
        .with_columns(back=True)
    )
    rate = (
        market.lines.filter(pl.col("paid_fen") > 0)
        .join(full, on="order_line_id", how="left")
        .group_by("size_name")
        .agg(pl.col("back").count() / pl.len())
    )
    by_size = dict(rate.iter_rows())
    assert by_size["2XL"] > by_size["M"] + 0.03
    assert by_size["S"] > by_size["L"] + 0.02
