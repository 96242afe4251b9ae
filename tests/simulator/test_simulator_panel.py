"""The association's panel by its own truth: how many there are and how large, who comes and goes, and the
path its trade was given; and what the district's rules make of it.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from demo.market import LEADS
from demo.run import DAYS, MERCHANTS, PANEL
from district.declared import CUBES, MEASURES
from district.index import step
from district.panel import first_day, last_day
from district.policy import Policy
from district.release import release_month
from district.vocabulary import classify, price_band
from simulator.district import MONTHS, build_district, first_date, only, write_panel
from simulator.handout import registry_of
from simulator.history.clock import DAY, ZONE, midnights
from simulator.history.market import Market, build_market
from simulator.history.trade import DEMO, DISTRICT

NOW = dt.datetime(2026, 12, 2, 16, 0, tzinfo=ZONE)
MADE_OF = DISTRICT.panel
assert MADE_OF is not None
LENGTH = (NOW.date() - first_date(NOW)).days


@pytest.fixture(scope="module")
def market() -> Market:
    return build_district(1, PANEL, NOW)


@pytest.fixture(scope="module")
def paid(market: Market) -> pl.DataFrame:
    """Paid lines of the whole months with ``month`` and what was kept of each."""
    back = market.refunds.filter(pl.col("refunded_at").is_not_null())
    back = back.group_by("order_line_id").agg(refund_fen=pl.col("refund_fen").sum())
    lines = market.lines.filter(pl.col("paid_at").is_not_null(), ~pl.col("is_gift"))
    lines = lines.join(back, on="order_line_id", how="left").with_columns(pl.col("refund_fen").fill_null(0))
    whole = lines.with_columns(
        month=pl.col("paid_at").dt.strftime("%Y-%m"), kept_fen=pl.col("paid_fen") - pl.col("refund_fen")
    )
    return whole.filter(pl.col("month") < f"{NOW:%Y-%m}")


@pytest.fixture(scope="module")
def windows(market: Market) -> pl.DataFrame:
    """From when to when each merchant is open, by the plan."""
    opens, closes = MADE_OF.windows(PANEL, int(NOW.timestamp()), LENGTH)
    return market.merchants.with_columns(opens=pl.Series(opens), closes=pl.Series(closes))


def months_of(paid: pl.DataFrame) -> list[str]:
    return sorted(paid["month"].unique())


def test_eighty_merchants_of_sixty_owners_and_more_over_26_months(market: Market, paid: pl.DataFrame) -> None:
    assert market.merchants.height >= 80 and market.merchants["owner_id"].n_unique() >= 60
    assert market.shops.height == market.merchants.height
    whole = [month for month in months_of(paid) if first_day(month) > first_date(NOW) + dt.timedelta(days=19)]
    assert len(whole) == MONTHS == 26
    people = paid.join(market.merchants.select("merchant_id", "owner_id"), on="merchant_id")
    for month in whole:
        there = people.filter(month=month)
        assert there["merchant_id"].n_unique() >= 55 and there["owner_id"].n_unique() >= 45
    matrix = market.merchants.group_by("owner_id").len()["len"]
    assert (matrix > 1).sum() >= 10 and matrix.max() == 2


def test_sizes_follow_zipf_and_one_is_a_giant(paid: pl.DataFrame) -> None:
    sold = paid.group_by("merchant_id").agg(pl.col("paid_fen").sum()).sort("paid_fen", descending=True)
    shares = sold["paid_fen"] / sold["paid_fen"].sum()
    assert 0.08 < shares[0] < 0.18 and sold["merchant_id"][0] == "shangjia017"
    assert shares[1] < 0.5 * shares[0] and shares[1] > 5 * shares[60]
    a_day = paid.group_by("merchant_id").agg(orders=pl.col("order_id").n_unique())["orders"] / LENGTH
    assert 0.2 < a_day.median() < 1  # type: ignore[operator]


def test_one_opens_and_one_closes_in_almost_every_month(
    market: Market, paid: pl.DataFrame, windows: pl.DataFrame
) -> None:
    start, end = windows["opens"].min(), windows["closes"].max()
    for column, outside in (("opens", start), ("closes", end)):
        moments = windows.filter(pl.col(column) != outside)[column].sort()
        assert moments.len() == 23 and moments.is_between(start, end).all()  # type: ignore[arg-type]
        gaps = [later - earlier for earlier, later in pairwise(moments)]
        assert max(gaps) < 35 * DAY
    placed = market.lines.join(windows, on="merchant_id").with_columns(at=pl.col("created_at").dt.epoch("s"))
    assert placed.filter((pl.col("at") < pl.col("opens")) | (pl.col("at") >= pl.col("closes"))).is_empty()
    assert windows.filter(merchant_id="shangjia017", opens=start, closes=end).height == 1


def planted(months: list[str]) -> dict[str, float]:
    """What the plan says of each month: how busy its days are, in all."""
    now = int(NOW.timestamp())
    days = [dt.datetime.fromtimestamp(int(at), ZONE).strftime("%Y-%m") for at in midnights(now, LENGTH)]
    busy = DISTRICT.busy(now, LENGTH)
    return {month: float(busy[np.array(days) == month].sum()) for month in months}


def test_orders_of_those_who_stay_follow_the_planted_path(paid: pl.DataFrame, windows: pl.DataFrame) -> None:
    """Month by month, within what chance allows: four deviations."""
    stay = windows.filter(
        pl.col("opens") == pl.col("opens").min(), pl.col("closes") == pl.col("closes").max()
    )
    lines = paid.join(stay.select("merchant_id"), on="merchant_id")
    found = dict(lines.group_by("month").agg(pl.col("order_id").n_unique()).iter_rows())
    months = months_of(paid)[1:]
    path = planted(months)
    scale = sum(found[month] for month in months) / sum(path.values())
    for month in months:
        wanted = scale * path[month]
        assert abs(found[month] - wanted) < 4 * np.sqrt(wanted) + 0.04 * wanted, month


def test_the_index_is_the_planted_path_and_who_comes_and_goes_moves_it_by_nothing(
    market: Market, paid: pl.DataFrame
) -> None:
    months = months_of(paid)[1:]
    sums = paid.group_by("month", "merchant_id").agg(pl.col("kept_fen").sum())
    panel = {
        month: dict(sums.filter(month=month).select("merchant_id", "kept_fen").iter_rows())
        for month in months
    }
    path = planted(months)
    year = [
        (step(panel, since, month).ratio or 0.0) / (path[month] / path[since])
        for since, month in zip(months, months[12:], strict=False)
    ]
    assert len(year) == 14
    assert abs(float(np.mean(year)) - 1) < 0.04
    assert max(abs(value - 1) for value in year) < 0.3, "a month has some 600 pieces that stay"


def test_one_category_turns_down_and_no_other(paid: pl.DataFrame) -> None:
    turn = MADE_OF.turn
    began = NOW.date() - dt.timedelta(days=turn.ago)
    dated = paid.with_columns(day=pl.col("paid_at").dt.date())
    before, after = (
        dict(part.group_by("category_name").agg(pl.len() / part.height).iter_rows())
        for part in (
            dated.filter(pl.col("day") < began),
            dated.filter(pl.col("day") >= NOW.date() - dt.timedelta(days=90)),
        )
    )
    lost = turn.lost(np.array([int(NOW.timestamp()) - 45 * DAY]), int(NOW.timestamp()))[0]
    assert 0.6 < lost < 0.75
    assert abs(after[turn.category] / before[turn.category] - (1 - lost)) < 0.15
    large = [name for name, share in before.items() if share > 0.05 and name != turn.category]
    assert len(large) >= 5
    assert all(after[name] / before[name] > 0.75 for name in large)


def test_two_events_and_the_promotions_are_seen(paid: pl.DataFrame) -> None:
    days = paid.with_columns(day=pl.col("paid_at").dt.date()).group_by("day").len().sort("day")
    a_day = dict(days.iter_rows())

    def mean(first: dt.date, last: dt.date) -> float:
        return float(np.mean([a_day.get(first + dt.timedelta(n), 0) for n in range((last - first).days + 1)]))

    for month, first, last, busy in MADE_OF.events:
        for year in (2025, 2026):
            inside = mean(dt.date(year, month, first), dt.date(year, month, last))
            week = dt.timedelta(days=last - first + 1)
            around = mean(dt.date(year, month, first) - week, dt.date(year, month, first) - dt.timedelta(1))
            assert 0.7 * busy < inside / around < 1.5 * busy
    sale = mean(dt.date(2026, 6, 8), dt.date(2026, 6, 18))
    assert 1.3 < sale / mean(dt.date(2026, 5, 1), dt.date(2026, 5, 31)) < 2.4


def contributions(market: Market, paid: pl.DataFrame) -> pl.DataFrame:
    """Whole months of each merchant as ``district.release`` takes them, by the words the pipeline reads."""
    owners = market.merchants.select("merchant_id", "owner_id")
    read = {
        "category": "product_name",
        "colour": "color_name",
        "size": "size_name",
        "region": "province_name",
    }
    cuts = [classify(kind, paid[words]).alias(f"{kind}_code") for kind, words in read.items()]
    band = price_band(pl.col("paid_fen") // pl.col("line_qty")).alias("price_band_code")
    whole = paid.group_by("merchant_id").agg(opened=pl.col("month").min(), closed=pl.col("month").max())
    rows = paid.with_columns(*cuts, band, business_month="month").join(owners, on="merchant_id")
    rows = rows.join(whole, on="merchant_id").filter(
        pl.col("month") > pl.col("opened"),
        (pl.col("month") < pl.col("closed")) | (pl.col("closed") == pl.col("closed").max()),
    )
    keys = list(dict.fromkeys(item.name for cube in CUBES for item in cube.dimensions))
    return rows.group_by("owner_id", "merchant_id", "business_month", *keys).agg(pl.col(MEASURES).sum())


@pytest.mark.slow
def test_the_rules_let_seven_tenths_of_its_value_out(market: Market, paid: pl.DataFrame) -> None:
    """With the policy a house begins with, for a year: the total and the category that turns down every
    month, cells of most of the value, of every table some.
    """
    rows, last, shown = contributions(market, paid), (), []
    for month in months_of(paid)[-14:-2]:
        release = release_month(rows.filter(business_month=month), month, CUBES, MEASURES, Policy(), last)
        last = release.cubes
        assert () in release.figures and (("category_code", "skirt"),) in release.figures, month
        assert np.mean([row.value_rate for row in release.coverage]) >= 0.70, month
        shown.append([row.shown_value for row in release.coverage])
    assert np.mean(shown) >= 0.70 and np.min(shown) > 0.2


def test_they_give_orders_and_after_sales_and_nothing_else(market: Market, tmp_path: Path) -> None:
    few = only(market, ["shangjia017", "shangjia018", "shangjia020"])
    files = write_panel(few, tmp_path)
    assert {path.parent.parent.name for path in files} == set(few.merchants["merchant_id"])
    words = ("售后", "退款", "订单", "ExportOrder", ".csv")
    assert len(files) <= 3 * few.merchants.height
    assert all(any(word in path.name for word in words) for path in files), [path.name for path in files]


def test_they_are_nobody_of_the_markets_own_merchants(market: Market) -> None:
    own = build_market(1, MERCHANTS, DAYS, 2_000, now=NOW, trade=DEMO)
    told = registry_of(only(own, LEADS), market)
    ids = [row["merchant_id"] for row in told["merchants"]]
    owners = set(own.merchants["owner_id"]) & set(market.merchants["owner_id"])
    assert len(ids) == len(set(ids)) == len(LEADS) + PANEL and not owners
    assert {row["merchant_id"] for row in told["shops"]} == set(ids)
    shops = {row["shop_id"] for row in told["shops"]}
    assert {row["shop_id"] for row in told["accounts"]} <= shops
    assert last_day("2026-11") < NOW.date()


def test_the_same_arguments_make_the_same_panel(market: Market) -> None:
    again = build_district(1, PANEL, NOW)
    assert again.lines.equals(market.lines) and again.merchants.equals(market.merchants)
    assert not build_district(2, PANEL, NOW).lines.equals(market.lines)
