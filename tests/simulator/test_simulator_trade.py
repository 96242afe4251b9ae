"""The demo's world by its own truth: what a merchant of Baiyun would recognise, in the ranges that are known
of the trade. Every figure here is added up from the frames, never from what the pipeline makes of them.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import polars as pl
import pytest

from demo.market import LEADS
from demo.run import DAYS, LINES, MERCHANTS
from simulator.history.clock import ZONE
from simulator.history.market import Market, build_market
from simulator.history.platforms import thb_rates
from simulator.history.stock import received
from simulator.history.trade import DEMO, PLAIN

#: No promotion of the calendar in the days before it: the sale is the demo's own.
NOW = dt.datetime(2026, 4, 20, 17, 0, tzinfo=ZONE)
RIPE = NOW + dt.timedelta(days=90)
MINE = pl.col("merchant_id").is_in(LEADS)


@pytest.fixture(scope="module", params=[1, 4])
def market(request: pytest.FixtureRequest) -> Market:
    return build_market(request.param, MERCHANTS, DAYS, LINES, now=NOW, trade=DEMO)


def orders_a_day(market: Market) -> pl.DataFrame:
    """``merchant_id, day, orders`` of the two, without the day that is not over."""
    day = pl.col("created_at").dt.date().alias("day")
    counted = market.lines.filter(MINE).group_by("merchant_id", day).agg(orders=pl.col("order_id").n_unique())
    return counted.filter(pl.col("day") < NOW.date())


def test_both_merchants_sell_some_hundred_orders_a_day_for_four_months(market: Market) -> None:
    days = orders_a_day(market)
    for merchant in LEADS:
        mine = days.filter(merchant_id=merchant)
        assert mine.height >= 120
        assert 150 <= mine["orders"].mean() <= 400  # type: ignore[operator]
        assert 150 <= mine["orders"].median() <= 400  # type: ignore[operator]
        assert mine["orders"].is_between(150, 400).mean() > 0.8  # type: ignore[operator]


def test_the_sale_is_there_whatever_the_calendar_says(market: Market) -> None:
    ago = (pl.lit(NOW.date()) - pl.col("day")).dt.total_days()
    days = orders_a_day(market).with_columns(ago=ago)
    sale = days.filter(pl.col("ago").is_between(19, 25))["orders"].mean()
    usual = days.filter(~pl.col("ago").is_between(19, 25))["orders"].mean()
    assert 1.3 < sale / usual < 2.4  # type: ignore[operator]
    plain = build_market(1, MERCHANTS, DAYS, 20_000, now=NOW)
    before = plain.lines.filter(
        (pl.lit(NOW) - pl.col("created_at")).dt.total_days().is_between(19, 25)
    ).height
    assert before / 7 < 1.2 * plain.lines.height / DAYS, "the calendar has none there"


def test_a_session_sells_what_a_session_in_china_sells(market: Market) -> None:
    """¥11.5k on average, with a heavy right tail; a few sell nothing."""
    sold = market.lines.group_by("session_ref").agg(fen=pl.col("paid_fen").sum())
    sessions = market.sessions.filter(MINE, pl.col("ended_at") < NOW).join(sold, on="session_ref", how="left")
    fen = sessions["fen"].fill_null(0)
    assert 900_000 < fen.mean() < 1_450_000  # type: ignore[operator]
    assert fen.median() < fen.mean() < fen.quantile(0.9)  # type: ignore[operator]
    assert 0 < (fen == 0).sum() < 0.1 * fen.len()
    assert sessions["session_name"].null_count() == sessions["live_account_name"].null_count() == 0
    assert sessions.group_by("merchant_id").len()["len"].min() > DAYS  # type: ignore[operator]


def test_of_a_hundred_viewers_about_one_buys(market: Market) -> None:
    sold = market.lines.group_by("session_ref").agg(buyers=pl.col("buyer_ref").n_unique())
    sums = (
        market.sessions.filter(MINE)
        .join(sold, on="session_ref")
        .select(pl.col("buyers", "viewers_qty").sum())
    )
    assert 0.006 < sums["buyers"][0] / sums["viewers_qty"][0] < 0.03


def test_advertising_takes_a_fifth_and_brings_back_what_it_does_in_the_trade(market: Market) -> None:
    """15-25 % of what is paid, pay ROI 3.5-6, and 0.9-1.8 after what goes back."""
    full = (
        market.refunds.filter(pl.col("refunded_at").is_not_null())
        .group_by("shop_id")
        .agg(back=pl.col("refund_fen").sum())
    )
    shops = (
        market.lines.filter(MINE)
        .group_by("shop_id")
        .agg(paid=pl.col("paid_fen").sum())
        .join(full, on="shop_id")
        .join(market.ads.group_by("shop_id").agg(pl.col("spent_fen", "reported_gmv_fen").sum()), on="shop_id")
    )
    assert shops.height == 6
    for row in shops.iter_rows(named=True):
        roi = row["reported_gmv_fen"] / row["spent_fen"]
        assert 0.15 < row["spent_fen"] / row["paid"] < 0.25
        assert 3.5 < roi < 6
        assert 0.9 < roi * (1 - row["back"] / row["paid"]) < 1.8


def test_what_comes_back_by_channel_platform_and_category(market: Market) -> None:
    """Live women's wear 60-80 %, what is bought from the shelf about half; every platform and category lies
    between what its channels say.
    """
    back = (
        market.refunds.filter(pl.col("refunded_at").is_not_null())
        .group_by("order_line_id")
        .agg(back=pl.col("refund_fen").sum())
    )
    lines = market.lines.filter(MINE, pl.col("paid_fen") > 0).join(back, on="order_line_id", how="left")
    share = pl.col("back").fill_null(0).sum() / pl.col("paid_fen").sum()
    by_channel = dict(lines.group_by("channel_code").agg(share).iter_rows())
    assert 0.60 < by_channel["own_live"] < by_channel["creator_live"] < 0.82
    assert all(0.40 < by_channel[shelf] < 0.62 for shelf in ("product_card", "unknown"))
    for column in ("platform_code", "category_name"):
        cells = lines.group_by(column).agg(share, lines=pl.len()).filter(pl.col("lines") > 400)
        assert cells.height >= 5
        assert cells["back"].is_between(0.48, 0.78).all(), column


def test_a_late_wave_of_refunds_comes_with_the_last_days(market: Market) -> None:
    """Twice as much as usual goes back in the two days before the end, of orders of the sale."""
    done = market.refunds.filter(MINE, pl.col("refunded_at") <= NOW)
    paid = market.lines.select("order_line_id", "paid_at")
    aged = done.join(paid, on="order_line_id").with_columns(
        ago=(pl.lit(NOW) - pl.col("refunded_at")).dt.total_hours() / 24,
        paid_ago=(pl.lit(NOW) - pl.col("paid_at")).dt.total_hours() / 24,
    )
    of_sale = pl.col("paid_ago").is_between(18.5, 26)
    last, before = (
        aged.filter(of_sale, pl.col("ago").is_between(*days))["refund_fen"].sum() / (days[1] - days[0])
        for days in ((0, 1.3), (1.5, 4.5))
    )
    assert last > 2 * before


def test_prices_and_what_an_order_pays(market: Market) -> None:
    """Log-normal about ¥129."""
    prices = market.skus.filter(pl.col("unit_price_fen") > 0).unique("product_id")["unit_price_fen"]
    assert 11_000 < prices.median() < 15_000  # type: ignore[operator]
    assert 0.45 < prices.log().std() < 0.65  # type: ignore[operator]
    paid = (
        market.lines.filter(MINE, pl.col("paid_fen") > 0).group_by("order_id").agg(pl.col("paid_fen").sum())
    )
    assert 13_000 < paid["paid_fen"].mean() < 22_000  # type: ignore[operator]


def test_one_buyer_in_six_and_more_comes_again(market: Market) -> None:
    bought = market.lines.filter(MINE, pl.col("paid_at").is_not_null())
    orders = bought.group_by("shop_id", "buyer_ref").agg(orders=pl.col("order_id").n_unique())
    again = orders.group_by("shop_id").agg((pl.col("orders") > 1).mean())["orders"]
    assert again.is_between(0.10, 0.40).all()


def test_stores_hold_some_weeks_of_sales_and_never_less_than_nothing(market: Market) -> None:
    sold = market.lines.filter(MINE, ~pl.col("is_gift")).group_by("shop_id").agg(pl.col("line_qty").sum())
    goods = market.skus.filter(pl.col("unit_price_fen") > 0)
    assert goods["stock_qty"].min() >= 0  # type: ignore[operator]
    shops = goods.group_by("shop_id").agg(pl.col("stock_qty").sum()).join(sold, on="shop_id")
    for stock, units in shops.select("stock_qty", "line_qty").iter_rows():
        assert 7 < stock / (units / DAYS) < 75
    came = received(market).join(shops, on="shop_id")["received_qty"].sum()
    assert 0.3 < came / shops["line_qty"].sum() < 0.9, "what comes back is sold again"


def test_a_baht_is_worth_the_same_tomorrow(market: Market) -> None:
    def swing(satang_odd: int) -> float:
        rates = thb_rates(NOW.date() - dt.timedelta(days=60), NOW.date(), satang_odd)["rate_text"].cast(float)
        return max(abs(later / earlier - 1) for earlier, later in pairwise(rates))

    assert swing(market.trade.satang_odd) < 0.01
    assert swing(PLAIN.satang_odd) >= 0.2, "tests want to see a wrong day"


def test_nobody_else_is_too_small_to_be_seen(market: Market) -> None:
    """The association's cells need owners beside the two: none of these sells more than two fifths."""
    share = market.lines.group_by("merchant_id").agg(pl.col("paid_fen").sum())["paid_fen"]
    assert share.max() / share.sum() < 0.42  # type: ignore[operator]
