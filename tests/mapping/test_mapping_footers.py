"""What stands round the rows of strangers' tables: notes and totals under them, headers over two lines, one
order number in merged cells.
"""

from __future__ import annotations

import io

import pytest
import xlsxwriter
from mapping_cases import read, table

from connectors.mapping.answers import settled
from connectors.mapping.propose import propose
from connectors.reading import Reading

HEADER = "订单号|付款时间|商品编码|数量|实付金额"
ROWS = (
    "260001|2026-11-01 10:00:00|S1|1|10.00", "260001|2026-11-01 10:00:00|S2|1|20.00",
    "260002|2026-11-02 10:00:00|S1|2|20.00",
)  # fmt: skip
LINES = [("260001", "S1", 1_000), ("260001", "S2", 2_000), ("260002", "S1", 2_000)]


def mapped(data: bytes) -> Reading:
    """The table as a shop would have it read, with every question let stand."""
    return read(data, [settled(propose(data, kind="orders"), {}).model_copy(update={"platform": "other"})])


def lines(reading: Reading) -> list[tuple[object, ...]]:
    assert reading.quarantine.is_empty(), reading.quarantine
    return reading.bronze.select("order_id", "sku_code", "paid_fen").rows()


@pytest.mark.parametrize(
    ("notes", "rule"),
    [
        (("制表人:张三||||",), "FOOTER"), (("打印时间: 2026-11-03 10:00||||",), "FOOTER"),
        (("制表人:张三||打印时间:2026-11-03 10:00||",), "FOOTER"),
        (("制表人 张三||||", "审核人 李四||||", "打印时间 2026-11-03||||", "第1页||||",
                "以上数据仅供内部使用||||"), "FOOTER"),
        (("合 计|||4|50.00",), "SUMMARY_ROW"), (("合计：50.00元||||",), "SUMMARY_ROW"),
        (("合计:1,050.00元||||",), "SUMMARY_ROW"), (("合计：1，050.00元||||",), "SUMMARY_ROW"),
        (("共3单||||50.00",), "SUMMARY_ROW"),
        (("本单总金额||||50.00",), "SUMMARY_ROW"),
        (("共2单|2026-11-02 09:00:00|S1|2|50.00",), "SUMMARY_ROW"), (("Σ|||2|50.00",), "SUMMARY_ROW"),
    ],
)  # fmt: skip
def test_notes_and_totals_under_the_rows_are_no_orders(notes: tuple[str, ...], rule: str) -> None:
    reading = mapped(table(HEADER, *ROWS, *notes))
    assert lines(reading) == LINES
    assert [(notice.rule, notice.count) for notice in reading.notices] == [(rule, len(notes))]
    short = mapped(
        "\n".join(
            [
                *(row.replace("|", ",") for row in (HEADER, *ROWS)),
                *(note.rstrip("|").replace("|", ",") for note in notes),
                "",
            ]
        ).encode()
    )
    assert lines(short) == LINES, "rows of fewer cells than the header, too"


def test_notes_in_a_column_of_moments_do_not_take_its_meaning() -> None:
    """Three notes under three rows: half of the payment column are words."""
    header = "付款时间|订单号|商品编码|数量|实付金额"
    rows = [f"{row.split('|')[1]}|{row.split('|')[0]}|{'|'.join(row.split('|')[2:])}" for row in ROWS]
    reading = mapped(table(header, *rows, "制表人:李工||||", "审核:||||", "以上数据仅供内部使用||||"))
    assert lines(reading) == LINES
    assert [(notice.rule, notice.count) for notice in reading.notices] == [("FOOTER", 3)]


def test_a_total_in_words_that_is_not_the_sum_is_told() -> None:
    reading = mapped(table(HEADER, *ROWS, "总金额||||55.00"))
    assert {notice.rule: notice.about for notice in reading.notices} == {
        "SUMMARY_ROW": "",
        "SUMMARY_DISAGREES": "实付金额",
    }


def test_orders_numbered_in_words_are_orders_and_so_is_a_row_with_a_time() -> None:
    by_hand = mapped(table(HEADER, "线下1|2026-11-01 10:00:00|S1|1|10.00", "线下2||S2|1|20.00"))
    assert by_hand.bronze["order_id"].to_list() == ["线下1", "线下2"]
    assert mapped(table(HEADER, *ROWS, "补单3|2026-11-02 10:00:00|S1|1|1.00")).bronze.height == 4


# --- headers and merged cells -------------------------------------------------------------------------------


def workbook(rows: list[list[str]], *merged: tuple[str, str]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet("订单")
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
        for cells, word in merged:
            page.merge_range(cells, word)
    return out.getvalue()


def test_an_order_number_in_merged_cells_is_that_of_all_its_rows() -> None:
    """The amounts differ by row: without its number the second row would be no evidence, and both were set
    aside.
    """
    rows = [HEADER.split("|"), *(row.split("|") for row in ROWS)]
    assert lines(mapped(workbook(rows, ("A2:A3", "260001"), ("B2:B3", "2026-11-01 10:00:00")))) == LINES
    below = [["订单信息", "", "商品信息", "", "金额"], *rows]
    merged = (
        ("A1:B1", "订单信息"),
        ("C1:D1", "商品信息"),
        ("A3:A4", "260001"),
        ("B3:B4", "2026-11-01 10:00:00"),
    )
    assert lines(mapped(workbook(below, *merged))) == LINES


def test_a_header_over_two_lines_is_one() -> None:
    """Under 金额 stand two amounts: the second is what was paid."""
    two = table(
        "订单号|付款时间|商品编码|数量|金额|",
        "||||应付|实付",
        *(f"{row.rpartition('|')[0]}|99.00|{row.rpartition('|')[2]}" for row in ROWS),
    )
    assert lines(mapped(two)) == LINES


@pytest.mark.parametrize(("total", "agrees"), [("170.00", True), ("270.00", True), ("171.00", False)])
def test_a_total_is_of_rows_or_of_orders_written_on_each_row(total: str, agrees: bool) -> None:
    rows = [
        "260001|2026-11-01 10:00:00|S1|1|100.00",
        "260001|2026-11-01 10:00:00|S2|1|100.00",
        "260002|2026-11-02 10:00:00|S1|2|70.00",
    ]
    reading = mapped(table(HEADER, *rows, f"合计|||4|{total}"))
    told = {notice.rule for notice in reading.notices}
    assert ("SUMMARY_DISAGREES" not in told) == agrees and "SUMMARY_ROW" in told
