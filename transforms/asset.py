"""The words of a declaration: what a gold table is made of.

Build, incremental refresh, passport and verification all follow from it.
"""

# ruff: noqa: S608 - every name in these queries is declared in this house

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import polars as pl

from contracts.tables import Table

#: Rows by table name.
Frames = Mapping[str, pl.DataFrame]
#: How many contributions of facts a row is the sum of: a sum of none is no row.
COUNT = "facts_qty"


class Among(NamedTuple):
    """Only facts whose ``table.key`` is that of a row of ``table`` for which ``where`` (SQL) holds."""

    table: Table
    where: str


@dataclass(frozen=True)
class From:
    """One kind of facts that a mart adds up: every row of ``facts`` adds to the mart on the day in its column
    ``date``; without a day, nothing.

    Everything is SQL over one row of ``facts``, in words that Polars and DuckDB both know. ``adds``: measure
    → what a row adds. ``cell``: column of the mart's key → where a row stands; left out, the column of the
    same name, and ``date`` for ``business_date``. ``where``: which rows count.
    """

    facts: Table
    date: str
    adds: Mapping[str, str]
    cell: Mapping[str, str] = field(default_factory=dict)
    where: str = "true"
    among: Among | None = None

    def rows(self, frames: Frames, key: Iterable[str]) -> pl.DataFrame:
        """What each fact of ``frames`` (those missing are empty) adds: its own key, ``key``, the measures."""
        rows = frames.get(self.facts.name, self.facts.empty()).filter(pl.sql_expr(self._condition))
        if self.among:
            on = list(self.among.table.key)
            known = frames.get(self.among.table.name, self.among.table.empty()).filter(
                pl.sql_expr(self.among.where)
            )
            rows = rows.join(known.select(on), on=on, how="semi")
        names = list(key)
        stands = {name: sql for name, sql in zip(names, self._stands(names), strict=True)}
        ids = [name for name in self.facts.key if name not in stands]
        return rows.select(
            *ids,
            *(pl.sql_expr(sql).alias(name) for name, sql in stands.items()),
            *(pl.sql_expr(sql).cast(pl.Int64).alias(name) for name, sql in self.adds.items()),
        )

    def query(self, key: Iterable[str], measures: Iterable[str]) -> str:
        """The same as SQL over ``facts``: columns ``key`` and ``measures``, of which it adds 0 to what it
        does not name.
        """
        names = list(key)
        cells = [f"{sql} AS {name}" for name, sql in zip(names, self._stands(names), strict=True)]
        sums = [f"({self.adds.get(name, '0')})::BIGINT AS {name}" for name in measures]
        among = (
            (
                f" SEMI JOIN (SELECT {', '.join(self.among.table.key)} FROM {self.among.table.full_name} "
                "WHERE "
                f"{self.among.where})"
            )
            if self.among
            else ""
        )
        using = f" USING ({', '.join(self.among.table.key)})" if self.among else ""
        return (
            f"SELECT {', '.join([*cells, *sums])} FROM {self.facts.full_name}{among}{using} WHERE "
            f"{self._condition}"
        )

    @property
    def _condition(self) -> str:
        return f"{self.date} IS NOT NULL AND ({self.where})"

    def _stands(self, key: list[str]) -> list[str]:
        return [self.cell.get(name, self.date if name == "business_date" else name) for name in key]


@dataclass(frozen=True)
class Additive:
    """A mart whose every row is the sum of what single facts add to it, so that a change of facts is a signed
    difference of sums.

    ``about``: the dimension in which the mart's other columns are looked up by its key; ``describe`` makes
    them of that dimension's rows. ``is_stored``: False where a row is hardly more than a fact: then nothing
    is stored, and the facts are grouped when somebody asks.
    """

    table: Table
    parts: tuple[From, ...]
    about: Table | None = None
    describe: Callable[[pl.DataFrame], pl.DataFrame] | None = None
    is_stored: bool = True

    def __post_init__(self) -> None:
        """Refuse a stored mart that does not count its facts."""
        if self.is_stored and COUNT not in self.table.optional:
            raise TypeError(f"{self.table.full_name} is stored: its optional columns must name {COUNT}")

    @cached_property
    def reads(self) -> dict[str, Table]:
        """Every table it is made of, by name."""
        asked = [part.facts for part in self.parts] + [part.among.table for part in self.parts if part.among]
        return {table.name: table for table in (*asked, *([self.about] if self.about else []))}

    @cached_property
    def measures(self) -> list[str]:
        """The columns that are sums."""
        named = {name for part in self.parts for name in part.adds} | {COUNT}
        return [name for name in self.table.columns if name in named]

    def contributions(self, frames: Frames) -> Iterator[pl.DataFrame]:
        """What each fact adds, part by part: ids, the mart's key, some of its measures."""
        return (part.rows(frames, self.table.key) for part in self.parts)

    def total(self, contributions: Iterable[pl.DataFrame]) -> pl.DataFrame:
        """Contributions added up to the mart's key and measures; in no order."""
        key = list(self.table.key)
        shape = {name: self.table.dtypes[name] for name in (*key, *self.measures)}
        rows = [part.with_columns(pl.lit(1, pl.Int64).alias(COUNT)) for part in contributions]
        added = pl.concat([pl.DataFrame(schema=shape), *rows], how="diagonal").select(list(shape))
        return added.group_by(key).agg(pl.col(self.measures).sum())

    def build(self, frames: Frames) -> pl.DataFrame:
        """The mart's rows for whole facts."""
        return self.shape(self.total(self.contributions(frames)), frames)

    def shape(self, sums: pl.DataFrame, frames: Frames) -> pl.DataFrame:
        """Sums as rows of the table, with what ``about`` tells of them."""
        if self.about and self.describe:
            described = self.describe(frames.get(self.about.name, self.about.empty()))
            sums = sums.join(described, on=list(self.table.key), how="inner", validate="1:1")
        return self.table.shape(sums)

    @property
    def query(self) -> str:
        """What each fact adds, in SQL over the facts: columns of the mart, to be grouped by whoever asks."""
        measures = [name for name in self.measures if name != COUNT]
        return " UNION ALL ".join(part.query(self.table.key, measures) for part in self.parts)
