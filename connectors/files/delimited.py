"""Text with delimiters → its first rows, and the cells below its header.

Every cell is text; a row that does not fit the header is told, never mended.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl
import pyarrow as pa
import pyarrow.csv as pacsv

from connectors.files.encodings import BOM
from contracts.intake import refuse

MAX_COLUMNS = 400
#: No honest cell is longer; a spreadsheet's own limit is 32,767 characters.
MAX_CELL_BYTES = 1024 * 1024
#: How deep the header may stand: Alipay ledgers have four lines above it.
HEADER_SEARCH_ROWS = 12
#: Rows that do not fit: their number in the file, what stands there, and the rule.
MISFITS = {"_row_number": pl.Int64, "text": pl.String, "rule_name": pl.String}

_BLOCK = 1 << 24
_TOP = 1 << 18
_SOMETHING = re.compile(rb"\S")
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_BLANK_LINE = re.compile(rb"\n(?=\r?\n)")
#: A cell as a formula that is a text, so that no spreadsheet makes a number of it.
_TEXT_FORMULA = r'(?s)^\s*="(.*)"\s*$'
#: Files joined end to end.
_JOINED = b"\n" + BOM


@dataclass(frozen=True)
class Delimited:
    r"""A text of rows: UTF-8 with ``\n`` or ``\r\n`` line ends.

    ``lines`` tells for each row of ``head`` how many lines it and what is above it take.

    ``is_open``: no line break ended the last row, which may be cut off then (``connectors.files.endings``);
    here one does.
    """

    text: bytes
    head: list[list[str]]
    lines: tuple[int, ...]
    delimiter: str
    is_open: bool = False

    @property
    def may_be_cut(self) -> bool:
        """Whether the last row may not be whole: without a line break, or with a quote too many in the
        text.
        """
        return self.is_open or self.text.count(b'"') % 2 == 1

    def read(self, header_row: int, places: Sequence[int]) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The columns at ``places`` below ``header_row`` (0-based) beside ``_row_number``, and the rows that
        do not fit (``MISFITS``).

        Columns are named by their places, ``0, 1, 2 …``. Raises FileRefusedError for a cell beyond
        ``MAX_CELL_BYTES`` and for rows swallowed by a quote.
        """
        named, skipped = len(self.head[header_row]), self.lines[header_row]
        width = named + self._spare(header_row)
        if _SOMETHING.search(self.text, _start_of_line(self.text, skipped)) is None:
            raise refuse("NO_ROWS")
        if _runs_on(self.text, 2 * MAX_CELL_BYTES):  # in a column nobody reads, perhaps
            raise refuse("CELL_TOO_LARGE", limit=MAX_CELL_BYTES)
        frame, bad = self._parse(skipped, width, [*places, *range(named, width)])
        has_breaks = self.text.count(b"\n") > skipped + frame.height + len(bad)  # more lines than rows
        if has_breaks and b"\r" in self.text:
            return replace(self, text=self.text.replace(b"\r\n", b"\n")).read(header_row, places)
        is_blank = frame.to_series(0) == ""
        if is_blank.any():
            is_blank = frame.select(pl.all_horizontal(pl.all() == "")).to_series()
        blank = int(is_blank.sum())
        if len(places) < named and (
            has_breaks or (blank and blank > len(_BLANK_LINE.findall(self.text)))
        ):  # it matters what the other columns hold
            frame, misfits = self.read(header_row, range(named))
            return frame.select("_row_number", *map(str, places)), misfits
        if has_breaks or _runs_on(self.text, MAX_CELL_BYTES // 2):
            _check_cells(frame, self.delimiter, width)
        misfits = pl.DataFrame(
            [(number - skipped + header_row + 1, text, "RAGGED_ROW") for number, text in bad],
            schema=MISFITS,
            orient="row",
        )
        numbers = row_numbers(header_row, frame.height + len(bad))
        frame = frame.with_columns(
            numbers.filter(~numbers.is_in(misfits["_row_number"].implode())) if bad else numbers
        )
        # a blank line is no row, yet it has a number in the file
        frame, misfits = (
            frame.filter(~is_blank) if is_blank.any() else frame,
            misfits.filter(pl.col("text").str.strip_chars() != ""),
        )
        return _without_spare(frame, misfits, [str(place) for place in range(named, width)])

    def _spare(self, header_row: int) -> int:
        """How many empty cells every row has behind the header's last word, as programs leave them that write
        a delimiter behind each cell.

        Of one row alone nobody knows whether it is that or a comma too many in its middle.
        """
        width = len(self.head[header_row])
        spare = [row[width:] for row in self.head[header_row + 1 :] if any(row)]
        return (
            len(spare[0])
            if len(spare) > 1
            and all(len(cells) == len(spare[0]) and not any(map(str.strip, cells)) for cells in spare)
            else 0
        )

    def last_row(self, header_row: int) -> int:
        """The number of the text's last row, as ``_row_number`` counts them."""
        frame, bad = self._parse(
            self.lines[header_row], len(self.head[header_row]) + self._spare(header_row), [0]
        )
        return header_row + 1 + frame.height + len(bad)

    def _parse(
        self, skipped: int, width: int, places: Sequence[int]
    ) -> tuple[pl.DataFrame, list[tuple[int, str]]]:
        """The cells, and the rows of another width by their number, which counts from the first line below
        those ``skipped``.
        """
        names = [str(index) for index in range(width)]
        bad: list[tuple[int, str]] = []

        def on_invalid(row: pacsv.InvalidRow) -> str:
            bad.append((row.number or 0, str(row.text)))
            return "skip"

        def read(threads: bool) -> pa.Table:
            return pacsv.read_csv(
                io.BytesIO(self.text),
                read_options=pacsv.ReadOptions(
                    skip_rows=skipped, column_names=names, use_threads=threads, block_size=_BLOCK
                ),
                parse_options=pacsv.ParseOptions(
                    delimiter=self.delimiter,
                    newlines_in_values=b'"' in self.text,
                    invalid_row_handler=on_invalid,
                    ignore_empty_lines=False,
                ),
                convert_options=pacsv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    include_columns=[str(place) for place in places],
                    strings_can_be_null=False,
                    check_utf8=False,  # it is known to be
                ),
            )

        try:
            # only the single-threaded reader tells row numbers; for one block threads are no gain
            table = read(threads=len(self.text) > _BLOCK)
            if bad and len(self.text) > _BLOCK:
                bad.clear()
                table = read(threads=False)
        except pa.ArrowInvalid as error:  # a row larger than a block, or a quote that never ends
            raise refuse(
                "SWALLOWED_ROWS" if b'"' in self.text else "CELL_TOO_LARGE", detail=str(error)[:80]
            ) from None
        if any("\n" in row and row.count(self.delimiter) >= 1.5 * max(2, width - 1) for _, row in bad):
            raise refuse("SWALLOWED_ROWS", row=min(number for number, _ in bad))
        frame = pl.DataFrame(pl.from_arrow(table))
        has_formulas = b'="' in self.text
        return frame.with_columns(pl.all().str.replace(_TEXT_FORMULA, "$1")) if has_formulas else frame, bad


