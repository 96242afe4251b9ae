"""Bytes of an export → tables of text. Knows containers and encodings, nothing about platforms.

Every cell comes out as text and every row keeps the number a person sees for it in the file: a spreadsheet's
row, counting the header and what stands above it; cells with line breaks are one row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import fastexcel
import polars as pl

from connectors.files.archives import looks_zipped
from connectors.files.currencies import before_number
from connectors.files.delimited import (
    HEADER_SEARCH_ROWS,
    MAX_COLUMNS,
    MISFITS,
    Delimited,
    open_text,
    row_numbers,
)
from connectors.files.encodings import to_utf8
from connectors.files.grids import Grid, Merge, filled_head
from connectors.files.markup import is_markup, open_markup
from connectors.files.signatures import check_compound, check_signature
from connectors.files.workbooks import OddCells, check_workbook, formula_cells, odd_cells
from contracts.intake import refuse

MAX_FILE_BYTES = 400 * 1024 * 1024

_SOMETHING = re.compile(rb"\S")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Sheet:
    """One table candidate: its name (empty for a text), its first rows (to find the header in), and its
    cells.

    ``source`` is a text, or a workbook's sheet as a frame of text. ``unread`` are a workbook's rows (1-based)
    that hold a formula without its result; ``hidden`` the names of the same workbook's hidden sheets, which
    nobody reads; ``merges`` its merged cells, of which only the first has a value.
    """

    name: str
    head: list[list[str]]
    encoding: str
    source: Delimited | pl.DataFrame
    unread: tuple[int, ...] = ()
    hidden: tuple[str, ...] = ()
    merges: tuple[Merge, ...] = ()

    def read(self, header_row: int, places: Sequence[int] | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The rows below ``header_row`` (0-based) as text, plus ``_row_number`` (1-based in the file), and
        the rows that do not fit the header.

        The second frame is of ``MISFITS``. Column names are ``0, 1, 2 …``: the header's words are the
        caller's business, and so is which columns he needs (``places``, all when not given): what nobody
        wants costs a third of reading. A row is blank only when all of its cells are. Raises FileRefusedError
        for an enormous cell and for rows swallowed by an unbalanced quote.
        """
        wanted = places if places is not None else range(len(self.head[header_row]))
        if isinstance(self.source, Delimited):
            return self.source.read(header_row, wanted)
        return _read_sheet(self.source, header_row, len(self.head[header_row]), wanted, self.unread)


def open_sheets(data: bytes) -> list[Sheet]:
    """The tables in ``data``: one for a text file, one per visible sheet for a workbook (xlsx, xlsm, xls, XML
    of 2003), one per table of a web page.

    Raises FileRefusedError for anything that is not a readable table: empty, a page to sign in on, JSON, a
    PDF, a picture, password, truncated, too large, a bomb, an archive.
    """
    if _SOMETHING.search(data) is None:
        raise refuse("EMPTY_FILE")
    if len(data) > MAX_FILE_BYTES:
        raise refuse("FILE_TOO_LARGE", bytes=len(data), limit=MAX_FILE_BYTES)
    check_signature(data)
    if looks_zipped(data):
        check_workbook(data)
        return _open_workbook(data, "xlsx")
    if data[:8] == _OLE:
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise refuse("PASSWORD")
        return _open_workbook(data, "xls")
    text, encoding = to_utf8(data)
    if is_markup(text):
        return _of_markup(text)
    table = open_text(text)
    return [Sheet("", filled_head(table.head, ()), encoding, table)]


def first_sheet(data: bytes) -> tuple[list[str], pl.DataFrame, list[tuple[int, int]]]:
    """A list somebody filled in: the words of the first row of its first visible sheet, the rows below (as
    ``Sheet.read``), and its cells of formulas.

    The latter as ``connectors.files.workbooks.formula_cells``. Raises FileRefusedError as ``open_sheets``
    does.
    """
    sheet = next((sheet for sheet in open_sheets(data) if sheet.head), None)
    if sheet is None:
        raise refuse("EMPTY_FILE")
    rows, _ = replace(sheet, unread=()).read(0)
    return sheet.head[0], rows, formula_cells(data).get(sheet.name, []) if sheet.encoding == "xlsx" else []


def _open_workbook(data: bytes, kind: str) -> list[Sheet]:
    odd = odd_cells(data) if kind == "xlsx" else {}
    try:
        reader = fastexcel.read_excel(data)
        loaded = {
            name: reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            for name in reader.sheet_names
        }
        hidden = tuple(name for name, sheet in loaded.items() if sheet.visible != "visible" and sheet.height)
        return [
            _sheet(name, sheet, kind, odd.get(name, OddCells()), hidden)
            for name, sheet in loaded.items()
            if sheet.visible == "visible"
        ]
    except fastexcel.FastExcelError as error:
        said = str(error)
        if kind == "xls":
            check_compound(data)
        raise refuse(
            "PASSWORD" if "assword" in said or "ncrypt" in said else "BAD_WORKBOOK", detail=said[:120]
        ) from None


