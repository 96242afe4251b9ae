"""Bytes of an export → tables of text. Knows containers and encodings, nothing about platforms.

Every cell comes out as text and every row keeps the number a person sees for it in the file: a spreadsheet's row, counting the header and what
stands above it; cells with line breaks are one row.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass

import fastexcel
import polars as pl
import pyarrow as pa
import pyarrow.csv as pacsv

from connectors.archives import looks_zipped, open_archive, read_head, rows_without_results
from contracts.intake import refuse

MAX_FILE_BYTES = 400 * 1024 * 1024
MAX_COLUMNS = 400
#: No honest cell is longer; a spreadsheet's own limit is 32,767 characters.
MAX_CELL_BYTES = 1024 * 1024
#: How deep the header may stand: Alipay ledgers have four lines above it.
HEADER_SEARCH_ROWS = 12

_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
#: Four Chinese characters in a row as UTF-8 writes them; text in GB18030 does not come upon such bytes.
_UTF8_RUN = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf]{2}){4}")
_SOMETHING = re.compile(rb"\S")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MISFITS = {"_row_number": pl.Int64, "text": pl.String, "rule_name": pl.String}


@dataclass(frozen=True)
class Sheet:
    r"""One table candidate: its name, its first rows (to find the header in), and its cells.

    ``source`` is the whole text as UTF-8 with ``\n`` line ends, or a workbook's sheet as a frame of text. ``lines`` tells for each row of
    ``head`` how many lines of the text it and what is above it take: a header cell may hold line breaks. ``unread`` are a workbook's rows (1-based)
    that hold a formula without its result.
    """

    name: str
    head: list[list[str]]
    encoding: str
    source: bytes | pl.DataFrame
    lines: tuple[int, ...] = ()
    delimiter: str = ","
    unread: tuple[int, ...] = ()

    def read(self, header_row: int) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The rows below ``header_row`` (0-based) as text, plus ``_row_number`` (1-based in the file), and the rows that do not fit the header.

        The second frame has ``_row_number``, ``text`` and ``rule_name``. Column names are ``0, 1, 2 …``: the header's words are the caller's business.
        Raises FileRefusedError for a cell beyond ``MAX_CELL_BYTES`` and for rows swallowed by an unbalanced quote.
        """
        width = len(self.head[header_row])
        if isinstance(self.source, bytes):
            return _read_csv(self.source, self.lines[header_row], header_row, width, self.delimiter)
        return _read_sheet(self.source, header_row, width, self.unread)


def open_sheets(data: bytes) -> list[Sheet]:
    """The tables in ``data``: one for a text file, one per visible sheet for a workbook (xlsx, xlsm, xls).

    Raises FileRefusedError for anything that is not a readable table: empty, HTML, JSON, password, truncated, too large, a bomb, an archive.
    """
    if _SOMETHING.search(data) is None:
        raise refuse("EMPTY_FILE")
    if len(data) > MAX_FILE_BYTES:
        raise refuse("FILE_TOO_LARGE", bytes=len(data), limit=MAX_FILE_BYTES)
    if looks_zipped(data):
        _check_workbook(data)
        return _open_workbook(data, "xlsx")
    if data[:8] == _OLE:
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise refuse("PASSWORD")
        return _open_workbook(data, "xls")
    return [_open_text(data)]


# text
def _open_text(data: bytes) -> Sheet:
    if b"\x00" in data and data[:2] not in _UTF16:
        raise refuse("NUL_BYTES", row=_line_at(data, data.index(b"\x00")))
    text, encoding = _utf8(data)
    start = text[:4000].decode(errors="replace").lstrip("\ufeff \t\r\n").lower()
    if start.startswith(("<!doctype", "<html", "<table", "<?xml", "<head", "<meta", "<body")):
        raise refuse("HTML_NOT_TABLE")
    if start.startswith(("{", "[{", '["')):
        raise refuse("JSON_NOT_TABLE")
    if b"\x00" in text:
        raise refuse("NUL_BYTES")
    if not text.endswith((b"\n", b"\r")):
        raise refuse("TRUNCATED")
    text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text
    text = text.replace(b"\n" + _BOM, b"\n") if _BOM in text else text  # files joined end to end
    top = text[: 1 << 18].decode(errors="replace")
    delimiter = _delimiter(top.split("\n")[:HEADER_SEARCH_ROWS])
    reader = csv.reader(io.StringIO(top, newline=""), delimiter=delimiter)
    head, lines = [], []
    try:
        for row in reader:
            head.append(row)
            lines.append(reader.line_num)
            if len(head) == HEADER_SEARCH_ROWS:
                break
    except csv.Error:
        raise refuse("CELL_TOO_LARGE") from None
    if max(map(len, head), default=0) > MAX_COLUMNS:
        raise refuse("TOO_MANY_COLUMNS", columns=max(map(len, head)), limit=MAX_COLUMNS)
    return Sheet("", head, encoding, text, tuple(lines), delimiter)


