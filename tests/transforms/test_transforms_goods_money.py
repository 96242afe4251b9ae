"""On small markets of many seeds: money of goods stands on goods, whatever platform reports it, and no figure
leaves the bounds of its contract.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from market_cases import by_files, market_own_accounts
from transforms_cases import Gold, at, fold, gold

from contracts.canonical import OF_ORDERS
from simulator.history.market import Market, build_market
from simulator.truths.truth import goods_truth
from transforms.gold.sales import mart_breakdown_daily, mart_shop_channel_daily, mart_style_daily

NOW = at("2026-11-24 12:00:00")
FIRST = dt.date(2026, 10, 1)
#: Platforms of which an order's postage is money of no goods; elsewhere the lines hold it.
POSTAGE_APART = ("taobao", "wechat_channels")
PLATFORMS = ("jd", "douyin", *POSTAGE_APART)
SEEDS = (1, 2, 3)


def _gold(market: Market, platform: str) -> Gold:
    names = {table.name for table in OF_ORDERS} | {"live_session"}
    kinds = by_files(market, platform, NOW, FIRST, NOW.date())
    return gold(
        fold([rows for arrivals in kinds.values() for rows in arrivals if rows[0] in names]),
        market_own_accounts(market),
    )


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("seed", SEEDS)
def test_money_of_goods_stands_on_goods_and_every_figure_within_its_bounds(seed: int, platform: str) -> None:
    market = build_market(seed, 2, 30, 700, now=NOW, platforms=[platform])
    built = _gold(market, platform)
    sheets = (
        (mart_style_daily, built.styles), (mart_shop_channel_daily, built.daily),
        (mart_breakdown_daily, mart_breakdown_daily.ASSET.build(
                {"fct_order_line": built.lines, "fct_refund_line": built.refunds})),
    )  # fmt: skip
    for mart, rows in sheets:
        _, failures = mart.TABLE.schema.filter(rows)
        assert len(failures) == 0 and rows.height > 5, failures.counts()
    paid = market.lines.filter(pl.col("paid_at") <= NOW)
    assert paid["freight_fen"].sum() > 0 and paid["is_gift"].any()
    postage = paid["freight_fen"].sum() if platform in POSTAGE_APART else 0
    goods = built.lines.filter(pl.col("style_code").is_not_null(), ~pl.col("is_order_level"))
    assert goods["paid_fen"].sum() == paid["paid_fen"].sum() - postage


@pytest.mark.parametrize("platform", POSTAGE_APART)
@pytest.mark.parametrize("seed", SEEDS)
def test_paid_and_refunded_of_every_style_and_sku_is_the_truth_and_postage_stands_apart(
    seed: int, platform: str
) -> None:
    """N9: postage refunded with the goods was booked on them, so their nets were too low."""
    market = build_market(seed, 2, 30, 700, now=NOW, platforms=[platform])
    built = _gold(market, platform)
    for name in ("style_code", "sku_code"):
        true = goods_truth(market, NOW, ["shop_id", name]).filter(
            pl.col(name).is_not_null() | (pl.col("paid_fen") != 0)
        )
        paid = built.lines.filter(pl.col("paid_at").is_not_null())
        told = paid.group_by("shop_id", name).agg(
            pl.col("paid_fen").sum(), refund_fen=pl.col("cohort_refund_fen").sum()
        )
        assert told.sort("shop_id", name).equals(true), true.join(
            told, on=["shop_id", name], how="anti", nulls_equal=True
        )
        postage = true.filter(pl.col(name).is_null())
        assert 0 < postage["refund_fen"].sum() < postage["paid_fen"].sum()
    dated = built.refunds.filter(pl.col("style_code").is_null())
    assert dated["refund_fen"].sum() == postage["refund_fen"].sum()
