"""A list a person fills in (CSV or a workbook) on its way in: cells as text by our names, each with the row it stands in."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence

import polars as pl

from connectors.encodings import to_utf8
from contracts.errors import FileRefusedError
from pipeline.parsing import sheet_apart

#: A list of some ten thousand entries.
MAX_BYTES = 4 * 1024 * 1024
#: First bytes of xlsx and xls.
_WORKBOOKS = (b"PK", b"\xd0\xcf")


def read_list(name: str, data: bytes, header: Mapping[str, str], bad_file: Callable[..., FileRefusedError]) -> pl.DataFrame:
    """The cells below ``header`` (as written → our name), in any order of columns, trimmed, empty ones null, beside ``row`` (the header is row 1).

    Blank rows are left out. Raises what ``bad_file(name, **facts)`` makes for an unreadable or too large file, another header, or a row of another width.
    """
    if len(data) > MAX_BYTES:
        raise bad_file(name, bytes=len(data), limit=MAX_BYTES)
    try:
        head, rows, odd = _of_workbook(data) if data[:2] in _WORKBOOKS else _of_text(data)
    except (csv.Error, UnicodeDecodeError, FileRefusedError) as error:
        raise bad_file(name, detail=str(error)[:80]) from None
    head, rows = _without_blank(head, rows)
    if sorted(head) != sorted(header):
        twice = sorted({word for word in head if head.count(word) > 1})
        facts = {"missing": set(header) - set(head), "unknown": {word or "(空白)" for word in head} - set(header), "twice": twice}
        raise bad_file(name, **{what: "、".join(sorted(words))[:200] for what, words in facts.items() if words})
    if odd or rows.is_empty():
        raise bad_file(name, **odd)
    cells = pl.exclude("row").str.strip_chars()
    return rows.rename({str(place): header[cell] for place, cell in enumerate(head)}).with_columns(pl.when(cells != "").then(cells).name.keep())


def _without_blank(head: list[str], rows: pl.DataFrame) -> tuple[list[str], pl.DataFrame]:
    """A column without a word in it, header and all, is a spreadsheet's and says nothing."""
    blank = [str(place) for place, word in enumerate(head) if not word and (rows[str(place)].fill_null("").str.strip_chars() == "").all()]
    kept = [place for place in range(len(head)) if str(place) not in blank]
    return [head[place] for place in kept], rows.drop(blank).rename({str(place): str(new) for new, place in enumerate(kept)})


#: The words of the first row; the rows below as text, by place, beside ``row``; and what is wrong with the first that cannot be read.
_Told = tuple[list[str], pl.DataFrame, dict[str, object]]


def _of_text(data: bytes) -> _Told:
    text, _ = to_utf8(data)
    lines = list(csv.reader(io.StringIO(text.decode()), strict=True))
    head = [cell.strip() for cell in lines[0]] if lines else []
    told = [(number, cells) for number, cells in enumerate(lines[1:], start=2) if any(cell.strip() for cell in cells)]
    odd: dict[str, object] = next(({"row": number, "cells": len(cells), "header": len(head)} for number, cells in told if len(cells) != len(head)), {})
    fit = [(number, *cells) for number, cells in told if len(cells) == len(head)]
    return head, pl.DataFrame(fit, schema={"row": pl.Int64, **{str(place): pl.String for place in range(len(head))}}, orient="row"), odd


def _of_workbook(data: bytes) -> _Told:
    head, rows, unread = sheet_apart(data)
    odd: dict[str, object] = {"row": unread[0], "detail": "公式没有存下结果,请粘贴为数值 / a formula without its result, paste it as a value"} if unread else {}
    # to a spreadsheet a day is its midnight
    told = rows.with_columns(pl.col(pl.String).str.replace(r"^(\d{4}-\d{2}-\d{2}) 00:00:00$", "$1"))
    return [word.strip() for word in head], told.rename({"_row_number": "row"}).cast({"row": pl.Int64}), odd


def template(header: Mapping[str, str], examples: Sequence[tuple[str, ...]]) -> str:
    """The list to fill in, as CSV with examples."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([tuple(header), *examples])
    return out.getvalue()