def _utf8(data: bytes) -> tuple[bytes, str]:
    """The text as UTF-8, and what it was: UTF-16 by its mark, else UTF-8 (with or without BOM), else GB18030; the whole file must decode strictly."""
    if data[:2] in _UTF16:
        try:
            return data.decode("utf-16").encode("utf-8", "replace"), "utf-16"
        except UnicodeDecodeError:
            raise refuse("TRUNCATED") from None
    try:
        data.decode()
        return data.removeprefix(_BOM), "utf-8-sig"
    except UnicodeDecodeError as error:
        where = error
    if _UTF8_RUN.search(data, 0, where.start):  # it was UTF-8 up to here
        if where.end >= len(where.object) and where.reason == "unexpected end of data":
            raise refuse("TRUNCATED")
        raise refuse("BAD_ENCODING", row=_line_at(data, where.start))
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        if error.end >= len(data) and error.reason == "incomplete multibyte sequence":
            raise refuse("TRUNCATED") from None
        raise refuse("BAD_ENCODING", row=_line_at(data, error.start)) from None
    if found := _UTF8_RUN.search(data):
        raise refuse("BAD_ENCODING", row=_line_at(data, found.start()))
    return text.encode(), "gb18030"


def _line_at(data: bytes, place: int) -> int:
    return data.count(b"\n", 0, place) + 1


def _delimiter(lines: list[str]) -> str:
    r"""The mark that splits the longest line most often; a TAB that only wraps an id (``,\t9001,``) splits nothing."""
    bare = max((re.sub(r'(?:(?<=[,"])|^)\t|\t(?=[,"]|$)', "", line) for line in lines), key=len)
    counted = {mark: bare.count(mark) for mark in ",\t;"}
    return max(counted, key=lambda mark: counted[mark])


def _read_csv(text: bytes, skip_lines: int, header_row: int, width: int, delimiter: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    names = [str(index) for index in range(width)]
    bad: list[tuple[int, str]] = []

    def on_invalid(row: pacsv.InvalidRow) -> str:
        bad.append((row.number or 0, str(row.text)))
        return "skip"

    def read(threads: bool) -> pa.Table:
        return pacsv.read_csv(
            io.BytesIO(text),
            read_options=pacsv.ReadOptions(skip_rows=skip_lines, column_names=names, use_threads=threads, block_size=1 << 24),
            parse_options=pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=b'"' in text, invalid_row_handler=on_invalid, ignore_empty_lines=False),
            convert_options=pacsv.ConvertOptions(column_types={name: pa.string() for name in names}, strings_can_be_null=False),
        )

    if _SOMETHING.search(text, _start_of_line(text, skip_lines)) is None:
        raise refuse("NO_ROWS")
    try:
        table = read(threads=True)
        if bad:  # row numbers are only told by the single-threaded reader, which counts from the first line it reads
            bad.clear()
            table = read(threads=False)
    except pa.ArrowInvalid as error:  # a row larger than a block, or a quote that never ends
        raise refuse("SWALLOWED_ROWS" if b'"' in text else "CELL_TOO_LARGE", detail=str(error)[:80]) from None
    if any("\n" in row and row.count(delimiter) >= 1.5 * max(2, width - 1) for _, row in bad):
        raise refuse("SWALLOWED_ROWS", row=min(number for number, _ in bad))
    frame = pl.DataFrame(pl.from_arrow(table))
    _check_cells(frame, delimiter, has_quotes=b'"' in text)
    misfits = pl.DataFrame([(*row, "RAGGED_ROW") for row in bad], schema=_MISFITS, orient="row")
    misfits = misfits.with_columns(pl.col("_row_number") - skip_lines + header_row + 1) if skip_lines != header_row + 1 else misfits
    numbered = _number(frame, header_row, misfits["_row_number"])
    if (frame["0"] == "").any():  # a blank line is no row, yet it has a number in the file
        numbered = numbered.filter(~pl.all_horizontal(pl.exclude("_row_number") == ""))
    return numbered, misfits.filter(pl.col("text").str.strip_chars() != "")


