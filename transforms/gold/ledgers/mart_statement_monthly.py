"""The reconciliation: each statement's total is what was matched, what is the merchant's own and what stands
open, to the fen.
"""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.derived import Facts
from transforms.gold.ledgers import fct_fund_entry, fct_settlement_entry, mart_open_item
from transforms.gold.ledgers.ledger_pair import GOODS
from transforms.gold.measures import total

_MEASURES = ("entries_qty", "total_fen", "matched_fen", "explained_fen", "open_fen")

TABLE = Table(
    "gold",
    "mart_statement_monthly",
    "对账单",
    "statements by month",
    "One shop × ledger × month. settlement: the bill against orders; funding: the bill against the account; "
    "fund: the account against both. "
    "total_fen = matched_fen + explained_fen + open_fen.",
    key=(*SHOP, "ledger_code", "business_month"),
    required=_MEASURES,
)

_KEY = list(TABLE.key)


def build(
    entries: pl.DataFrame,
    funds: pl.DataFrame,
    items: pl.DataFrame,
    billed: pl.DataFrame,
    banked: pl.DataFrame,
) -> pl.DataFrame:
    """Statements of the given facts and open items, which are whole months of a shop.

    ``billed`` and ``banked`` as in ``mart_open_item``.

    What is matched is told by the facts, what is open by the ledger of open items: that both make up the
    total is judged (STATEMENT_CLOSES).
    """
    settled, moved, match = pl.col("settled_fen"), pl.col("moved_fen"), pl.col("match_code")
    known = funds.join(billed.with_columns(is_billed=pl.lit(True)), on=SHOP, how="left").with_columns(
        pl.col("is_billed").fill_null(False)
    )
    needs_entry = pl.col("fund_type_code").is_in(GOODS) & pl.col("is_billed")
    is_answered = match.is_in(["settlement", "day"]) | (
        match.is_in(["line", "refund", "order"]) & ~needs_entry
    )
    parts = [
        _rows(entries, "settlement", settled, match != "none"),
        _rows(
            entries.join(banked, on=SHOP, how="semi"), "funding", settled, pl.col("funding_code") != "none"
        ),
        _rows(known, "fund", moved, is_answered, match == "own"),
        items.filter(pl.col("business_month").is_not_null()).select(*_KEY, "open_fen"),
        TABLE.empty(),
    ]
    return TABLE.shape(total(parts, _KEY))


def _rows(
    facts: pl.DataFrame, ledger: str, fen: pl.Expr, is_matched: pl.Expr, is_own: pl.Expr | None = None
) -> pl.DataFrame:
    """What each fact adds: one entry, its money, and the same again where it is matched or the merchant's
    own.
    """
    own = pl.lit(False) if is_own is None else is_own
    return facts.with_columns(ledger_code=pl.lit(ledger)).select(
        *_KEY,
        entries_qty=pl.lit(1, pl.Int64),
        total_fen=fen,
        matched_fen=pl.when(is_matched).then(fen).otherwise(0),
        explained_fen=pl.when(own).then(fen).otherwise(0),
    )


ASSET = Facts(TABLE, "ledgers", (fct_settlement_entry.TABLE, fct_fund_entry.TABLE, mart_open_item.TABLE))
