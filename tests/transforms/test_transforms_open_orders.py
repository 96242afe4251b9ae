"""Order money that stands open: what is told of it where one item stands for several lines."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from test_transforms_ledgers import JULY, built, entries, lines, refunds


@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize(("seller", "channel"), [("own", "own_live"), ("creator", "unknown")])
def test_an_order_not_taken_back_is_of_a_channel_only_where_its_lines_agree(
    seller: str, channel: str, turn: int
) -> None:
    """Whichever of them comes first. The payout names the order, so it is one item."""
    usual = {"order_id": "A", "content_code": "live"}
    orders = [
        {**usual, "order_line_id": "a1", "seller_code": "own"},
        {**usual, "order_line_id": "a2", "seller_code": seller},
    ][::turn]
    back = [
        {"refund_id": f"r-{line}", "order_line_id": line, "refund_fen": 1_000, "refunded_at": JULY}
        for line in ("a1", "a2")
    ][::turn]
    sale = {"settlement_entry_id": "e", "order_id": "A", "settled_fen": 19_000}
    made = built(lines(*orders), refunds(*({"order_id": "A", **row} for row in back)), entries(sale))
    (item,) = made["mart_open_item"].iter_rows(named=True)
    assert (item["open_item_id"], item["open_fen"], item["channel_code"]) == ("A", -2_000, channel)
    assert (item["order_line_id"], item["paid_date"]) == (None, dt.date(2026, 6, 1))


SALE = {"settlement_entry_id": "e", "order_id": "A", "settled_fen": 9_500}


def two_lines(**cells: object) -> tuple[str, pl.DataFrame]:
    return lines(*({"order_id": "A", "order_line_id": line, **cells} for line in ("a1", "a2")))


def back(*told: tuple[str, int, str]) -> tuple[str, pl.DataFrame]:
    """After-sales of order A's only line: number, fen, moment."""
    return refunds(
        *(
            {"refund_id": name, "order_id": "A", "refund_fen": fen, "refunded_at": at}
            for name, fen, at in told
        )
    )


@pytest.mark.parametrize(
    ("bill", "left"),
    [
        ({}, set()),  # a payout of the order is one of all its lines
        ({"order_line_id": "a1"}, {"a2"}),
        ({"settled_at": None}, {"a1", "a2"}),  # announced, and not paid out
        ({"settlement_type_code": "fee"}, {"a1", "a2"}),
        ({"order_id": "B"}, {"a1", "a2"}),
    ],
)
def test_a_payout_answers_for_what_it_names(bill: dict[str, object], left: set[str]) -> None:
    made = built(two_lines(), entries({**SALE, **bill}))
    waiting = made["mart_open_item"].filter(pl.col("ledger_code") == "order")
    assert set(waiting["open_item_id"]) == left
    assert waiting["open_fen"].to_list() == [10_000] * len(left)


@pytest.mark.parametrize(
    ("cells", "reason", "since"),
    [
        ({}, "order_unfinished", dt.date(2026, 6, 1)),
        ({"order_status_code": "finished"}, "order_unsettled", dt.date(2026, 6, 1)),
        ({"finished_at": "2026-06-09 10:00:00"}, "order_unsettled", dt.date(2026, 6, 9)),
    ],
)
def test_an_order_waits_since_it_was_finished_or_else_paid(
    cells: dict[str, object], reason: str, since: dt.date
) -> None:
    other = entries({**SALE, "order_id": "B"})
    made = built(lines({"order_id": "A", **cells}, {"order_id": "B"}), other)
    (item,) = made["mart_open_item"].iter_rows(named=True)
    assert (item["open_item_id"], item["open_reason_code"], item["open_since_date"]) == ("A", reason, since)


BEFORE, AFTER, LATER = "2026-06-20 10:00:00", "2026-07-01 10:00:00", "2026-07-09 10:00:00"


