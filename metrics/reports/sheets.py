"""A table as a file: a workbook whose second sheet says what must be known of its figures, or CSV.

Nothing in it is a formula, whatever somebody wrote in a product's name.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl
import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]

from contracts.fields import TIME_ZONE
from metrics.model.definitions import METRICS
from metrics.query.access import Viewer
from metrics.query.ask import Answer
from metrics.reports import health

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
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
}
#: What stays itself in CSV; everything else is text.
_NUMBERS = ("count", "days", "fraction", "ratio")


@dataclass(frozen=True)
class Column:
    """How a column is called and what it holds.

    ``kind``: ``text``, ``fen`` (whole hundredths of yuan), ``count``, ``days``, ``fraction`` (0–1),
    ``ratio``, ``date``, or ``moment`` (with a time zone). Null is empty in every kind.
    """

    zh: str
    en: str
    kind: str = "text"


@dataclass(frozen=True)
class Sheet:
    """A table on its way out: ``rows`` have the columns named in ``columns``, and maybe more.

    ``metrics`` are the ids whose definitions belong to it; where one ``answer`` gave all figures, its period
    and caveats stand beside them.
    """

    title: str
    columns: Mapping[str, Column]
    rows: pl.DataFrame
    metrics: Sequence[str] = ()
    answer: Answer | None = None


def as_workbook(viewer: Viewer, sheet: Sheet) -> bytes:
    """``sheet`` as xlsx: typed cells first, ``说明`` second. Raises as ``release_line`` does."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True, "bg_color": "#EEF2F7"})
        _write_rows(book, bold, sheet)
        about = book.add_worksheet("说明")
        about.set_column(0, 0, 22)
        about.set_column(1, 2, 70, book.add_format({"text_wrap": True, "valign": "top"}))
        for row, cells in enumerate(_known(viewer, sheet)):
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


def _write_rows(book: xlsxwriter.Workbook, bold: Format, sheet: Sheet) -> None:
    page = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", sheet.title)[:31])
    page.freeze_panes(1, 0)
    shown = sheet.rows.select(list(sheet.columns))
    page.autofilter(0, 0, shown.height, len(sheet.columns) - 1)
    for place, column in enumerate(sheet.columns.values()):
        form = book.add_format({"num_format": _FORMATS.get(column.kind, "@")})
        page.set_column(place, place, 32 if column.kind == "text" else 16, form)
        page.write_string(0, place, f"{column.zh} {column.en}", bold)
        for row, value in enumerate(shown.to_series(place), start=1):
            if value is None:
                continue
            if column.kind == "text":
                page.write_string(row, place, str(value), form)
            elif column.kind in ("date", "moment"):
                page.write_datetime(row, place, _local(value), form)
            else:
                page.write_number(row, place, value / 100 if column.kind == "fen" else value, form)


def _known(viewer: Viewer, sheet: Sheet) -> Iterable[tuple[str, str, str]]:
    """Rows of the second sheet: what it is, of which release, its caveats, its definitions."""
    line = health.release_line(viewer)
    yield ("表 Table", sheet.title, "")
    if viewer.merchant_id:
        yield ("商家 Merchant", viewer.merchant_id, "")
    pinned = "(已固定 pinned)" if line.is_pinned else ""
    yield ("发布 Release", f"#{line.current}{pinned}" if line.current else "还没有发布 none yet", "")
    if line.as_of:
        yield ("数据时间 As of", f"{_local(line.as_of):%Y-%m-%d %H:%M} 北京时间", "")
    yield ("导出时间 Exported", f"{dt.datetime.now(_BEIJING):%Y-%m-%d %H:%M} 北京时间", "")
    yield ("行数 Rows", str(sheet.rows.height), "")
    if sheet.answer and sheet.answer.first_date:
        yield ("期间 Period", f"{sheet.answer.first_date} – {sheet.answer.last_date}", "")
    for note in sheet.answer.notes if sheet.answer else ():
        yield ("注意 Caveat", f"{note.zh}。", note.en)
    for name in sheet.metrics:
        metric = METRICS[name]
        yield (f"{metric.zh} {metric.en}", metric.about_zh, metric.about_en)
    yield (
        "单位 Units",
        "金额:元,精确到分;空格 = 没有数据,不是 0。",
        "Yuan to the fen; empty is unknown, not 0.",
    )


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
