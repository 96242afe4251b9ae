"""Cells written ``="…"`` so that no spreadsheet makes a number of them: what stands inside, in every
column.
"""

from __future__ import annotations

import csv
import io

import pytest

from connectors.files.tabular import open_sheets

ROWS = [
    ["订单编号", "付款时间", "商家编码", "实付金额", "商品名称"],
    ["692010000000000201", "2026-11-03 10:01:00", "YS01", "99.00", '10" 屏,"大"号'],
    ["692010000000000202", "", "YS,02", "-1.50", '="'],
]


def wrapped(rows: list[list[str]]) -> list[list[str]]:
    return [[f'="{cell}"' for cell in row] for row in rows]


@pytest.mark.parametrize("head", [ROWS[:1], wrapped(ROWS[:1])])
@pytest.mark.parametrize("mark", [",", "\t"])
def test_a_text_formula_is_its_text(head: list[list[str]], mark: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\r\n").writerows([*head, *wrapped(ROWS[1:])])
    (sheet,) = open_sheets(out.getvalue().encode())
    assert sheet.head[0] == ROWS[0]
    table, misfits = sheet.read(0)
    assert misfits.is_empty()
    assert [list(row) for row in table.drop("_row_number").rows()] == ROWS[1:]


def test_as_programs_write_them_without_quoting_the_cell() -> None:
    (sheet,) = open_sheets(b'a,b\r\n="0012",="2026-11-03 10:00:00"\r\n')
    assert sheet.read(0)[0].drop("_row_number").rows() == [("0012", "2026-11-03 10:00:00")]


def test_tabs_between_cells_that_are_all_quoted_separate_them() -> None:
    (sheet,) = open_sheets(b'"a"\t"b, c"\t"d"\r\n"1"\t"2,3"\t"4"\r\n')
    assert sheet.head[0] == ["a", "b, c", "d"]
    assert sheet.read(0)[0].drop("_row_number").rows() == [("1", "2,3", "4")]
