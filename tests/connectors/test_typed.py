"""Typing a table of text: what the cells of one column say together, and what of the file as a whole."""

from __future__ import annotations

import datetime as dt
import json
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from connectors.base import platforms
from connectors.typed import Origin, Reading, type_rows
from contracts.errors import FileRefusedError

BEIJING = ZoneInfo("Asia/Shanghai")
RECEIVED = dt.datetime(2026, 10, 12, 20, 0, tzinfo=BEIJING)
DOUYIN = platforms()["douyin"]
ORDERS = next(layout for layout in DOUYIN.layouts if layout.kind == "orders" and layout.source == "file")
HEADERS = {column.name: column.header for column in ORDERS.columns}


def typed(**cells: list[str]) -> Reading:
    """Rows of a Douyin order file with these of our columns."""
    count = len(next(iter(cells.values())))
    ids = {
        name: [f"69179267688236{11_111 + number}" for number in range(count)]
        for name in ("order_id", "order_line_id")
    }
    table = pl.DataFrame({HEADERS[name]: values for name, values in (ids | cells).items()}).with_columns(
        _row_number=pl.int_range(2, count + 2, dtype=pl.Int64)
    )
    return type_rows(DOUYIN, ORDERS, table, Origin("m", "s", "e", "x.csv", RECEIVED), None)


@pytest.mark.parametrize(("good", "ambiguous"), [(2, 2), (3, 3), (1, 4)])
def test_a_column_of_dates_is_refused_where_half_of_them_may_be_read_two_ways(
    good: int, ambiguous: int
) -> None:
    with pytest.raises(FileRefusedError, match="AMBIGUOUS_DATES"):
        typed(created_at=[*["2026-10-01 10:00:00"] * good, *["3/9/2026 10:00"] * ambiguous])


def test_fewer_dates_than_half_that_may_be_read_two_ways_are_rows_set_aside() -> None:
    found = typed(created_at=[*["2026-10-01 10:00:00"] * 3, "3/9/2026 10:00", "3/9/2026 10:00"])
    assert (found.bronze.height, found.quarantine["_row_number"].to_list(), found.rows_read) == (3, [5, 6], 5)


@pytest.mark.parametrize(("hours", "is_told"), [(-1, False), (23, False), (24, False), (25, True)])
def test_a_time_more_than_a_day_after_the_file_came_is_told(hours: int, is_told: bool) -> None:
    """A platform's clock may be ahead of ours, by less than a day."""
    moment = (RECEIVED + dt.timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M:%S")
    found = typed(created_at=["2026-10-01 10:00:00", moment])
    assert [(notice.rule, notice.count) for notice in found.notices] == (
        [("FUTURE_TIMES", 1)] if is_told else []
    )
    assert found.bronze.height == 2


def test_beside_a_cell_at_fault_stand_the_rows_other_numbers_and_times_and_no_text() -> None:
    found = typed(
        created_at=["2026-10-01 10:00:00", "soon"], placed_fen=["10.00", "20.00"], product_name=["裙", "衫"]
    )
    (row,) = found.quarantine.iter_rows(named=True)
    assert (row["_row_number"], row["column_name"], row["cell_name"]) == (3, HEADERS["created_at"], "soon")
    ids = {HEADERS[name]: "6917926768823611112" for name in ("order_id", "order_line_id")}
    assert json.loads(row["row_json"]) == ids | {HEADERS["placed_fen"]: "20.00"}
