"""A raw text table → typed bronze rows and quarantined rows. Set-based; what a header means comes from each platform's ``columns.csv``."""

from __future__ import annotations

import datetime as dt
import hmac
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

import polars as pl

from connectors import cells, oddities
from connectors.base import Column, Layout, Platform
from contracts.fields import TIME_ZONE
from contracts.intake import Notice, refuse

QUARANTINE = {"_export_id": pl.String, "_row_number": pl.Int64, "rule_name": pl.String, "column_name": pl.String, "cell_name": pl.String, "row_json": pl.String}

_ROW = ["_export_id", "_row_number"]
_LINEAGE = (*_ROW, "_observed_at")
#: Clocks that tell what has happened; others may well lie ahead (a promised delivery).
_PAST = ("created_at", "paid_at", "started_at", "applied_at")


@dataclass(frozen=True)
class Origin:
    """Where an export came from. ``observed_at`` None = the export itself must tell (its name, else its latest instant).

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
    """What one export (or several pages of one shop's kind) held: typed ``bronze`` rows, ``quarantine`` rows (schema ``QUARANTINE``), and what was left out.

    ``rows_read`` = distinct rows of bronze + quarantine, always. ``observed_at`` is the newest moment among several pages. ``notices`` are warnings
    for the receipt; ``shop_refs`` the platform's own numbers of the shops the rows say they are of.
    """

    layout: Layout
    bronze: pl.DataFrame
    quarantine: pl.DataFrame
    rows_read: int
    observed_at: dt.datetime
    dropped_columns: list[str]
    new_columns: list[str]
    notices: list[Notice] = field(default_factory=list)
    shop_refs: list[str] = field(default_factory=list)


_FOLD = str.maketrans({"（": "(", "）": ")", "【": "[", "】": "]", "：": ":", "帐": "账"})


@lru_cache(maxsize=8192)
def fold(header: str) -> str:
    """A header cell's comparable form: no BOM, blanks or line breaks; brackets half-width; 帐 as 账; NFC; lower case."""
    return re.sub(r"[\s\ufeff\u200b]+", "", unicodedata.normalize("NFC", header).translate(_FOLD)).lower()


def moment(instant: dt.datetime) -> dt.datetime:
    """The same instant in the house's time zone."""
    return instant.astimezone(ZoneInfo(TIME_ZONE))


def present_columns(layout: Layout, names: list[str]) -> list[tuple[Column, str]]:
    """The layout's columns that are there, each with its header as written."""
    by_fold = {fold(name): name for name in names if name not in _LINEAGE}
    return [(column, by_fold[key]) for key, column in {fold(column.header): column for column in layout.columns}.items() if key in by_fold]


def type_rows(platform: Platform, layout: Layout, table: pl.DataFrame, origin: Origin, observed_at: dt.datetime | None) -> Reading:
    """Type a raw text table. It carries ``_row_number`` and, when it came in pages, each row's own ``_export_id`` and ``_observed_at``."""
    if "_export_id" not in table.columns:
        table = table.with_columns(pl.lit(origin.export_id).alias("_export_id"))
    present = present_columns(layout, table.columns)
    kept = [(column, header) for column, header in present if not column.personal and column.name]
    dropped = [header.strip() for column, header in present if column.personal]
    known = {header for _, header in present}
    unheard = [name for name in table.columns if name not in known and name not in _LINEAGE and not name.isdigit()]
    typed, problems, notices = _type_columns(kept, table)
    typed = typed.with_columns(**_buyer_keys(platform, present, table, origin))
    good = typed.join(problems.select(_ROW).unique(), on=_ROW, how="anti") if problems.height else typed
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
    notices = notices + _future(good, origin.received_at) + ([Notice("NEW_COLUMN", len(unheard), "、".join(unheard)[:200])] if unheard else [])
    return Reading(layout, bronze, _with_rows(problems, kept, table), table.height, newest, dropped, unheard, notices)


def _type_columns(kept: list[tuple[Column, str]], table: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, list[Notice]]:
    """Typed columns by our names beside the lineage, one problem row per bad cell (``QUARANTINE`` without ``row_json``), and warnings."""
    series: dict[str, pl.Series] = {name: table[name] for name in _LINEAGE if name in table.columns}
    problems = [pl.DataFrame(schema={name: dtype for name, dtype in QUARANTINE.items() if name != "row_json"})]
    counted = {"BROKEN_CHARACTERS": 0, "PERSONAL_MASKED": 0}
    for column, header in kept:
        raw = table[header]
        value, bad = cells.READERS[column.cell](raw)
        bad = bad.fill_null(False)
        rules = [(bad, cells.RULES.get(column.cell, "BAD_CELL"))]
        if column.filled:
            rules.append((value.is_null() & ~bad, "MISSING_VALUE"))
        if column.cell in ("time", "date") and bad.any():
            oddities.check_dates(raw, bad, header)
        if column.cell == "id" and column.filled:
            rules += oddities.key_problems(value, header)
        if column.cell == "text":
            counted["BROKEN_CHARACTERS"] += int(value.str.contains("\ufffd", literal=True).sum())
            if column.name.endswith(("_name", "_text")):
                value, masked = oddities.mask_numbers(value)
                counted["PERSONAL_MASKED"] += masked
        series[column.name] = value.alias(column.name)
        problems += [
            table.filter(mask).select(*_ROW, rule_name=pl.lit(rule), column_name=pl.lit(header.strip()), cell_name=_safe(pl.col(header)))
            for mask, rule in rules
            if mask.any()
        ]
    ids = {header: series[column.name] for column, header in kept if column.cell == "id"}
    _check_precision(ids)
    if ids and (lost := oddities.ruined_rows(pl.DataFrame(ids))).any():
        header = next(iter(ids))
        where = {"rule_name": pl.lit("ID_PRECISION_LOST"), "column_name": pl.lit(header.strip()), "cell_name": _safe(pl.col(header))}
        problems.append(table.filter(lost).select(*_ROW, **where))
    return pl.DataFrame(series), pl.concat(problems), [Notice(rule, count) for rule, count in counted.items() if count]


def _buyer_keys(platform: Platform, present: list[tuple[Column, str]], table: pl.DataFrame, origin: Origin) -> dict[str, pl.Series]:
    """What a buyer is called → a key under the tenant's secret and the platform's name: the same buyer has the same key here and nowhere else."""
    if not origin.secret:
        return {}
    secret = hmac.digest(origin.secret, platform.code.encode(), "sha256")
    keys = {}
    for column, header in present:
        if column.buyer:
            buyer = cells.trim(table[header])
            known = buyer.drop_nulls().unique()
            made = pl.Series([hmac.digest(secret, name.encode(), "sha256").hex() for name in known], dtype=pl.String)
            keys[column.name] = buyer.replace_strict(known, made, default=None, return_dtype=pl.String).alias(column.name)
    return keys


def _future(rows: pl.DataFrame, received_at: dt.datetime) -> list[Notice]:
    clocks = [name for name in _PAST if isinstance(rows.schema.get(name), pl.Datetime)]
    if not clocks or rows.is_empty():
        return []
    late = rows.select(pl.any_horizontal(pl.col(name) > moment(received_at) + dt.timedelta(days=1) for name in clocks).sum()).item()
    return [Notice("FUTURE_TIMES", int(late))] if late else []


def _check_precision(ids: Mapping[str, pl.Series]) -> None:
    """Refuse ids that went through a spreadsheet: cut to 15 digits, or made a float's nearest number.

    By chance one id in a thousand ends in 000, and a float holds one of 18 digits in 16 and one of 19 in 100: each witness counts as much as it proves.
    In a file of a few rows the columns bear witness together; there only 19 digits and more count.
    """
    for header, column in ids.items():
        _check_witnesses(column, digits=18, fewest_exact=5, header=header)
    if ids:
        together = pl.concat([column.alias("id") for column in ids.values()])
        _check_witnesses(together, digits=19, fewest_exact=3, header="、".join(header.strip() for header in ids))


_WITNESSES = 20_000


def _check_witnesses(ids: pl.Series, *, digits: int, fewest_exact: int, header: str) -> None:
    # a spreadsheet ruins a column from end to end, so some thousands of rows over all of it bear witness as well as all do
    ids = ids.gather_every(1 + ids.len() // _WITNESSES)
    # shorter numbers are exact in a float anyway, and an id repeated on many rows is one witness, not many
    long = ids.filter(ids.str.contains(rf"^[0-9]{{{digits},38}}$").fill_null(False)).unique()
    cut = int(long.str.ends_with("000").sum())
    exact = int((long.cast(pl.Float64).cast(pl.Int128, strict=False).cast(pl.String) == long).sum())
    if (cut >= 2 and 2 * cut >= long.len()) or (exact >= fewest_exact and 5 * exact >= 4 * long.len()):
        raise refuse("ID_PRECISION_LOST", column=header.strip())


def _latest_instant(rows: pl.DataFrame, received_at: dt.datetime) -> dt.datetime:
    """The newest instant any row tells: the earliest moment at which this export can have been made. Never later than its arrival."""
    instants = [rows[name].max() for name, dtype in rows.schema.items() if isinstance(dtype, pl.Datetime)]
    told = [item for item in instants if isinstance(item, dt.datetime) and item <= received_at]
    return max(told, default=received_at)


_NOT_PLAIN = r"[^0-9A-Za-z\s¥,.:;/%+\-−_()=\"'`年月日时分秒元万无]"
_MOBILE = r"1[3-9][0-9]{9}"


def _safe(cell: pl.Expr) -> pl.Expr:
    """A cell for the eyes of whoever mends it: digits, letters and signs stay, other characters and mobile numbers become stars."""
    alone = cell.str.replace_all(rf"(^|[^0-9]){_MOBILE}([^0-9]|$)", "${1}***********${2}")
    return alone.str.replace_all(_NOT_PLAIN, "*").str.slice(0, 200)


def _with_rows(problems: pl.DataFrame, kept: list[tuple[Column, str]], table: pl.DataFrame) -> pl.DataFrame:
    """Attach what of the row was understood as numbers and times, as JSON text; first problem of each row first.

    Where cells stand in the wrong columns a name may stand anywhere, so free text and the cells at fault are left out: the raw file has them.
    """
    if problems.is_empty():
        return pl.DataFrame(schema=QUARANTINE)
    wanted = table.join(problems.select(_ROW).unique(), on=_ROW, how="semi")
    plain = [header for column, header in kept if column.cell != "text" and header.strip() not in problems["column_name"]]
    told = pl.struct([_safe(pl.col(header)).alias(header) for header in plain]).struct.json_encode() if plain else pl.lit("{}")
    rows = wanted.select(*_ROW, told.alias("row_json"))
    return problems.join(rows, on=_ROW, how="left").select(*QUARANTINE).sort(*_ROW, "column_name", "rule_name")
