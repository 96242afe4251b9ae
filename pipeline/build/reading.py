"""What a table that is no sum may look at while it is made: the slices at hand of what it has declared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import polars as pl

from contracts.tables import Table
from pipeline.house import all_tables
from transforms.derived import MERCHANT, Choices, Derived, Input, View
from warehouse.lake import Lake

T = TypeVar("T")
_NAMED = re.compile(r"\b(?:bronze|silver|gold|ops)\.\w+")


@dataclass
class Held:
    """What a build need not read back: views by the slices they were made for, and tables.

    ``whole``: table → all its rows of the shops at hand, where these are new. ``made``: table → slices, rows.
    """

    whole: dict[str, pl.DataFrame] = field(default_factory=dict)
    made: dict[str, tuple[pl.DataFrame, pl.DataFrame]] = field(default_factory=dict)
    views: dict[tuple[int, int], Any] = field(default_factory=dict)

    def forget_views_but(self, kept: list[View[Any]]) -> None:
        """Let go of views nobody is going to ask for."""
        ids = set(map(id, kept))
        self.views = {key: value for key, value in self.views.items() if key[0] in ids}


@dataclass(frozen=True)
class Reading:
    """``transforms.derived.Slices`` over a lake."""

    lake: Lake
    asset: Derived
    keys: pl.DataFrame
    choices: Choices
    held: Held

    def read(
        self,
        table: Input,
        *,
        keys: pl.DataFrame | None = None,
        where: Mapping[str, object] | None = None,
        columns: list[str] | None = None,
    ) -> pl.DataFrame:
        """Rows of ``table`` in the slices at hand, or those matching ``keys``.

        Where its rows do not name a slice, all of the merchants' or, if they name no merchant, all there are.
        """
        found, conditions = self._declared(table), dict(where or {})
        whole = self.held.whole.get(found.name) if "shop_id" in self.keys.columns and not where else None
        if whole is not None:  # the shops' slices are all at hand
            mine = whole if keys is None else whole.join(keys, on=keys.columns, how="semi", nulls_equal=True)
            return mine.select(columns or found.columns)
        if keys is None:
            names = self.asset.names_of(found)
            made = self.held.made.get(found.name)
            if made and not conditions and made[0] is self.keys:
                return made[1].select(columns or found.columns)
            if names and self.asset.by != MERCHANT:
                keys = self.keys.rename(names).unique()
            elif {"merchant_id"} <= {*self.keys.columns} & {*found.columns}:
                conditions["merchant_id"] = self.keys["merchant_id"].unique().to_list()
        return self.lake.read(found, keys=keys, where=conditions, columns=columns)

    def sql(self, query: str, **frames: pl.DataFrame) -> pl.DataFrame:
        """Any SELECT over the slices (``_slices``), the tables of the declaration and ``frames``."""
        for name in _NAMED.findall(query):
            self._declared(name)
        if "_slices" in query:
            frames["_slices"] = self.keys
        return self.lake.sql(query, None, **frames)

    def holds(self, table: Input) -> bool:
        """False when ``table`` surely has no row at all."""
        return self.lake.may_hold_rows(self._declared(table))

    def view(self, view: View[T]) -> T:
        """What ``view`` is for these slices."""
        if not any(view is item for item in self.asset.views):
            raise TypeError(f"{self.asset.table.full_name} does not declare a view that it asks for")
        key = (id(view), id(self.keys))
        if key not in self.held.views:
            self.held.views[key] = view.make(self)
        return cast(T, self.held.views[key])

    def _declared(self, table: Input) -> Table:
        name = table if isinstance(table, str) else table.full_name
        if name not in self.asset.inputs:
            raise TypeError(f"{self.asset.table.full_name} reads {name} and does not declare it")
        return table_named(name) if isinstance(table, str) else table


def table_named(full_name: str) -> Table:
    """A stored table by its full name. Raises ``TypeError`` when there is none."""
    for table in all_tables():
        if table.full_name == full_name:
            return table
    raise TypeError(f"there is no table {full_name}")
