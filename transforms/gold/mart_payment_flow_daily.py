"""What was ordered, by the day it was placed and the day it was paid: from placed value (M01) to paid value."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.gold.measures import total

TABLE = Table(
    "gold",
    "mart_payment_flow_daily",
    "下单支付日表",
    "payment flow: placed day × paid day",
    "Order lines of one shop × channel, by the day they were placed (``business_date``) and paid. What was never paid stands on its placed day twice; what is "
    "paid and of untold placed day stands on its paid day twice, in created_untold_fen and paid_fen alone.",
    key=(*SHOP, "channel_code", "business_date", "paid_date"),
    required=("placed_fen", "placed_unpaid_fen", "created_untold_fen", "paid_fen"),
)

_KEY = list(TABLE.key)
_DAYS = ["created_date", "paid_date"]
#: Columns of fct_order_line it is made of.
FROM_LINES = [*SHOP, "order_line_id", "channel_code", *_DAYS, "placed_fen", "paid_fen"]


def build(lines: pl.DataFrame) -> pl.DataFrame:
    """The mart's rows for the placed days found in ``lines`` (order-line facts); the caller passes whole days."""
    return TABLE.shape(total([*contributions(lines), TABLE.empty()], _KEY))


def contributions(lines: pl.DataFrame) -> list[pl.DataFrame]:
    """What each fact adds: the mart's key and measures, beside the id of the line."""
    told, is_paid = pl.col("created_date").is_not_null(), pl.col("paid_date").is_not_null()
    placed = pl.when(told).then(pl.col("placed_fen").fill_null(0)).otherwise(0)
    rows = lines.filter(told | is_paid).with_columns(
        business_date=pl.coalesce(_DAYS),
        paid_date=pl.coalesce(_DAYS[::-1]),
        placed_fen=placed,
        placed_unpaid_fen=pl.when(is_paid).then(0).otherwise(placed),
        created_untold_fen=pl.when(told).then(0).otherwise("paid_fen"),
    )
    return [rows.select("order_line_id", *_KEY, *TABLE.required)]
