"""A raw text table → typed bronze rows and quarantined rows.

Set-based; what a header means comes from each platform's ``columns.csv``.
"""

from __future__ import annotations

import datetime as dt
import hmac
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, partial, reduce
from operator import or_
from zoneinfo import ZoneInfo

import polars as pl

from connectors.base import Checked, Column, Layout, Platform
from connectors.files import oddities
from connectors.files.cells import RULES
from connectors.files.merged_ids import merged_ids
from connectors.files.personal import mask_cells, mask_texts
from connectors.files.plain import Cells, read_columns
from connectors.files.precision import check_lost, check_precision, ruined_rows
from connectors.files.spelling import trim
from contracts.fields import TIME_ZONE
from contracts.intake import Notice

QUARANTINE = {
    "_export_id": pl.String,
    "_row_number": pl.Int64,
    "rule_name": pl.String,
    "column_name": pl.String,
    "cell_name": pl.String,
    "row_json": pl.String,
}

_ROW = ["_export_id", "_row_number"]
_LINEAGE = (*_ROW, "_observed_at")
#: Clocks that tell what has happened; others may well lie ahead (a promised delivery).
_PAST = ("created_at", "paid_at", "started_at", "applied_at")


@dataclass(frozen=True)
class Origin:
    """Where an export came from.

    ``observed_at`` None = the export itself must tell (its name, else its latest instant).

    ``secret`` is the tenant's own: buyers' names become keys under it, and without it they are left out.
    """

    merchant_id: str
    shop_id: str
    export_id: str
    name: str
    received_at: dt.datetime
    observed_at: dt.datetime | None = None
    secret: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Reading:
    """What one export (or several pages of one shop's kind) held: typed ``bronze`` rows, ``quarantine`` rows
    (schema ``QUARANTINE``), and what was left out.

    ``rows_read`` = distinct rows of bronze + quarantine, always. ``observed_at`` is the newest moment among
    several pages. ``notices`` are warnings for the receipt; ``shop_refs`` the platform's own numbers of the
    shops the rows say they are of. ``is_dated`` is False where nothing told when the export was made, so that
    it counts as of its newest row.
    """

    layout: Layout
    bronze: pl.DataFrame
    quarantine: pl.DataFrame
    rows_read: int
    observed_at: dt.datetime
    dropped_columns: list[str]
    new_columns: list[str] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    shop_refs: list[str] = field(default_factory=list)
    is_dated: bool = True


_FOLD = str.maketrans({"（": "(", "）": ")", "【": "[", "】": "]", "：": ":", "帐": "账"})


@lru_cache(maxsize=8192)
def fold(header: str) -> str:
    """A header cell's comparable form: no BOM, blanks or line breaks; brackets half-width; 帐 as 账; NFC.

    Lower case.
    """
    return re.sub(r"[\s\ufeff\u200b]+", "", unicodedata.normalize("NFC", header).translate(_FOLD)).lower()


def moment(instant: dt.datetime) -> dt.datetime:
    """The same instant in the house's time zone."""
    return instant.astimezone(ZoneInfo(TIME_ZONE))


def present_columns(layout: Layout, names: list[str]) -> list[tuple[Column, str]]:
    """The layout's columns that are there, each with its header as written."""
    by_fold = {fold(name): name for name in names if name not in _LINEAGE}
    return [
        (column, by_fold[key])
        for key, column in {fold(column.header): column for column in layout.columns}.items()
        if key in by_fold
    ]


