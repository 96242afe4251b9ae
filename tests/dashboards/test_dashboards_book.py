"""A page as one workbook: every table on it, typed, with what must be known of it last, and nothing a
spreadsheet would run.
"""

from __future__ import annotations

import io
import zipfile

import polars as pl
import pytest
from dashboards_cases import A_DAY_PAID, B_DAY_PAID, PASSWORD
from screen import run_page
from streamlit.testing.v1 import AppTest

from dashboards.parts.page.book import Book
from metrics.query import access
from metrics.query.ask import ask
from metrics.reports.screens import screens_of
from metrics.reports.sheets import as_workbook
from warehouse.place import Place

FIGURES = ["data_health", "profit", "ads", "stock", "open_items", "passport", "upload", "take_out", "match"]


def made(
    house: Place, path: str, name: str = "a", **state: object
) -> tuple[AppTest, dict[str, pl.DataFrame], bytes]:
    """The page, its workbook sheet by sheet, and the file."""
    viewer = access.sign_in(house, name, PASSWORD)
    app = run_page(path, viewer, **state)
    shown = app.session_state["page_book"]
    assert isinstance(shown, Book) and not app.exception
    data = as_workbook(viewer, shown.pages(), path)
    sheets = pl.read_excel(io.BytesIO(data), sheet_id=0, infer_schema_length=None, raise_if_empty=False)
    return app, sheets, data


@pytest.mark.parametrize("path", FIGURES)
def test_every_table_of_a_page_is_a_sheet_and_the_last_says_what_it_is_of(house: Place, path: str) -> None:
    app, sheets, data = made(house, path)
    assert f"{path}_book" in {str(item.proto.id).rsplit("-", 1)[-1] for item in app.get("download_button")}
    *tables, last = sheets
    assert last == "说明" and tables
    heights = sorted(sheets[name].height for name in tables if name != "数字")
    assert heights == sorted(item.rows.height for item in app.session_state["page_book"].sheets)
    about = pl.read_excel(io.BytesIO(data), sheet_name="说明", has_header=False)
    words = {row[0] for row in about.rows()}
    assert {
        "页面 Page",
        "商家 Merchant",
        "发布 Release",
        "数据时间 As of",
        "检查 Checks",
        "来源文件 File",
    } <= words
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        pages = [book.read(name).decode() for name in book.namelist() if "worksheets/sheet" in name]
    assert not any("<f>" in page or "hyperlink" in page for page in pages)


def test_the_passport_of_the_file_names_what_came_and_what_waits(house: Place) -> None:
    _, _, data = made(house, "profit")
    about = pl.read_excel(io.BytesIO(data), sheet_name="说明", has_header=False).rows()
    files = [row[1:] for row in about if row[0] == "来源文件 File"]
    assert [row[1] for row in files] == ["f" * 64] and files[0][0].startswith("天猫订单报表.csv · 订单 · ")
    assert ("商家 Merchant", "merchant-a") in [row[:2] for row in about]
    assert any(row[0] == "提醒 Warning" and "不早于支付" in row[1] for row in about)
    assert any(row[0] == "公式 Formula" and row[1].startswith("贡献利润") for row in about)


def test_a_page_is_of_its_own_merchant_alone(house: Place) -> None:
    for name, mine, theirs in (("a", A_DAY_PAID, B_DAY_PAID), ("b", B_DAY_PAID, A_DAY_PAID)):
        _, sheets, data = made(house, "profit", name)
        numbers = {
            round(value * 100)
            for frame in sheets.values()
            for column in frame.select(pl.col(pl.Float64)).iter_columns()
            for value in column.drop_nulls()
        }
        assert theirs not in numbers
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            text = "".join(book.read(item).decode() for item in book.namelist() if item.endswith(".xml"))
        other = "merchant-b" if name == "a" else "merchant-a"
        assert other not in text and f"merchant-{name}" in text and mine


def test_a_page_without_figures_offers_no_file(house: Place) -> None:
    app = run_page("policy", access.sign_in(house, "a", PASSWORD))
    assert not app.get("download_button")


def test_the_months_and_the_numbers_to_match_are_in_their_pages_files(house: Place) -> None:
    _, months, _ = made(house, "take_out")
    asked = ask(access.sign_in(house, "a", PASSWORD), ["paid_gmv"], by=["month"]).rows
    told = dict(months["月份"].select("月份 month", pl.col("^支付.*$")).rows())
    true = dict(asked.select("month", "paid_gmv").rows())
    assert {month: round(paid * 100) for month, paid in told.items()} == true
    _, numbers, _ = made(house, "match")
    assert numbers["能对的数"].height == len(screens_of("douyin"))
