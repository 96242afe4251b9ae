"""Rewriting no more of a table than what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from contracts.tables import Table
from warehouse.lake import Lake


class Change(NamedTuple):
    """Rows of one table that are gone, and those that came for them; what stayed the same is in neither."""

    before: pl.DataFrame
    after: pl.DataFrame

    @property
    def is_empty(self) -> bool:
        """True when nothing differs."""
        return self.before.is_empty() and self.after.is_empty()

    @property
    def rows(self) -> pl.DataFrame:
        """Both together."""
        return pl.concat(self)


#: What changed, by table name; the lake already holds the rows after.
Changes = Mapping[str, Change]


def rewrite(
    lake: Lake, table: Table, before: pl.DataFrame, after: pl.DataFrame, by: Sequence[str] | None = None
) -> Change:
    """Replace ``before``, rows of ``table`` as stored, by ``after``: whole slices ``by`` (default: the
    table's key), and only those whose rows differ. Returns the rows that do.

    A re-collection that tells nothing new so writes nothing.
    """
    if before.is_empty():
        lake.append(table, after)
        return Change(before, after)
    gone = before.join(after, on=table.columns, how="anti", nulls_equal=True)
    come = after.join(before, on=table.columns, how="anti", nulls_equal=True)
    slices = list(by or table.key)
    moved = pl.concat([gone.select(slices), come.select(slices)]).unique()
    if moved.height:
        lake.replace(table, moved, after.join(moved, on=slices, how="semi"))
    return Change(gone, come)
