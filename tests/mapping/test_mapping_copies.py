"""A table pasted again below itself: every line counts once, whatever tells that it is one; what nobody can
know is asked.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from mapping_cases import read, table
from public_path import Counter
from test_mapping_property import by_order

from connectors.mapping.answers import settled
from connectors.mapping.propose import Proposal, propose
from contracts.errors import UsageError

HEADER = "订单编号|子订单编号|下单时间|付款时间|订单状态|商家编码|数量|实付金额"
DAY = "2026-11-03 10:00:00|2026-11-03 10:01:00"
#: 185.00 in four orders, of which the second has two lines.
LINES = [
    ("P1", "P1-1", "Y1", "50.00"), ("P2", "P2-1", "Y1", "50.00"), ("P2", "P2-2", "Y2", "35.00"),
    ("P3", "P3-1", "Y1", "30.00"), ("P4", "P4-1", "Y3", "20.00"),
]  # fmt: skip
TRUTH = {"P1": 5_000, "P2": 8_500, "P3": 3_000, "P4": 2_000}


def numbered(status: str = "已发货") -> list[str]:
    return [f"{order}|{line}|{DAY}|{status}|{sku}|1|{yuan}" for order, line, sku, yuan in LINES]


def unnumbered(lines: list[tuple[str, str, str, str]] = LINES) -> list[str]:
    return [f"{order}|{DAY}|已发货|{sku}|1|{yuan}" for order, _, sku, yuan in lines]


BARE = HEADER.replace("子订单编号|", "")


def paid(data: bytes, *held: str, **answers: str) -> dict[str, int]:
    proposal = propose(data, kind="orders")
    own = settled(proposal, {"amount.实付金额": "each"} | answers)
    return by_order(data, own.model_copy(update={"platform": "other"}), *held)[0]


def said(proposal: Proposal) -> str:
    return " ".join(finding.zh for finding in proposal.findings)


@pytest.mark.parametrize("header_again", [[], [HEADER]])
def test_lines_that_have_numbers_count_once(header_again: list[str]) -> None:
    data = table(HEADER, *numbered(), *header_again, *numbered())
    assert paid(data) == TRUTH
    assert "5 行是前面的行又写了一遍" in said(propose(data, kind="orders"))
    assert {match.name: match.how for match in propose(data, kind="orders").matches}[
        "order_line_id"
    ] == "known"
    assert (
        propose(data, kind="orders").questions == propose(table(HEADER, *numbered()), kind="orders").questions
    )


def test_orders_without_numbers_of_lines_that_come_again_in_turn_are_set_aside() -> None:
    data = table(BARE, *unnumbered(), *unnumbered())
    own = settled(propose(data, kind="orders"), {"amount.实付金额": "each"})
    assert paid(data, "PASTED_AGAIN") == TRUTH
    told = read(data, [own.model_copy(update={"platform": "other"})])
    assert told.quarantine.select("_row_number", "rule_name").rows() == [
        (row, "PASTED_AGAIN") for row in range(7, 12)
    ]
    assert "5 行是前面的行又写了一遍" in said(propose(data, kind="orders"))


@pytest.mark.parametrize(
    "lines",
    [
        [LINES[0], LINES[0], LINES[1], LINES[1], LINES[3]],  # two pieces of an order on two rows
        [*LINES, *LINES[:2]],  # two orders are no table
        [*LINES, *LINES[:1], ("P5", "", "Y1", "1.00"), *LINES[3:]],  # nor are two here and two there
    ],
)
def test_equal_rows_that_may_be_lines_of_their_own_count_each(lines: list[tuple[str, str, str, str]]) -> None:
    data = table(BARE, *unnumbered(lines))
    assert sum(paid(data).values()) == sum(round(float(yuan) * 100) for *_, yuan in lines)
    assert "又写了一遍" not in said(propose(data, kind="orders"))


def test_lines_in_two_states_are_asked_about() -> None:
    """An older export with the newer one below it."""
    data = table(HEADER, *numbered("已发货"), *numbered("交易成功"))
    (question,) = [
        item for item in propose(data, kind="orders").questions if item.key == "columns.order_line_id"
    ]
    assert question.options == ("子订单编号", "-") and question.default == "" and "P1-1" in question.zh
    with pytest.raises(UsageError) as left_open:
        paid(data)
    assert left_open.value.rule == "OPEN_QUESTION"
    assert paid(data, **{"columns.order_line_id": "子订单编号"}) == TRUTH


def test_a_number_several_goods_share_is_not_asked_about() -> None:
    """A set sold under one number, its parts on rows of their own."""
    data = table(HEADER, *(row.replace("P2-2", "P2-1") for row in numbered()))
    assert "columns.order_line_id" not in {item.key for item in propose(data, kind="orders").questions}
    assert paid(data) == TRUTH


def test_after_sales_pasted_again_go_back_once() -> None:
    header = "售后单号|订单号|售后状态|退款时间|商品编码|退款金额"
    rows = [f"R{place}|P{place}|退款成功|2026-11-09 10:00:00|Y1|{place}.00" for place in range(1, 5)]
    data = table(header, *rows, *rows)
    own = settled(propose(data, kind="after_sales"), {}).model_copy(update={"platform": "other"})
    assert read(data, [own]).bronze["refund_fen"].sum() == 1_000


@pytest.mark.parametrize(("header", "rows"), [(HEADER, numbered()), (BARE, unnumbered())])
def test_what_the_pages_show_is_the_table_once(header: str, rows: list[str], tmp_path: Path) -> None:
    counter, data = Counter(tmp_path), table(header, *rows, *rows)
    assert counter.map("订单.csv", data, "amount.实付金额=each").exit_code == 0
    receipt = counter.ingest("订单.csv", data)
    assert receipt["rows_read"] == 10 and receipt["published"] == 5
    assert counter.ask("paid_gmv") == {"paid_gmv": 18_500}
