"""The rows a figure may be taken apart into: one merchant's, of the shops asked about, as one release holds
them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from contracts.tables import Table
from warehouse.lake import Lake


@dataclass(frozen=True)
class Facts:
    """Reads tables for the days from ``first`` to ``last`` of a question, both included.

    ``where`` names its merchant and, if it names any, its shops.
    """

    lake: Lake
    where: dict[str, object]
    first: dt.date
    last: dt.date

    def __call__(self, table: Table, clock: str, *, later: int = 0) -> pl.DataFrame:
        """Rows whose ``clock`` lies between the two days, or up to ``later`` days after them."""
        days = pl.date_range(self.first, self.last + dt.timedelta(days=later), eager=True)
        return self.lake.read(table, keys=days.alias(clock).to_frame(), where=self.where)

    def of_any_day(self, table: Table, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """All rows, whatever their day."""
        return self.lake.read(table, where=self.where, columns=columns)