def open_text(text: bytes) -> Delimited:
    """A text of rows (UTF-8), ready to be read.

    Raises FileRefusedError: JSON, cut off, too many columns, a cell too large.
    """
    start = text[:4000].decode(errors="replace").lstrip("\ufeff \t\r\n")
    if start.startswith(("{", "[{", '["')):
        raise refuse("JSON_NOT_TABLE")
    is_open = not text.endswith((b"\n", b"\r")) and bool(text[text.rfind(b"\n") + 1 :].strip())
    if is_open and text.count(b"\n") + text.count(b"\r") == 0:
        raise refuse("TRUNCATED")
    # in a quote nobody closed it is part of the last cell, which tells so
    text = text + b"\n" if is_open else text
    if b"\r" in text and _LONE_RETURN.search(text):
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if text.rfind(_JOINED) >= 0:
        text = text.replace(_JOINED, b"\n")
    top = text[:_TOP].decode(errors="replace")
    delimiter = _delimiter(top.split("\n", HEADER_SEARCH_ROWS)[:HEADER_SEARCH_ROWS])
    reader = csv.reader(io.StringIO(top, newline=""), delimiter=delimiter)
    head, lines = [], []
    try:
        for row in reader:
            head.append([re.sub(_TEXT_FORMULA, r"\1", cell) for cell in row])
            lines.append(reader.line_num)
            if len(head) == HEADER_SEARCH_ROWS:
                break
    except csv.Error:
        raise refuse("CELL_TOO_LARGE") from None
    if max(map(len, head), default=0) > MAX_COLUMNS:
        raise refuse("TOO_MANY_COLUMNS", columns=max(map(len, head)), limit=MAX_COLUMNS)
    return Delimited(text, head, tuple(lines), delimiter, is_open)


def _without_spare(
    frame: pl.DataFrame, misfits: pl.DataFrame, spare: list[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``frame`` without the columns behind the header.

    A row with something in them has its cells in the wrong columns, and is a misfit.
    """
    if not spare:
        return frame, misfits
    is_shifted = pl.any_horizontal(pl.col(name).str.strip_chars() != "" for name in spare)
    shifted = frame.filter(is_shifted).select("_row_number", text=spare[0], rule_name=pl.lit("RAGGED_ROW"))
    return frame.filter(~is_shifted).drop(spare), pl.concat([misfits, shifted])


def _delimiter(lines: list[str]) -> str:
    r"""The mark that splits the longest line most often.

    A TAB that only wraps an id (``,\t9001,``) splits nothing; one between two quotes does.
    """
    bare = max((re.sub(r'(?:(?<=[,"])|^)\t(?!")|(?<!")\t(?=[,"]|$)', "", line) for line in lines), key=len)
    counted = {mark: bare.count(mark) for mark in ",\t;"}
    return max(counted, key=lambda mark: counted[mark])


def _start_of_line(text: bytes, lines: int) -> int:
    """Where the text goes on below its first ``lines`` lines."""
    place = 0
    for _ in range(lines):
        place = text.find(b"\n", place) + 1
    return place


def _runs_on(text: bytes, length: int) -> bool:
    """Whether some ``length`` bytes pass without the end of a line.

    True of every text with a line of twice as many.
    """
    return any(text.find(b"\n", place, place + length) < 0 for place in range(0, len(text) - length, length))


def _check_cells(frame: pl.DataFrame, delimiter: str, width: int) -> None:
    """No cell is enormous, and none holds line breaks and a row's worth of delimiters: those were rows before
    a quote swallowed them.
    """
    if any((most or 0) > MAX_CELL_BYTES for most in frame.select(pl.all().str.len_bytes().max()).row(0)):
        raise refuse("CELL_TOO_LARGE", limit=MAX_CELL_BYTES)
    swallowed = pl.all().str.contains("\n", literal=True) & (
        pl.all().str.count_matches(delimiter, literal=True) >= max(2, width - 1)
    )
    if any(frame.select(swallowed.any()).row(0)):
        raise refuse("SWALLOWED_ROWS")


def row_numbers(header_row: int, rows: int) -> pl.Series:
    """The numbers a person sees in a spreadsheet for the rows below a header (0-based)."""
    return pl.Series("_row_number", range(header_row + 2, header_row + 2 + rows), dtype=pl.Int64)
