"""A paid amount that refunds were taken from already: taken for what it is where the rows show it, asked
where they leave it open, and never taken from twice.
"""

from __future__ import annotations

import pytest
from mapping_cases import frames, table

from connectors.mapping.answers import settled
from connectors.mapping.propose import Proposal, propose
from contracts.errors import UsageError

HEADER = "订单号|订单状态|下单时间|付款时间|商品编码|数量|订单金额|退款金额|实付金额"
MOMENT = "2026-11-01 10:00:00"


def offered(*rows: tuple[str, str, str, str]) -> bytes:
    """Order, what was to be paid, what went back, what the sheet calls paid."""
    return table(
        HEADER,
        *(f"{order}|已完成|{MOMENT}|{MOMENT}|S1|1|{due}|{back}|{paid}" for order, due, back, paid in rows),
    )


def asks(proposal: Proposal) -> bool:
    return any(question.key == "net_of_refund" for question in proposal.questions)


def figures(data: bytes, **answers: str) -> tuple[int, int]:
    """What the orders paid and what went back."""
    own = settled(propose(data, kind="orders"), answers).model_copy(update={"platform": "other"})
    orders = frames(data, [own])["order"]
    return orders["paid_fen"].sum(), orders["stated_refund_fen"].sum()


def test_what_refunds_left_is_paid_together_with_them() -> None:
    data = offered(
        ("R1", "100.00", "30.00", "70.00"), ("R2", "200.00", "0.00", "200.00"), ("R3", "50.00", "", "45.00"),
        ("R4", "60.00", "60.00", "0.00"),
    )  # fmt: skip
    assert not asks(propose(data, kind="orders"))
    assert figures(data) == (10_000 + 20_000 + 4_500 + 6_000, 9_000)
    assert figures(data, net_of_refund="no") == (7_000 + 20_000 + 4_500, 9_000), "a person says otherwise"


@pytest.mark.parametrize(
    "row",
    [
        ("R1", "100.00", "30.00", "70.00"),
        ("R1", "100.00", "90.00", "5.00"),
        ("R1", "120.00", "100.00", "0.00"),
    ],
)
def test_one_row_proves_nothing_and_nobody_is_answered_for(row: tuple[str, str, str, str]) -> None:
    data = offered(row, ("R2", "200.00", "0.00", "200.00"))
    assert asks(propose(data, kind="orders"))
    with pytest.raises(UsageError, match="OPEN_QUESTION"):
        figures(data)
    whole, paid = (round(float(cell) * 100) for cell in (row[2], row[3]))
    assert figures(data, net_of_refund="yes") == (20_000 + paid + whole, whole)
    assert figures(data, net_of_refund="no") == (20_000 + paid, whole)


@pytest.mark.parametrize(
    "rows",
    [
        (("R1", "100.00", "30.00", "100.00"), ("R2", "50.00", "50.00", "50.00")),
        (("R1", "100.00", "30.00", "95.00"), ("R2", "50.00", "20.00", "30.00")),  # one speaks against it
        (("R1", "100.00", "0.00", "100.00"), ("R2", "50.00", "", "40.00")),
    ],
)
def test_amounts_as_they_were_paid_stay_as_they_are(rows: tuple[tuple[str, str, str, str], ...]) -> None:
    data = offered(*rows)
    assert not asks(propose(data, kind="orders"))
    assert figures(data)[0] == sum(round(float(paid) * 100) for *_, paid in rows)


def test_a_refund_of_the_whole_order_on_each_line_is_no_sign_of_it() -> None:
    data = table(
        HEADER,
        *(f"R1|已完成|{MOMENT}|{MOMENT}|S{place}|1|60.00|100.00|60.00" for place in (1, 2)),
        f"R2|已完成|{MOMENT}|{MOMENT}|S1|1|60.00|0.00|60.00",
    )
    assert not asks(propose(data, kind="orders"))
