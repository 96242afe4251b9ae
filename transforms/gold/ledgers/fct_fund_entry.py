"""Movements of the shop's accounts, each once, with the settlement entry, order or after-sale it carried
money for.
"""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.derived import Facts
from transforms.gold.ledgers.fct_settlement_entry import OF_LEDGERS
from transforms.gold.ledgers.ledger_pair import OWN

TABLE = Table(
    "gold",
    "fct_fund_entry",
    "资金流水事实",
    "fund entry facts",
    "One movement of one of the shop's accounts as last observed, in fen. ``settlement_entry_id`` where one "
    "entry answers it, ``settled_date`` "
    "where it carried that entry's goods' money alone and whole; ``match_code`` own for withdrawals, "
    "top-ups, deposits and transfers, about no order.",
    key=(*SHOP, "fund_entry_id"),
    required=("fund_type_code", "moved_at", "moved_date", "moved_fen", "match_code", "channel_code",
        "business_month"),
    optional=(
        "settlement_entry_id", "settled_date", "order_id", "order_line_id", "refund_id", "creator_id",
        "live_session_id", "style_code", "sku_code",
        "size_name", "color_name", "province_name", "paid_at", "paid_date", "balance_fen", "account_name",
        "scene_name",
    ),
)  # fmt: skip

_FUND = list(TABLE.key)


def build(placed: pl.DataFrame, pairs: pl.DataFrame, singles: pl.DataFrame) -> pl.DataFrame:
    """Facts of movements that were placed (``ledger_place``) and their settlement entries
    (``ledger_pair``).
    """
    entry = pl.col("settlement_entry_id")
    answered = pairs.group_by(_FUND).agg(
        settlement_entry_id=pl.when(entry.n_unique() == 1).then(entry.first()), is_paired=pl.lit(True)
    )
    rows = placed.join(answered, on=_FUND, how="left", validate="1:1").join(
        singles.select(*_FUND, "settled_date"), on=_FUND, how="left", validate="1:1"
    )
    is_own = pl.col("fund_type_code").is_in(OWN) & (pl.col("match_code") == "none")
    code = (
        pl.when("is_paired")
        .then(pl.lit("settlement"))
        .when(is_own)
        .then(pl.lit("own"))
        .otherwise("match_code")
    )
    return TABLE.shape(
        rows.with_columns(
            match_code=code,
            moved_date=pl.col("moved_at").dt.date(),
            business_month=pl.col("moved_at").dt.strftime("%Y-%m"),
        )
    )


ASSET = Facts(TABLE, "ledgers", OF_LEDGERS)
