"""Tables as a file: a workbook whose last sheet says what must be known of its figures, or CSV of one.

Nothing in it is a formula, whatever somebody wrote in a product's name.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl
import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]

from contracts.fields import TIME_ZONE
from metrics.model.definitions import METRICS
from metrics.model.notes import Note
from metrics.query.access import Viewer
from metrics.query.ask import Answer
from metrics.query.question import Period
from metrics.reports.sheet_notes import known

#: What a spreadsheet would take for a formula, or for a number of which it keeps fifteen digits.
_UNSAFE = re.compile(r"[=+\-@\t\r]|\d{12,}$|0\d+$")
_BEIJING = ZoneInfo(TIME_ZONE)
#: Kind of a column → how a spreadsheet shows it.
_FORMATS = {
    "fen": "#,##0.00;[Red]-#,##0.00",
    "count": "#,##0;[Red]-#,##0",
    "days": "#,##0",
    "fraction": "0.0%",
    "ratio": "0.00",
    "change": "+0.0%;[Red]-0.0%;0.0%",
    "points": "0.0",
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
}
_ABOUT = "说明"
#: What stays itself in CSV; everything else is text.
_NUMBERS = ("count", "days", "fraction", "ratio", "change", "points")


@dataclass(frozen=True)
class Column:
    """How a column is called and what it holds.

    ``kind``: ``text``, ``fen`` (whole hundredths of yuan), ``count``, ``days``, ``fraction`` (0–1),
    ``ratio``, ``change`` (a rate), ``points`` (of an index), ``date``, or ``moment`` (with a time zone). Null
    is empty in every kind.
    """

    zh: str
    en: str
    kind: str = "text"


@dataclass(frozen=True)
class Sheet:
    """A table on its way out: ``rows`` have the columns named in ``columns``, and maybe more.

    ``metrics`` are the ids whose definitions belong to it; where one ``answer`` gave all figures, its period
    and caveats stand beside them, and else what ``notes`` say.
    """

    title: str
    columns: Mapping[str, Column]
    rows: pl.DataFrame
    metrics: Sequence[str] = ()
    answer: Answer | None = None
    notes: Sequence[Note] = ()


#: Columns of ``figures_sheet``.
_FIGURE = {
    "figure": Column("数字", "figure"),
    "en": Column("英文", "in English"),
    "of": Column("范围", "of"),
    "fen": Column("金额", "amount", "fen"),
    "count": Column("数量", "count", "count"),
    "fraction": Column("占比", "share", "fraction"),
    "ratio": Column("倍数", "ratio", "ratio"),
    "first": Column("从", "first day", "date"),
    "last": Column("到", "last day", "date"),
}


@dataclass(frozen=True)
class Figure:
    """One number of a page: a metric's value in its own unit (null: unknown), of which part of the business,
    over which days, and what must be said beside it.
    """

    metric: str
    value: int | float | None
    period: Period | None = None
    of: str = ""
    notes: tuple[Note, ...] = ()


def figures_sheet(title: str, figures: Sequence[Figure]) -> Sheet:
    """Single numbers as one table: money, counts and shares each in a column of its own."""
    rows = [
        {
            "figure": METRICS[item.metric].zh, "en": METRICS[item.metric].en, "of": item.of,
            "first": item.period[0] if item.period else None,
            "last": item.period[1] if item.period else None,
            kind_of(item.metric): item.value,
        }
        for item in figures
    ]  # fmt: skip
    dtypes: dict[str, pl.DataType] = {
        **{name: pl.String() for name in ("figure", "en", "of")},
        **{name: pl.Date() for name in ("first", "last")},
        **{name: pl.Int64() for name in ("fen", "count")},
        **{name: pl.Float64() for name in ("fraction", "ratio")},
    }
    metrics = list(dict.fromkeys(item.metric for item in figures))
    notes = list(dict.fromkeys(note for item in figures for note in item.notes))
    return Sheet(title, _FIGURE, pl.DataFrame(rows, schema=dtypes), metrics, notes=notes)


def as_workbook(viewer: Viewer, sheets: Sequence[Sheet], title: str = "") -> bytes:
    """``sheets`` as xlsx: typed cells, a sheet each, and ``说明`` last. Raises as ``release_line`` does."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True, "bg_color": "#EEF2F7"})
        for name, sheet in zip(_names(sheets), sheets, strict=True):
            _write_rows(book, bold, name, sheet)
        about = book.add_worksheet(_ABOUT)
        about.set_column(0, 0, 22)
        about.set_column(1, 2, 70, book.add_format({"text_wrap": True, "valign": "top"}))
        for row, cells in enumerate(dict.fromkeys(known(viewer, sheets, title))):
            for place, cell in enumerate(cells):
                about.write_string(row, place, cell, bold if place == 0 else None)
    return out.getvalue()


