"""The catalogue's files whose bytes, container or shape are odd: B01-B53."""

from __future__ import annotations

import datetime as dt
import html
import io
import stat
import zipfile
from collections.abc import Sequence

import xlsxwriter
from intake_case import CREATED, DUE, ID, QTY, SUB, TITLE, Case, cell, fine, refused, row_out
from intake_files import (
    HEADER,
    Table,
    archive,
    book,
    column,
    data,
    order,
    order_id,
    orders,
    part,
    plain,
    renamed,
    repacked,
    text,
    with_column,
    without,
    workbook,
)


def _mixed(first: str, second: str) -> bytes:
    lines = text(orders()).split("\r\n")
    return "\r\n".join(lines[:3]).encode(first) + "\r\n".join(["", *lines[3:]]).encode(second)


def _symlink() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        entry = zipfile.ZipInfo("orders.csv")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(entry, "/etc/passwd")
    return out.getvalue()


def _sheet(book: bytes, old: bytes, new: bytes) -> bytes:
    name = "xl/worksheets/sheet1.xml"
    found = part(book, name)
    assert old in found
    return repacked(book, {name: found.replace(old, new, 1)})


def _empty_rows() -> bytes:
    rows = b"".join(
        b'<row r="%d"><c r="A%d" s="0"/></row>' % (number, number) for number in range(10, 100_010)
    )
    return _sheet(
        _sheet(book(), b"</sheetData>", rows + b"</sheetData>"),
        b'<dimension ref="A1:BW5"/>',
        b'<dimension ref="A1:XFD1048576"/>',
    )


def _formula(header: str, formula: str, result: str) -> bytes:
    """A workbook in which a formula stands on the first order, with the result its maker stored."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        sheet = made.add_worksheet()
        for number, row in enumerate(plain(orders())):
            sheet.write_row(number, 0, row)
        sheet.write_formula(1, HEADER.index(header), formula, None, result)
    return out.getvalue()


def _under_a_title(*lines: Sequence[str]) -> bytes:
    """A workbook with lines above its header, the first over merged cells, and a filter on the header."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        sheet = made.add_worksheet()
        sheet.merge_range(0, 0, 0, 8, "订单明细")
        for number, row in enumerate([*lines, *plain(orders())], 1):
            sheet.write_row(number, 0, row)
        sheet.autofilter(1 + len(lines), 0, 5 + len(lines), 10)
    return out.getvalue()


def _dated(base: dt.datetime, *, is_1904: bool) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"in_memory": True, "date_1904": is_1904, "strings_to_numbers": False}
    ) as book:
        sheet, clock = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for number, row in enumerate(plain(orders())):
            sheet.write_row(number, 0, row)
            if number:
                sheet.write_datetime(number, HEADER.index(CREATED), base, clock)
    return out.getvalue()


def _page(table: Table) -> bytes:
    """The table as a web page of a table, which back-offices call .xls."""
    rows = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in plain(table)
    )
    return f"<html><meta charset=utf-8><table>{rows}</table></html>".encode()


def _last(header: str) -> Table:
    """Four orders with one column moved to the end."""
    table = orders()
    place = table[0].index(header)
    return [[*row[:place], *row[place + 1 :], row[place]] for row in table]


def _with_spare(count: int, *, header: bool = False) -> Table:
    """Four orders with empty cells behind each row, and behind the header or not."""
    first, *rows = plain(orders())
    return [[*first, *[""] * count] if header else first, *([*row, *[""] * count] for row in rows)]


def _new_twins(cell: str) -> Table:
    """Two new columns of one header, of "x" and of ``cell``."""
    return with_column(with_column(orders(), "新列"), "新列", cell)


def _shifted_into_spare() -> Table:
    """A comma behind every row, and one in a title of the last: its cells are one place too far."""
    table = [orders(20)[0], *([*row, ""] for row in orders(20)[1:])]
    table[-1].insert(4, "尺码M")
    table[-1][-2:] = ["x"]
    return table


def _shifted(count: int) -> Table:
    """A comma in a title nobody quoted: one cell too many."""
    table = orders(8)
    for row in table[1 : 1 + count]:
        row.insert(4, "尺码M")
    return table