def type_rows(
    platform: Platform, layout: Layout, table: pl.DataFrame, origin: Origin, observed_at: dt.datetime | None
) -> Reading:
    """Type a raw text table.

    It carries ``_row_number`` and, when it came in pages, each row's own ``_export_id`` and ``_observed_at``.
    """
    if "_export_id" not in table.columns:
        table = table.with_columns(pl.lit(origin.export_id).alias("_export_id"))
    present = present_columns(layout, table.columns)
    kept = [(column, header) for column, header in present if not column.personal and column.name]
    dropped = [header.strip() for column, header in present if column.personal]
    typed, is_bad, problems, notices = _type_columns(
        kept, table, partial(platform.check, layout.kind, layout.name)
    )
    typed = typed.with_columns(**_buyer_keys(platform, present, table, origin))
    good = typed if is_bad is None else typed.filter(~is_bad)
    newest = observed_at or _latest_instant(good, origin.received_at)
    stamped = {
        "merchant_id": pl.lit(origin.merchant_id),
        "shop_id": pl.lit(origin.shop_id),
        "platform_code": pl.lit(platform.code),
        "layout_name": pl.lit(layout.name),
    }
    if "_observed_at" not in table.columns:
        stamped["_observed_at"] = pl.lit(moment(newest)).dt.cast_time_unit("us")
    bronze = platform.bronze[layout.kind].shape(good.with_columns(**stamped))
    notices += _future(good, origin.received_at)
    is_dated = observed_at is not None or "_observed_at" in table.columns
    quarantine = (
        pl.DataFrame(schema=QUARANTINE)
        if is_bad is None
        else _with_rows(problems, kept, table.filter(is_bad))
    )
    return Reading(
        layout, bronze, quarantine, table.height, newest, dropped, notices=notices, is_dated=is_dated
    )


def _type_columns(
    kept: list[tuple[Column, str]], table: pl.DataFrame, check: Callable[[pl.DataFrame], Checked]
) -> tuple[pl.DataFrame, pl.Series | None, pl.DataFrame, list[Notice]]:
    """Typed columns by our names beside the lineage, which rows have a bad cell (None: no row), one problem
    row per such cell, and warnings.

    The problems are as ``QUARANTINE``, without ``row_json`` and with the cells as they stand in the file,
    which nobody may see.
    """
    read = read_columns(table, [(header, column.cell) for column, header in kept])
    lineage = [table[name] for name in _LINEAGE if name in table.columns]
    values = {
        column.name: cells.value.alias(column.name) for (column, _), cells in zip(kept, read, strict=True)
    }
    typed, masked = mask_texts(pl.DataFrame([*lineage, *values.values()]), _named(kept, "_name", "_text"))
    found: list[tuple[pl.Series, str, str]] = []
    for (column, header), cells in zip(kept, read, strict=True):
        if (column.cell == "date" or column.cell.startswith("time")) and cells.bad is not None:
            oddities.check_dates(table[header].filter(cells.bad), cells.value, header)
        found += [(mask, rule, header) for mask, rule in _broken_rules(column, header, cells, table[header])]
    ids = typed.select(pl.col(column.name).alias(header) for column, header in kept if column.cell == "id")
    if ids.width:
        check_precision(ids)
        if (lost := ruined_rows(ids)).any():
            found.append((lost, "ID_PRECISION_LOST", ids.columns[0]))
    counted = {"BROKEN_CHARACTERS": oddities.count_broken(typed, _named(kept, "")), "PERSONAL_MASKED": masked}
    checked, headers = check(typed), {column.name: header for column, header in kept}
    found += [(mask, rule, headers[name]) for mask, rule, name in checked.bad]
    notices = [*(Notice(rule, count) for rule, count in counted.items() if count), *checked.notices]
    if not found:
        return typed, None, pl.DataFrame(schema=QUARANTINE), notices
    problems = pl.concat([_problems(table, mask, rule, header) for mask, rule, header in found])
    return typed, reduce(or_, (mask for mask, _, _ in found)), problems, notices


def _named(kept: list[tuple[Column, str]], *endings: str) -> list[str]:
    """Our names of text columns that end so."""
    return list(
        dict.fromkeys(
            column.name for column, _ in kept if column.cell == "text" and column.name.endswith(endings)
        )
    )


