"""The words of tables that are no sums: what each is made of, in which slices, and which change makes a slice
anew.

How they are brought up to date: ``pipeline.build.engine``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar

import polars as pl

from contracts.tables import Table

T = TypeVar("T")
#: A table; one that is declared above this room (``ops.…``) by its full name.
Input = Table | str
#: The slices of a table that is made by merchant.
MERCHANT = ("merchant_id",)


@dataclass(frozen=True)
class Choices:
    """What an installation has chosen (see ``warehouse.settings``), and the moment of the build."""

    at: dt.datetime
    return_window_days: int = 7
    repurchase_window_days: int = 90
    hit_units: int = 300


class Slices(Protocol):
    """What a table is made of, as far as its declaration names it: reading anything else is an error."""

    @property
    def keys(self) -> pl.DataFrame:
        """The slices to make, by the columns of ``Derived.by``."""

    @property
    def choices(self) -> Choices:
        """What the installation has chosen."""

    def read(
        self,
        table: Input,
        *,
        keys: pl.DataFrame | None = None,
        where: Mapping[str, object] | None = None,
        columns: list[str] | None = None,
    ) -> pl.DataFrame:
        """Rows of ``table`` in the slices at hand, or those matching ``keys``."""

    def sql(self, query: str, **frames: pl.DataFrame) -> pl.DataFrame:
        """Any SELECT over the slices (``_slices``), the tables of the declaration and ``frames``."""

    def holds(self, table: Input) -> bool:
        """False when ``table`` surely has no row at all."""

    def view(self, view: View[T]) -> T:
        """What ``view`` is for these slices."""


@dataclass(frozen=True, eq=False)
class View(Generic[T]):
    """What several tables are made of and nobody stores: made once for all that are made of it."""

    make: Callable[[Slices], T]
    reads: tuple[Input | View[Any], ...]
    beside: tuple[Input, ...] = ()


@dataclass(frozen=True)
class Derived:
    """A table made anew, in whole slices, where anything it ``reads`` has changed.

    ``by``: the columns of a slice. ``names``: table → column of a slice → the column of its rows that names
    it; left out, the column of the same name. ``beside``: looked at without making anything anew.
    ``stored_by``: what is made by merchant is written where these smaller slices differ (default: rows by
    their key). ``is_stale``: SQL that holds for stored rows other choices made.
    """

    table: Table
    build: Callable[[Slices], pl.DataFrame]
    reads: tuple[Input | View[Any], ...]
    by: tuple[str, ...] = MERCHANT
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    beside: tuple[Input, ...] = ()
    stored_by: tuple[str, ...] = ()
    is_stale: Callable[[Choices], str] | None = None

    @cached_property
    def moved_by(self) -> dict[str, Input]:
        """Every table a change of which makes a slice anew, by full name."""
        return {_full_name(item): item for item in _inputs(self.reads, beside=False)}

    @cached_property
    def inputs(self) -> dict[str, Input]:
        """Every table it may look at, by full name."""
        return {_full_name(item): item for item in (*_inputs(self.reads, beside=True), *self.beside)}

    @cached_property
    def views(self) -> list[View[Any]]:
        """The views it is made of, each after those it is made of itself."""
        return list(_views(self.reads))

    def names_of(self, table: Table) -> dict[str, str]:
        """Column of a slice → the column of ``table``'s rows that names it; empty where they name none."""
        found = {name: name for name in self.by} | dict(self.names.get(table.name, {}))
        return found if set(found.values()) <= set(table.columns) else {}


@dataclass(frozen=True)
class Facts:
    """Facts whose rows answer one another over several tables: ``maker`` makes all of them together."""

    table: Table
    maker: str
    reads: tuple[Input, ...]

    @cached_property
    def inputs(self) -> dict[str, Input]:
        """Every table they are made of, by full name."""
        return {_full_name(item): item for item in self.reads}


def _full_name(item: Input) -> str:
    return item if isinstance(item, str) else item.full_name


def _inputs(reads: tuple[Input | View[Any], ...], *, beside: bool) -> Iterator[Input]:
    for item in reads:
        if isinstance(item, View):
            yield from _inputs(item.reads, beside=beside)
            yield from item.beside if beside else ()
        else:
            yield item


def _views(reads: tuple[Input | View[Any], ...]) -> Iterator[View[Any]]:
    for item in reads:
        if isinstance(item, View):
            yield from _views(item.reads)
            yield item
