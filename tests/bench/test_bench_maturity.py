"""Matured net on a small simulated market whose return rates change: the short form of docs/maturity.md."""

from __future__ import annotations

import polars as pl
import pytest

from bench.maturity import VIEWS, Size, foretold, judged, report, summary


@pytest.fixture(scope="module")
def found() -> pl.DataFrame:
    return foretold("change", 1, Size(merchants=2, days=200, lines=20_000, step=30))


def test_a_fortnight_old_cohort_is_foretold_at_least_twice_as_well_as_so_far(found: pl.DataFrame) -> None:
    aged = summary(judged(found, VIEWS["merchant × week"]).filter(pl.col("age") == 14)).row(0, named=True)
    assert aged["figures"] == 8
    assert aged["error"] <= aged["naive"] / 2


def test_the_interval_holds_what_it_should(found: pl.DataFrame) -> None:
    """On so small a market the share inside its 80 % interval is known to some points only; docs/maturity.md has the measure."""
    told = summary(judged(found, VIEWS["shop × channel × week"])).row(0, named=True)
    assert told["figures"] > 500
    assert 0.75 <= told["inside"] <= 0.92
    assert abs(told["bias"]) < 0.03


def test_the_report_has_every_view(found: pl.DataFrame) -> None:
    text = report(found)
    assert all(f"| {name} | " in text for name in VIEWS)
