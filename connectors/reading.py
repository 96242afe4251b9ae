"""One export → typed bronze rows and quarantined rows. Generic: what a header means comes from each platform's ``columns.csv``."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import polars as pl

from connectors import cells
from connectors.base import Column, Layout, Platform, platforms
from connectors.tabular import Sheet, open_sheets
from contracts.fields import TIME_ZONE
from contracts.intake import refuse

QUARANTINE = {"_export_id": pl.String, "_row_number": pl.Int64, "rule_name": pl.String, "column_name": pl.String, "cell_name": pl.String, "row_json": pl.String}

_ROW = ["_export_id", "_row_number"]
_LINEAGE = (*_ROW, "_observed_at")

#: Above this share of rows with another number of cells than the header the whole file is suspect.
MISFIT_SHARE = 0.01


@dataclass(frozen=True)
class Origin:
    """Where an export came from. ``observed_at`` None = the export itself must tell (its name, else its latest instant)."""

    merchant_id: str
    shop_id: str
    export_id: str
    name: str
    received_at: dt.datetime
    observed_at: dt.datetime | None = None


@dataclass(frozen=True)
class Reading:
    """What one export (or several pages of one shop's kind) held: typed ``bronze`` rows, ``quarantine`` rows (schema ``QUARANTINE``), and what was left out.

    ``rows_read`` = distinct rows of bronze + quarantine, always. ``observed_at`` is the newest moment among several pages.
    """

    layout: Layout
    bronze: pl.DataFrame
    quarantine: pl.DataFrame
    rows_read: int
    observed_at: dt.datetime
    dropped_columns: list[str]
    new_columns: list[str]


@dataclass(frozen=True)
class Recognised:
    """The layout a table's header belongs to, and where that header stands."""

    layout: Layout
    sheet: Sheet
    header_row: int

    @property
    def header(self) -> list[str]:
        """The header cells as written."""
        return self.sheet.head[self.header_row]


_FOLD = str.maketrans({"（": "(", "）": ")", "【": "[", "】": "]", "：": ":", "帐": "账"})


@lru_cache(maxsize=8192)
def fold(header: str) -> str:
    """A header cell's comparable form: no BOM, blanks or line breaks; brackets half-width; 帐 as 账; NFC; lower case."""
    return re.sub(r"[\s\ufeff\u200b]+", "", unicodedata.normalize("NFC", header).translate(_FOLD)).lower()


def recognise(data: bytes) -> Recognised:
    """Find the platform, kind and layout of a file by its header. Raises FileRefusedError naming the nearest known layout and what is missing."""
    best: tuple[float, Recognised] | None = None
    matching: set[str] = set()
    near: tuple[float, Layout, list[str]] | None = None
    for sheet in open_sheets(data):
        for row, header in enumerate(sheet.head):
            present = {fold(cell) for cell in header}
            for layout, known, required in _signatures():
                missing = [word for key, word in required.items() if key not in present]
                score = len(known & present) / len(known | present)
                if not missing:
                    matching.add(sheet.name)
                if not missing and (best is None or score > best[0]):
                    best = (score, Recognised(layout, sheet, row))
                if missing and (near is None or score > near[0]):
                    near = (score, layout, missing)
    if best is None:
        raise _unknown(near)
    if len(matching) > 1:
        raise refuse("SEVERAL_SHEETS", sheets="、".join(sorted(matching)))
    _check_header(best[1].header)
    return best[1]


@cache
def _signatures() -> list[tuple[Layout, frozenset[str], dict[str, str]]]:
    """Every file layout with its folded headers, and the required ones (folded → as written)."""
    layouts = [item for platform in platforms().values() for item in platform.layouts if item.source == "file"]
    return [
        (
            item,
            frozenset(fold(column.header) for column in item.columns),
            {fold(column.header): column.header.strip() for column in item.columns if column.required},
        )
        for item in layouts
    ]


def _unknown(near: tuple[float, Layout, list[str]] | None) -> Exception:
    if near is None or near[0] < 0.2:
        return refuse("UNKNOWN_LAYOUT")
    _, layout, missing = near
    return refuse("MISSING_COLUMN", looks_like=f"{layout.platform} {layout.kind} {layout.name}", missing="、".join(missing[:8]))


def _check_header(header: list[str]) -> None:
    folded = [fold(cell) for cell in header if cell.strip()]
    twice = sorted({cell for cell in folded if folded.count(cell) > 1})
    if twice:
        raise refuse("DUPLICATE_HEADER", columns="、".join(twice))


def read_file(data: bytes, origin: Origin) -> Reading:
    """Read an uploaded or dropped file. Raises FileRefusedError; a refused file has changed nothing."""
    found = recognise(data)
    platform = platforms()[found.layout.platform]
    table, misfits = found.sheet.read(found.header_row)
    if misfits.height > max(1, (table.height + misfits.height) * MISFIT_SHARE):
        raise refuse("RAGGED_ROWS", rows=misfits.height)
    named = table.rename({str(index): cell for index, cell in enumerate(found.header) if cell.strip()}, strict=False)
    named = platform.clean(found.layout.kind, found.layout.name, named)
    if named.is_empty() and misfits.is_empty():
        raise refuse("NO_ROWS")
    exported_at = platform.exported_at(origin.name)
    if exported_at and exported_at > origin.received_at + dt.timedelta(days=1):
        exported_at = None  # a stamp from the future would win over everything that ever follows
    reading = _type_rows(platform, found.layout, named, origin, origin.observed_at or exported_at)
    if misfits.is_empty():
        return reading
    said = {"rule_name": "RAGGED_ROW", "column_name": "", "cell_name": "", "row_json": "{}"}
    ragged = misfits.select("_row_number", _export_id=pl.lit(origin.export_id), **{name: pl.lit(text) for name, text in said.items()}).select(*QUARANTINE)
    return Reading(
        reading.layout, reading.bronze, pl.concat([reading.quarantine, ragged]), reading.rows_read + ragged.height, reading.observed_at,
        reading.dropped_columns, reading.new_columns,
    )  # fmt: skip


def read_records(platform: Platform, kind: str, records: list[dict[str, object]], origin: Origin) -> Reading:
    """Read one API page already flattened to records; the same typing, contracts and quarantine as a file's rows."""
    return read_pages(platform, kind, [(origin, records)])


def read_pages(platform: Platform, kind: str, pages: Sequence[tuple[Origin, Sequence[Mapping[str, object]]]]) -> Reading:
    """Read many API pages of one shop's kind at once: typing is per column, so a thousand small pages cost what one large one does."""
    layout = next(item for item in platform.layouts if item.kind == kind and item.source == "api")
    headers = [column.header for column in layout.columns]
    rows = {header: ["" if (cell := record.get(header)) is None else str(cell) for _, records in pages for record in records] for header in headers}
    sizes = [len(records) for _, records in pages]
    lineage = pl.DataFrame(
        {
            "_export_id": [origin.export_id for origin, _ in pages],
            "_observed_at": [_moment(origin.observed_at or origin.received_at) for origin, _ in pages],
            "_row_number": [list(range(1, size + 1)) for size in sizes],
        },
        schema={"_export_id": pl.String, "_observed_at": pl.Datetime("us", TIME_ZONE), "_row_number": pl.List(pl.Int64)},
    )
    table = pl.DataFrame(rows, schema=dict.fromkeys(headers, pl.String))
    numbered = lineage.filter(pl.col("_row_number").list.len() > 0).explode("_row_number")
    newest = max(origin.observed_at or origin.received_at for origin, _ in pages)
    return _type_rows(platform, layout, table.hstack(numbered), pages[0][0], newest)


def _moment(instant: dt.datetime) -> dt.datetime:
    return instant.astimezone(ZoneInfo(TIME_ZONE))


def _type_rows(platform: Platform, layout: Layout, table: pl.DataFrame, origin: Origin, observed_at: dt.datetime | None) -> Reading:
    """Type a raw text table. It carries ``_row_number`` and, when it came in pages, each row's own ``_export_id`` and ``_observed_at``."""
    if "_export_id" not in table.columns:
        table = table.with_columns(pl.lit(origin.export_id).alias("_export_id"))
    by_fold = {fold(name): name for name in table.columns if name not in _LINEAGE}
    known = {fold(column.header): column for column in layout.columns}
    present = [(column, by_fold[key]) for key, column in known.items() if key in by_fold]
    kept = [(column, header) for column, header in present if not column.personal and column.name]
    dropped = [header.strip() for column, header in present if column.personal]
    unheard = [name for key, name in by_fold.items() if key not in known and not name.isdigit()]
    typed, problems = _type_columns(kept, table)
    good = typed.join(problems.select(_ROW).unique(), on=_ROW, how="anti") if problems.height else typed
    moment = observed_at or _latest_instant(good, origin.received_at)
    stamped = {
        "merchant_id": pl.lit(origin.merchant_id),
        "shop_id": pl.lit(origin.shop_id),
        "platform_code": pl.lit(platform.code),
        "layout_name": pl.lit(layout.name),
    }
    if "_observed_at" not in table.columns:
        stamped["_observed_at"] = pl.lit(_moment(moment)).dt.cast_time_unit("us")
    bronze = platform.bronze[layout.kind].shape(good.with_columns(**stamped))
    return Reading(layout, bronze, _with_rows(problems, kept, table), table.height, moment, dropped, unheard)


def _type_columns(kept: list[tuple[Column, str]], table: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Typed columns by our names beside the lineage, and one problem row per bad cell (``QUARANTINE`` without ``row_json``)."""
    series: dict[str, pl.Series] = {name: table[name] for name in _LINEAGE if name in table.columns}
    problems = [pl.DataFrame(schema={name: dtype for name, dtype in QUARANTINE.items() if name != "row_json"})]
    for column, header in kept:
        raw = table[header]
        value, bad = cells.READERS[column.cell](raw)
        rules = [(bad.fill_null(False), cells.RULES.get(column.cell, "BAD_CELL"))]
        if column.filled:
            rules.append((value.is_null() & ~rules[0][0], "MISSING_VALUE"))
        series[column.name] = value.alias(column.name)
        problems += [
            table.filter(mask).select(*_ROW, rule_name=pl.lit(rule), column_name=pl.lit(header.strip()), cell_name=_safe(pl.col(header)))
            for mask, rule in rules
            if mask.any()
        ]
    _check_precision({header: series[column.name] for column, header in kept if column.cell == "id"})
    return pl.DataFrame(series), pl.concat(problems)


def _check_precision(ids: Mapping[str, pl.Series]) -> None:
    """Refuse ids that went through a spreadsheet's 15-digit numbers: most long ids of a column held exactly by a float are no accident.

    In a file of a few rows the columns bear witness together; there only 19 digits and more count, of which a float holds one in a hundred.
    """
    for header, column in ids.items():
        _check_witnesses(column, 18, 3, header)
    if ids:
        _check_witnesses(pl.concat([column.alias("id") for column in ids.values()]), 19, 2, "、".join(header.strip() for header in ids))


def _check_witnesses(ids: pl.Series, digits: int, fewest: int, header: str) -> None:
    # shorter numbers are exact in a float anyway, and an id repeated on many rows is one witness, not many
    long = ids.filter(ids.str.contains(rf"^[0-9]{{{digits},38}}$").fill_null(False)).unique()
    exact = long.cast(pl.Float64).cast(pl.Int128, strict=False).cast(pl.String) == long
    ruined = int((long.str.ends_with("000") | exact).sum())
    if long.len() >= fewest and ruined >= 2 and 2 * ruined >= long.len():
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
