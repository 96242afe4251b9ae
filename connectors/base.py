"""What a platform is to the rest of the house: its layouts (from ``columns.csv``), its ``conform`` and its
API.

A connector is one folder. Nothing outside it knows the platform's words, and it imports no other connector.
"""

from __future__ import annotations

import csv
import datetime as dt
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import polars as pl

from contracts import codes
from contracts.fields import FIELDS, Field
from contracts.intake import Notice
from contracts.tables import Table

if TYPE_CHECKING:
    from connectors.http import Client, Credentials

#: In a conformed frame: the numbers of all rows that went into this one, where a platform tells one thing in
#: several (a unit each, a block twice).
TOGETHER = "_rows"

#: How a cell is written in one layout → what the typed column holds. See ``connectors/files/cells.py`` for
#: the parsers.
CELLS = {
    "text", "id", "yuan", "yuan_stat", "wan_yuan", "li", "fen", "int", "rate", "time", "time_dmy", "time_mdy",
    "time_serial", "epoch_s", "epoch_ms", "date",
    "minutes",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column of one layout: our name × their header.

    ``cell`` is one of ``CELLS``. ``required``: without this header the layout does not match. ``filled``: a
    row whose cell is empty is quarantined. ``personal``: the column is dropped before anything is typed and
    named in the receipt. ``buyer``: a personal column whose cells become keys under the tenant's secret
    (``name`` is then ``buyer_key``); what it says is never stored.
    """

    name: str
    header: str
    cell: str
    required: bool
    filled: bool
    personal: bool
    buyer: bool = False


@dataclass(frozen=True)
class Layout:
    """One version of one export of one platform.

    ``source`` says where its header comes from; ``verified`` whether that is an outside source.

    A mapped layout may say on which row its header stands (0: wherever it is found), how its text is encoded
    (empty: as it is found to be), and which column names the shop a row is of (``shop_column``), with the
    names that are known to be one of the merchant's shops (``shops``: name, shop id).
    """

    platform: str
    kind: str
    name: str
    source: str  # "file" or "api"
    verified: bool
    origin: str
    columns: tuple[Column, ...]
    header_row: int = 0
    encoding: str = ""
    shop_column: str = ""
    shops: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """``platform/kind/layout``: the one layout of this name."""
        return f"{self.platform}/{self.kind}/{self.name}"


class Api(Protocol):
    """A platform's open API, bound to one shop's credentials."""

    def pages(self, kind: str, start: dt.datetime, end: dt.datetime) -> Iterator[bytes]:
        """Raw response bodies covering ``[start, end)`` by update time, in an order that loses nothing when
        rows move between pages.

        Raises ``TransientError``, ``CredentialError`` or ``CollectError``; retries and throttling are the
        client's business.
        """
        ...

    def records(self, kind: str, page: bytes) -> list[dict[str, object]]:
        """One raw body as flat records, one per bronze row.

        Keys are the headers of the kind's ``api`` layout in columns.csv.
        """
        ...


@dataclass(frozen=True)
class Checked:
    """What a file's rows say together.

    ``bad``: which rows break which rule of ``ROW_RULES``, by our name of the column; ``notices`` for the
    receipt.
    """

    bad: tuple[tuple[pl.Series, str, str], ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class Platform:
    """Everything the pipeline needs from one connector folder.

    ``conform(kind, bronze)`` turns typed bronze rows into canonical frames: silver table name → frame with
    that table's entity key and content columns plus ``merchant_id, shop_id, platform_code, _export_id,
    _row_number, _observed_at`` and, where rows were put together, ``TOGETHER``. ``exported_at(name)`` reads
    an export moment out of a file name, where the platform writes one there. ``api(client, credentials)``
    makes the API; ``api_kinds`` are the kinds it can collect. ``clean(kind, layout, table)`` removes rows
    that are not data (formula row, totals) from the raw text table, which still has its ``_row_number``. Of
    the ``narrow_kinds`` it is given only the columns that have a name or are personal: what nobody looks at
    costs a fifth of reading. ``check(kind, layout, typed)`` looks at a file's typed rows together: rows that
    contradict one another, and what is to be said.
    """

    code: str
    folder: Path
    conform: Callable[[str, pl.DataFrame], dict[str, pl.DataFrame]]
    api: Callable[[Client, Credentials], Api] | None = None
    api_kinds: tuple[str, ...] = ()
    exported_at: Callable[[str], dt.datetime | None] = lambda name: None
    clean: Callable[[str, str, pl.DataFrame], pl.DataFrame] = lambda kind, layout, table: table
    narrow_kinds: tuple[str, ...] = ()
    check: Callable[[str, str, pl.DataFrame], Checked] = lambda kind, layout, typed: Checked()

    @cached_property
    def layouts(self) -> tuple[Layout, ...]:
        """All layouts declared in the folder's ``columns.csv``."""
        return _read_layouts(self.code, self.folder / "columns.csv")

    def carried(self, layout: Layout, table: pl.DataFrame) -> tuple[pl.DataFrame, list[Notice]]:
        """``table`` (by header words) with the numbers of orders in the rows below the first, where they are
        known to be left blank there, and what to say of it.

        A platform's own files write them on every row.
        """
        del layout
        return table, []

    def repeated(self, layout: Layout) -> frozenset[str]:
        """Headers of amounts that stand on every row of an order though they are the order's.

        A platform's own layouts have none to say so.
        """
        del layout
        return frozenset()

    @property
    def kinds(self) -> list[str]:
        """The export kinds, in the order of ``columns.csv``."""
        return list(dict.fromkeys(layout.kind for layout in self.layouts))

    def layout(self, kind: str, name: str) -> Layout:
        """The layout called ``name`` of ``kind``; KeyError when there is none."""
        return {(item.kind, item.name): item for item in self.layouts}[kind, name]

    @cached_property
    def bronze(self) -> dict[str, Table]:
        """Kind → its bronze table: the union of the kind's non-personal columns over all layouts."""
        return {
            kind: _bronze_table(self.code, kind, [item for item in self.layouts if item.kind == kind])
            for kind in self.kinds
        }


def _read_layouts(platform: str, path: Path) -> tuple[Layout, ...]:
    """``columns.csv``: kind, layout, name, header, cell, flags, source, verified, origin.

    The last three stand on a layout's first row.

    ``flags`` is any of ``required filled personal buyer`` with blanks between; ``buyer`` is personal too. A
    personal column needs no name.
    """
    grouped: dict[tuple[str, str], list[dict[str, str]]] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            grouped.setdefault((row["kind"], row["layout"]), []).append(row)
    layouts = []
    for (kind, name), rows in grouped.items():
        columns = []
        for row in rows:
            flags = set(row["flags"].split())
            if row["cell"] not in CELLS or flags - {"required", "filled", "personal", "buyer"}:
                raise ValueError(f"{path}: bad cell or flags in {row}")
            personal, buyer = bool(flags & {"personal", "buyer"}), "buyer" in flags
            columns.append(
                Column(
                    row["name"],
                    row["header"],
                    row["cell"],
                    "required" in flags,
                    "filled" in flags,
                    personal,
                    buyer,
                )
            )
        first = rows[0]
        layouts.append(
            Layout(
                platform,
                kind,
                name,
                first["source"],
                first["verified"] == "yes",
                first["origin"],
                tuple(columns),
            )
        )
    return tuple(layouts)


_SUFFIX = {
    "yuan": "_fen", "yuan_stat": "_fen", "wan_yuan": "_fen", "li": "_fen", "fen": "_fen", "int": "_qty",
    "minutes": "_qty", "rate": "_rate",
    "time": "_at", "time_dmy": "_at", "time_mdy": "_at", "time_serial": "_at", "epoch_s": "_at",
    "epoch_ms": "_at", "date": "_date",
}  # fmt: skip


def _bronze_table(platform: str, kind: str, layouts: list[Layout]) -> Table:
    extra: dict[str, Field] = {}
    for layout in layouts:
        for column in layout.columns:
            if (column.personal and not column.buyer) or not column.name:
                continue
            suffix = _SUFFIX.get(column.cell, "")
            if suffix and not column.name.endswith(suffix):
                raise ValueError(f"{platform} {layout.name}: {column.name} must end in {suffix}")
            known = FIELDS.get(column.name)
            own = Field(
                column.name,
                column.header.strip(),
                column.name,
                minimum=-(10**13) if suffix in {"_fen", "_qty"} else None,
            )
            extra.setdefault(column.name, own if known is None or suffix in {"_fen", "_qty"} else known)
    platform_zh = codes.PLATFORM.zh(platform)
    return Table(
        "bronze",
        f"{platform}__{kind}",
        f"{platform_zh} {kind}",
        f"{platform} {kind}",
        "One row of one export as received, typed, personal columns removed.",
        key=("merchant_id", "shop_id", "_export_id", "_row_number"),
        required=("platform_code", "layout_name", "_observed_at"),
        optional=tuple(extra),
        extra=tuple(extra.values()),
    )


def is_platform(module: pkgutil.ModuleInfo) -> bool:
    """Whether a folder beside this file is a platform's: it says what its files' headers mean."""
    return (Path(getattr(module.module_finder, "path", "")) / module.name / "columns.csv").exists()


@cache
def platforms() -> dict[str, Platform]:
    """Every connector folder, found by looking: platform code → ``Platform``.

    Adding a folder is all it takes.
    """
    import connectors

    found = {}
    for module in pkgutil.iter_modules(connectors.__path__):
        if module.ispkg and is_platform(module):
            platform: Platform = importlib.import_module(f"connectors.{module.name}").PLATFORM
            found[platform.code] = platform
    return dict(sorted(found.items()))
