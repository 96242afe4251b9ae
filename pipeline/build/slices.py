"""Rewriting no more of a table than what differs."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from contracts.tables import Table
from warehouse.lake import Lake


def rewrite(
    lake: Lake, table: Table, before: pl.DataFrame, after: pl.DataFrame, by: Sequence[str] | None = None
) -> None:
    """Replace ``before``, rows of ``table`` as stored, by ``after``: whole slices ``by`` (default: the
    table's key), and only those whose rows differ.

    A re-collection that tells nothing new so writes nothing.
    """
    if before.is_empty():
        lake.append(table, after)
        return
    slices = list(by or table.key)
    odd = [
        one.join(other, on=table.columns, how="anti", nulls_equal=True).select(slices)
        for one, other in ((before, after), (after, before))
    ]
    moved = pl.concat(odd).unique()
    if moved.height:
        lake.replace(table, moved, after.join(moved, on=slices, how="semi"))
