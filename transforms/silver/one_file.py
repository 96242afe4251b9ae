"""Rows of one file that tell the same thing at the same moment: put together where their figures agree, held
where they contradict each other.

No row of a file is later than another one, so its place in the file must decide nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from contracts.canonical import content_columns, entity_key
from contracts.tables import Table
from transforms.silver.progress import progress
from transforms.silver.states import GROWS, ROW


@dataclass(frozen=True)
class Settled:
    """``rows``: the frame, with each group of agreeing rows as one.

    ``conflicts``: one row per contradicted column × row: ``ROW`` of the row, ``column``, and ``rows`` and
    ``values`` of its whole group, by place. ``together``: ``ROW`` of each row that stands for others, with
    their numbers in ``_rows``.
    """

    rows: pl.DataFrame
    conflicts: pl.DataFrame
    together: pl.DataFrame


def settle(table: Table, frame: pl.DataFrame) -> Settled:
    """Settle one canonical frame: contradicting amounts and quantities are conflicts, rows that differ in the
    rest become one row.

    What a row does not tell (null) contradicts nothing.
    """
    same = [*entity_key(table), "_export_id", "_observed_at"]
    is_met = frame.select(pl.struct(same).is_duplicated()).to_series()
    if not is_met.any():
        return Settled(frame, no_conflicts(), frame.select(*ROW, _rows=pl.concat_list("_row_number")).clear())
    met = frame.filter(is_met)
    conflicts = _conflicts(met, same, _figures(table))
    agreeing = met.join(conflicts.select(ROW).unique(), on=ROW, how="anti")
    joined, together = _put_together(table, agreeing, same)
    return Settled(
        pl.concat([frame.filter(~is_met), joined]).sort("_export_id", "_row_number", maintain_order=True),
        conflicts,
        together,
    )


def _figures(table: Table) -> list[str]:
    return [
        name for name in content_columns(table) if table.fields[name].kind in ("fen", "qty") and name != GROWS
    ]


def no_conflicts() -> pl.DataFrame:
    """``Settled.conflicts`` of a file that contradicts itself nowhere."""
    numbers = pl.List(pl.Int64())
    schema: dict[str, pl.DataType] = {name: pl.String() for name in ROW[:3]}
    return pl.DataFrame(
        schema={**schema, ROW[3]: pl.Int64(), "column": pl.String(), "rows": numbers, "values": numbers}
    )


def _conflicts(met: pl.DataFrame, same: list[str], figures: list[str]) -> pl.DataFrame:
    if not figures:
        return no_conflicts()
    index, group = list(dict.fromkeys([*ROW, *same])), [*same, "column"]
    told = (
        met.unpivot(figures, index=index, variable_name="column", value_name="value")
        .drop_nulls("value")
        .sort("_row_number")
    )
    odd = told.filter(pl.col("value").n_unique().over(group) > 1)
    listed = odd.group_by(group, maintain_order=True).agg(rows="_row_number", values="value")
    return odd.join(listed, on=group, how="left", maintain_order="left").select(no_conflicts().columns)


def _put_together(table: Table, rows: pl.DataFrame, same: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Groups that differ in content as one row each, at the place of their first: of every column the value
    told by whichever got furthest.

    Rows alike to the last column stay as they are: the second is a duplicate, and is counted as one.
    """
    moment = [*same, *([GROWS] if GROWS in table.columns else [])]
    content = content_columns(table)
    is_odd = pl.struct(content).n_unique().over(moment) > 1
    # by how far they got, then by the rest, so that no two orders of rows differ
    odd = rows.filter(is_odd).sort(*progress(table), *content, maintain_order=True)
    grouped = odd.group_by(moment, maintain_order=True).agg(
        pl.col("_row_number").min(),
        *(pl.col(name).drop_nulls().last() for name in rows.columns if name not in (*moment, "_row_number")),
        _rows=pl.col("_row_number").sort(),
    )
    return pl.concat([rows.filter(~is_odd), grouped.select(rows.columns)]), grouped.select(*ROW, "_rows")
