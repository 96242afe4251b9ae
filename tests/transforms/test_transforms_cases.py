"""The traps of the metric dictionary (metrics.md 2.4) as small folders: what was observed, and what the marts
must say.

``tests/cases/<trap>/given/<n>_<silver table>.csv`` are observations in the order of arrival (columns left out
are the usual, see ``observed``); ``expect.csv`` names dimensions and measures of the daily mart, or of the
style mart where it has ``style_code``. Cells of nothing are left out.
"""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest
from transforms_cases import Arrivals, fold, gold, observed

from transforms.gold.sales import mart_style_daily

CASES = sorted(path for path in (Path(__file__).parents[1] / "cases").iterdir() if path.is_dir())


def _given(case: Path) -> Arrivals:
    arrivals = []
    for path in sorted(case.glob("given/*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            rows = [
                {name: cell for name, cell in row.items() if cell != ""} for row in csv.DictReader(stream)
            ]
        arrivals.append(
            (
                path.stem.split("_", 1)[1],
                observed(path.stem.split("_", 1)[1], *({"_export_id": path.stem, **row} for row in rows)),
            )
        )
    return arrivals


def _expected(case: Path) -> tuple[list[str], list[str], dict[tuple[str, ...], tuple[int, ...]]]:
    """Dimensions, measures, and cell → values."""
    with (case / "expect.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    measures = [name for name in rows[0] if name.endswith(("_fen", "_qty"))]
    dimensions = [name for name in rows[0] if name not in measures]
    return (
        dimensions,
        measures,
        {tuple(row[name] for name in dimensions): tuple(int(row[name]) for name in measures) for row in rows},
    )


def _answer(
    arrivals: Arrivals, dimensions: list[str], measures: list[str]
) -> dict[tuple[str, ...], tuple[int, ...]]:
    built = gold(fold(arrivals))
    mart = built.styles if "style_code" in dimensions else built.daily
    summed = (
        mart.with_columns(pl.col("business_date").cast(pl.String))
        .group_by(dimensions)
        .agg(pl.col(measures).sum())
    )
    rows = {tuple(row[: len(dimensions)]): tuple(row[len(dimensions) :]) for row in summed.iter_rows()}
    return {cell: values for cell, values in rows.items() if any(values)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Path) -> None:
    dimensions, measures, expected = _expected(case)
    arrivals = _given(case)
    assert arrivals
    assert _answer(arrivals, dimensions, measures) == expected
    # neither the order of arrival nor everything coming twice changes an answer
    assert _answer(arrivals[::-1], dimensions, measures) == expected
    assert _answer([*arrivals, *arrivals], dimensions, measures) == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_says_what_it_is_about(case: Path) -> None:
    text = (case / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 6
    dimensions, measures, expected = _expected(case)
    known = set(mart_style_daily.TABLE.columns) | {
        "traffic_code",
        "session_paid_fen",
        "session_refund_fen",
        "session_views_qty",
    }
    assert set(dimensions) | set(measures) <= known
    assert expected
