"""Matured net on a small simulated market whose return rates change: the short form of docs/maturity.md."""

from __future__ import annotations

import polars as pl
import pytest

from bench.maturity import APART, CUTS, VIEWS, Foretold, Size, foretold, judged, report, summary

SMALL = Size(merchants=2, days=200, lines=20_000, step=30)


@pytest.fixture(scope="module")
def found() -> Foretold:
    return foretold("change", 1, SMALL)


@pytest.fixture(scope="module")
def apart() -> Foretold:
    return foretold(APART, 1, SMALL)


def test_a_fortnight_old_cohort_is_foretold_at_least_twice_as_well_as_so_far(found: Foretold) -> None:
    aged = summary(judged(found.cohorts, VIEWS["merchant × week"]).filter(pl.col("age") == 14)).row(
        0, named=True
    )
    assert aged["figures"] == 8
    assert aged["error"] <= aged["naive"] / 2


def test_the_interval_holds_what_it_should(found: Foretold) -> None:
    """On so small a market the share inside its 80 % interval is known to some points only.

    Docs/maturity.md has the measure.
    """
    told = summary(judged(found.cohorts, VIEWS["shop × channel × week"])).row(0, named=True)
    assert told["figures"] > 500
    assert 0.75 <= told["inside"] <= 0.92
    assert abs(told["bias"]) < 0.03


def test_cells_are_the_cohorts_money_shared(found: Foretold) -> None:
    key = ["merchant_id", "known_date"]
    money = pl.col("kept_fen", "true_fen", "matured_fen").sum()
    cohorts, cells = (frame.group_by(key).agg(money).sort(key) for frame in found)
    assert cells.select(*key, "kept_fen", "true_fen").equals(cohorts.select(*key, "kept_fen", "true_fen"))
    assert max((cells["matured_fen"] - cohorts["matured_fen"]).abs().to_list()) < 300, (
        "rounded once per shop, channel and day"
    )
    told = summary(judged(found.cells, CUTS["style × week"])).row(0, named=True)
    assert told["figures"] > 500 and told["error"] <= 0.6 * told["naive"], (
        "a figure of few orders is mostly chance"
    )


def test_what_a_style_does_otherwise_than_its_kind_is_not_seen(apart: Foretold) -> None:
    """The whole is foretold as ever; single styles fall out of their intervals on both sides."""
    whole = summary(judged(apart.cohorts, VIEWS["merchant total"])).row(0, named=True)
    large = judged(apart.cells, CUTS["style, all open"]).filter(pl.col("orders_qty") >= 20)
    alike = judged(foretold("calm", 1, SMALL).cells, CUTS["style, all open"]).filter(
        pl.col("orders_qty") >= 20
    )
    assert abs(whole["bias"]) < 0.03
    assert (
        large.height > 100
        and large["is_inside"].sum() / large.height < alike["is_inside"].sum() / alike.height
    )


def test_the_report_has_every_view(found: Foretold, apart: Foretold) -> None:
    text = report(found, apart)
    assert all(f"| {name} | " in text for name in (*VIEWS, *CUTS))