def _start_of_line(text: bytes, lines: int) -> int:
    """Where the text goes on below its first ``lines`` lines."""
    place = 0
    for _ in range(lines):
        place = text.find(b"\n", place) + 1
    return place


def _check_cells(frame: pl.DataFrame, delimiter: str, *, has_quotes: bool) -> None:
    """No cell is enormous, and none holds line breaks and a row's worth of delimiters: those were rows before a quote swallowed them."""
    for column in frame:
        if (column.str.len_bytes().max() or 0) > MAX_CELL_BYTES:  # type: ignore[operator]
            raise refuse("CELL_TOO_LARGE", limit=MAX_CELL_BYTES)
        broken = column.filter(column.str.contains("\n", literal=True)) if has_quotes else column.clear()
        if broken.len() and (broken.str.count_matches(delimiter, literal=True) >= max(2, frame.width - 1)).any():
            raise refuse("SWALLOWED_ROWS")


def _number(frame: pl.DataFrame, header_row: int, taken: pl.Series) -> pl.DataFrame:
    """Row numbers for the rows that fit, leaving out those ``taken`` by rows that do not."""
    total = frame.height + taken.len()
    numbers = pl.Series("_row_number", range(header_row + 2, header_row + 2 + total), dtype=pl.Int64)
    return frame.with_columns(numbers.filter(~numbers.is_in(taken.implode())) if taken.len() else numbers)


# workbooks
def _check_workbook(data: bytes) -> None:
    with open_archive(data) as archive:
        names = archive.namelist()
        if "xl/workbook.xml" not in names:
            raise refuse("ZIP_NOT_WORKBOOK")
        for part in archive.infolist():
            if part.filename.endswith((".xml", ".rels")) and _declares_entities(archive, part):
                raise refuse("XML_ENTITIES", part=part.filename)


def _declares_entities(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """A workbook's parts declare no document type; one that does is out to have entities expanded."""
    start = read_head(archive, part, 4096)
    return b"<!DOCTYPE" in start or b"<!ENTITY" in start


def _open_workbook(data: bytes, kind: str) -> list[Sheet]:
    sheets = []
    formulas = rows_without_results(data) if kind == "xlsx" else {}
    try:
        reader = fastexcel.read_excel(data)
        for name in reader.sheet_names:
            sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            if sheet.visible != "visible":
                continue
            if sheet.width > MAX_COLUMNS:
                raise refuse("TOO_MANY_COLUMNS", sheet=name, columns=sheet.width, limit=MAX_COLUMNS)
            frame = sheet.to_polars()
            frame = frame.rename({old: str(index) for index, old in enumerate(frame.columns)})
            rows = [["" if cell is None else cell for cell in row] for row in frame.head(HEADER_SEARCH_ROWS).rows()]
            sheets.append(Sheet(name, rows, kind, frame, unread=formulas.get(name, ())))
    except fastexcel.FastExcelError as error:
        said = str(error)
        raise refuse("PASSWORD" if "assword" in said or "ncrypt" in said else "BAD_WORKBOOK", detail=said[:120]) from None
    return sheets


def _read_sheet(whole: pl.DataFrame, header_row: int, width: int, unread: tuple[int, ...]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A workbook's rows always fit: cells beyond the header's last word are not part of the table. Rows whose formulas have no result are set apart."""
    none = pl.DataFrame(schema=_MISFITS)
    frame = whole.slice(header_row + 1).select(str(index) for index in range(width))
    numbered = _number(frame, header_row, none["_row_number"])
    numbered = numbered.filter(~pl.all_horizontal(pl.exclude("_row_number").is_null()))
    apart = numbered["_row_number"].is_in(list(unread))
    if not apart.any():
        return numbered, none
    rule = pl.DataFrame({"_row_number": numbered["_row_number"].filter(apart)}).with_columns(text=pl.lit("="), rule_name=pl.lit("NO_CACHED_VALUE"))
    return numbered.filter(~apart), rule
