"""Observations merged into silver: what is told of a row that fed several tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from contracts.canonical import SILVER
from pipeline.build.merging import merge_into_silver
from warehouse.lake import Lake
from warehouse.place import Place

NOON = dt.datetime(2026, 10, 12, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    with Lake.open(Place(tmp_path_factory.mktemp("merging")), write=True) as opened:
        opened.ensure(SILVER.values())
        yield opened


def told(export: str, hours: int, status: str, order: str = "A") -> dict[str, pl.DataFrame]:
    """One row of an export: the state of an order and of its one line, which is always the same."""
    at = NOON + dt.timedelta(hours=hours)
    who = {
        "merchant_id": "m",
        "shop_id": "s",
        "platform_code": "jd",
        "_export_id": export,
        "_row_number": 2,
        "_observed_at": at,
        "_last_observed_at": at,
    }
    line = {
        "order_id": order,
        "order_line_id": order,
        "order_status_code": "paid",
        "is_gift": False,
        "paid_fen": 100,
    }
    return {
        "order": SILVER["order"].shape(
            pl.DataFrame([who | {"order_id": order, "order_status_code": status}])
        ),
        "order_line": SILVER["order_line"].shape(pl.DataFrame([who | line])),
    }


def test_a_row_that_fed_two_tables_counts_as_the_best_that_became_of_it(lake: Lake) -> None:
    """The first file is new in both; the second tells a new status of the order and nothing new of its line.

    Then an older one, and one again.
    """
    files = [
        told("first", 0, "paid"),
        told("second", 2, "shipped"),
        told("older", 1, "part_shipped"),
        told("again", 3, "shipped"),
    ]
    outcomes = [merge_into_silver(lake, [frames])[0].drop("_by_export_id") for frames in files]
    assert [found.rows() for found in outcomes] == [
        [("m", "s", name, 2, outcome)]
        for name, outcome in (
            ("first", "published"),
            ("second", "published"),
            ("older", "superseded"),
            ("again", "duplicate"),
        )
    ]


def test_files_of_one_build_count_each_row_once(lake: Lake) -> None:
    found, touched = merge_into_silver(
        lake, [told("x", 0, "paid", "B"), told("y", 1, "shipped", "B"), told("z", 1, "paid", "C")]
    )
    assert sorted(found.select("_export_id", "outcome").rows()) == [
        ("x", "published"),
        ("y", "published"),
        ("z", "published"),
    ], "x told the line, y the order"
    assert sorted(touched.orders["order_id"]) == ["B", "C"]
