"""One export → typed bronze rows and quarantined rows. Generic: what a header means comes from each platform's ``columns.csv``."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

import polars as pl

from connectors import cells
from connectors.base import Column, Layout, Platform, platforms
from connectors.tabular import Sheet, open_sheets
from contracts.fields import TIME_ZONE
from contracts.intake import refuse

QUARANTINE = {"_row_number": pl.Int64, "rule_name": pl.String, "column_name": pl.String, "cell_name": pl.String, "row_json": pl.String}

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
    """What one export held: typed ``bronze`` rows, ``quarantine`` rows (schema ``QUARANTINE``), and what was left out.

    ``rows_read`` = distinct rows of bronze + quarantine, always.
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


def fold(header: str) -> str:
    """A header cell's comparable form: no BOM, blanks or line breaks; brackets half-width; 帐 as 账; NFC; lower case."""
    return re.sub(r"[\s\ufeff\u200b]+", "", unicodedata.normalize("NFC", header).translate(_FOLD)).lower()


def recognise(data: bytes) -> Recognised:
    """Find the platform, kind and layout of a file by its header. Raises FileRefusedError naming the nearest known layout and what is missing."""
    best: tuple[float, Recognised] | None = None
    near: tuple[float, Layout, list[str]] | None = None
    for sheet in open_sheets(data):
        for row, header in enumerate(sheet.head):
            present = {fold(cell) for cell in header}
            for layout in (item for platform in platforms().values() for item in platform.layouts if item.source == "file"):
                known = {fold(column.header) for column in layout.columns}
                missing = [column.header.strip() for column in layout.columns if column.required and fold(column.header) not in present]
                score = len(known & present) / len(known | present)
                if not missing and (best is None or score > best[0]):
                    best = (score, Recognised(layout, sheet, row))
                if missing and (near is None or score > near[0]):
                    near = (score, layout, missing)
    if best is None:
        raise _unknown(near)
    _check_header(best[1].header)
    return best[1]


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
    reading = _type_rows(platform, found.layout, named, origin, origin.observed_at or exported_at)
    if misfits.is_empty():
        return reading
    ragged = misfits.select("_row_number", rule_name=pl.lit("RAGGED_ROW"), column_name=pl.lit(""), cell_name=pl.lit(""), row_json=pl.lit("{}"))
    return Reading(
        reading.layout, reading.bronze, pl.concat([reading.quarantine, ragged]), reading.rows_read + ragged.height, reading.observed_at,
        reading.dropped_columns, reading.new_columns,
    )  # fmt: skip


def read_records(platform: Platform, kind: str, records: list[dict[str, object]], origin: Origin) -> Reading:
    """Read one API page already flattened to records; the same typing, contracts and quarantine as a file's rows."""
    layout = next(item for item in platform.layouts if item.kind == kind and item.source == "api")
    headers = [column.header for column in layout.columns]
    rows = {header: ["" if (cell := record.get(header)) is None else str(cell) for record in records] for header in headers}
    table = pl.DataFrame(rows, schema=dict.fromkeys(headers, pl.String))
    table = table.with_columns(pl.Series("_row_number", range(1, len(records) + 1), dtype=pl.Int64))
    return _type_rows(platform, layout, table, origin, origin.observed_at)


def _type_rows(platform: Platform, layout: Layout, table: pl.DataFrame, origin: Origin, observed_at: dt.datetime | None) -> Reading:
    by_fold = {fold(name): name for name in table.columns if name != "_row_number"}
    known = {fold(column.header): column for column in layout.columns}
    present = [(column, by_fold[key]) for key, column in known.items() if key in by_fold]
    kept = [(column, header) for column, header in present if not column.personal and column.name]
    dropped = [header.strip() for column, header in present if column.personal]
    unheard = [name for key, name in by_fold.items() if key not in known and not name.isdigit()]
    typed, problems = _type_columns(kept, table)
    rejected = problems.select("_row_number").unique()
    good = typed.join(rejected, on="_row_number", how="anti")
    moment = observed_at or _latest_instant(good, origin.received_at)
    bronze = platform.bronze[layout.kind].shape(
        good.with_columns(
            pl.lit(origin.merchant_id).alias("merchant_id"),
            pl.lit(origin.shop_id).alias("shop_id"),
            pl.lit(platform.code).alias("platform_code"),
            pl.lit(layout.name).alias("layout_name"),
            pl.lit(origin.export_id).alias("_export_id"),
            pl.lit(moment).dt.convert_time_zone(TIME_ZONE).dt.cast_time_unit("us").alias("_observed_at"),
        )
    )
    return Reading(layout, bronze, _with_rows(problems, kept, table), table.height, moment, dropped, unheard)


def _type_columns(kept: list[tuple[Column, str]], table: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Typed columns by our names, and one problem row per bad cell (_row_number, rule_name, column_name, cell_name)."""
    series: dict[str, pl.Series] = {"_row_number": table["_row_number"]}
    problems = [pl.DataFrame(schema={name: QUARANTINE[name] for name in ("_row_number", "rule_name", "column_name", "cell_name")})]
    for column, header in kept:
        raw = table[header]
        value, bad = cells.READERS[column.cell](raw)
        rules = [(bad.fill_null(False), cells.RULES.get(column.cell, "BAD_CELL"))]
        if column.cell == "id":
            _check_precision(value, header)
        if column.filled:
            rules.append((value.is_null() & ~rules[0][0], "MISSING_VALUE"))
        series[column.name] = value.alias(column.name)
        problems += [
            pl.DataFrame({"_row_number": table["_row_number"].filter(mask), "cell_name": raw.filter(mask).str.slice(0, 200)}).select(
                "_row_number", rule_name=pl.lit(rule), column_name=pl.lit(header.strip()), cell_name="cell_name"
            )
            for mask, rule in rules
            if mask.any()
        ]
    return pl.DataFrame(series), pl.concat(problems)


def _check_precision(ids: pl.Series, header: str) -> None:
    """Refuse ids that went through a spreadsheet's 15-digit numbers: nearly all long ids ending in 000 is no accident."""
    # shorter numbers are exact in a float anyway, and an id repeated on many rows is one witness, not many
    long = ids.filter(ids.str.contains(r"^\d{18,}$").fill_null(False)).unique()
    if long.len() < 3:
        return
    exact = long.cast(pl.Float64).cast(pl.Int128, strict=False).cast(pl.String) == long
    if (long.str.ends_with("000") | exact).sum() > long.len() / 2:
        raise refuse("ID_PRECISION_LOST", column=header.strip())


def _latest_instant(rows: pl.DataFrame, received_at: dt.datetime) -> dt.datetime:
    """The newest instant any row tells: the earliest moment at which this export can have been made. Never later than its arrival."""
    instants = [rows[name].max() for name, dtype in rows.schema.items() if isinstance(dtype, pl.Datetime)]
    told = [item for item in instants if isinstance(item, dt.datetime) and item <= received_at]
    return max(told, default=received_at)


def _with_rows(problems: pl.DataFrame, kept: list[tuple[Column, str]], table: pl.DataFrame) -> pl.DataFrame:
    """Attach the row as read, personal columns left out, as JSON text; first problem of each row first."""
    if problems.is_empty():
        return pl.DataFrame(schema=QUARANTINE)
    wanted = table.join(problems.select("_row_number").unique(), on="_row_number", how="semi")
    rows = wanted.select("_row_number", pl.struct([pl.col(header) for _, header in kept]).struct.json_encode().alias("row_json"))
    return problems.join(rows, on="_row_number", how="left").select(*QUARANTINE).sort("_row_number", "column_name")
