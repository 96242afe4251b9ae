"""Bytes of an export → tables of text. Knows containers and encodings, nothing about platforms.

Every cell comes out as text and every row keeps the number a person sees for it in the file (the header is not row 0 but where it stands).
"""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass

import fastexcel
import polars as pl
import pyarrow as pa
import pyarrow.csv as pacsv

from contracts.intake import refuse

MAX_FILE_BYTES = 400 * 1024 * 1024
MAX_UNPACKED_BYTES = 1024 * 1024 * 1024
MAX_COLUMNS = 400
#: How deep the header may stand: Alipay ledgers have four lines above it.
HEADER_SEARCH_ROWS = 12


@dataclass(frozen=True)
class Sheet:
    """One table candidate: its name, its first rows (to find the header in), and a way to read it whole."""

    name: str
    head: list[list[str]]
    encoding: str
    source: bytes | fastexcel.ExcelReader

    def read(self, header_row: int) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The rows below ``header_row`` (0-based) as text, plus ``_row_number`` (1-based in the file), and the rows that do not fit the header.

        The second frame has ``_row_number`` and ``text``. Column names are ``0, 1, 2 …``: the header's words are the caller's business.
        """
        if isinstance(self.source, bytes):
            return _read_csv(self.source, header_row, len(self.head[header_row]), _delimiter(self.head_line(header_row)))
        return _read_sheet(self.source, self.name, header_row, len(self.head[header_row]))

    def head_line(self, row: int) -> str:
        """The ``row``-th physical line of a text file."""
        assert isinstance(self.source, bytes)  # noqa: S101
        return self.source.split(b"\n", row + 1)[row].decode("utf-8")


def open_sheets(data: bytes) -> list[Sheet]:
    """The tables in ``data``: one for a text file, one per visible sheet for a workbook.

    Raises FileRefusedError for anything that is not a readable CSV/XLSX: empty, HTML, JSON, password, truncated, too large.
    """
    if not data.strip():
        raise refuse("EMPTY_FILE")
    if len(data) > MAX_FILE_BYTES:
        raise refuse("FILE_TOO_LARGE", bytes=len(data))
    if data[:4] == b"PK\x03\x04":
        return _open_workbook(data)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise refuse("PASSWORD_OR_OLD_XLS")
    return [_open_text(data)]


def _open_text(data: bytes) -> Sheet:
    text, encoding = _decode(data)
    start = text[:2000].lstrip().lower()
    if start.startswith(("<!doctype", "<html", "<table", "<?xml")):
        raise refuse("HTML_NOT_TABLE")
    if start.startswith(("{", "[")):
        raise refuse("JSON_NOT_TABLE")
    if "\x00" in text:
        raise refuse("NUL_BYTES")
    if not text.endswith(("\n", "\r")):
        raise refuse("TRUNCATED")
    text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    if _delimiter_count(text) > MAX_COLUMNS:
        raise refuse("TOO_MANY_COLUMNS")
    lines = text[: 1 << 18].split("\n")[:HEADER_SEARCH_ROWS]
    delimiter = _delimiter(max(lines, key=len))
    try:
        head = list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        raise refuse("CELL_TOO_LARGE") from None
    return Sheet("", head, encoding, text.encode("utf-8"))


def _decode(data: bytes) -> tuple[str, str]:
    """UTF-16 by its mark, else UTF-8 (with or without BOM), else GB18030; the whole file must decode strictly."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16"), "utf-16"
        except UnicodeDecodeError:
            raise refuse("TRUNCATED") from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError as error:
            where = error
    line = data.count(b"\n", 0, where.start) + 1
    raise refuse("BAD_ENCODING", row=line)


def _delimiter_count(text: str) -> int:
    return max(text[: text.find("\n")].count(mark) for mark in ",\t;")


def _delimiter(line: str) -> str:
    return max(",\t;", key=line.count)


def _read_csv(text: bytes, header_row: int, width: int, delimiter: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    names = [str(index) for index in range(width)]
    bad: list[tuple[int, str]] = []

    def on_invalid(row: pacsv.InvalidRow) -> str:
        bad.append((row.number or 0, str(row.text)))
        return "skip"

    def read(threads: bool) -> pa.Table:
        return pacsv.read_csv(
            io.BytesIO(text),
            read_options=pacsv.ReadOptions(skip_rows=header_row + 1, column_names=names, use_threads=threads, block_size=1 << 24),
            parse_options=pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=b'"' in text, invalid_row_handler=on_invalid, ignore_empty_lines=False),
            convert_options=pacsv.ConvertOptions(column_types={name: pa.string() for name in names}, strings_can_be_null=False),
        )

    table = read(threads=True)
    if bad:  # row numbers are only told by the single-threaded reader
        bad.clear()
        table = read(threads=False)
    frame = pl.DataFrame(pl.from_arrow(table))
    misfits = pl.DataFrame(bad, schema={"_row_number": pl.Int64, "text": pl.String}, orient="row")
    numbered = _number(frame, header_row, misfits["_row_number"])
    if (frame["0"] == "").any():  # a blank line is no row, yet it has a number in the file
        numbered = numbered.filter(~pl.all_horizontal(pl.exclude("_row_number") == ""))
    return numbered, misfits.filter(pl.col("text").str.strip_chars() != "")


def _number(frame: pl.DataFrame, header_row: int, taken: pl.Series) -> pl.DataFrame:
    """Row numbers for the rows that fit, leaving out those ``taken`` by rows that do not."""
    total = frame.height + taken.len()
    numbers = pl.Series("_row_number", range(header_row + 2, header_row + 2 + total), dtype=pl.Int64)
    return frame.with_columns(numbers.filter(~numbers.is_in(taken.implode())) if taken.len() else numbers)


def _open_workbook(data: bytes) -> list[Sheet]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            unpacked = sum(item.file_size for item in archive.infolist())
    except zipfile.BadZipFile:
        raise refuse("TRUNCATED") from None
    if unpacked > MAX_UNPACKED_BYTES:
        raise refuse("UNPACKED_TOO_LARGE", bytes=unpacked)
    if "xl/workbook.xml" not in names:
        raise refuse("ZIP_NOT_WORKBOOK")
    try:
        reader = fastexcel.read_excel(data)
        loaded = [(name, reader.load_sheet(name, header_row=None, n_rows=HEADER_SEARCH_ROWS, dtypes="string")) for name in reader.sheet_names]
    except fastexcel.FastExcelError as error:
        raise refuse("BAD_WORKBOOK", detail=str(error)[:120]) from None
    sheets = []
    for name, sheet in loaded:
        if sheet.visible == "visible":
            rows = [["" if cell is None else cell for cell in row] for row in sheet.to_polars().rows()]
            sheets.append(Sheet(name, rows, "xlsx", reader))
    return sheets


def _read_sheet(reader: fastexcel.ExcelReader, name: str, header_row: int, width: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    frame = reader.load_sheet(name, header_row=None, skip_rows=header_row + 1, dtypes="string").to_polars()
    frame = frame.rename({old: str(index) for index, old in enumerate(frame.columns)})
    frame = frame.with_columns(pl.lit(None, pl.String).alias(str(index)) for index in range(len(frame.columns), width))
    none = pl.DataFrame(schema={"_row_number": pl.Int64, "text": pl.String})
    numbered = _number(frame.select(str(index) for index in range(width)), header_row, none["_row_number"])
    return numbered.filter(~pl.all_horizontal(pl.exclude("_row_number").is_null())), none
