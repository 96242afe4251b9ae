"""Styles by day: what sold and what of it stayed."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.gold.measures import PAID, paid_rows, total

TABLE = Table(
    "gold",
    "mart_style_daily",
    "款式日表",
    "style × day",
    "One shop × style × channel × day. Paid measures on the payment day, dated_refund_fen on the refund day. Lines without a style stand under ``untold``.",
    key=(*SHOP, "style_code", "channel_code", "business_date"),
    required=(*PAID, "dated_refund_fen"),
)

_KEY = list(TABLE.key)


def build(lines: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """The mart's rows for the days found in the given facts."""
    return TABLE.shape(total([*contributions(lines, refunds), TABLE.empty()], _KEY))


def contributions(lines: pl.DataFrame, refunds: pl.DataFrame) -> list[pl.DataFrame]:
    """What each fact adds to the mart, on its clock: the mart's key and some of its measures, beside the id of the line or refund."""
    style = pl.col("style_code").fill_null("untold")
    dated = refunds.filter(pl.col("refund_date").is_not_null()).with_columns(style_code=style, business_date="refund_date")
    return [
        paid_rows(lines.with_columns(style_code=style, business_date="paid_date"), _KEY),
        dated.select("refund_id", "order_line_id", *_KEY, dated_refund_fen="refund_fen"),
    ]
