"""Whatever a merchant gives and leaves out, no order gets a channel it was not sold through; a creator's
commission tells of sales whose report is not there.
"""

from __future__ import annotations

import datetime as dt
import random

import polars as pl
import pytest
from market_cases import by_files, market_own_accounts
from transforms_cases import fold, gold

from contracts.canonical import LIVE_SESSION, OF_ORDERS, SETTLEMENT_ENTRY
from simulator.history.clock import ZONE
from simulator.history.market import Market, build_market
from simulator.history.platforms import FACTS

NOW = dt.datetime(2026, 11, 20, 9, 30, tzinfo=ZONE)
FIRST = dt.date(2026, 10, 1)
LATER = NOW + dt.timedelta(days=32)
#: Kinds of files that tell of single lines where they were sold.
REPORTS = ("live_orders", "affiliate_orders")
OF_CHANNELS = {table.name for table in (*OF_ORDERS, SETTLEMENT_ENTRY, LIVE_SESSION)}


def lines_of(market: Market, platform: str, *, seed: int, without: tuple[str, ...] = ()) -> pl.DataFrame:
    """Paid lines made of the platform's files, in an order of arrival by ``seed``, with the truth beside."""
    kinds = by_files(market, platform, LATER, FIRST, LATER.date())
    arrivals = [rows for kind, some in kinds.items() if kind not in without for rows in some]
    arrivals = [rows for rows in arrivals if rows[0] in OF_CHANNELS]
    random.Random(seed).shuffle(arrivals)
    lines = gold(fold(arrivals), market_own_accounts(market)).lines.filter(pl.col("paid_fen") > 0)
    true = market.lines.select("shop_id", "order_id", true="channel_code", seller="seller_code").unique()
    return lines.join(true, on=["shop_id", "order_id"], how="left", validate="m:1")


@pytest.mark.parametrize("without", [(), REPORTS])
@pytest.mark.parametrize("platform", FACTS)
def test_no_order_gets_a_channel_it_was_not_sold_through(platform: str, without: tuple[str, ...]) -> None:
    market = build_market(8, 2, 30, 500, now=NOW, platforms=[platform])
    lines = lines_of(market, platform, seed=3, without=without)
    channel = pl.col("channel_code")
    right = (channel == "unknown") | (channel == pl.col("true")) | (channel == pl.col("seller"))
    assert lines.height > 100 and lines.filter(~right.fill_null(False)).is_empty()
    again = lines_of(market, platform, seed=4, without=without)
    told = ["order_line_id", "channel_code", "channel_basis_code"]
    assert again.select(told).sort(told).equals(lines.select(told).sort(told)), "whatever arrives first"


@pytest.mark.parametrize("platform", ["taobao", "tiktok_shop"])
def test_a_bill_tells_creators_sales_where_the_report_is_missing(platform: str) -> None:
    market = build_market(8, 2, 30, 500, now=NOW, platforms=[platform])
    lines = lines_of(market, platform, seed=3, without=REPORTS)
    found = lines.filter(channel_basis_code="commission")
    assert found.height > 5 and set(found["seller"]) == {"creator"}
    paid = market.settlements.filter(pl.col("commission_fen") > 0, pl.col("settled_at") <= LATER)
    lone = market.lines.filter(~pl.col("is_gift")).filter(pl.len().over("order_id") == 1)
    sure = paid.join(lone, on=["shop_id", "order_id"], how="semi").select("shop_id", "order_id").unique()
    missed = sure.join(found, on=["shop_id", "order_id"], how="anti")
    assert missed.is_empty(), "every order of one thing that a creator was paid for"