def _broken_rules(column: Column, header: str, cells: Cells, raw: pl.Series) -> list[tuple[pl.Series, str]]:
    """Which rows break which rule in one column, ``raw`` as it stands in the file."""
    if column.cell == "id" and cells.bad is not None:
        check_lost(cells.bad, cells.value, header)
    bad = [] if cells.bad is None else [(cells.bad, RULES.get(column.cell, "BAD_CELL"))]
    if column.filled and cells.value.null_count():
        empty = cells.value.is_null()
        bad.append((empty if cells.bad is None else empty & ~cells.bad, "MISSING_VALUE"))
    if column.filled and column.cell == "id" and not cells.is_plain:
        bad += oddities.key_problems(cells.value, header)
    if not cells.is_plain and (merged := merged_ids(column, raw)) is not None:
        bad.append((merged, "MERGED_IDS"))
    return [(mask, rule) for mask, rule in bad if mask.any()]


def _problems(table: pl.DataFrame, mask: pl.Series, rule: str, header: str) -> pl.DataFrame:
    return table.filter(mask).select(
        *_ROW, rule_name=pl.lit(rule), column_name=pl.lit(header.strip()), cell_name=header
    )


def _buyer_keys(
    platform: Platform, present: list[tuple[Column, str]], table: pl.DataFrame, origin: Origin
) -> dict[str, pl.Series]:
    """What a buyer is called → a key under the tenant's secret and the platform's name: the same buyer has
    the same key here and nowhere else.
    """
    if not origin.secret:
        return {}
    secret = hmac.digest(origin.secret, platform.code.encode(), "sha256")
    keys = {}
    for column, header in present:
        if column.buyer:
            buyer = trim(table[header])
            known = buyer.drop_nulls().unique()
            made = pl.Series(
                [hmac.digest(secret, name.encode(), "sha256").hex() for name in known], dtype=pl.String
            )
            keys[column.name] = buyer.replace_strict(known, made, default=None, return_dtype=pl.String).alias(
                column.name
            )
    return keys


def _future(rows: pl.DataFrame, received_at: dt.datetime) -> list[Notice]:
    limit = moment(received_at) + dt.timedelta(days=1)
    late = [rows[name] > limit for name in _PAST if isinstance(rows.schema.get(name), pl.Datetime)]
    count = (
        int(reduce(or_, (mask.fill_null(False) for mask in late)).sum())
        if any(mask.any() for mask in late)
        else 0
    )
    return [Notice("FUTURE_TIMES", count)] if count else []


def _latest_instant(rows: pl.DataFrame, received_at: dt.datetime) -> dt.datetime:
    """The newest instant any row tells: the earliest moment at which this export can have been made.

    Never later than its arrival.
    """
    instants = [rows[name].max() for name, dtype in rows.schema.items() if isinstance(dtype, pl.Datetime)]
    told = [item for item in instants if isinstance(item, dt.datetime) and item <= received_at]
    return max(told, default=received_at)


def _with_rows(problems: pl.DataFrame, kept: list[tuple[Column, str]], rows: pl.DataFrame) -> pl.DataFrame:
    """Attach what of the row was understood as numbers and times, as JSON text.

    First problem of each row first. ``rows`` are those of the problems.

    All cells come out masked. Where cells stand in the wrong columns a name may stand anywhere, so free text
    and the cells at fault are left out of the rest of the row: the raw file has them.
    """
    faulty = set(problems["column_name"])
    plain = [header for column, header in kept if column.cell != "text" and header.strip() not in faulty]
    cells = mask_cells(
        pl.concat([problems["cell_name"], *(rows[header].alias("cell_name") for header in plain)])
    )
    places = range(problems.height, cells.len(), max(1, rows.height))
    told = rows.select(_ROW)
    if plain:
        of_row = pl.DataFrame(
            [
                cells.slice(place, rows.height).alias(header)
                for place, header in zip(places, plain, strict=True)
            ]
        )
        told = told.with_columns(of_row.to_struct("row_json").struct.json_encode())
    else:
        told = told.with_columns(row_json=pl.lit("{}"))
    masked = problems.with_columns(cells.head(problems.height))
    return masked.join(told, on=_ROW, how="left").select(*QUARANTINE).sort(*_ROW, "column_name", "rule_name")
