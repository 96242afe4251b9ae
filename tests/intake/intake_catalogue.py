"""B01-B101 of the catalogue of bad input: one or more files per entry, each with the verdict and rules it gets."""

from __future__ import annotations

import datetime as dt
import io
import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import xlsxwriter
from intake_files import (
    HEADER,
    ORDERS,
    TAOBAO,
    Table,
    archive,
    column,
    data,
    order,
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


@dataclass(frozen=True)
class Case:
    """One file and its fate.

    ``rules``: for a refused file its rule, for a taken one the rules of its quarantined rows with their count. ``notices``: the warnings.
    ``says``: what the message of a refusal must name besides the file. ``rows``: rows read of a taken file. ``bad_row``: where the quarantined row stands.
    """

    entry: str
    name: str
    make: Callable[[], bytes]
    verdict: str = "accepted"
    rules: dict[str, int] | str = ""
    notices: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    rows: int = 4
    bad_row: int | None = None

    @property
    def id(self) -> str:
        """Entry and name, fit for a shop's id too."""
        return f"{self.entry.lower()}-{self.name}"


def refused(entry: str, name: str, rule: str, make: Callable[[], bytes], *says: str) -> Case:
    return Case(entry, name, make, "refused", rule, says=says)


def row_out(entry: str, name: str, rule: str, make: Callable[[], bytes], bad_row: int | None = 2, *, rows: int = 4) -> Case:
    return Case(entry, name, make, "warned", {rule: 1}, bad_row=bad_row, rows=rows)


def cell(entry: str, name: str, rule: str, header: str, value: str) -> Case:
    """An order whose one cell cannot be read: its row is set aside, the others are published."""
    return row_out(entry, name, rule, lambda: data(orders(**{header: value})))


def fine(entry: str, name: str, make: Callable[[], bytes], *notices: str, rows: int = 4, verdict: str = "accepted") -> Case:
    return Case(entry, name, make, verdict, {}, notices, rows=rows)


DUE, CREATED, PAID, ID, SUB, TITLE, QTY = "订单应付金额", "订单提交时间", "支付完成时间", "主订单编号", "子订单编号", "选购商品", "商品数量"


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


BOOK = workbook({"订单": plain(orders())})


def _empty_rows() -> bytes:
    rows = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (number, number) for number in range(10, 100_010))
    return _sheet(_sheet(BOOK, b"</sheetData>", rows + b"</sheetData>"), b'<dimension ref="A1:BW5"/>', b'<dimension ref="A1:XFD1048576"/>')


def _formula() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(plain(orders())):
            sheet.write_row(number, 0, row)
        sheet.write_formula(1, HEADER.index("优惠总金额"), "=A1", None, "")
    return out.getvalue().replace(b"", b"")


def _dated(base: dt.datetime, *, is_1904: bool) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "date_1904": is_1904, "strings_to_numbers": False}) as book:
        sheet, clock = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for number, row in enumerate(plain(orders())):
            sheet.write_row(number, 0, row)
            if number:
                sheet.write_datetime(number, HEADER.index(CREATED), base, clock)
    return out.getvalue()


def _total(due: str) -> Table:
    told = [""] * len(HEADER)
    told[0], told[HEADER.index(DUE)] = "合计", due
    return [*orders(), told]


def _numbers_as_spreadsheets_keep_them(rows: int) -> Table:
    table = orders(8)
    for row in table[1 : 1 + rows]:
        row[:] = [str(int(cell.strip()))[:15] + "0" * (len(cell.strip()) - 15) if cell.strip().isdigit() and len(cell.strip()) > 15 else cell for cell in row]
    return table


def _shifted(count: int) -> Table:
    """A comma in a title nobody quoted: one cell too many."""
    table = orders(8)
    for row in table[1 : 1 + count]:
        row.insert(4, "尺码M")
    return table


