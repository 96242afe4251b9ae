"""Profit as a merchant asks for it: of what is known, with how much that is; empty where nothing is."""

from __future__ import annotations

import pytest
from metrics_cases import AT, MARCH, association, day, merchant

from contracts.errors import UsageError
from metrics.query.amounts import share
from metrics.query.ask import Note, ask
from metrics.reports.profit_steps import paid_by, profit_steps
from warehouse.place import Place

PROFIT = ["gross_profit", "contribution", "cost_coverage"]


def noted(notes: list[Note]) -> dict[str, tuple[int | None, str]]:
    return {note.code: (note.amount_fen, note.zh) for note in notes}


def test_profit_is_of_what_is_known_and_says_how_much(shown: Place) -> None:
    answer = ask(merchant(shown), PROFIT, where={"shop": "s1"}, period=MARCH)
    # 60.00 − 20.00 − 15.00 − 1.00; then − 3.00 − 6.00 − 0.50 − 1.50 − 2.00 − 9.00 − 1.00
    assert answer.rows.row(0) == (24_00, 1_00, pytest.approx(6000 / 15001))
    found = noted(answer.notes)
    assert {code: fen for code, (fen, _) in found.items()} == {"COST_UNTOLD": 90_01, "FEES_UNTOLD": 105_01}
    assert "成本已知的只占支付金额的 39.9%" in found["COST_UNTOLD"][1] and "29.9%" in found["FEES_UNTOLD"][1]


def test_nothing_known_is_empty_and_not_nothing(shown: Place) -> None:
    answer = ask(merchant(shown), PROFIT, by=["platform"], period=MARCH)
    assert answer.rows.rows() == [
        ("douyin", 24_00, 1_00, pytest.approx(6000 / 15001)),
        ("taobao", None, None, 0.0),
    ]
    by_style = ask(
        merchant(shown), ["gross_profit", "contribution"], by=["style"], where={"shop": "s1"}, period=MARCH
    )
    assert by_style.rows.rows() == [("A", 24_00, 11_00), ("B", None, None), ("untold", 0, -10_00)]


def test_profit_is_as_old_as_its_orders_not_as_the_costs_ahead(shown: Place) -> None:
    answer = ask(merchant(shown), ["contribution"], where={"shop": "s1"})
    assert answer.last_date == day(12) and AT.date() < day(12)
    assert (
        answer.age is not None
        and answer.age
        == ask(merchant(shown), ["paid_gmv"], where={"shop": "s1"}, period=(day(1), day(1))).age
    )


def test_profit_stands_beside_what_was_paid(shown: Place) -> None:
    beside = ask(
        merchant(shown), ["paid_gmv", "gross_profit"], by=["date"], where={"shop": "s1"}, period=MARCH
    )
    assert beside.rows.rows() == [(day(1), 150_01, 24_00), (day(12), 0, 0)]


def test_a_share_that_lacks_anything_is_never_the_whole() -> None:
    assert [share(1, 0), share(99_999, 1), share(0, 5), share(2, 3)] == ["100.0%", "99.9%", "0.0%", "40.0%"]


def test_profit_by_creator_session_and_sku_is_that_of_their_lines_each_with_its_coverage(
    shown: Place,
) -> None:
    def told(by: str) -> dict[str, tuple[object, ...]]:
        return {
            row[0]: row[1:]
            for row in ask(merchant(shown), PROFIT, by=[by], where={"shop": "s1"}, period=MARCH).rows.rows()
        }

    # the creator bears the slot: 11.00 of the lines less 9.00 and 1.00; of the session's lines nothing is
    # unknown
    assert told("creator") == {"c1": (24_00, 1_00, 1.0), "untold": (None, None, 0.0)}
    assert told("session") == {"L1": (24_00, 11_00, 1.0), "untold": (None, None, 0.0)}
    assert told("sku") == {"A-M": (24_00, 11_00, 1.0), "A-L": (None, None, 0.0), "untold": (None, None, 0.0)}
    by_sku = ask(merchant(shown), ["contribution"], by=["sku"], where={"shop": "s1"}, period=MARCH)
    (empty,) = [note for note in by_sku.notes if note.code == "CELLS_EMPTY"]
    whole = ask(merchant(shown), ["contribution"], where={"shop": "s1"}, period=MARCH)
    assert empty.amount_fen == whole.rows.item() - by_sku.rows["contribution"].sum() == -10_00, (
        "what the cells miss of the total is said"
    )
    assert "CELLS_EMPTY" not in {note.code for note in whole.notes}
    assert dict(paid_by(merchant(shown), "sku", MARCH).rows()) == {
        "A-M": 60_00,
        "A-L": 30_00,
        "untold": 60_01 + 200_00,
    }
    both = ask(
        merchant(shown),
        ["gross_profit"],
        by=["style", "sku"],
        where={"shop": "s1", "creator": "c1"},
        period=MARCH,
    ).rows.rows()
    assert both == [("A", "A-M", 24_00), ("untold", "untold", 0)]


def test_steps_lead_from_paid_to_contribution_and_say_what_they_leave_out(shown: Place) -> None:
    found = profit_steps(merchant(shown), where={"shop": "s1"}, period=MARCH)
    steps = {row["step"]: row["fen"] for row in found.steps.iter_rows(named=True)}
    assert steps == {
        "cost_known_fen": 60_00, "costed_refund_fen": -20_00, "cost_fen": -15_00, "write_down_fen": -1_00,
        "cohort_fee_fen": -3_00,
        "cohort_commission_fen": -6_00, "freight_out_fen": -1_50, "freight_back_fen": -2_00,
        "packing_fen": -50, "slot_fee_fen": -9_00, "sample_fen": -1_00,
        "contribution": ask(merchant(shown), ["contribution"], where={"shop": "s1"}, period=MARCH)
        .rows.item(),
    }  # fmt: skip
    assert sum(list(steps.values())[:-1]) == steps["contribution"] == 1_00
    assert (found.paid_fen, found.untold_fen, found.unbilled_fen) == (150_01, 90_01, 15_00)
    with pytest.raises(UsageError):
        profit_steps(association(shown))
