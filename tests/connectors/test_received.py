"""Rows as received: the very cells of the file under the very headers, with nobody's name, phone or address
in them.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
import xlsxwriter

from connectors.base import platforms
from connectors.reading import recognise
from connectors.received import rows_of_file, rows_of_page
from contracts.intake import SHEET_STEP
from contracts.personal import STARS

CONNECTORS = Path(__file__).parents[2] / "connectors"
DOUYIN = CONNECTORS / "douyin" / "samples" / "1792375211_orders_2025_75.csv"
SAMPLES = [
    DOUYIN, CONNECTORS / "douyin/samples/售后单-2026-10-19 10_00_11.xlsx",
    CONNECTORS / "kuaishou/samples/订单导出_64列.xlsx",
    CONNECTORS / "jd/samples/19453841_later.csv",
]  # fmt: skip


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_row_is_told_as_it_stands_in_the_file(path: Path) -> None:
    data = path.read_bytes()
    found = recognise(data)
    table, _ = found.sheet.read(found.header_row)
    told = rows_of_file(data, table["_row_number"].to_list())
    assert sorted(told) == sorted(table["_row_number"])
    columns = {column.header: column for column in found.layout.columns}
    masked = 0
    for row in table.iter_rows(named=True):
        cells = told[row["_row_number"]]
        for place, header in enumerate(found.header):
            raw, column = row[str(place)] or "", columns.get(header.strip())
            if column is None or column.personal:
                assert cells[header.strip()] == (STARS if raw else ""), header
                masked += bool(raw)
            elif STARS not in cells[header.strip()]:
                assert cells[header.strip()] == raw, header
    assert masked or not any(column.personal for column in columns.values())


def test_only_the_rows_asked_for_and_nothing_for_rows_that_are_not_there() -> None:
    told = rows_of_file(DOUYIN.read_bytes(), [2, 999])
    assert list(told) == [2]
    lines = DOUYIN.read_text(encoding="utf-8-sig").splitlines()
    assert told[2]["主订单编号"].strip() in lines[1]


def test_rows_of_a_later_sheet_are_found_by_their_number_there() -> None:
    with DOUYIN.open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = [[cell.strip() for cell in row] for row in csv.reader(stream)][:4]
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_numbers": False}) as book:
        for given in (rows[:1], rows[1:]):
            sheet = book.add_worksheet()
            for number, row in enumerate([header, *given]):
                sheet.write_row(number, 0, row)
    asked = [2, SHEET_STEP + 2, SHEET_STEP + 3]
    told = rows_of_file(out.getvalue(), asked)
    assert [(type(number), number, cells["子订单编号"]) for number, cells in told.items()] == [
        (int, number, row[header.index("子订单编号")]) for number, row in zip(asked, rows, strict=True)
    ]


def test_columns_nobody_knows_and_phones_in_a_title_are_masked() -> None:
    lines = DOUYIN.read_text(encoding="utf-8-sig").splitlines()
    title = rows_of_file(DOUYIN.read_bytes(), [2])[2]["选购商品"]
    spoilt = "\n".join(
        [f"{lines[0]},客服便笺", f"{lines[1].replace(title, title + ' 13800138000')},张三的电话", ""]
    ).encode("utf-8-sig")
    told = rows_of_file(spoilt, [2])[2]
    assert told["客服便笺"] == STARS
    assert "13800138000" not in told["选购商品"] and STARS in told["选购商品"]


def test_a_record_of_a_page() -> None:
    platform = platforms()["douyin"]
    layout = next(item for item in platform.layouts if item.kind == "orders" and item.source == "api")
    personal = next(column.header for column in layout.columns if column.personal)
    plain = next(column.header for column in layout.columns if column.name == "order_id")
    records = [{plain: 1, personal: "李四"}, {plain: 69300000001, personal: "张三", "unheard_of": "x"}]
    told = rows_of_page(platform, "orders", records, [2, 9])
    assert told == {2: {plain: "69300000001", personal: STARS, "unheard_of": STARS}}
