"""Settlement entries: what a platform says it paid out, took back and charged, each once, with the order it
is about.
"""

from __future__ import annotations

import polars as pl

from contracts.canonical import FUND_ENTRY, SETTLEMENT_ENTRY, SHOP
from contracts.tables import Table
from transforms.derived import Facts
from transforms.gold.orders import fct_order_line, fct_refund_line
from transforms.gold.orders.grain import LINE

_PARTS = (
    "income_fen", "expense_fen", "freight_fen", "platform_fee_fen", "commission_creator_fen",
    "commission_leader_fen", "commission_service_fen",
    "other_fee_fen", "subsidy_platform_fen", "subsidy_creator_fen", "settled_refund_fen",
)  # fmt: skip

TABLE = Table(
    "gold",
    "fct_settlement_entry",
    "结算明细事实",
    "settlement entry facts",
    "One settlement entry as last observed, in fen, with the order, line and after-sale it was matched to. A "
    "part no source tells is empty, not 0; "
    "``business_month`` is the month it was settled in (``undated``: on hold), ``funded_date`` the day of "
    "the one movement that carried its goods' money.",
    key=(*SHOP, "settlement_entry_id"),
    required=("settlement_type_code", "settled_fen", "match_code", "funding_code", "channel_code",
        "business_month"),
    optional=(
        "settled_at", "settled_date", "funded_date", "order_id", "order_line_id", "refund_id", "product_id",
        "creator_id", "live_session_id", "style_code",
        "sku_code", "size_name", "color_name", "province_name", "paid_at", "paid_date", *_PARTS,
    ),
)  # fmt: skip

_ENTRY = list(TABLE.key)


def build(
    placed: pl.DataFrame, pairs: pl.DataFrame, singles: pl.DataFrame, refunds: pl.DataFrame
) -> pl.DataFrame:
    """Facts of entries that were placed (``ledger_place``), their movements (``ledger_pair``) and the refund
    facts of their orders.
    """
    how = pairs.select(*_ENTRY, "funding_code").unique()
    rows = _name_refunds(placed, refunds).join(how, on=_ENTRY, how="left", validate="1:1")
    rows = rows.join(singles.select(*_ENTRY, "funded_date"), on=_ENTRY, how="left", validate="1:1")
    return TABLE.shape(
        rows.with_columns(
            pl.col("funding_code").fill_null("none"),
            settled_date=pl.col("settled_at").dt.date(),
            business_month=pl.col("settled_at").dt.strftime("%Y-%m").fill_null("undated"),
        )
    )


def _name_refunds(placed: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """Take-backs that name no after-sale (Douyin's bill has no column for it): the line's only refund of this
    very amount, if only one take-back asks.
    """
    back = (
        (pl.col("settlement_type_code") == "refund_after")
        & pl.col("refund_id").is_null()
        & pl.col("order_line_id").is_not_null()
    )
    key = [*LINE, "refund_fen"]
    asking = (
        placed.filter(back).with_columns(refund_fen=-pl.col("settled_fen")).filter(pl.len().over(key) == 1)
    )
    alone = refunds.filter(pl.len().over(key) == 1).select(*key, _refund="refund_id")
    named = asking.select(*_ENTRY, *key[-2:]).join(alone, on=key, how="inner").select(*_ENTRY, "_refund")
    joined = placed.join(named, on=_ENTRY, how="left", validate="1:1", maintain_order="left")
    return joined.with_columns(refund_id=pl.coalesce("refund_id", "_refund")).drop("_refund")


#: What both ledgers are matched from.
OF_LEDGERS = (SETTLEMENT_ENTRY, FUND_ENTRY, fct_order_line.TABLE, fct_refund_line.TABLE, "ops.currency_rate")
ASSET = Facts(TABLE, "ledgers", OF_LEDGERS)