BYTES = [
    fine("B01", "gb18030", lambda: data(orders(), "gb18030")),
    fine("B02", "utf8-bom", lambda: data(orders())),
    fine("B02", "utf8", lambda: data(orders(), "utf-8")),
    fine("B03", "utf16-le", lambda: b"\xff\xfe" + data(plain(orders()), "utf-16-le", delimiter="\t")),
    fine("B03", "utf16-be", lambda: b"\xfe\xff" + data(plain(orders()), "utf-16-be", delimiter="\t")),
    refused("B04", "utf16-no-mark", "NUL_BYTES", lambda: data(orders(), "utf-16-le")),
    refused("B05", "gbk-line-in-utf8", "BAD_ENCODING", lambda: _mixed("utf-8", "gb18030"), "row=4"),
    refused("B05", "utf8-line-in-gbk", "BAD_ENCODING", lambda: _mixed("gb18030", "utf-8"), "row=4"),
    refused(
        "B06",
        "big5",
        "UNKNOWN_LAYOUT",
        lambda: data([["訂單編號", "買家", "總金額"], ["1", "王", "2"]], "big5"),
    ),
    refused(
        "B07",
        "mojibake",
        "MOJIBAKE",
        lambda: data([[cell.encode("gb18030").decode("latin-1") for cell in HEADER], *orders()[1:]]),
    ),
    fine(
        "B08",
        "broken-text",
        lambda: data(orders(**{TITLE: "大\ufffd衣"})),
        "BROKEN_CHARACTERS",
        verdict="warned",
    ),
    cell("B08", "broken-key", "BROKEN_CHARACTER", ID, "69315704822\ufffd3347101"),
    refused("B09", "nul", "NUL_BYTES", lambda: data(orders()).replace(b"1,299.00", b"1,2\x009.00")),
    fine("B10", "two-files-joined", lambda: data(orders()) + data(orders(3, 10)), "REPEATED_HEADER", rows=7),
    fine("B11", "cr-only", lambda: data(orders(), newline="\r")),
    fine("B11", "mixed-newlines", lambda: data(orders()[:3]) + data(orders()[3:], "utf-8", newline="\n")),
    fine(
        "B12",
        "marks-round-ids",
        lambda: data(orders(**{ID: f"\u200b\t{order_id()}\u00a0\t", SUB: f"\ufeff{order_id()}"})),
    ),
    fine("B13", "bidi", lambda: data(orders(**{TITLE: "大衣\u202egnp.exe\u202c"}))),
    fine("B14", "emoji", lambda: data(orders(**{TITLE: "𠮷羊毛👗大衣"}))),
    refused("B16", "empty", "EMPTY_FILE", lambda: b""),
    refused("B16", "blank", "EMPTY_FILE", lambda: b"\r\n \r\n"),
    refused("B17", "header-only", "NO_ROWS", lambda: data(orders()[:1])),
    refused("B17", "header-only-workbook", "NO_ROWS", lambda: workbook({"订单": plain(orders()[:1])})),
    refused(
        "B17", "total-only", "NO_ROWS", lambda: data([*orders()[:1], ["合计", *[""] * (len(HEADER) - 1)]])
    ),
]

