"""A filled-in list as a file (CSV or a workbook): its cells as text by our names, each with its row.

And templates in both formats.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
import xlsxwriter  # type: ignore[import-untyped]

from connectors.files.encodings import to_utf8
from connectors.typed import fold
from contracts.errors import FileRefusedError
from metrics.reports.sheets import kept_as_text
from pipeline.intake.sandbox.parsing import sheet_apart

#: A list of some ten thousand entries.
MAX_BYTES = 4 * 1024 * 1024
#: First bytes of xlsx and xls.
_WORKBOOKS = (b"PK", b"\xd0\xcf")
#: In a text a cell that a spreadsheet would compute, unless a tab keeps it from that; ``="0012"`` is how
#: exports keep digits from becoming numbers.
_FORMULA, _KEPT_TEXT = re.compile(r"[ \u3000]*="), re.compile(r'[ \u3000]*="[^"]*"\s*')


@dataclass(frozen=True)
class Sheet:
    """Cells as text, by our names, trimmed, empty ones null, beside ``row`` (as people count, the header is
    1); and the cells that are formulas.

    The latter as row and our name.
    """

    cells: pl.DataFrame
    formulas: tuple[tuple[int, str], ...]


#: The words of the first row; the rows below as text, by place, beside ``row``; formulas by row and place;
#: what is wrong with the first unreadable row.
_Raw = tuple[list[str], pl.DataFrame, list[tuple[int, int]], dict[str, object]]


def read_list(
    name: str, data: bytes, header: Mapping[str, str], bad_file: Callable[..., FileRefusedError]
) -> Sheet:
    """The cells below ``header`` (as written → our name; several ways to write one are several entries), in
    any order of columns, without blank rows.

    Raises what ``bad_file(name, **facts)`` makes for an unreadable or too large file, another header, or a
    row of another width.
    """
    if len(data) > MAX_BYTES:
        raise bad_file(name, bytes=len(data), limit=MAX_BYTES)
    try:
        head, rows, formulas, odd = _of_workbook(data) if data[:2] in _WORKBOOKS else _of_text(data)
    except (csv.Error, UnicodeDecodeError, FileRefusedError) as error:
        raise bad_file(name, detail=str(error)[:80]) from None
    used = [
        place
        for place, word in enumerate(head)
        if word or (rows[str(place)].fill_null("").str.strip_chars() != "").any()
    ]
    known = {fold(label): our for label, our in header.items()}
    ours = [known.get(fold(head[place])) for place in used]
    labels = {our: label for label, our in reversed(list(header.items()))}
    facts = {
        "missing": [label for our, label in labels.items() if our not in ours],
        "unknown": [head[place] or "（空白）" for place, our in zip(used, ours, strict=True) if our is None],
        "twice": sorted({labels[our] for our in ours if our and ours.count(our) > 1}),
    }
    if any(facts.values()):
        raise bad_file(name, **{what: "、".join(words)[:200] for what, words in facts.items() if words})
    if odd or (rows.is_empty() and not formulas):
        raise bad_file(name, **odd)
    names = {str(place): str(our) for place, our in zip(used, ours, strict=True)}
    cells = pl.exclude("row").str.strip_chars()
    kept = rows.select("row", *names).rename(names).with_columns(pl.when(cells != "").then(cells).name.keep())
    return Sheet(
        kept, tuple((row, names[str(place)]) for row, place in formulas if str(place) in names and row > 1)
    )


def _of_text(data: bytes) -> _Raw:
    text, _ = to_utf8(data)
    lines = list(csv.reader(io.StringIO(text.decode()), strict=True))
    head = [cell.strip() for cell in lines[0]] if lines else []
    filled = [
        (number, cells)
        for number, cells in enumerate(lines[1:], start=2)
        if any(cell.strip() for cell in cells)
    ]
    odd: dict[str, object] = next(
        (
            {"row": number, "cells": len(cells), "header": len(head)}
            for number, cells in filled
            if len(cells) != len(head)
        ),
        {},
    )
    fit = [(number, *cells) for number, cells in filled if len(cells) == len(head)]
    formulas = [
        (row, place)
        for row, cells in filled
        for place, cell in enumerate(cells)
        if _FORMULA.match(cell) and not _KEPT_TEXT.fullmatch(cell)
    ]
    return (
        head,
        pl.DataFrame(
            fit,
            schema={"row": pl.Int64, **{str(place): pl.String for place in range(len(head))}},
            orient="row",
        ),
        formulas,
        odd,
    )


def _of_workbook(data: bytes) -> _Raw:
    head, rows, formulas = sheet_apart(data)
    # to a spreadsheet a day is its midnight
    days = rows.with_columns(pl.col(pl.String).str.replace(r"^(\d{4}-\d{2}-\d{2}) 00:00:00$", "$1"))
    return (
        [word.strip() for word in head],
        days.rename({"_row_number": "row"}).cast({"row": pl.Int64}),
        formulas,
        {},
    )


def csv_template(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """A list to fill in, as CSV; the mark in front tells Excel its encoding.

    A tab keeps a code from becoming a number or a formula.
    """
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(
        [header, *([kept_as_text(cell) for cell in row] for row in rows)]
    )
    return ("\ufeff" + out.getvalue()).encode()


def xlsx_template(
    titles: tuple[str, str],
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    notes: Sequence[Sequence[str]],
    choices: Mapping[int, Sequence[str]],
) -> bytes:
    """A list to fill in, as a workbook: every cell is text, columns with ``choices`` (place → words) have a
    box to choose from, ``notes`` on a second sheet. ``titles``: of the two sheets.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        words, bold = (
            book.add_format({"num_format": "@"}),
            book.add_format({"bold": True, "bg_color": "#EEF2F7", "num_format": "@"}),
        )
        sheet, about = (book.add_worksheet(title[:31]) for title in titles)
        sheet.freeze_panes(1, 0)
        for place, label in enumerate(header):
            widest = max([2 * len(label), *(len(row[place]) for row in rows[:200])])
            sheet.set_column(place, place, min(max(widest + 2, 10), 36), words)
            sheet.write_string(0, place, label, bold)
            if place in choices:
                sheet.data_validation(
                    1,
                    place,
                    5000,
                    place,
                    {"validate": "list", "source": list(choices[place]), "error_type": "warning"},
                )
        for number, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                if cell:
                    sheet.write_string(number, place, cell, words)
        about.set_column(0, 0, 16)
        about.set_column(1, 2, 60)
        for number, row in enumerate(notes):
            for place, cell in enumerate(row):
                about.write_string(number, place, cell, bold if number == 0 else None)
    return out.getvalue()