def shops(*refs: str) -> bytes:
    header = ["订单编号", "买家应付货款", "总金额", "买家实付金额", "订单状态", "订单创建时间", "订单付款时间", "店铺ID", "商品标题"]
    rows = [[str(2520000000000000001 + 2 * n), "10.00", "10.00", "10.00", "交易成功", f"2026-10-0{n + 1} 10:00:00", f"2026-10-0{n + 1} 10:00:05", ref, "衬衫"]
            for n, ref in enumerate(refs)]  # fmt: skip
    return data([header, *rows])


BYTES = [
    fine("B01", "gb18030", lambda: data(orders(), "gb18030")),
    fine("B02", "utf8-bom", lambda: data(orders())),
    fine("B02", "utf8", lambda: data(orders(), "utf-8")),
    fine("B03", "utf16-le", lambda: b"\xff\xfe" + data(plain(orders()), "utf-16-le", delimiter="\t")),
    fine("B03", "utf16-be", lambda: b"\xfe\xff" + data(plain(orders()), "utf-16-be", delimiter="\t")),
    refused("B04", "utf16-no-mark", "NUL_BYTES", lambda: data(orders(), "utf-16-le")),
    refused("B05", "gbk-line-in-utf8", "BAD_ENCODING", lambda: _mixed("utf-8", "gb18030"), "row=4"),
    refused("B05", "utf8-line-in-gbk", "BAD_ENCODING", lambda: _mixed("gb18030", "utf-8"), "row=4"),
    refused("B06", "big5", "UNKNOWN_LAYOUT", lambda: data([["訂單編號", "買家", "總金額"], ["1", "王", "2"]], "big5")),
    refused("B07", "mojibake", "MOJIBAKE", lambda: data([[cell.encode("gb18030").decode("latin-1") for cell in HEADER], *orders()[1:]])),
    fine("B08", "broken-text", lambda: data(orders(**{TITLE: "大\ufffd衣"})), "BROKEN_CHARACTERS", verdict="warned"),
    cell("B08", "broken-key", "BROKEN_CHARACTER", ID, "69315704822\ufffd3347101"),
    refused("B09", "nul", "NUL_BYTES", lambda: data(orders()).replace(b"1,299.00", b"1,2\x009.00")),
    fine("B10", "two-files-joined", lambda: data(orders()) + data(orders(3, 10)), "REPEATED_HEADER", rows=7),
    fine("B11", "cr-only", lambda: data(orders(), newline="\r")),
    fine("B11", "mixed-newlines", lambda: data(orders()[:3]) + data(orders()[3:], "utf-8", newline="\n")),
    fine("B12", "marks-round-ids", lambda: data(orders(**{ID: "\u200b\t6931570482213347101\u00a0\t", SUB: "\ufeff6931570482213347101"}))),
    fine("B13", "bidi", lambda: data(orders(**{TITLE: "大衣\u202egnp.exe\u202c"}))),
    fine("B14", "emoji", lambda: data(orders(**{TITLE: "𠮷羊毛👗大衣"}))),
    refused("B16", "empty", "EMPTY_FILE", lambda: b""),
    refused("B16", "blank", "EMPTY_FILE", lambda: b"\r\n \r\n"),
    refused("B17", "header-only", "NO_ROWS", lambda: data(orders()[:1])),
]

