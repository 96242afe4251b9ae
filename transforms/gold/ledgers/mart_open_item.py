"""The open-items ledger: every fen for which one side is told and the other is not, with why and since
when.
"""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.derived import Facts
from transforms.gold.ledgers import fct_fund_entry, fct_settlement_entry
from transforms.gold.ledgers.ledger_pair import GOODS
from transforms.gold.ledgers.open_orders import not_taken_back, unsettled

TABLE = Table(
    "gold",
    "mart_open_item",
    "未结台账",
    "open items",
    "One thing that stands open. Orders are compared with bills only in shops that gave a bill, bills with "
    "the account only in shops that gave an account "
    "flow: elsewhere everything would stand open and say nothing. ``business_month`` is the statement the "
    "item belongs to, empty for orders.",
    key=(*SHOP, "ledger_code", "open_item_id"),
    required=("open_reason_code", "open_fen", "channel_code"),
    optional=("open_since_date", "paid_date", "business_month", "order_id", "order_line_id", "refund_id"),
)

_NAMED = pl.any_horizontal(pl.col(name).is_not_null() for name in ("order_id", "order_line_id", "refund_id"))


def build(
    lines: pl.DataFrame,
    refunds: pl.DataFrame,
    entries: pl.DataFrame,
    funds: pl.DataFrame,
    billed: pl.DataFrame,
    banked: pl.DataFrame,
) -> pl.DataFrame:
    """Open items of the given facts, which are whole orders and all rows of their ledgers.

    ``billed`` and ``banked`` are the shops (``SHOP``) that ever gave a settlement bill, or an account flow.
    """
    mine = lines.join(billed, on=SHOP, how="semi")
    parts = [
        unsettled(mine, entries),
        not_taken_back(mine, refunds, entries),
        _of_bill(entries),
        _unfunded(entries.join(banked, on=SHOP, how="semi")),
        _of_account(funds, billed),
    ]
    return pl.concat([TABLE.shape(part) for part in parts])


def _of_bill(entries: pl.DataFrame) -> pl.DataFrame:
    """Entries about no order this house knows."""
    return _items(
        entries.filter((pl.col("match_code") == "none") & (pl.col("settled_fen") != 0)),
        "settlement",
        "settled",
    ).with_columns(
        open_reason_code=pl.when(_NAMED)
        .then(pl.lit("entry_order_unknown"))
        .otherwise(pl.lit("entry_names_nothing"))
    )


def _unfunded(entries: pl.DataFrame) -> pl.DataFrame:
    """Entries whose money was not seen in the account."""
    rows = entries.filter((pl.col("funding_code") == "none") & (pl.col("settled_fen") != 0))
    return _items(rows, "funding", "settled").with_columns(open_reason_code=pl.lit("entry_unfunded"))


def _of_account(funds: pl.DataFrame, billed: pl.DataFrame) -> pl.DataFrame:
    """Movements that no entry, order or after-sale answers.

    A payout, refund or fee of a known order too, where the shop's bills should tell it.
    """
    known = funds.join(billed.with_columns(is_billed=pl.lit(True)), on=SHOP, how="left")
    of_order = pl.col("match_code").is_in(["line", "refund", "order"])
    owed = of_order & pl.col("fund_type_code").is_in(GOODS) & pl.col("is_billed").fill_null(False)
    reason = (
        pl.when(owed)
        .then(pl.lit("fund_without_settlement"))
        .when((pl.col("match_code") == "none") & _NAMED)
        .then(pl.lit("fund_order_unknown"))
        .when(pl.col("match_code") == "none")
        .then(pl.lit("fund_names_nothing"))
    )
    rows = known.with_columns(open_reason_code=reason).filter(
        pl.col("open_reason_code").is_not_null() & (pl.col("moved_fen") != 0)
    )
    return _items(rows, "fund", "moved")


def _items(rows: pl.DataFrame, ledger: str, verb: str) -> pl.DataFrame:
    item = "fund_entry_id" if verb == "moved" else "settlement_entry_id"
    return rows.with_columns(
        ledger_code=pl.lit(ledger), open_item_id=item, open_fen=f"{verb}_fen", open_since_date=f"{verb}_date"
    )


_FACTS = (fct_settlement_entry.TABLE, fct_fund_entry.TABLE)
ASSET = Facts(TABLE, "ledgers", (*_FACTS, *fct_settlement_entry.OF_LEDGERS))
