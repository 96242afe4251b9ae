"""Which movement of the account carried which entry of the bill, on either side of every condition."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from test_transforms_ledgers import JULY, JUNE, built, entries, funds, lines

Row = dict[str, Any]
ORDERS = lines(
    {"order_id": "A", "order_line_id": "a1"},
    {"order_id": "A", "order_line_id": "a2"},
    {"order_id": "B", "order_line_id": "B"},
)


def paired(bill: list[Row], account: list[Row]) -> tuple[dict[str, str], dict[str, str | None]]:
    """Entry → how it was funded, and movement → its entry; both of order A where nothing else is told."""
    ours = entries(*({"order_id": "A", "settlement_entry_id": f"e{n}", **row} for n, row in enumerate(bill)))
    theirs = funds(*({"order_id": "A", "fund_entry_id": f"f{n}", **row} for n, row in enumerate(account)))
    made = built(ORDERS, ours, theirs)
    how = made["fct_settlement_entry"].select("settlement_entry_id", "funding_code")
    whose = made["fct_fund_entry"].select("fund_entry_id", "settlement_entry_id")
    return dict(how.iter_rows()), dict(whose.iter_rows())


def test_equal_amounts_are_paired_in_the_order_of_their_moments() -> None:
    bill = [{"settled_fen": 900, "settled_at": JULY}, {"settled_fen": 900, "settled_at": JUNE}]
    account = [
        {"moved_fen": 900, "moved_at": "2026-07-09 10:00:00"},
        {"moved_fen": 900, "moved_at": "2026-06-28 10:00:00"},
    ]
    assert paired(bill, account)[1] == {"f0": "e0", "f1": "e1"}
    assert paired(bill, account[:1])[1] == {"f0": "e1"}, "one movement is the first entry's"


def test_a_movement_that_names_the_line_is_that_lines() -> None:
    bill = [{"settled_fen": 900}, {"settled_fen": 900, "order_line_id": "a2"}]
    assert paired(bill, [{"moved_fen": 900, "order_line_id": "a2"}])[1] == {"f0": "e1"}


@pytest.mark.parametrize(
    ("bill", "account", "how"),
    [
        ([{"settled_fen": 900}], [{"moved_fen": 900}], "entry"),
        ([{"settled_fen": 900}], [{"moved_fen": 901}], "none"),
        ([{"settled_fen": 900}], [{"moved_fen": 900, "order_id": "B"}], "none"),
        ([{"settled_fen": 900, "settled_at": None}], [{"moved_fen": 900}], "none"),
        ([{"settled_fen": 0}], [{"moved_fen": 0}], "none"),
        ([{"settled_fen": 1}], [{"moved_fen": 1}], "entry"),
        ([{"settled_fen": -1}], [{"moved_fen": -1}], "entry"),
        ([{"settled_fen": 900}], [{"moved_fen": 500}, {"moved_fen": 400}], "order"),
        ([{"settled_fen": 900}], [{"moved_fen": 500}, {"moved_fen": 401}], "none"),
        ([{"settled_fen": 900}], [{"moved_fen": 500}, {"moved_fen": 400, "order_id": "B"}], "none"),
        (
            [{"settled_fen": 900}],
            [{"moved_fen": 500}, {"moved_fen": 400, "fund_type_code": "deposit"}],
            "none",
        ),
        ([{"settled_fen": 900}], [{"moved_fen": 500}, {"moved_fen": 400, "shop_id": "t"}], "none"),
    ],
)
def test_an_entry_is_funded_by_its_order_and_to_the_fen(
    bill: list[Row], account: list[Row], how: str
) -> None:
    assert paired(bill, account)[0]["e0"] == how


def test_what_was_paired_one_by_one_is_no_part_of_a_sum() -> None:
    bill = [{"settled_fen": 900}, {"settled_fen": 1_000}]
    account = [{"moved_fen": 900}, {"moved_fen": 600}, {"moved_fen": 400}]
    assert paired(bill, account) == ({"e0": "entry", "e1": "order"}, {"f0": "e0", "f1": "e1", "f2": "e1"})


def test_a_bill_that_is_the_account_at_once_is_paired_by_number_whatever_it_names() -> None:
    bill = [{"settled_fen": 900, "settlement_entry_id": "same", "order_id": None}]
    account = [{"moved_fen": 900, "fund_entry_id": "same", "order_id": None}]
    assert paired(bill, account) == ({"same": "entry"}, {"same": "same"})
    elsewhere = [{**account[0], "shop_id": "t"}]
    assert paired(bill, elsewhere)[0] == {"same": "none"}, "numbers are a shop's own"


NAMELESS = {"order_id": None}


@pytest.mark.parametrize(
    ("bill", "moved", "how"),
    [
        ({}, {}, "day"),
        ({"settled_fen": 899}, {}, "none"),
        ({"settled_fen": -1}, {"moved_fen": 99}, "day"),
        ({"settled_fen": 1}, {"moved_fen": 101}, "day"),
        ({"settled_fen": -101}, {"moved_fen": -1}, "day"),
        ({"settled_fen": -99}, {"moved_fen": 1}, "day"),
        ({}, {"moved_at": JULY}, "none"),
        ({}, {"moved_at": "2026-06-25 23:59:59"}, "day"),
        ({}, {"shop_id": "t"}, "none"),
        ({}, {"fund_type_code": "transfer"}, "none"),
        ({}, {"order_id": "gone"}, "none"),
        ({}, {"refund_id": "gone"}, "none"),
        ({"settlement_type_code": "insurance"}, {}, "none"),
    ],
)
def test_a_day_paid_in_one_sum_answers_its_entries(bill: Row, moved: Row, how: str) -> None:
    """Two entries of orders, and a movement that names none."""
    told = [{"settled_fen": 900, "order_id": "A", **bill}, {"settled_fen": 100, "order_id": "B"}]
    account = [{"moved_fen": 1_000, **NAMELESS, **moved}]
    assert paired(told, account)[0]["e0"] == how


def test_what_is_answered_otherwise_is_no_part_of_a_days_sum() -> None:
    bill = [{"settled_fen": 900}, {"settled_fen": 100, "order_id": "B"}]
    account = [{"moved_fen": 900}, {"moved_fen": 60, **NAMELESS}, {"moved_fen": 40, **NAMELESS}]
    assert paired(bill, account)[0] == {"e0": "entry", "e1": "day"}
    made = built(ORDERS, entries({"settlement_entry_id": "e", "order_id": "B", "settled_fen": 100}), funds(
        {"fund_entry_id": "f", "moved_fen": 100}, {"fund_entry_id": "g", "order_id": "A", "moved_fen": 5}
    ))  # fmt: skip
    assert dict(made["fct_fund_entry"].select("fund_entry_id", "match_code").iter_rows())["f"] == "day"
    assert made["mart_open_item"].filter(pl.col("open_item_id") == "f").is_empty()
