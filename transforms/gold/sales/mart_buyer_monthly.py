"""Buyers who kept an order, and those who kept two, in the days up to a month's end.

On each platform apart, for its keys mean nothing on another.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from contracts.tables import Table
from transforms.derived import Derived, Slices
from transforms.gold.measures import total
from transforms.gold.orders import fct_order_line

MEASURES = ("kept_buyers_qty", "repeat_buyers_qty", "buyer_untold_orders_qty")

TABLE = Table(
    "gold",
    "mart_buyer_monthly",
    "买家月表",
    "buyers by month",
    "One merchant × platform × month, by the month's last day: buyers with a kept order paid in the window "
    "that ends on it, and those with two. One buyer "
    "stands in several months' windows and under several platforms' keys: rows are never added up.",
    key=("merchant_id", "platform_code", "business_date"),
    required=(*MEASURES, "window_days_qty"),
)

#: What the mart asks of order-line facts.
FROM_LINES = [
    "merchant_id", "shop_id", "platform_code", "order_line_id", "channel_code", "paid_date", "is_order_head",
    "is_order_kept", "is_aside", "buyer_key",
]  # fmt: skip
_KEY = list(TABLE.key)
_BEFORE = ("last_date", "earlier_date")


def build(lines: pl.DataFrame, window_days: int) -> pl.DataFrame:
    """The mart's rows of whole merchants, up to the month of each one's newest kept order, whichever platform
    it was on.
    """
    (rows,) = contributions(lines, window_days)
    newest = (
        lines.filter(_counts()).group_by("merchant_id").agg(last=pl.col("paid_date").max().dt.month_end())
    )
    within = (
        rows.join(newest, on="merchant_id").filter(pl.col("business_date") <= pl.col("last")).drop("last")
    )
    return TABLE.shape(
        total([within, TABLE.empty().select(*_KEY, *MEASURES)], _KEY).with_columns(
            window_days_qty=pl.lit(window_days)
        )
    )


def contributions(lines: pl.DataFrame, window_days: int) -> list[pl.DataFrame]:
    """What each kept order adds to each month in whose window it was paid: the first of a buyer makes a
    buyer, the second one who came again.

    Orders the merchant has set aside are nobody's: who fakes orders does it again and again.
    """
    seen = _in_windows(_with_visits_before(lines.filter(_counts())), window_days)
    opens = pl.col("business_date") - dt.timedelta(days=window_days - 1)
    told, once, twice = (
        pl.col("buyer_key").is_not_null(),
        *((pl.col(name) >= opens).fill_null(False) for name in _BEFORE),
    )
    rows = seen.select(
        "shop_id", "order_line_id", "channel_code", *_KEY,
        kept_buyers_qty=(told & ~once).cast(pl.Int64),
        repeat_buyers_qty=(told & once & ~twice).cast(pl.Int64),
        buyer_untold_orders_qty=(~told).cast(pl.Int64),
    )  # fmt: skip
    return [rows]


def _with_visits_before(orders: pl.DataFrame) -> pl.DataFrame:
    """Add the days of the buyer's last visit before each order and of the one before that."""
    buyer = ["buyer", "platform_code", "merchant_id"]
    known = orders.with_columns(buyer=pl.col("buyer_key").cast(pl.Categorical).to_physical()).sort(
        *buyer, "paid_date", "shop_id", "order_line_id"
    )
    same = [
        pl.all_horizontal(pl.col(name) == pl.col(name).shift(number) for name in buyer).fill_null(False)
        for number in (1, 2)
    ]
    return known.with_columns(
        pl.when(same[number]).then(pl.col("paid_date").shift(number + 1)).alias(name)
        for number, name in enumerate(_BEFORE)
    )


def _in_windows(orders: pl.DataFrame, window_days: int) -> pl.DataFrame:
    """Each order once for each month whose window it was paid in; ``business_date`` is the month's last
    day.
    """
    until = pl.col("paid_date") + dt.timedelta(days=window_days - 1)
    ends = [
        pl.col("paid_date").dt.month_start().dt.offset_by(f"{number}mo").dt.month_end()
        for number in range(window_days // 28 + 2)
    ]
    months = pl.concat([orders.select("paid_date").unique().with_columns(business_date=end) for end in ends])
    return orders.join(months.filter(pl.col("business_date") <= until), on="paid_date", how="inner")


def _counts() -> pl.Expr:
    return (
        pl.col("is_order_head")
        & pl.col("is_order_kept")
        & pl.col("paid_date").is_not_null()
        & ~pl.col("is_aside").fill_null(False)
    )


def _made(of: Slices) -> pl.DataFrame:
    kept = {"is_order_head": True, "is_order_kept": True}
    lines = of.read(fct_order_line.TABLE, where=kept, columns=FROM_LINES)
    return build(lines, of.choices.repurchase_window_days)


ASSET = Derived(
    TABLE,
    _made,
    reads=(fct_order_line.TABLE,),
    is_stale=lambda chosen: f"window_days_qty <> {chosen.repurchase_window_days}",
)
