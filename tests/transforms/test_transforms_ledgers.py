"""Ledgers by hand: each row finds what its own numbers name, each fen is counted once, and what is left says
why it stands open.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from transforms_cases import Arrivals, fold, gold, observed

from contracts.canonical import FUND_ENTRY, OF_ORDERS, SETTLEMENT_ENTRY
from transforms import ledgers
from transforms.currency import convert_orders
from transforms.gold import additive_marts
from transforms.silver.states import current

NO_RATES = pl.DataFrame(schema={"rate_date": pl.Date, "currency_code": pl.String, "cny_e8_number": pl.Int64})
JUNE, JULY = "2026-06-25 10:00:00", "2026-07-05 10:00:00"


def lines(*rows: dict[str, Any]) -> tuple[str, pl.DataFrame]:
    usual = {
        "created_at": "2026-06-01 10:00:00",
        "paid_at": "2026-06-01 10:01:00",
        "paid_fen": 10_000,
        "placed_fen": 10_000,
        "line_qty": 1,
    }
    return "order_line", observed("order_line", *({**usual, **row} for row in rows))


def entries(*rows: dict[str, Any]) -> tuple[str, pl.DataFrame]:
    usual = {"settlement_type_code": "sale", "settled_at": JUNE, "order_line_id": None}
    return "settlement_entry", observed("settlement_entry", *({**usual, **row} for row in rows))


def funds(*rows: dict[str, Any]) -> tuple[str, pl.DataFrame]:
    usual = {"fund_type_code": "sale", "moved_at": JUNE, "order_line_id": None}
    return "fund_entry", observed("fund_entry", *({**usual, **row} for row in rows))


def refunds(*rows: dict[str, Any]) -> tuple[str, pl.DataFrame]:
    return "refund_line", observed("refund_line", *rows)


def built(*arrivals: tuple[str, pl.DataFrame], rates: pl.DataFrame = NO_RATES) -> dict[str, pl.DataFrame]:
    """Every gold table of the ledgers; each statement closes, whatever was given."""
    states = fold(Arrivals(arrivals))
    now = {
        table.name: current(table, states[table.name]) for table in (*OF_ORDERS, SETTLEMENT_ENTRY, FUND_ENTRY)
    }
    facts = gold({**states, **convert_orders({table.name: now[table.name] for table in OF_ORDERS}, rates)})
    made = ledgers.build(now, facts.lines, facts.refunds, rates)
    statement = made["mart_statement_monthly"]
    assert (
        statement["total_fen"]
        == statement["matched_fen"] + statement["explained_fen"] + statement["open_fen"]
    ).all()
    return made | {
        name: mart.build(made)
        for name, mart in additive_marts().items()
        if name.startswith("mart_settlement")
    }


def items(made: dict[str, pl.DataFrame]) -> dict[tuple[str, str], tuple[str, int]]:
    """(ledger, item) → reason and open money."""
    rows = made["mart_open_item"].select("ledger_code", "open_item_id", "open_reason_code", "open_fen")
    return {(ledger, item): (reason, fen) for ledger, item, reason, fen in rows.iter_rows()}


def entry(made: dict[str, pl.DataFrame], name: str) -> dict[str, Any]:
    return made["fct_settlement_entry"].row(by_predicate=pl.col("settlement_entry_id") == name, named=True)


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({"order_line_id": "a1"}, ("line", "A", "a1")),
        ({"order_id": "A", "order_line_id": "a1"}, ("line", "A", "a1")),
        ({"order_id": "A", "order_line_id": "b1"}, ("order", "A", None)),
        ({"order_id": "A", "product_id": "p2"}, ("line", "A", "a2")),
        ({"order_id": "A"}, ("order", "A", None)),
        ({"order_id": "B"}, ("line", "B", "b1")),
        ({"refund_id": "r1"}, ("refund", "A", "a2")),
        ({"order_id": "B", "refund_id": "r1"}, ("line", "B", "b1")),
        (
            {"order_id": "C", "product_id": "p3"},
            ("line", "C", "c1"),
        ),  # the same goods given on top are no second candidate
        ({"order_id": "C"}, ("order", "C", None)),
        ({"order_id": "gone", "order_line_id": "g1"}, ("none", "gone", "g1")),
        ({}, ("none", None, None)),
    ],
)
def test_an_entry_finds_what_its_numbers_name(
    told: dict[str, str], found: tuple[str, str | None, str | None]
) -> None:
    orders = lines(
        {"order_id": "A", "order_line_id": "a1", "product_id": "p1"},
        {"order_id": "A", "order_line_id": "a2", "product_id": "p2"},
        {"order_id": "B", "order_line_id": "b1"},
        {"order_id": "B", "order_line_id": "b2", "is_gift": True, "paid_fen": 0, "placed_fen": 0},
        {"order_id": "C", "order_line_id": "c1", "product_id": "p3"},
        {
            "order_id": "C",
            "order_line_id": "c2",
            "product_id": "p3",
            "is_gift": True,
            "paid_fen": 0,
            "placed_fen": 0,
        },
        {"order_id": "C", "order_line_id": "c3", "product_id": "p4"},
    )
    back = refunds(
        {"refund_id": "r1", "order_id": "A", "order_line_id": "a2", "refund_fen": 100, "refunded_at": JUNE}
    )
    made = built(orders, back, entries({"settlement_entry_id": "e", "settled_fen": 9_000, **told}))
    row = entry(made, "e")
    assert (row["match_code"], row["order_id"], row["order_line_id"]) == found


def test_an_entry_that_names_only_its_order_takes_what_the_orders_goods_agree_on() -> None:
    """Gifts have no say: they may come from elsewhere. On what the goods differ nothing is told."""
    usual = {"order_id": "A", "content_code": "live", "seller_code": "own", "province_name": "广东省"}
    orders = lines(
        {**usual, "order_line_id": "a1", "sku_code": "red"},
        {**usual, "order_line_id": "a2", "sku_code": "blue"},
        {
            "order_id": "A",
            "order_line_id": "a3",
            "is_gift": True,
            "paid_fen": 0,
            "placed_fen": 0,
            "content_code": "video",
            "province_name": "浙江省",
        },
    )
    row = entry(
        built(orders, entries({"settlement_entry_id": "e", "order_id": "A", "settled_fen": 9_000})), "e"
    )
    assert (row["match_code"], row["order_line_id"]) == ("order", None)
    assert (row["channel_code"], row["paid_date"], row["province_name"], row["sku_code"]) == (
        "own_live",
        dt.date(2026, 6, 1),
        "广东省",
        None,
    )


def test_commission_is_counted_once_across_months() -> None:
    """The bill of June and the one of July both hold the payout of 25 June.

    What came back in July stands in July.
    """
    orders = lines({"order_id": "A"})
    sale = {"settlement_entry_id": "e1", "order_id": "A", "settled_fen": 7_500, "income_fen": 10_000,
        "expense_fen": -2_500, "commission_creator_fen": 2_000,
            "platform_fee_fen": 500}  # fmt: skip
    back = {"settlement_entry_id": "e2", "order_id": "A", "settlement_type_code": "refund_after",
        "settled_at": JULY, "settled_fen": -7_500,
            "income_fen": -10_000, "expense_fen": 2_500, "commission_creator_fen": -2_000,
            "platform_fee_fen": -500}  # fmt: skip
    june = entries(sale | {"_export_id": "june"})
    july = entries(sale | {"_export_id": "july"}, back | {"_export_id": "july"})
    made = built(orders, june, july)
    daily = (
        made["mart_settlement_daily"]
        .select("business_date", "commission_fen", "platform_fee_fen", "settled_fen", "settled_goods_fen")
        .sort("business_date")
    )
    assert daily.rows() == [
        (dt.date(2026, 6, 25), 2_000, 500, 7_500, 10_000),
        (dt.date(2026, 7, 5), -2_000, -500, -7_500, -10_000),
    ]
    assert built(orders, july, june)["fct_settlement_entry"].equals(made["fct_settlement_entry"])


def test_an_entry_leads_from_the_day_it_was_paid_to_the_day_its_money_moved() -> None:
    """One to one by day; what moved as something else, only in sum, or not at all stands apart, and all of it
    is what was settled.
    """
    orders = lines({"order_id": "A"}, {"order_id": "B"}, {"order_id": "C"}, {"order_id": "D"})
    bill = entries(
        {"settlement_entry_id": "e1", "order_id": "A", "settled_fen": 7_000, "platform_fee_fen": 500},
        {"settlement_entry_id": "e2", "order_id": "B", "settled_fen": 5_000},
        {
            "settlement_entry_id": "e3",
            "order_id": "C",
            "settled_fen": -200,
            "settlement_type_code": "insurance",
        },
        {"settlement_entry_id": "e4", "order_id": "D", "settled_fen": 900},
        {"settlement_entry_id": "e5", "settled_fen": -40, "settlement_type_code": "fee"},
    )
    account = funds(
        {"fund_entry_id": "f1", "order_id": "A", "moved_fen": 7_000, "moved_at": JULY},
        {"fund_entry_id": "f2", "order_id": "B", "moved_fen": 3_000},
        {"fund_entry_id": "f3", "order_id": "B", "moved_fen": 2_000, "moved_at": JULY},
        {"fund_entry_id": "f4", "order_id": "C", "moved_fen": -200, "fund_type_code": "insurance"},
        {"fund_entry_id": "f5", "order_id": "gone", "moved_fen": 30},
    )
    made = built(orders, bill, account)
    paid, june, july = dt.date(2026, 6, 1), dt.date(2026, 6, 25), dt.date(2026, 7, 5)
    measures = [
        "settled_fen",
        "settled_goods_fen",
        "unplaced_goods_fen",
        "unfunded_fen",
        "summed_fen",
        "beside_fen",
    ]
    flow = (
        made["mart_settlement_flow_daily"]
        .select("business_date", "paid_date", "funded_date", *measures)
        .sort("paid_date", "funded_date")
    )
    assert flow.rows() == [
        (june, paid, june, 5_700, 5_900, 0, 900, 5_000, -200),
        (june, paid, july, 7_000, 7_500, 0, 0, 0, 0),
        (june, june, june, -40, -40, -40, -40, 0, 0),
    ]
    daily = (
        made["mart_settlement_daily"]
        .group_by("business_date")
        .agg(pl.col("funded_fen", "unanswered_fen", "summed_moved_fen").sum())
        .sort("business_date")
    )
    assert daily.rows() == [(june, 3_030, 30, 3_000), (july, 9_000, 0, 2_000)]


def test_a_settlement_reversed_after_the_refund_nets_to_zero() -> None:
    orders = lines({"order_id": "A", "order_status_code": "finished"})
    back = refunds(
        {"refund_id": "r1", "order_id": "A", "refund_fen": 10_000, "refunded_at": "2026-07-01 09:00:00"}
    )
    sale = {"settlement_entry_id": "e1", "order_id": "A", "settled_fen": 9_500, "platform_fee_fen": 500}
    waiting = built(orders, back, entries(sale))
    assert items(waiting) == {("order", "A"): ("refunded_after_settlement", -10_000)}
    # the platform gives its fee back and takes the rest: what left the merchant is less than what the buyer
    # got
    reversal = {"settlement_entry_id": "e2", "order_id": "A", "settlement_type_code": "refund_after",
        "settled_at": JULY, "settled_fen": -9_500,
                "platform_fee_fen": -500, "settled_refund_fen": 10_000}  # fmt: skip
    made = built(orders, back, entries(sale, reversal))
    assert items(made) == {}
    assert made["fct_settlement_entry"]["settled_fen"].sum() == 0
    assert made["mart_settlement_daily"]["settled_goods_fen"].sum() == 0
    assert entry(made, "e2")["match_code"] == "line"


def test_a_take_back_without_a_number_is_the_refund_of_its_amount() -> None:
    orders = lines({"order_id": "A"})
    back = refunds(
        {"refund_id": "r1", "order_id": "A", "refund_fen": 3_000, "refunded_at": JULY},
        {"refund_id": "r2", "order_id": "A", "refund_fen": 4_000, "refunded_at": JULY},
    )
    taken = {
        "settlement_entry_id": "e2",
        "order_id": "A",
        "settlement_type_code": "refund_after",
        "settled_at": JULY,
        "settled_fen": -4_000,
    }
    made = built(
        orders, back, entries({"settlement_entry_id": "e1", "order_id": "A", "settled_fen": 9_500}, taken)
    )
    assert (entry(made, "e1")["refund_id"], entry(made, "e2")["refund_id"]) == (None, "r2")
    assert items(made) == {("order", "A"): ("refunded_after_settlement", -3_000)}


@pytest.mark.parametrize(("named", "left"), [(True, {"a1": -3_000}), (False, {"A": -3_000})])
def test_refunds_after_the_payout_are_taken_back_by_line_or_by_order_as_the_bill_names_them(
    named: bool, left: dict[str, int]
) -> None:
    """Of an order whose payout names no line a take-back answers for all of them."""
    orders = lines(*({"order_id": "A", "order_line_id": line} for line in ("a1", "a2")))
    back = refunds(
        *(
            {
                "refund_id": f"r-{line}",
                "order_id": "A",
                "order_line_id": line,
                "refund_fen": fen,
                "refunded_at": JULY,
            }
            for line, fen in (("a1", 3_000), ("a2", 2_000))
        )
    )
    paid = [
        {"settlement_entry_id": f"e-{line}", "order_line_id": line, "settled_fen": 9_500}
        for line in ("a1", "a2")
    ]
    taken = {"settlement_entry_id": "e3", "order_line_id": "a2", "settled_fen": -2_000}
    taken |= {"settlement_type_code": "refund_after", "settled_at": JULY}
    bill = [{**row, "order_id": "A", **({} if named else {"order_line_id": None})} for row in (*paid, taken)]
    found = items(built(orders, back, entries(*bill)))
    assert found == {("order", name): ("refunded_after_settlement", fen) for name, fen in left.items()}


def test_orders_wait_for_their_payout_only_where_bills_are_given() -> None:
    orders = lines(
        {"order_id": "A", "order_status_code": "finished"}, {"order_id": "B"}, {"order_id": "C"},
        {"order_id": "D", "paid_at": None, "paid_fen": 0},
        {"order_id": "E", "shop_id": "other"},
    )  # fmt: skip
    back = refunds({"refund_id": "r1", "order_id": "C", "refund_fen": 10_000, "refunded_at": JUNE})
    assert items(built(orders, back)) == {}
    made = built(
        orders,
        back,
        entries(
            {"settlement_entry_id": "e1", "order_id": "gone", "settled_fen": 700},
            {"settlement_entry_id": "e2", "settled_fen": -5},
        ),
    )
    assert items(made) == {
        ("order", "A"): ("order_unsettled", 10_000), ("order", "B"): ("order_unfinished", 10_000),
        ("settlement", "e1"): ("entry_order_unknown", 700), ("settlement", "e2"): ("entry_names_nothing", -5),
    }  # fmt: skip


def test_movements_answer_entries_by_number_line_order_and_day() -> None:
    orders = lines(
        {"order_id": "A", "order_line_id": "a1"},
        {"order_id": "A", "order_line_id": "a2"},
        {"order_id": "B"},
        {"order_id": "C"},
        {"order_id": "D"},
    )
    bill = entries(
        {"settlement_entry_id": "same", "order_id": "D", "settled_fen": 50},
        {"settlement_entry_id": "e1", "order_id": "A", "order_line_id": "a1", "settled_fen": 900},
        {"settlement_entry_id": "e2", "order_id": "A", "order_line_id": "a2", "settled_fen": 900},
        {"settlement_entry_id": "e3", "order_id": "B", "settled_fen": 1_000},
        {"settlement_entry_id": "e4", "order_id": "C", "settled_fen": 300, "settled_at": JULY},
        {"settlement_entry_id": "e5", "order_id": "D", "settled_fen": -100, "settled_at": JULY},
        {
            "settlement_entry_id": "e6",
            "order_id": "D",
            "settled_fen": 40,
            "settled_at": "2026-07-09 10:00:00",
        },
    )
    account = funds(
        {"fund_entry_id": "same", "order_id": "D", "moved_fen": 50},
        {"fund_entry_id": "f2", "order_line_id": "a2", "moved_fen": 900},
        {"fund_entry_id": "f1", "order_id": "A", "moved_fen": 900},
        {"fund_entry_id": "f3", "order_id": "B", "moved_fen": 1_200},
        {"fund_entry_id": "f4", "order_id": "B", "moved_fen": -200, "fund_type_code": "fee"},
        {"fund_entry_id": "f5", "order_id": "B", "moved_fen": -7, "fund_type_code": "insurance"},
        {"fund_entry_id": "f6", "moved_fen": 200, "moved_at": "2026-07-05 23:00:00"},
        {"fund_entry_id": "f7", "moved_fen": -500, "fund_type_code": "withdrawal"},
        {"fund_entry_id": "f8", "moved_fen": 41, "moved_at": "2026-07-09 11:00:00"},
    )
    made = built(orders, bill, account)
    assert dict(made["fct_settlement_entry"].select("settlement_entry_id", "funding_code").iter_rows()) == {
        "same": "entry", "e1": "entry", "e2": "entry", "e3": "order", "e4": "day", "e5": "day", "e6": "none",
    }  # fmt: skip
    answered = made["fct_fund_entry"].select("fund_entry_id", "match_code", "settlement_entry_id")
    assert {name: (code, told) for name, code, told in answered.iter_rows()} == {
        "same": ("settlement", "same"), "f1": ("settlement", "e1"), "f2": ("settlement", "e2"),
        "f3": ("settlement", "e3"), "f4": ("settlement", "e3"),
        "f5": ("line", None), "f6": ("day", None), "f7": ("own", None), "f8": ("none", None),
    }  # fmt: skip
    open_now = {item: told for item, told in items(made).items() if item[0] != "order"}
    assert open_now == {("funding", "e6"): ("entry_unfunded", 40), ("fund", "f8"): ("fund_names_nothing", 41)}


def test_a_movement_of_a_known_order_needs_its_entry_where_bills_are_given() -> None:
    account = funds(
        {"fund_entry_id": "f1", "order_id": "A", "moved_fen": 900},
        {"fund_entry_id": "f2", "order_id": "gone", "moved_fen": 1},
        {"fund_entry_id": "f3", "order_id": "A", "moved_fen": -7, "fund_type_code": "insurance"},
    )  # fmt: skip
    assert items(built(lines({"order_id": "A"}), account)) == {("fund", "f2"): ("fund_order_unknown", 1)}
    billed = built(
        lines({"order_id": "A"}),
        account,
        entries({"settlement_entry_id": "e1", "order_id": "A", "settled_fen": 0}),
    )
    assert items(billed)["fund", "f1"] == ("fund_without_settlement", 900)
    assert ("fund", "f3") not in items(billed)


def test_foreign_ledgers_go_by_their_orders_rate() -> None:
    """Sold at 0.2000, settled and taken back when it was 0.2500: with the order's rate nothing is left, and
    what is of no order goes by its own day.
    """
    thb = {"currency_code": "THB"}
    rates = pl.DataFrame(
        {
            "rate_date": [dt.date(2026, 6, 1), dt.date(2026, 6, 25)],
            "currency_code": ["THB"] * 2,
            "cny_e8_number": [20_000_000, 25_000_000],
        }
    )
    sale = {
        "settlement_entry_id": "e1",
        "order_id": "A",
        "settled_fen": 9_000,
        "platform_fee_fen": 1_000,
        **thb,
    }
    bill = entries(
        sale, {"settlement_entry_id": "e2", "order_id": "A", "settlement_type_code": "refund_after",
            "settled_fen": -9_000, "settled_at": JULY, **thb},
        {"settlement_entry_id": "e3", "settled_fen": -100, **thb},
        {"settlement_entry_id": "e4", "settled_fen": -100, "settled_at": JULY, **thb},
    )  # fmt: skip
    made = built(lines({"order_id": "A", **thb}), bill, rates=rates)
    told = dict(made["fct_settlement_entry"].select("settlement_entry_id", "settled_fen").iter_rows())
    assert told == {"e1": 1_800, "e2": -1_800, "e3": -25}  # e4: of 5 July no rate is known, so it waits
    assert entry(made, "e1")["platform_fee_fen"] == 200
    waiting = built(lines({"order_id": "A", "created_at": "2026-06-02 10:00:00", **thb}), bill, rates=rates)
    assert waiting["fct_settlement_entry"]["settlement_entry_id"].to_list() == [
        "e3"
    ]  # an order without a rate waits with all that follows from it
