"""Promotions that come back more and a day from which return rates change: what is bought stays the same,
what is sent back moves as told.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from simulator.history.clock import ZONE
from simulator.history.market import Market, build_market
from simulator.history.moods import Mood

NOW = dt.datetime(2026, 7, 20, 9, 30, tzinfo=ZONE)
CHANGE = dt.date(2026, 6, 30)
MOOD = Mood(promotion=0.10, changes=((CHANGE, -0.15),))


def market(mood: Mood) -> Market:
    return build_market(5, 2, 60, 6_000, now=NOW, platforms=("douyin",), mood=mood)


@pytest.fixture(scope="module")
def two() -> tuple[Market, Market]:
    return market(Mood()), market(MOOD)


def share_back(market: Market) -> dict[str, float]:
    """Part of the paid value that goes back in full, in the promotion of June (8–18), before and between, and
    since the change.
    """
    full = (
        market.refunds.filter(pl.col("type_code").is_in(["refund_only", "return_refund"]))
        .group_by("order_line_id")
        .agg(back=pl.col("refund_fen").sum())
    )
    day = pl.col("paid_at").dt.date()
    promoted = day.is_between(dt.date(2026, 6, 8), dt.date(2026, 6, 18))
    period = (
        pl.when(day >= CHANGE)
        .then(pl.lit("after"))
        .when(promoted)
        .then(pl.lit("promotion"))
        .otherwise(pl.lit("before"))
    )
    lines = (
        market.lines.filter(pl.col("paid_fen") > 0)
        .join(full, on="order_line_id", how="left")
        .with_columns(period=period)
    )
    return dict(
        lines.group_by("period").agg(pl.col("back").fill_null(0).sum() / pl.col("paid_fen").sum()).iter_rows()
    )


def test_a_mood_changes_what_comes_back_and_nothing_that_is_bought(two: tuple[Market, Market]) -> None:
    calm, moody = two
    bought = ["order_line_id", "created_at", "paid_at", "sku_code", "paid_fen"]
    assert calm.lines.select(bought).equals(moody.lines.select(bought))
    assert not calm.refunds.equals(moody.refunds)


def test_promotions_and_changes_move_the_return_rate_by_what_was_told(two: tuple[Market, Market]) -> None:
    calm, moody = (share_back(item) for item in two)
    assert moody["before"] == pytest.approx(calm["before"], abs=0.01)
    assert moody["promotion"] - calm["promotion"] == pytest.approx(0.10, abs=0.03)
    assert moody["after"] - calm["after"] == pytest.approx(-0.15, abs=0.03)
