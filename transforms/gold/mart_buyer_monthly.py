"""Buyers who kept an order, and those who kept two, in the days up to a month's end; on each platform apart, for its keys mean nothing on another."""

from __future__ import annotations

import datetime as dt

import polars as pl

from contracts.tables import Table
from transforms.gold.measures import total

MEASURES = ("kept_buyers_qty", "repeat_buyers_qty", "buyer_untold_orders_qty")

TABLE = Table(
    "gold",
    "mart_buyer_monthly",
    "买家月表",
    "buyers by month",
    "One merchant × platform × month, by the month's last day: buyers with a kept order paid in the window that ends on it, and those with two. One buyer "
    "stands in several months' windows and under several platforms' keys: rows are never added up.",
    key=("merchant_id", "platform_code", "business_date"),
    required=(*MEASURES, "window_days_qty"),
)

#: What the mart asks of order-line facts.
FROM_LINES = [
    "merchant_id", "shop_id", "platform_code", "order_line_id", "channel_code", "paid_date", "is_order_head", "is_order_kept", "is_aside", "buyer_key",
]  # fmt: skip
_KEY = list(TABLE.key)
_BUYER = [*_KEY, "buyer_key"]


def build(lines: pl.DataFrame, window_days: int) -> pl.DataFrame:
    """The mart's rows of whole merchants, up to the month of each one's newest kept order, whichever platform it was on."""
    (rows,) = contributions(lines, window_days)
    newest = lines.filter(_counts()).group_by("merchant_id").agg(last=pl.col("paid_date").max().dt.month_end())
    within = rows.join(newest, on="merchant_id").filter(pl.col("business_date") <= pl.col("last")).drop("last")
    return TABLE.shape(total([within, TABLE.empty().select(*_KEY, *MEASURES)], _KEY).with_columns(window_days_qty=pl.lit(window_days)))


def contributions(lines: pl.DataFrame, window_days: int) -> list[pl.DataFrame]:
    """What each kept order adds to each month in whose window it was paid: the first of a buyer makes a buyer, the second one who came again.

    Orders the merchant has set aside are nobody's: who fakes orders does it again and again.
    """
    last = pl.col("paid_date") + dt.timedelta(days=window_days - 1)
    months = pl.date_ranges(pl.col("paid_date").dt.month_start(), last, interval="1mo")
    orders = lines.filter(_counts()).with_columns(last=last, business_date=months).explode("business_date")
    orders = orders.with_columns(pl.col("business_date").dt.month_end()).filter(pl.col("business_date") <= pl.col("last"))
    nth = pl.int_range(pl.len()).over(_BUYER)
    told = pl.col("buyer_key").is_not_null()
    rows = orders.sort("paid_date", "shop_id", "order_line_id").select(
        "shop_id", "order_line_id", "channel_code", *_KEY,
        kept_buyers_qty=(told & (nth == 0)).cast(pl.Int64),
        repeat_buyers_qty=(told & (nth == 1)).cast(pl.Int64),
        buyer_untold_orders_qty=(~told).cast(pl.Int64),
    )  # fmt: skip
    return [rows]


def _counts() -> pl.Expr:
    return pl.col("is_order_head") & pl.col("is_order_kept") & pl.col("paid_date").is_not_null() & ~pl.col("is_aside").fill_null(False)
