"""The words of a declaration: what a gold table is made of. Build, incremental refresh, passport and verification all follow from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from contracts.tables import Table

#: Rows by table name.
Frames = Mapping[str, pl.DataFrame]
#: How many rows of facts a cell is the sum of, counted once for each of the mart's parts: a cell of none is no row.
COUNT = "facts_qty"


@dataclass(frozen=True)
class From:
    """One kind of facts that a mart adds up: every row of ``facts`` adds what ``add`` makes of it, on the day in its column ``date``.

    ``add`` takes facts and returns rows with the key of ``facts``, the key of the mart and some of its measures; it may leave rows out,
    and looks at nothing but the row. Where it must, ``beside`` is one more table, whose rows of the same ``beside.key`` are its second argument.
    """

    facts: Table
    date: str
    add: Callable[..., pl.DataFrame]
    beside: Table | None = None

    def rows(self, frames: Frames) -> pl.DataFrame:
        """What each row of ``frames`` adds. Tables that are not in ``frames`` are empty."""
        tables = [self.facts, *([self.beside] if self.beside else [])]
        return self.add(*(frames.get(table.name, table.empty()) for table in tables))


@dataclass(frozen=True)
class Additive:
    """A mart whose every row is the sum of what single facts add to it, so that a change of facts is a signed difference of sums.

    ``about``: the dimension that the mart's other columns are looked up in by its key, and ``describe`` what it makes of that dimension's rows.
    """

    table: Table
    parts: tuple[From, ...]
    about: Table | None = None
    describe: Callable[[pl.DataFrame], pl.DataFrame] | None = None

    def __post_init__(self) -> None:
        if COUNT not in self.table.optional:
            raise TypeError(f"{self.table.full_name} is additive: its optional columns must name {COUNT}")

    @cached_property
    def reads(self) -> dict[str, Table]:
        """Every table it is made of, by name."""
        asked = [table for part in self.parts for table in (part.facts, part.beside)]
        return {table.name: table for table in (*asked, self.about) if table}

    @cached_property
    def measures(self) -> list[str]:
        """The columns that are sums."""
        described = set(self.about.columns) | {"business_date"} if self.about else set()
        names = (*self.table.required, *self.table.optional)
        return [name for name in names if name not in described and self.table.dtypes[name] == pl.Int64]

    def contributions(self, frames: Frames) -> Iterator[pl.DataFrame]:
        """What each fact adds, part by part: ids, the mart's key, some of its measures."""
        return (part.rows(frames) for part in self.parts)

    def sums(self, frames: Frames) -> pl.DataFrame:
        """The mart's key and measures for these facts alone; in no order."""
        return self.total(self.contributions(frames))

    def total(self, contributions: Iterable[pl.DataFrame]) -> pl.DataFrame:
        """Contributions added up to the mart's key and measures; in no order."""
        key = list(self.table.key)
        shape = {name: dtype for name, dtype in self.table.dtypes.items() if name in key or name in self.measures}
        rows = [part.with_columns(pl.lit(1, pl.Int64).alias(COUNT)) for part in contributions]
        added = pl.concat([pl.DataFrame(schema=shape), *rows], how="diagonal").select(list(shape))
        return added.group_by(key).agg(pl.col(self.measures).sum())

    def build(self, frames: Frames) -> pl.DataFrame:
        """The mart's rows for whole facts."""
        return self.shape(self.sums(frames), frames)

    def shape(self, sums: pl.DataFrame, frames: Frames) -> pl.DataFrame:
        """Sums as rows of the table, with what ``about`` tells of them."""
        if self.about and self.describe:
            told = self.describe(frames.get(self.about.name, self.about.empty()))
            sums = sums.join(told, on=list(self.table.key), how="inner", validate="1:1")
        return self.table.shape(sums)