def as_csv(sheet: Sheet) -> bytes:
    """``sheet`` as CSV in yuan and Beijing time; the mark in front tells Excel its encoding."""
    rows = [[column.zh for column in sheet.columns.values()]]
    rows += [
        [_plain(column, value) for column, value in zip(sheet.columns.values(), row, strict=True)]
        for row in sheet.rows.select(list(sheet.columns)).iter_rows()
    ]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return ("\ufeff" + out.getvalue()).encode()


def kept_as_text(cell: str) -> str:
    """The cell; behind a tab what a spreadsheet would compute, or keep the first digits of, unless it is
    meant as a number.
    """
    is_number = re.fullmatch(r"-?\d{1,11}(\.\d+)?", cell) and not re.match(r"0\d", cell)
    return f"\t{cell}" if _UNSAFE.match(cell) and not is_number else cell


def _names(sheets: Sequence[Sheet]) -> list[str]:
    """A name for each that a spreadsheet takes: 31 characters, none of them its own, and no name twice."""
    found: list[str] = []
    taken = {_ABOUT}
    for sheet in sheets:
        plain = re.sub(r"[\[\]:*?/\\']", " ", sheet.title).strip() or "表"
        tries = (plain[: 31 - len(end)] + end for end in ("", *(f" {number}" for number in range(2, 1000))))
        name = next(name for name in tries if name.casefold() not in taken)
        taken.add(name.casefold())
        found.append(name)
    return found


def _write_rows(book: xlsxwriter.Workbook, bold: Format, name: str, sheet: Sheet) -> None:
    page = book.add_worksheet(name)
    page.freeze_panes(1, 0)
    shown = sheet.rows.select(list(sheet.columns))
    page.autofilter(0, 0, shown.height, len(sheet.columns) - 1)
    for place, column in enumerate(sheet.columns.values()):
        form = book.add_format({"num_format": _FORMATS.get(column.kind, "@")})
        page.set_column(place, place, 32 if column.kind == "text" else 16, form)
        page.write_string(0, place, " ".join(dict.fromkeys((column.zh, column.en))), bold)
        for row, value in enumerate(shown.to_series(place), start=1):
            if value is None:
                continue
            if column.kind == "text":
                page.write_string(row, place, str(value), form)
            elif column.kind in ("date", "moment"):
                page.write_datetime(row, place, _local(value), form)
            else:
                page.write_number(row, place, value / 100 if column.kind == "fen" else value, form)


def kind_of(metric: str) -> str:
    """The kind of column a metric's value stands in."""
    unit = METRICS[metric].unit
    return "fen" if unit.startswith("fen") else unit if unit in ("fraction", "ratio") else "count"


def _plain(column: Column, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and column.kind == "fen":
        return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02d}"
    if column.kind in _NUMBERS:
        return str(value)
    if column.kind == "moment":
        return f"{_local(value):%Y-%m-%d %H:%M}"
    return kept_as_text(str(value))


def _local(value: object) -> object:
    """A moment as Beijing's clock shows it, which is all a spreadsheet knows; a day as it is."""
    return value.astimezone(_BEIJING).replace(tzinfo=None) if isinstance(value, dt.datetime) else value
