"""What was ordered, by the day it was placed and the day it was paid: from placed value (M01) to paid value."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import COUNT, Additive, From
from transforms.gold import fct_order_line

TABLE = Table(
    "gold",
    "mart_payment_flow_daily",
    "下单支付日表",
    "payment flow: placed day × paid day",
    "Order lines of one shop × channel, by the day they were placed (``business_date``) and paid. What was never paid stands on its placed day twice; what is "
    "paid and of untold placed day stands on its paid day twice, in created_untold_fen and paid_fen alone.",
    key=(*SHOP, "channel_code", "business_date", "paid_date"),
    required=("placed_fen", "placed_unpaid_fen", "created_untold_fen", "paid_fen"),
    optional=(COUNT,),
)

_KEY = list(TABLE.key)


def _placed(lines: pl.DataFrame) -> pl.DataFrame:
    placed, is_paid = pl.col("placed_fen").fill_null(0), pl.col("paid_date").is_not_null()
    rows = lines.filter(pl.col("created_date").is_not_null()).with_columns(
        business_date="created_date",
        paid_date=pl.coalesce("paid_date", "created_date"),
        placed_fen=placed,
        placed_unpaid_fen=pl.when(is_paid).then(0).otherwise(placed),
    )
    return rows.select("order_line_id", *_KEY, "placed_fen", "placed_unpaid_fen", "paid_fen")


def _undated(lines: pl.DataFrame) -> pl.DataFrame:
    """Paid lines of unknown placed day."""
    rows = lines.filter(pl.col("created_date").is_null(), pl.col("paid_date").is_not_null())
    return rows.select("order_line_id", *_KEY[:-2], "paid_fen", "paid_date", business_date="paid_date", created_untold_fen="paid_fen")


ASSET = Additive(TABLE, (From(fct_order_line.TABLE, "created_date", _placed), From(fct_order_line.TABLE, "paid_date", _undated)))
