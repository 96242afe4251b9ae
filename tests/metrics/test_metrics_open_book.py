"""What stands open, summed up and held against its statements, by hand."""

from __future__ import annotations

from typing import Any

import polars as pl

from metrics.reports.open_book import closing, line_of, sums
from transforms.gold.ledgers.mart_open_item import TABLE as ITEM
from transforms.gold.ledgers.mart_statement_monthly import TABLE as STATEMENT

SHOP = {"merchant_id": "m1", "shop_id": "s1", "platform_code": "douyin"}


def items(*rows: dict[str, Any]) -> pl.DataFrame:
    told = [
        {**dict.fromkeys(ITEM.columns), "age_days": None, **SHOP, "open_item_id": str(number), **row}
        for number, row in enumerate(rows)
    ]
    return pl.DataFrame(told, schema={**ITEM.dtypes, "age_days": pl.Int64})


def statements(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(
        [{**dict.fromkeys(STATEMENT.columns), **SHOP, **row} for row in rows], schema=STATEMENT.dtypes
    )


OPEN = items(
    {"ledger_code": "fund", "open_fen": -9_000, "age_days": 3, "open_reason_code": "a"},
    {"ledger_code": "order", "open_fen": 500, "age_days": 9, "open_reason_code": "b", "order_id": "1"},
    {"ledger_code": "order", "open_fen": 300, "age_days": 40, "open_reason_code": "b", "order_id": "1"},
    {"ledger_code": "order", "open_fen": -1_000, "age_days": 2, "open_reason_code": "c", "order_id": "2"},
    {"ledger_code": "order", "open_fen": -50, "open_reason_code": "d"},
    {"ledger_code": "order", "open_fen": 700, "open_reason_code": "d", "order_id": "1", "shop_id": "s2"},
    {"ledger_code": "funding", "open_fen": 20_000, "age_days": 1, "open_reason_code": "e"},
)


def test_what_is_to_come_and_to_go_of_each_ledger_in_the_order_money_goes() -> None:
    """An order of two shops is two orders, one of two lines is one, and what names none is none."""
    names = ("ledger_code", "items_qty", "orders_qty", "to_come_fen", "to_go_fen", "open_fen", "oldest_days")
    assert sums(OPEN).select(names).rows() == [
        ("order", 5, 3, 1_500, -1_050, 450, 40),
        ("funding", 1, 0, 20_000, 0, 20_000, 1),
        ("fund", 1, 0, 0, -9_000, -9_000, 3),
    ]


def test_within_a_ledger_the_largest_is_first_whichever_way_it_goes() -> None:
    found = sums(OPEN, "open_reason_code")
    assert found.select("ledger_code", "open_reason_code", "open_fen").rows() == [
        ("order", "c", -1_000),
        ("order", "b", 800),
        ("order", "d", 650),
        ("funding", "e", 20_000),
        ("fund", "a", -9_000),
    ]
    alike = items(
        *(
            {"ledger_code": "order", "open_fen": fen, "open_reason_code": code}
            for fen, code in ((5, "y"), (-5, "x"), (5, "z"))
        )
    )
    assert sums(alike, "open_reason_code")["open_reason_code"].to_list() == ["x", "y", "z"]


def test_a_statement_closes_where_its_items_are_what_is_left_and_an_item_without_one_is_what_does_not() -> (
    None
):
    told = statements(
        {
            "ledger_code": "settlement",
            "business_month": "2026-02",
            "total_fen": 900,
            "matched_fen": 500,
            "explained_fen": 100,
            "open_fen": 300,
            "entries_qty": 4,
        },
        {
            "ledger_code": "fund",
            "business_month": "2026-03",
            "total_fen": 70,
            "matched_fen": 30,
            "explained_fen": 0,
            "open_fen": 40,
            "entries_qty": 2,
        },
    )
    listed = items(
        *({"ledger_code": "settlement", "business_month": "2026-02", "open_fen": fen} for fen in (350, -50)),
        {"ledger_code": "fund", "business_month": "2026-03", "open_fen": 35},
        {"ledger_code": "fund", "business_month": "2026-02", "open_fen": -8},
        {"ledger_code": "order", "open_fen": 1_000},
    )
    found = closing(told, listed)
    assert found.select(
        "business_month", "ledger_code", "total_fen", "listed_fen", "residual_fen"
    ).rows() == [
        ("2026-03", "fund", 70, 35, 5),
        ("2026-02", "fund", 0, -8, 8),
        ("2026-02", "settlement", 900, 300, 0),
    ]
    assert closing(told, listed.clear())["residual_fen"].to_list() == [40, 300]


def test_an_item_leads_to_its_own_entry_and_an_order_to_its_order() -> None:
    found = {
        ledger: line_of({"ledger_code": ledger, "open_item_id": "7", "order_id": "1"})
        for ledger in ("settlement", "funding", "fund", "order")
    }
    told = {
        ledger: (line.get("settlement_entry_id"), line.get("fund_entry_id"), line["order_id"])
        for ledger, line in found.items()
    }
    assert told == {
        "settlement": ("7", None, "1"),
        "funding": ("7", None, "1"),
        "fund": (None, "7", "1"),
        "order": (None, None, "1"),
    }
