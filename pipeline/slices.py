"""Rewriting no more of a table than what differs."""

from __future__ import annotations

import polars as pl

from contracts.tables import Table
from warehouse.lake import Lake


def replace_changed(lake: Lake, table: Table, keys: pl.DataFrame, before: pl.DataFrame, after: pl.DataFrame) -> None:
    """Rewrite only keys whose rows differ, so that a re-collection which tells nothing new writes nothing."""
    if before.is_empty():
        lake.append(table, after.join(keys, on=keys.columns, how="semi"))
        return
    old = before.join(after, on=table.columns, how="anti", nulls_equal=True)
    new = after.join(before, on=table.columns, how="anti", nulls_equal=True)
    moved = keys.join(pl.concat([old.select(keys.columns), new.select(keys.columns)]).unique(), on=keys.columns, how="semi")
    if moved.height:
        lake.replace(table, moved, after.join(moved, on=keys.columns, how="semi"))
