"""Which row of a strange table is its header: the first that says it, on the first sheet that has it."""

from __future__ import annotations

import io

import pytest
import xlsxwriter
from mapping_cases import table

from connectors.mapping.propose import Proposal, propose

HEADER = "订单编号|下单日期|付款日期|商家编码|件数|实付"


def order(number: str, yuan: str) -> str:
    return f"{number}|2026-11-01 10:00:00|2026-11-01 10:01:00|YS01|1|{yuan}"


def workbook(*sheets: tuple[str, ...]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row.split("|"))
    return out.getvalue()


def examples(proposal: Proposal, name: str) -> tuple[str, ...]:
    return next(match.examples for match in proposal.matches if match.name == name)


@pytest.mark.parametrize("again", [HEADER, "订单编号|实付||||", "订单编号|下单日期|付款日期|商家编码|件数|"])
def test_a_header_printed_anew_on_each_page_is_found_where_it_stands_first(again: str) -> None:
    """Whoever reads from a later one leaves the first page out."""
    proposal = propose(table(HEADER, order("A1", "1.00"), again, order("A2", "2.00")), kind="orders")
    assert proposal.header_row == 1
    assert {match.header: match.how for match in proposal.matches} == dict.fromkeys(
        HEADER.split("|"), "known"
    )
    assert examples(proposal, "order_id")[0] == "A1" and examples(proposal, "paid_fen")[0] == "1.00"


def test_of_two_sheets_of_one_header_the_first_is_shown() -> None:
    first, second = ("七月", HEADER, order("A7", "7.00")), ("云裳", "八月", HEADER, order("A8", "8.00"))
    proposal = propose(workbook(first, second), kind="orders")
    assert proposal.header_row == 2
    assert examples(proposal, "order_id") == ("A7",)
