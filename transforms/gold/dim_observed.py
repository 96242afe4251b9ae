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
    "One shop that gave anything: the day of its newest observation, up to which day of finishing an order is past the return window by then, and how many "
    "units make a style a hit.",
    key=SHOP,
    required=("observed_date",),
    optional=("final_until_date", "hit_units_qty"),
)


def build(exports: pl.DataFrame, return_window_days: int, hit_units: int) -> pl.DataFrame:
    """``exports`` are the files and API bodies that count: ``SHOP, observed_at``. The day of the newest observation is not over: no window ends on it."""
    newest = exports.group_by(SHOP).agg(observed_date=pl.col("observed_at").max().dt.date()).sort(SHOP)
    final = pl.col("observed_date") - pl.duration(days=return_window_days + 1)
    return TABLE.shape(newest.with_columns(final_until_date=final, hit_units_qty=pl.lit(hit_units, pl.Int64)))
