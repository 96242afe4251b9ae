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
    "One shop that gave anything: the day of its newest observation.",
    key=SHOP,
    required=("observed_date",),
)


def build(exports: pl.DataFrame) -> pl.DataFrame:
    """``exports`` are the files and API bodies that count: ``SHOP, observed_at``."""
    return TABLE.shape(exports.group_by(SHOP).agg(observed_date=pl.col("observed_at").max().dt.date()).sort(SHOP))
