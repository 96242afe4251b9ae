"""Files as merchants really give them, made from one honest order export: Douyin's of 2025, a header of 75 columns over invented orders."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

SAMPLES = Path(__file__).parents[2] / "connectors"
ORDERS = SAMPLES / "douyin" / "samples" / "1792375211_orders_2025_75.csv"
TAOBAO = SAMPLES / "taobao" / "samples" / "ExportOrderList202611201200_2022.csv"
TAOBAO_ITEMS = SAMPLES / "taobao" / "samples" / "ExportOrderDetailList202611201200_2016_2019.csv"

Table = list[list[str]]

with ORDERS.open(encoding="utf-8-sig", newline="") as _stream:
    HEADER, _MODEL = list(csv.reader(_stream))[:2]
_FIRST_ID = 6931570482213347101


def order(number: int, **changes: str) -> list[str]:
    """One paid order of 1,299.00 yuan; ``changes`` by header. Its ids are no number a float can hold."""
    row = list(_MODEL)
    ids = str(_FIRST_ID + 2 * number)
    told = {"主订单编号": f"\t{ids}", "子订单编号": f"\t{ids}", "买家留言": "-", "商家备注": "-", "快递信息": "-", **changes}
    for header, cell in told.items():
        row[HEADER.index(header)] = cell
    return row


def orders(count: int = 4, start: int = 0, **changes: str) -> Table:
    """Header and ``count`` orders; ``changes`` stand on the first of them."""
    return [list(HEADER), order(start, **changes), *(order(start + number) for number in range(1, count))]


def column(table: Table, header: str, cells: Sequence[str]) -> Table:
    """``table`` with the cells of one column exchanged."""
    place = table[0].index(header)
    return [table[0], *([*row[:place], cell, *row[place + 1 :]] for row, cell in zip(table[1:], cells, strict=True))]


def renamed(table: Table, old: str, new: str) -> Table:
    """``table`` with one header cell renamed."""
    return [[new if cell == old else cell for cell in table[0]], *table[1:]]


def without(table: Table, header: str) -> Table:
    """``table`` without a column."""
    place = table[0].index(header)
    return [row[:place] + row[place + 1 :] for row in table]


def with_column(table: Table, header: str, cell: str = "x", place: int = 0) -> Table:
    """``table`` with one more column."""
    return [[*row[:place], header if number == 0 else cell, *row[place:]] for number, row in enumerate(table)]


def text(table: Table, delimiter: str = ",", newline: str = "\r\n") -> str:
    """The table as delimited text."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=newline).writerows(table)
    return out.getvalue()


def data(table: Table, encoding: str = "utf-8-sig", **options: str) -> bytes:
    """The table as the bytes of a CSV."""
    return text(table, **options).encode(encoding)


def plain(table: Table) -> Table:
    """The table without the TABs before ids: for files in which TAB is the delimiter, and for workbooks."""
    return [[cell.strip("\t") for cell in row] for row in table]


def workbook(sheets: dict[str, Table], hidden: Sequence[str] = (), **options: object) -> bytes:
    """An xlsx of text cells."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_numbers": False, "in_memory": True, **options}) as book:
        for name, table in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(table):
                sheet.write_row(number, 0, row)
            if name in hidden:
                sheet.hide()
        book.worksheets()[-1].activate()
    return out.getvalue()


def archive(files: dict[str, bytes]) -> bytes:
    """A zip of files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


def repacked(book: bytes, changes: dict[str, bytes | None]) -> bytes:
    """A workbook with some of its parts exchanged, added, or (None) left out."""
    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        parts: dict[str, bytes | None] = {name: packed.read(name) for name in packed.namelist()}
    return archive({name: content for name, content in (parts | changes).items() if content is not None})


def part(book: bytes, name: str) -> bytes:
    """One part of a workbook."""
    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        return packed.read(name)
