"""Files as merchants really give them, made from one honest order export: Douyin's of 2025, a header of 75
columns over invented orders.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import fastexcel
import xlsxwriter

SAMPLES = Path(__file__).parents[2] / "connectors"
ORDERS = SAMPLES / "douyin" / "samples" / "1792375211_orders_2025_75.csv"
TAOBAO = SAMPLES / "taobao" / "samples" / "ExportOrderList202611201200_2022.csv"
TAOBAO_ITEMS = SAMPLES / "taobao" / "samples" / "ExportOrderDetailList202611201200_2016_2019.csv"

Table = list[list[str]]

with ORDERS.open(encoding="utf-8-sig", newline="") as _stream:
    HEADER, _MODEL = list(csv.reader(_stream))[:2]
_FIRST_ID = 6931570482213347101
_shift = 0


@contextmanager
def numbered_from(shift: int) -> Iterator[None]:
    """Orders made here are numbered from ``shift`` on, so that files of many cases may be of one shop."""
    global _shift
    before, _shift = _shift, shift
    yield
    _shift = before


def order_id(number: int = 0) -> str:
    """The number of an order: nineteen digits no float can hold."""
    return str(_FIRST_ID + 2 * (_shift + number))


def order(number: int, **changes: str) -> list[str]:
    """One paid order of 1,299.00 yuan; ``changes`` by header."""
    row = list(_MODEL)
    told = {
        "主订单编号": f"\t{order_id(number)}",
        "子订单编号": f"\t{order_id(number)}",
        "买家留言": "-",
        "商家备注": "-",
        "快递信息": "-",
        **changes,
    }
    for header, cell in told.items():
        row[HEADER.index(header)] = cell
    return row


def orders(count: int = 4, start: int = 0, **changes: str) -> Table:
    """Header and ``count`` orders; ``changes`` stand on the first of them."""
    return [list(HEADER), order(start, **changes), *(order(start + number) for number in range(1, count))]


@cache
def _sample(pattern: str) -> Table:
    """Header and rows of one of Douyin's workbooks."""
    (path,) = (SAMPLES / "douyin" / "samples").glob(pattern)
    sheet = fastexcel.read_excel(path).load_sheet(0, header_row=None, dtypes="string").to_polars()
    return [[cell or "" for cell in row] for row in sheet.rows()]


def sessions(**changes: str) -> Table:
    """The live list: two sessions of an evening each; ``changes`` stand on the first."""
    header, *rows = _sample("直播明细_自营账号_*.xlsx")
    told: list[dict[str, str]] = [{"主播抖音号": f"79{_shift}1", **changes}, {"主播抖音号": f"79{_shift}2"}]
    return [
        header,
        *(
            [mine.get(name, cell) for name, cell in zip(header, row, strict=True)]
            for mine, row in zip(told, rows[:2], strict=True)
        ),
    ]


def after_sales(**changes: str) -> Table:
    """Two after-sales of 159.90 and 149.90 yuan; ``changes`` stand on the first."""
    header, *rows = _sample("售后单-*.xlsx")
    told = [
        {"售后单号": order_id(number), "订单号": order_id(number), "商品单号": order_id(number)}
        for number in (0, 1)
    ]
    told[0] |= changes
    return [
        header,
        *(
            [mine.get(name, cell) for name, cell in zip(header, row, strict=True)]
            for mine, row in zip(told, rows[:2], strict=True)
        ),
    ]


def column(table: Table, header: str, cells: Sequence[str]) -> Table:
    """``table`` with the cells of one column exchanged."""
    place = table[0].index(header)
    return [
        table[0],
        *([*row[:place], cell, *row[place + 1 :]] for row, cell in zip(table[1:], cells, strict=True)),
    ]


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


def workbook(
    sheets: dict[str, Table],
    hidden: Sequence[str] = (),
    numbers: Sequence[tuple[int, int]] = (),
    **options: object,
) -> bytes:
    """An xlsx of text cells; those at ``numbers`` (row, column) hold a number instead."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_numbers": False, "in_memory": True, **options}) as book:
        for name, table in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(table):
                sheet.write_row(number, 0, row)
            for number, place in numbers:
                sheet.write_number(number, place, int(table[number][place]))
            if name in hidden:
                sheet.hide()
        book.worksheets()[-1].activate()
    return out.getvalue()


def book(**options: object) -> bytes:
    """A workbook of four orders."""
    return workbook({"订单": plain(orders())}, **options)  # type: ignore[arg-type]


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