CONTAINERS = [
    fine("B18", "xlsx-called-csv", book),
    fine("B19", "csv-called-xlsx", lambda: data(orders())),
    refused(
        "B20", "html-table", "HTML_NOT_TABLE", lambda: "<table><tr><td>订单编号</td></tr></table>\n".encode()
    ),
    fine("B20", "html-table-of-orders", lambda: _page(orders())),
    fine("B20", "html-table-in-gb18030", lambda: _page(orders()).decode().encode("gb18030")),
    refused(
        "B20",
        "table-with-a-form",
        "HTML_NOT_TABLE",
        lambda: b"<form><input type=password></form>" + _page(orders()),
    ),
    refused("B20", "cut-html-table", "TRUNCATED", lambda: _page(orders())[:-40]),
    fine("B20", "tabs-called-xls", lambda: data(plain(orders()), "gb18030", delimiter="\t")),
    refused(
        "B21",
        "login-page",
        "HTML_NOT_TABLE",
        lambda: "\n<!DOCTYPE html><html><title>登录</title></html>\n".encode(),
    ),
    refused("B22", "json-error", "JSON_NOT_TABLE", lambda: b'{"code":10000,"msg":"expired"}\n'),
    refused(
        "B23",
        "password",
        "PASSWORD",
        lambda: (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + b"\0" * 600
            + "EncryptedPackage".encode("utf-16-le")
            + b"\0" * 600
        ),
    ),
    refused("B24", "cut-xlsx", "TRUNCATED", lambda: book()[: len(book()) * 2 // 3]),
    refused("B25", "cut-cell", "TRUNCATED", lambda: data(orders())[:-200]),
    refused(
        "B25", "cut-number", "TRUNCATED", lambda: data(_last(DUE)).rstrip()[:-3], "row=5", f"column={DUE}"
    ),
    refused(
        "B25",
        "cut-time",
        "TRUNCATED",
        lambda: data(_last(CREATED)).rstrip()[:-2],
        "row=5",
        f"column={CREATED}",
    ),
    fine("B25", "no-final-break", lambda: data(_last(DUE)).rstrip()),
    row_out("B25", "perhaps-cut", "CUT_OFF", lambda: data(_last(QTY)).rstrip(), bad_row=5),
    refused("B25", "cut-character", "TRUNCATED", lambda: data(orders()[:1])[:-3]),
    refused("B25", "cut-quote", "TRUNCATED", lambda: data(orders(**{TITLE: '大衣,"长"'})) + b'"\t69315'),
    refused("B26", "bomb", "ZIP_BOMB", lambda: repacked(book(), {"xl/media/x.xml": b"0" * (64 << 20)})),
    fine("B27", "empty-styled-rows", _empty_rows),
    refused(
        "B28",
        "external-entity",
        "XML_ENTITIES",
        lambda: _sheet(book(), b"<worksheet", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///x">]><worksheet'),
    ),
    refused(
        "B28",
        "entities",
        "XML_ENTITIES",
        lambda: _sheet(book(), b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet'),
    ),
    refused("B29", "nested", "ZIP_NESTED", lambda: archive({"a.zip": archive({"b.csv": data(orders())})})),
    refused("B29", "climbing-name", "ZIP_UNSAFE_NAME", lambda: archive({"../../x.csv": data(orders())})),
    refused("B29", "symlink", "ZIP_UNSAFE_NAME", _symlink),
    refused("B29", "nothing-inside", "ZIP_EMPTY", lambda: archive({"folder/": b""})),
    fine("B30", "macros", lambda: repacked(book(), {"xl/vbaProject.bin": b"\0" * 512})),
    fine("B30", "link-in-a-formula", lambda: _formula(DUE, "='[other.xlsx]Sheet1'!A1", "1,299.00")),
    fine(
        "B31",
        "first-sheet-says",
        lambda: workbook({"说明": [["导出说明"], ["本表为订单"]], "空": [], "订单": plain(orders())}),
        "OTHER_SHEETS",
    ),
    fine(
        "B31",
        "hidden-sheet",
        lambda: workbook({"旧": plain(orders(3, 50)), "订单": plain(orders())}, hidden=["旧"]),
        "OTHER_SHEETS",
    ),
    refused(
        "B31",
        "second-sheet-lacks-a-column",
        "MISSING_COLUMN",
        lambda: workbook({"1": plain(orders()), "2": plain(without(orders(3, 9), DUE))}),
        "sheet=2",
        f"missing={DUE}",
    ),
    fine(
        "B31",
        "two-sheets-of-one-header",
        lambda: workbook({"1": plain(orders()), "2": plain(orders(3, 20))}),
        "SEVERAL_SHEETS",
        rows=7,
    ),
    refused(
        "B31",
        "two-kinds",
        "SEVERAL_SHEETS",
        lambda: workbook({"1": plain(orders()), "2": plain(with_column(orders(), "新列"))}),
        "sheets=1、2",
    ),
    fine("B32", "title-above-header", lambda: data([["订单明细导出"], ["导出时间:2026-10-20"], *orders()])),
    fine("B32", "merged-title-and-filter", lambda: _under_a_title()),
    fine("B32", "groups-above-header", lambda: _under_a_title(["订单信息", "", "", "金额", ""])),
    refused(
        "B32",
        "header-over-two-lines",
        "UNKNOWN_LAYOUT",
        lambda: data([[cell[:2] for cell in HEADER], [cell[2:] for cell in HEADER], *orders()[1:]]),
    ),
    row_out("B33", "formula-without-value", "NO_CACHED_VALUE", lambda: _formula("优惠总金额", "=A1", "")),
    row_out("B33", "error-value", "NO_CACHED_VALUE", lambda: _formula("优惠总金额", "=NA()", "#N/A")),
    fine("B34", "from-1904", lambda: _dated(dt.datetime(2026, 10, 12, 20, 15, 3), is_1904=True)),  # noqa: DTZ001
    fine("B34", "from-1900", lambda: _dated(dt.datetime(2026, 10, 12, 20, 15, 3), is_1904=False)),  # noqa: DTZ001
    fine("B35", "no-styles", lambda: repacked(book(), {"xl/styles.xml": None})),
]

SHAPES = [
    refused("B38", "header-twice", "DUPLICATE_HEADER", lambda: data(with_column(orders(), DUE, "1.00"))),
    fine("B39", "blanks-in-header", lambda: data(renamed(orders(), DUE, f" {DUE} \u3000"))),
    fine("B39", "twins-alike", lambda: data(with_column(orders(), f"{DUE} ", "1,299.00")), "TWIN_COLUMN"),
    refused("B39", "twins-that-differ", "DUPLICATE_HEADER",
        lambda: data(with_column(orders(), f"{DUE} ", "1.00")), f"columns={DUE}"),
    fine("B39", "new-twins-alike", lambda: data(_new_twins("x")), "TWIN_COLUMN", "NEW_COLUMN",
        verdict="warned"),
    fine("B39", "new-twins-that-differ", lambda: data(_new_twins("y")), "TWIN_COLUMN", "NEW_COLUMN",
        verdict="warned"),
    refused("B40", "renamed-like-another", "MISSING_COLUMN", lambda: data(renamed(orders(), DUE, CREATED)),
        f"missing={DUE}", f"twice={CREATED}"),
    refused("B40", "renamed", "MISSING_COLUMN", lambda: data(renamed(orders(), DUE, "应付金额(元)")),
        f"missing={DUE}", f"应付金额(元)→{DUE}"),
    fine("B41", "new-column", lambda: data(with_column(orders(), "全新的列")), "NEW_COLUMN",
        verdict="warned"),
    fine("B42", "without-optional", lambda: data(without(orders(), "支付方式"))),
    refused("B43", "without-required", "MISSING_COLUMN", lambda: data(without(orders(), CREATED)),
        f"missing={CREATED}"),
    fine("B44", "reordered", lambda: data([row[::-1] for row in orders()])),
    row_out("B45", "one-shifted-row", "RAGGED_ROW", lambda: data(_shifted(1)), rows=8),
    refused("B45", "many-shifted-rows", "RAGGED_ROWS", lambda: data(_shifted(3)), "first_row=2"),
    fine("B45", "a-comma-behind-every-row", lambda: data(_with_spare(1))),
    fine("B45", "commas-behind-every-row", lambda: data(_with_spare(3), delimiter="\t")),
    fine("B45", "a-comma-behind-the-header-too", lambda: data(_with_spare(1, header=True))),
    fine("B45", "a-comma-behind-every-row-and-no-final-break", lambda: data(_with_spare(1)).rstrip()),
    row_out("B45", "shifted-into-the-comma", "RAGGED_ROW", lambda: data(_shifted_into_spare()), 21, rows=20),
    Case("B46", "shifted-in-place", lambda: data([orders()[0], ["", *order(0)[:-1]], *orders()[2:]]),
        "warned",
         {"BAD_NUMBER": 1, "BAD_TIME": 1, "MISSING_VALUE": 1}, bad_row=2),
    fine("B47", "semicolons", lambda: data(plain(orders()), delimiter=";")),
    fine("B47", "tabs", lambda: data(plain(orders()), delimiter="\t")),
    refused("B48", "open-quote", "SWALLOWED_ROWS",
        lambda: data(column(orders(40), DUE, ["1299.00"] * 40))
        .replace("\t羊毛".encode(), '"羊毛'.encode(), 1)),
    fine("B49", "breaks-and-commas", lambda: data(orders(**{TITLE: '羊毛,双面呢\n"大衣",M'}))),
    row_out("B49", "break-in-header", "BAD_MONEY",
        lambda: data(renamed(orders(**{DUE: "1.2万", TITLE: "a\nb"}), DUE, "订单应\n付金额")), bad_row=2),
    refused("B50", "huge-cell-nobody-reads", "CELL_TOO_LARGE",
        lambda: data(orders(**{"仓库名称": "大" * (4 << 20)}))),
    refused("B50", "huge-cell", "CELL_TOO_LARGE", lambda: data(orders(**{TITLE: "大" * (4 << 20)}))),
    refused("B50", "many-columns", "TOO_MANY_COLUMNS",
        lambda: data([[f"c{n}" for n in range(2000)], ["1"] * 2000]), "columns=2000"),
    fine("B51", "index-column", lambda: data(with_column(orders(), "Unnamed: 0", "0")), "NEW_COLUMN",
        verdict="warned"),
    refused("B53", "english", "UNKNOWN_LAYOUT", lambda: data([["Order No", "Amount"], ["1", "2"]])),
    refused(
        "B53",
        "nearly-nothing-known",
        "UNKNOWN_LAYOUT",
        lambda: data([[ID, TITLE, "内部编号", "老板定价"], ["1", "大衣", "3", "4"]]),
        "looks_like=",
        "missing=",
        "unknown=内部编号、老板定价",
    ),
]  # fmt: skip
