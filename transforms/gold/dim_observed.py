"""How far a shop's data reach: ages are counted to here, not to the clock on the wall."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table

TABLE = Table(
    "gold",
    "dim_observed",
    "数据截至",
    "observed until",
    "One shop that gave anything: the day of its newest observation, the day to which its orders and its after-sales were both observed, up to which day of "
    "finishing an order is past the return window by then, and how many units make a style a hit.",
    key=SHOP,
    required=("observed_date",),
    optional=("returns_date", "final_until_date", "hit_units_qty"),
)


#: To where what comes back is known; releases from before it was told apart went by the newest observation.
RETURNS_UNTIL = "coalesce(returns_date, observed_date)"
#: Kinds of files that tell what became of orders, and those that tell nothing but what came back. A list of products says nothing of refunds.
_ORDERS = ("orders", "order_heads", "order_items", "trades")
_RETURNS = ("after_sales", "refunds")


def build(exports: pl.DataFrame, return_window_days: int, hit_units: int) -> pl.DataFrame:
    """``exports`` are the files and API bodies that count: ``SHOP, kind_code, observed_at``.

    The day of the newest observation is not over: no window ends on it. Who gives after-sales apart is known as far as both reach; who gives neither, as
    far as anything does.
    """
    kind = pl.col("kind_code").str.strip_prefix("mapped_")
    newest = exports.group_by(SHOP).agg(
        of_orders=pl.col("observed_at").filter(kind.is_in(_ORDERS)).max(),
        of_returns=pl.col("observed_at").filter(kind.is_in(_RETURNS)).max(),
        of_any=pl.col("observed_at").max(),
    )
    returns = pl.coalesce(pl.min_horizontal("of_orders", "of_returns"), "of_any").dt.date()
    rows = newest.select(*SHOP, observed_date=pl.col("of_any").dt.date(), returns_date=returns).sort(SHOP)
    final = pl.col("returns_date") - pl.duration(days=return_window_days + 1)
    return TABLE.shape(rows.with_columns(final_until_date=final, hit_units_qty=pl.lit(hit_units, pl.Int64)))