@pytest.mark.parametrize(
    ("bill", "told", "left"),
    [
        ({}, [("r", 2_000, AFTER)], 2_000),
        ({}, [("r", 2_000, "2026-06-25 10:00:00")], 0),  # the payout of that moment knows of it
        ({}, [("r1", 1_000, BEFORE), ("r2", 2_000, AFTER)], 2_000),  # what was netted makes up for nothing
        ({"settled_refund_fen": 3_000}, [("r1", 1_000, BEFORE), ("r2", 2_000, AFTER)], 0),
        ({"settled_refund_fen": 1_500}, [("r1", 1_000, BEFORE), ("r2", 2_000, AFTER)], 1_500),
        ({"settled_refund_fen": 500}, [("r1", 1_000, BEFORE), ("r2", 2_000, AFTER)], 2_000),
    ],
)
def test_a_payout_that_is_told_anew_holds_the_refunds_beyond_those_before_it(
    bill: dict[str, object], told: list[tuple[str, int, str]], left: int
) -> None:
    made = built(lines({"order_id": "A"}), back(*told), entries({**SALE, **bill}))
    assert made["mart_open_item"]["open_fen"].to_list() == ([-left] if left else [])


def test_of_several_payouts_the_last_knew_of_the_refunds_before_it() -> None:
    orders, second = lines({"order_id": "A"}), {**SALE, "settlement_entry_id": "f", "settled_at": JULY}
    refund = back(("r", 2_000, AFTER))
    assert built(orders, refund, entries(SALE))["mart_open_item"]["open_fen"].to_list() == [-2_000]
    assert built(orders, refund, entries(SALE, second))["mart_open_item"].is_empty()


@pytest.mark.parametrize(
    "taken",
    [
        {"settled_fen": -2_000},
        {"settled_fen": -1_900, "settled_refund_fen": 2_000},  # a fee came back
        {"settled_fen": -1_900, "income_fen": -2_000},
        {"settled_fen": 0, "income_fen": -2_000},
    ],
)
def test_a_take_back_answers_with_the_most_it_tells(taken: dict[str, int]) -> None:
    sale = {**SALE, "settlement_type_code": "sale"}
    row = {"settlement_entry_id": "t", "order_id": "A", "settlement_type_code": "refund_after", **taken}
    made = built(
        lines({"order_id": "A"}), back(("r", 2_000, AFTER)), entries(sale, {**row, "settled_at": JULY})
    )
    assert made["mart_open_item"].is_empty()


def test_money_not_taken_back_stands_open_since_the_first_refund_after_the_payout() -> None:
    told = back(("r0", 500, BEFORE), ("r1", 1_000, LATER), ("r2", 2_000, AFTER))
    (item,) = built(lines({"order_id": "A"}), told, entries(SALE))["mart_open_item"].iter_rows(named=True)
    assert (item["open_fen"], item["open_since_date"]) == (-3_000, dt.date(2026, 7, 1))
    assert (item["order_id"], item["order_line_id"]) == ("A", "A")


def test_a_refund_that_is_not_done_is_nothing_to_take_back() -> None:
    told = refunds({"refund_id": "r", "order_id": "A", "refund_fen": 2_000, "refunded_at": None})
    assert built(lines({"order_id": "A"}), told, entries(SALE))["mart_open_item"].is_empty()


@pytest.mark.parametrize(("fen", "at", "left"), [(9_999, BEFORE, 1), (10_000, BEFORE, 0), (1, AFTER, -1)])
def test_one_fen_that_is_left_stands_open(fen: int, at: str, left: int) -> None:
    """Of an order that waits for its payout, and of one that was paid out."""
    bill = entries({**SALE, "order_id": "A" if left < 0 else "B"})
    made = built(lines({"order_id": "A"}, {"order_id": "B", "paid_at": None}), back(("r", fen, at)), bill)
    assert made["mart_open_item"]["open_fen"].to_list() == ([left] if left else [])


@pytest.mark.parametrize("fen", [0, 500])
def test_a_take_back_that_takes_nothing_answers_nothing(fen: int) -> None:
    """Or gives some back: what the buyer got stands open all the same."""
    row = {"settlement_entry_id": "t", "order_id": "A", "settlement_type_code": "refund_after"}
    bill = entries({**SALE, "settlement_type_code": "sale"}, {**row, "settled_fen": fen, "settled_at": JULY})
    made = built(lines({"order_id": "A"}), back(("r", 2_000, AFTER)), bill)
    assert made["mart_open_item"]["open_fen"].to_list() == [-2_000]