def _of_markup(text: bytes) -> list[Sheet]:
    grids = open_markup(text)
    hidden = tuple(grid.name for grid in grids if not grid.is_visible and grid.rows)
    return [_of_grid(grid, hidden) for grid in grids if grid.is_visible]


def _of_grid(grid: Grid, hidden: tuple[str, ...]) -> Sheet:
    head = [
        [cell or "" for cell in row] + [""] * (grid.width - len(row))
        for row in grid.rows[:HEADER_SEARCH_ROWS]
    ]
    return Sheet(
        grid.name,
        filled_head(head, grid.merges),
        "markup",
        grid.frame(),
        tuple(sorted(grid.unread)),
        hidden,
        tuple(grid.merges),
    )


def _sheet(
    name: str, sheet: fastexcel.ExcelSheet, kind: str, odd: OddCells, hidden: tuple[str, ...]
) -> Sheet:
    if sheet.width > MAX_COLUMNS:
        raise refuse("TOO_MANY_COLUMNS", sheet=name, columns=sheet.width, limit=MAX_COLUMNS)
    frame = sheet.to_polars()
    frame = frame.rename({old: str(index) for index, old in enumerate(frame.columns)})
    frame = frame.with_columns(_as_held(frame, odd.long_numbers))
    frame = frame.with_columns(_as_shown(frame, odd))
    rows = [["" if cell is None else cell for cell in row] for row in frame.head(HEADER_SEARCH_ROWS).rows()]
    # the reader of cells leaves out empty columns on the left
    merges = tuple(
        replace(merge, first_place=merge.first_place - odd.left, last_place=merge.last_place - odd.left)
        for merge in odd.merges
    )
    return Sheet(name, filled_head(rows, merges), kind, frame, odd.without_result, hidden, merges)


def _as_held(frame: pl.DataFrame, numbers: Sequence[tuple[int, int, float]]) -> list[pl.Series]:
    """The columns that hold long numbers, these as the spreadsheet holds them, ``6.93157048221335E+18``:
    written out they would look like whole ids.
    """
    # the reader of cells leaves out empty columns on the left
    left = next(
        (
            skipped
            for row, place, number in numbers[:1]
            for skipped in range(place + 1)
            if _is(frame, row, place - skipped, number)
        ),
        0,
    )
    by_place: dict[int, dict[int, str]] = {}
    for row, place, number in numbers:
        if _is(frame, row, place - left, number):
            by_place.setdefault(place - left, {})[row - 1] = f"{number:.14E}"
    return [frame[str(place)].scatter(list(cells), list(cells.values())) for place, cells in by_place.items()]


def _as_shown(frame: pl.DataFrame, odd: OddCells) -> list[pl.Series]:
    """The columns with numbers shown as foreign money, each of these with its mark: ``USD 12.5``."""
    marks: dict[str, dict[int, str]] = {}
    for row, place, mark in odd.foreign:
        name = str(place - odd.left)
        if row <= frame.height and name in frame.columns:
            marks.setdefault(name, {})[row - 1] = before_number(mark)
    shown = []
    for name, cells in marks.items():
        before = pl.Series([""], dtype=pl.String).new_from_index(0, frame.height)
        shown.append((before.scatter(list(cells), list(cells.values())) + frame[name]).alias(name))
    return shown


def _is(frame: pl.DataFrame, row: int, place: int, number: float) -> bool:
    told = str(frame[row - 1, place]) if 0 < row <= frame.height and 0 <= place < frame.width else ""
    return told.isdecimal() and float(told) == number


def _read_sheet(
    whole: pl.DataFrame, header_row: int, width: int, places: Sequence[int], unread: tuple[int, ...]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A workbook's rows always fit: cells beyond the header's last word are not part of the table.

    Rows whose formulas have no result are set apart.
    """
    none = pl.DataFrame(schema=MISFITS)
    below = whole.slice(header_row + 1)
    is_blank = below.select(
        pl.all_horizontal(pl.col(str(index)).is_null() for index in range(width))
    ).to_series()
    numbered = below.select(row_numbers(header_row, below.height), *(str(place) for place in places)).filter(
        ~is_blank
    )
    apart = numbered["_row_number"].is_in(list(unread))
    if not apart.any():
        return numbered, none
    rule = pl.DataFrame({"_row_number": numbered["_row_number"].filter(apart)}).with_columns(
        text=pl.lit("="), rule_name=pl.lit("NO_CACHED_VALUE")
    )
    return numbered.filter(~apart), rule
