"""Rows of one file that contradict each other, in words: what stands in quarantine of each, and what the
receipt says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from connectors.reading import Reading
from contracts.amounts import yuan
from contracts.fields import FIELDS
from contracts.intake import Notice, row_place
from transforms.silver.states import ROW

RULE = "CONFLICT_IN_FILE"
#: Groups of rows a receipt names.
_NAMED = 5


def conflict_rows(conflicts: pl.DataFrame) -> pl.DataFrame:
    """Rows for quarantine (``ROW``, rule, column, cell, row_json) from ``Settled.conflicts``.

    The cell names all rows of the group and their values.
    """
    said = [
        " ≠ ".join(f"{_place(row)}: {_shown(column, value)}" for row, value in zip(rows, values, strict=True))
        for column, rows, values in conflicts.select("column", "rows", "values").iter_rows()
    ]
    labels = [FIELDS[column].zh for column in conflicts["column"]]
    return conflicts.select(
        *ROW,
        rule_name=pl.lit(RULE),
        column_name=pl.Series(labels, dtype=pl.String),
        cell_name=pl.Series(said, dtype=pl.String),
        row_json=pl.lit("{}"),
    )


def with_conflicts(
    readings: dict[tuple[str, str], Reading], conflicts: pl.DataFrame
) -> dict[tuple[str, str], Reading]:
    """A warning on each export with contradicting rows (``Settled.conflicts`` of all its tables): which rows
    of this file they are.
    """
    told: Mapping[tuple[str, str], Notice] = {
        (str(shop), str(export)): _notice(groups)
        for (shop, export), groups in conflicts.group_by("shop_id", "_export_id")
    }
    return {
        export: replace(reading, notices=[*reading.notices, told[export]]) if export in told else reading
        for export, reading in readings.items()
    }


def _notice(conflicts: pl.DataFrame) -> Notice:
    groups = sorted({tuple(rows) for rows in conflicts["rows"]})
    places = "；".join("、".join(_place(row) for row in rows) for rows in groups[:_NAMED])
    more = "…" if len(groups) > _NAMED else ""
    numbers = "; ".join(
        " and ".join(row_place(row).rpartition(" / ")[2] for row in rows) for rows in groups[:_NAMED]
    )
    return Notice(RULE, conflicts["_row_number"].n_unique(), f"{places}{more} / rows {numbers}{more}")


def _place(row: int) -> str:
    zh, _, en = row_place(row).partition(" / ")
    return zh if en else f"第{zh}行"


def _shown(column: str, value: int) -> str:
    return yuan(value) if column.endswith("_fen") else str(value)