CONTAINERS = [
    fine("B18", "xlsx-called-csv", lambda: BOOK),
    fine("B19", "csv-called-xlsx", lambda: data(orders())),
    refused("B20", "html-table", "HTML_NOT_TABLE", lambda: "<table><tr><td>订单编号</td></tr></table>\n".encode()),
    refused("B21", "login-page", "HTML_NOT_TABLE", lambda: "\n<!DOCTYPE html><html><title>登录</title></html>\n".encode()),
    refused("B22", "json-error", "JSON_NOT_TABLE", lambda: b'{"code":10000,"msg":"expired"}\n'),
    refused("B23", "password", "PASSWORD", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600),
    refused("B24", "cut-xlsx", "TRUNCATED", lambda: BOOK[: len(BOOK) * 2 // 3]),
    refused("B25", "cut-cell", "TRUNCATED", lambda: data(orders())[:-200]),
    refused("B25", "cut-number", "TRUNCATED", lambda: data([[*HEADER[:9]], [*order(0)[:9]]]).rstrip()[:-3]),
    refused("B25", "cut-character", "TRUNCATED", lambda: data(orders()[:1])[:-3]),
    refused("B25", "cut-quote", "TRUNCATED", lambda: data(orders(**{TITLE: '大衣,"长"'})) + b'"\t69315'),
    refused("B26", "bomb", "ZIP_BOMB", lambda: repacked(BOOK, {"xl/media/x.xml": b"0" * (64 << 20)})),
    fine("B27", "empty-styled-rows", _empty_rows),
    refused("B28", "entities", "XML_ENTITIES", lambda: _sheet(BOOK, b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet')),
    refused("B29", "nested", "ZIP_NESTED", lambda: archive({"a.zip": archive({"b.csv": data(orders())})})),
    refused("B29", "climbing-name", "ZIP_UNSAFE_NAME", lambda: archive({"../../x.csv": data(orders())})),
    refused("B29", "symlink", "ZIP_UNSAFE_NAME", _symlink),
    refused("B29", "nothing-inside", "ZIP_EMPTY", lambda: archive({"folder/": b""})),
    fine("B30", "macros", lambda: repacked(BOOK, {"xl/vbaProject.bin": b"\0" * 512})),
    fine("B31", "first-sheet-says", lambda: workbook({"说明": [["导出说明"], ["本表为订单"]], "订单": plain(orders())})),
    fine("B31", "hidden-sheet", lambda: workbook({"旧": plain(orders(3, 50)), "订单": plain(orders())}, hidden=["旧"])),
    fine("B31", "two-sheets-of-one-header", lambda: workbook({"1": plain(orders()), "2": plain(orders(3, 20))}), "SEVERAL_SHEETS", rows=7),
    refused("B31", "two-kinds", "SEVERAL_SHEETS", lambda: workbook({"1": plain(orders()), "2": plain(with_column(orders(), "新列"))}), "sheets=1、2"),
    fine("B32", "title-above-header", lambda: data([["订单明细导出"], ["导出时间:2026-10-20"], *orders()])),
    row_out("B33", "formula-without-value", "NO_CACHED_VALUE", _formula),
    fine("B34", "from-1904", lambda: _dated(dt.datetime(2026, 10, 12, 20, 15, 3), is_1904=True)),  # noqa: DTZ001
    fine("B34", "from-1900", lambda: _dated(dt.datetime(2026, 10, 12, 20, 15, 3), is_1904=False)),  # noqa: DTZ001
    fine("B35", "no-styles", lambda: repacked(BOOK, {"xl/styles.xml": None})),
]

SHAPES = [
    refused("B38", "header-twice", "DUPLICATE_HEADER", lambda: data(with_column(orders(), DUE, "1.00"))),
    fine("B39", "blanks-in-header", lambda: data(renamed(orders(), DUE, f" {DUE} \u3000"))),
    fine("B39", "twins-alike", lambda: data(with_column(orders(), f"{DUE} ", "1,299.00")), "TWIN_COLUMN"),
    refused("B40", "renamed", "MISSING_COLUMN", lambda: data(renamed(orders(), DUE, "应付金额(元)")), f"missing={DUE}", f"应付金额(元)→{DUE}"),
    fine("B41", "new-column", lambda: data(with_column(orders(), "全新的列")), "NEW_COLUMN", verdict="warned"),
    fine("B42", "without-optional", lambda: data(without(orders(), "支付方式"))),
    refused("B43", "without-required", "MISSING_COLUMN", lambda: data(without(orders(), CREATED)), f"missing={CREATED}"),
    fine("B44", "reordered", lambda: data([row[::-1] for row in orders()])),
    row_out("B45", "one-shifted-row", "RAGGED_ROW", lambda: data(_shifted(1)), rows=8),
    refused("B45", "many-shifted-rows", "RAGGED_ROWS", lambda: data(_shifted(3)), "first_row=2"),
    Case("B46", "shifted-in-place", lambda: data([orders()[0], ["", *order(0)[:-1]], *orders()[2:]]), "warned",
         {"BAD_NUMBER": 1, "BAD_TIME": 1, "MISSING_VALUE": 1}, bad_row=2),
    fine("B47", "semicolons", lambda: data(plain(orders()), delimiter=";")),
    fine("B47", "tabs", lambda: data(plain(orders()), delimiter="\t")),
    refused("B48", "open-quote", "SWALLOWED_ROWS", lambda: data(column(orders(40), DUE, ["1299.00"] * 40)).replace("\t羊毛".encode(), '"羊毛'.encode(), 1)),
    fine("B49", "breaks-and-commas", lambda: data(orders(**{TITLE: '羊毛,双面呢\n"大衣",M'}))),
    refused("B50", "huge-cell", "CELL_TOO_LARGE", lambda: data(orders(**{TITLE: "大" * (4 << 20)}))),
    refused("B50", "many-columns", "TOO_MANY_COLUMNS", lambda: data([[f"c{n}" for n in range(2000)], ["1"] * 2000]), "columns=2000"),
    fine("B51", "index-column", lambda: data(with_column(orders(), "Unnamed: 0", "0")), "NEW_COLUMN", verdict="warned"),
    refused("B53", "english", "UNKNOWN_LAYOUT", lambda: data([["Order No", "Amount"], ["1", "2"]])),
]  # fmt: skip

NOTHING = ["-", "--", "/", "null", "'null", "N/A", "无"]
NO_TIMES = [
    "1899-12-30 00:00:00", "1970-01-01 08:00:00", "2126-01-01 00:00:00", "2026-02-30 10:00:00", "2026-03-09 25:00:00", "45000", "1792375211",
]  # fmt: skip
FUTURE = {CREATED: "2098-01-01 00:00:00", PAID: "-", "订单完成时间": "-", "发货时间": "-"}

VALUES = [
    cell("B54", "scientific", "ID_PRECISION_LOST", ID, "6.93157E+18"),
    row_out("B55", "one-ruined-row", "ID_PRECISION_LOST", lambda: data(_numbers_as_spreadsheets_keep_them(1)), rows=8),
    refused("B55", "ruined-column", "ID_PRECISION_LOST", lambda: data(_numbers_as_spreadsheets_keep_them(8)), "column="),
    fine("B56", "wrapped-ids", lambda: data(orders(**{ID: '="6931570482213347101"', SUB: "'6931570482213347101"}))),
    fine("B57", "leading-zeros", lambda: data(orders(**{"商品ID": "\t0012345"}))),
    fine("B58", "full-width-id", lambda: data(orders(**{ID: "６９３１５７０４８２２１３３４７１０１", SUB: "6931 5704 8221 3347 101"}))),
    fine("B59", "thousands", lambda: data(orders(**{DUE: "1,234.50"}))),
    cell("B59", "european", "BAD_MONEY", DUE, "1.234,50"),
    cell("B59", "french", "BAD_MONEY", DUE, "1 234,50"),
    fine("B60", "yuan-sign", lambda: data(orders(**{DUE: "￥12.00"}))),
    fine("B60", "yuan-word", lambda: data(orders(**{DUE: "12元"}))),
    cell("B60", "wan", "BAD_MONEY", DUE, "1.2万"),
    cell("B60", "brackets", "BAD_MONEY", DUE, "(12.00)"),
    cell("B60", "minus-behind", "BAD_MONEY", DUE, "12-"),
    *(fine("B61", f"nothing-{number}", lambda word=word: data(orders(**{"运费": word}))) for number, word in enumerate(NOTHING)),
    *(cell("B62", f"no-number-{number}", "BAD_MONEY", DUE, word) for number, word in enumerate(["NaN", "inf", "1e400", "0x10"])),
    fine("B62", "full-width-number", lambda: data(orders(**{DUE: "１２"}))),
    cell("B63", "three-decimals", "BAD_MONEY", DUE, "12.345"),
    cell("B64", "quadrillion", "BAD_MONEY", DUE, "1000000000000000"),
    cell("B65", "negative-order", "CONTRACT", DUE, "-12.00"),
    fine("B71", "from-the-future", lambda: data(orders(**FUTURE)), "FUTURE_TIMES", verdict="warned"),
    *(cell("B72", f"no-time-{number}", "BAD_TIME", CREATED, word)
      for number, word in enumerate(NO_TIMES)),
    fine("B72", "slashes", lambda: data(orders(**{CREATED: "2026/3/9 8:05", PAID: "2026/3/9 8:06:07"}))),
    refused("B72", "ambiguous", "AMBIGUOUS_DATES", lambda: data(column(orders(), CREATED, [f"3/{n}/2026 10:00" for n in range(9, 13)])), f"column={CREATED}"),
    refused("B72", "serials", "SERIAL_DATES", lambda: data(column(orders(), CREATED, [f"4630{n}.84" for n in range(4)])), f"column={CREATED}"),
    fine("B74", "unknown-word", lambda: data(orders(**{"订单状态": "星际运输中"})), "UNKNOWN_WORD", verdict="warned"),
    cell("B77", "half-a-piece", "BAD_NUMBER", QTY, "1.5"),
    fine("B77", "ten-thousand", lambda: data(orders(**{QTY: "10,000"}))),
    *(fine("B79", f"formula-{number}", lambda word=word: data(orders(**{TITLE: word})))
      for number, word in enumerate(["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "＝1+1"])),
    fine("B80", "html", lambda: data(orders(**{TITLE: "<script>alert(1)</script> **x** $x^2$"}))),
    fine("B81", "sql", lambda: data(orders(**{TITLE: "'; DROP TABLE orders; --"}))),
    fine("B82", "phone-in-title", lambda: data(orders(**{TITLE: "大衣 联系13800138000"})), "PERSONAL_MASKED"),
]  # fmt: skip

SETS = [
    fine("B83", "total-last", lambda: data(_total("5,196.00")), "SUMMARY_ROW"),
    fine("B83", "total-first", lambda: data([HEADER, _total("5,196.00")[-1], *orders()[1:]]), "SUMMARY_ROW"),
    fine("B83", "total-of-other-rows", lambda: data(_total("9,999.00")), "SUMMARY_ROW", "SUMMARY_DISAGREES", verdict="warned"),
    fine(
        "B84",
        "footer-and-header",
        lambda: data([*orders(), HEADER, *orders(3, 9)[1:]]) + "第 1 页\r\n共 7 条\r\n".encode(),
        "REPEATED_HEADER",
        "FOOTER",
        rows=7,
    ),
    refused("B98", "masked-key", "MASKED_KEY", lambda: data(column(orders(), ID, ["6931****7101"] * 4)), f"column={ID}"),
    cell("B98", "one-masked-key", "MASKED_KEY", ID, "6931****7101"),
]

CASES = [*BYTES, *CONTAINERS, *SHAPES, *VALUES, *SETS]
REFUSED = [case for case in CASES if case.verdict == "refused"]
TAKEN = [case for case in CASES if case.verdict != "refused"]

__all__ = ["CASES", "CREATED", "DUE", "ID", "ORDERS", "PAID", "REFUSED", "TAKEN", "TAOBAO", "TITLE", "Case", "shops"]
