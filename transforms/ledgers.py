"""Both ledgers of a shop together: from current states to facts, open items, statements and the daily
sheet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from contracts.canonical import FUND_ENTRY, ORDER, ORDER_LINE, SETTLEMENT_ENTRY, SHOP
from transforms.currency import convert_ledger, order_rates
from transforms.gold.ledgers import (
    fct_fund_entry,
    fct_settlement_entry,
    mart_open_item,
    mart_statement_monthly,
)
from transforms.gold.ledgers.ledger_pair import days_of_singles, match_days, pair
from transforms.gold.ledgers.ledger_place import place


@dataclass(frozen=True)
class Rows:
    """Rows of both ledgers: settlement entries, movements. Keys, states or facts, as its maker says."""

    entries: pl.DataFrame
    funds: pl.DataFrame


@dataclass(frozen=True)
class Around:
    """What ledgers are matched with: facts of whole orders, and the shops (``SHOP``) that ever gave a bill,
    or an account flow.
    """

    lines: pl.DataFrame
    refunds: pl.DataFrame
    billed: pl.DataFrame
    banked: pl.DataFrame


def build(
    now: Mapping[str, pl.DataFrame], lines: pl.DataFrame, refunds: pl.DataFrame, rates: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """Facts, open items and statements of the ledgers of whole shops: table name → rows.

    ``now`` are current states by silver table, of ledgers and orders, as observed (foreign money
    unconverted); ``lines`` and ``refunds`` are the facts; ``rates`` has ``rate_date, currency_code,
    cny_e8_number``.
    """
    told = Rows(now[SETTLEMENT_ENTRY.name], now[FUND_ENTRY.name])
    around = Around(lines, refunds, *(rows.select(SHOP).unique() for rows in (told.entries, told.funds)))
    orders = order_rates({table.name: now[table.name] for table in (ORDER, ORDER_LINE)}, rates)
    facts = by_days(match(placed(in_fen(told, orders, rates), around), around))
    items = mart_open_item.build(lines, refunds, facts.entries, facts.funds, around.billed, around.banked)
    return {
        fct_settlement_entry.TABLE.name: facts.entries,
        fct_fund_entry.TABLE.name: facts.funds,
        mart_open_item.TABLE.name: items,
        mart_statement_monthly.TABLE.name: mart_statement_monthly.build(
            facts.entries, facts.funds, items, around.billed, around.banked
        ),
    }


def in_fen(told: Rows, orders: pl.DataFrame, rates: pl.DataFrame) -> Rows:
    """Current states with their money in fen; ``orders`` as in ``convert_ledger``."""
    return Rows(
        convert_ledger(told.entries, "settled_at", orders, rates),
        convert_ledger(told.funds, "moved_at", orders, rates),
    )


def placed(rows: Rows, around: Around) -> Rows:
    """Rows with what their own numbers name (see ``ledger_place``)."""
    return Rows(*(place(part, around.lines, around.refunds) for part in (rows.entries, rows.funds)))


def match(rows: Rows, around: Around) -> Rows:
    """Facts of placed rows, all of each order's, answered by number, line and order."""
    pairs = pair(rows.entries, rows.funds)
    singles = days_of_singles(pairs, rows.entries, rows.funds)
    return Rows(
        fct_settlement_entry.build(rows.entries, pairs, singles, around.refunds),
        fct_fund_entry.build(rows.funds, pairs, singles),
    )


def by_days(facts: Rows) -> Rows:
    """Facts of whole days, answered by the sum of the day too (see ``match_days``)."""
    return Rows(*match_days(facts.entries, facts.funds))
