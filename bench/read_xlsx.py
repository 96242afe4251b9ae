"""A workbook of 200,000 rows × 45 columns: ``--mode ours`` reads it as an export, ``--mode calamine`` only as
cells.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import fastexcel
import polars as pl

from bench.contender import Task, run
from bench.job import Totals
from connectors.base import platforms
from connectors.reading import Origin, read_file
from contracts.fields import TIME_ZONE

ROWS, COLUMNS = 200_000, 45


def make(task: Task) -> Totals:
    """Write the workbook: orders of the widest known layout's first columns, text and amounts."""
    layout = max(
        (item for item in platforms()["douyin"].layouts if item.kind == "orders"),
        key=lambda item: len(item.columns),
    )
    needed = [column for column in layout.columns if column.required or column.filled]
    chosen = list(dict.fromkeys([*needed, *layout.columns]))[:COLUMNS]
    cells = {column.header: _cells(column.cell, number) for number, column in enumerate(chosen)}
    pl.select(row=pl.int_range(ROWS)).select(**cells).write_excel(task.home / "orders.xlsx")
    return Totals(0, 0, 0, 0, 0, 0, 0, 0, {})


def _cells(cell: str, number: int) -> pl.Expr:
    row = pl.col("row")
    if cell in ("yuan", "fen"):
        return (row % 977 + 1).cast(pl.String) + ".50"
    if cell == "time":
        return (pl.datetime(2026, 10, 1) + pl.duration(seconds=row)).dt.strftime("%Y-%m-%d %H:%M:%S")
    if cell == "int":
        return pl.lit("1")
    if cell == "id":
        return (6_931_570_482_213_000_001 + row * 2).cast(pl.String)
    return pl.lit(f"说明{number}-") + (row % 1000).cast(pl.String)


def total(task: Task) -> Totals:
    """Do what the mode says and count the rows."""
    if task.mode == "make":
        return make(task)
    pl.Config.set_engine_affinity(
        "in-memory"
    )  # as the house's reader is set (pipeline.intake.sandbox.parsing.Reader)
    data = (task.home / "orders.xlsx").read_bytes()
    if task.mode == "calamine":
        rows = fastexcel.read_excel(data).load_sheet(0, dtypes="string").to_polars().height
    else:
        rows = read_file(
            data, Origin("m", "s", "x", "orders.xlsx", dt.datetime.now(ZoneInfo(TIME_ZONE)))
        ).rows_read
    return Totals(0, 0, 0, 0, 0, 0, 0, 0, {"read": rows})


if __name__ == "__main__":
    run(total)
