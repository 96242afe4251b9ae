"""Styles by day: what sold and what of it stayed."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import COUNT, Additive, From
from transforms.gold import fct_order_line, fct_refund_line
from transforms.gold.measures import PAID, dated, paid_rows

TABLE = Table(
    "gold",
    "mart_style_daily",
    "款式日表",
    "style × day",
    "One shop × style × channel × day. Paid measures on the payment day, dated_refund_fen on the refund day. Lines without a style stand under ``untold``.",
    key=(*SHOP, "style_code", "channel_code", "business_date"),
    required=(*PAID, "dated_refund_fen"),
    optional=(COUNT,),
)

_KEY = list(TABLE.key)


def _paid(lines: pl.DataFrame) -> pl.DataFrame:
    return paid_rows(lines.with_columns(_style(), business_date="paid_date"), _KEY)


def _back(refunds: pl.DataFrame) -> pl.DataFrame:
    return dated(refunds.with_columns(_style()), _KEY)


def _style() -> pl.Expr:
    return pl.col("style_code").fill_null("untold")


ASSET = Additive(TABLE, (From(fct_order_line.TABLE, "paid_date", _paid), From(fct_refund_line.TABLE, "refund_date", _back)))
