"""Whose contributions count, and how a release becomes a document and back."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest
from district_cases import CUBES, MEASURES, MONTH, panel

from contracts.errors import UsageError
from district.coverage import coverage
from district.document import FIRST, Circumstances, read, write
from district.lattice import build_lattice
from district.panel import is_closed, last_day, whole_months
from district.policy import Policy
from district.release import RefusedReleaseError, release_month
from district.suppress import suppress


def test_joiners_count_from_their_first_whole_month_and_leavers_to_their_last() -> None:
    days = {
        "first": (dt.date(2026, 2, 1), None),
        "second": (dt.date(2026, 2, 2), None),
        "leaves_after": (dt.date(2025, 1, 1), dt.date(2026, 3, 1)),
        "leaves_on_last": (dt.date(2025, 1, 1), dt.date(2026, 2, 28)),
    }
    members = pl.DataFrame(
        [(name, joined, left) for name, (joined, left) in days.items()],
        schema={"merchant_id": pl.String, "joined_date": pl.Date, "left_date": pl.Date},
        orient="row",
    )
    rows = pl.DataFrame(
        [(name, month, 1) for name in [*days, "stranger"] for month in ("2026-01", "2026-02", "2026-03")],
        schema=["merchant_id", "business_month", "kept_fen"],
        orient="row",
    )
    counted = whole_months(rows, members)
    assert counted.columns == rows.columns
    assert sorted(counted.select("merchant_id", "business_month").rows()) == [
        ("first", "2026-02"), ("first", "2026-03"),
        ("leaves_after", "2026-01"), ("leaves_after", "2026-02"),
        ("leaves_on_last", "2026-01"),
        ("second", "2026-03"),
    ]  # fmt: skip


@pytest.mark.parametrize(("day", "closed"), [("2026-10-14", False), ("2026-10-15", True)])
def test_a_month_closes_when_its_refunds_have_come(day: str, closed: bool) -> None:
    assert last_day("2024-02") == dt.date(2024, 2, 29)
    assert is_closed("2026-08", dt.date.fromisoformat(day), 45) is closed


def test_a_document_holds_the_release_and_nothing_of_what_is_withheld() -> None:
    rows = panel(2, 16)
    release = release_month(rows, MONTH, CUBES, MEASURES, Policy(p=13.8125, largest_share=0.3125))
    about = Circumstances(1, FIRST, "hui", dt.datetime(2026, 10, 20, tzinfo=dt.UTC), "d1", None)
    document = write(release, about)
    back = read(document)
    assert (back.month, back.cubes, back.measures, back.figures) == (
        release.month, release.cubes, release.measures, release.figures,
    )  # fmt: skip
    assert len(document["cells"]) == len(release.figures)
    assert document["withheld_cells_qty"] == release.withheld > 0
    assert {row["cube"] for row in document["loss"]} == {"prices", "colours"}
    assert "13.8125" not in str(document) and "0.3125" not in str(document)


def test_the_loss_tells_nothing_that_the_published_cells_do_not() -> None:
    """Overlapping sums of withheld cells, added up, would tell the cell they share."""
    about = Circumstances(1, FIRST, "hui", dt.datetime(2026, 10, 20, tzinfo=dt.UTC), "d1", None)
    fixed = [
        replace(cube, dimensions=tuple(replace(item, merges=False) for item in cube.dimensions))
        for cube in CUBES
    ]
    document = write(release_month(panel(3, 30, skew=0.8), MONTH, fixed, MEASURES, Policy()), about)
    paid = {
        tuple(sorted(row["cell"].items())): row["kept_fen"] + row["refund_fen"] for row in document["cells"]
    }
    names = {"prices": "price_band_code", "colours": "colour_code"}
    for row in document["loss"]:
        cuts = {"category_code", names[row["cube"]]}
        finest = [
            value
            for key, value in paid.items()
            if {name for name, _ in key} == cuts and dict(key)["category_code"] in list("abcd")
        ]
        assert row.pop("shown_value_per_1000") == sum(finest) * 1000 // paid[()] > 0
        assert set(row) == {"cube", "cells_qty", "shown_cells_qty", "merged_sums_qty"}
    small = write(release_month(panel(3, 5, skew=2.0), MONTH, CUBES, MEASURES, Policy()), about)
    assert () not in [tuple(row["cell"]) for row in small["cells"]]
    assert {row["shown_value_per_1000"] for row in small["loss"]} == {None}


def test_an_empty_month_is_refused() -> None:
    with pytest.raises(RefusedReleaseError, match="EMPTY_MONTH"):
        release_month(panel(2, 16), "2026-07", CUBES, MEASURES, Policy())


@pytest.mark.parametrize(
    ("change", "column"),
    [
        (pl.col("kept_fen").cast(pl.Float64), "kept_fen"),
        (pl.lit(None, dtype=pl.Int64).alias("refund_fen"), "refund_fen"),
        (pl.lit("2026-13").alias("business_month"), "business_month"),
        (pl.lit(10**14).alias("kept_fen"), "kept_fen"),
    ],
)
def test_contributions_of_another_shape_are_refused(change: pl.Expr, column: str) -> None:
    with pytest.raises(UsageError, match=f"BAD_CONTRIBUTIONS.*{column}"):
        release_month(panel(2, 16).with_columns(change), MONTH, CUBES, MEASURES, Policy())
    with pytest.raises(UsageError, match=f"BAD_CONTRIBUTIONS.*{column}"):
        release_month(panel(2, 16).drop(column), MONTH, CUBES, MEASURES, Policy())


def test_coverage_counts_what_a_reader_sees() -> None:
    rows = panel(2, 16)
    pattern = suppress(build_lattice(rows, CUBES, MEASURES), CUBES, Policy())
    for row, cut in zip(coverage(pattern, CUBES), ("price_band_code", "colour_code"), strict=True):
        finest = rows.select("category_code", cut).unique()
        assert row.cells == finest.height
        shown = {
            key for at, key in enumerate(pattern.lattice.keys)
            if not pattern.withheld[at] and {name for name, _ in key} == {"category_code", cut}
            and dict(key)["category_code"] in list("abcd")
        }  # fmt: skip
        assert row.shown == len(shown)
        value = rows.group_by("category_code", cut).agg(
            paid=pl.col("kept_fen").sum() + pl.col("refund_fen").sum()
        )
        is_shown = [(("category_code", one), (cut, other)) for one, other, _ in value.rows()]
        paid = sum(
            row_[2] for row_, key in zip(value.rows(), is_shown, strict=True) if tuple(sorted(key)) in shown
        )
        assert row.shown_value == pytest.approx(paid / value["paid"].sum())
        assert row.withheld <= row.cells - row.shown
