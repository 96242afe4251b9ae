"""What sold and what of it stayed, by everything an order line tells of itself at once: one sheet for SKU, size, colour, province, hour and creator.

Its grain is nearly a line, so its size follows the lines and any of these can be asked together (the sizes of a style, the provinces of an hour).
"""

from __future__ import annotations

import polars as pl
import polars.selectors as cs

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.gold.measures import PAID, paid_hour, paid_rows

#: What a line tells of itself, beside its channel; what it does not tell stands under ``untold``.
CUTS = ("style_code", "sku_code", "size_name", "color_name", "province_name", "creator_id", "paid_hour_code")

TABLE = Table(
    "gold",
    "mart_breakdown_daily",
    "细分日表",
    "breakdown × day",
    "Lines of one shop × day alike in style, SKU, size, colour, province, creator, hour of payment (Beijing time) and channel. Paid measures on the payment "
    "day, dated_refund_fen on the refund day, by the line it was for. What a line does not tell stands under ``untold``.",
    key=(*SHOP, *CUTS, "channel_code", "business_date"),
    required=(*PAID, "dated_refund_fen"),
)

_KEY = list(TABLE.key)


def build(lines: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """The mart's rows for the days found in the given facts. Grouped once and not sorted: hardly a line is alike another, and ordering them costs most."""
    parts = pl.concat([*contributions(lines, refunds), TABLE.empty()], how="diagonal")
    return TABLE.shape(parts.group_by(_KEY).agg(cs.integer().sum()))


def contributions(lines: pl.DataFrame, refunds: pl.DataFrame) -> list[pl.DataFrame]:
    """What each fact adds to the mart, on its clock: the mart's key and some of its measures, beside the id of the line or refund."""
    dated = refunds.filter(pl.col("refund_date").is_not_null()).with_columns(*_told(), business_date="refund_date")
    sold = lines.with_columns(business_date="paid_date", paid_hour_code=paid_hour()).with_columns(_told())
    return [
        paid_rows(sold, _KEY),
        dated.select("refund_id", "order_line_id", *_KEY, dated_refund_fen="refund_fen"),
    ]


def _told() -> list[pl.Expr]:
    return [pl.col(name).fill_null("untold") for name in CUTS]
