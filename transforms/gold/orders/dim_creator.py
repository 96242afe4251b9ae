"""Accounts that sold: the merchant's own and other people's."""

from __future__ import annotations

import polars as pl

from contracts.tables import Table
from transforms.derived import Derived, Slices
from transforms.gold.orders import fct_order_line
from transforms.gold.orders.dims import latest

TABLE = Table(
    "gold",
    "dim_creator",
    "达人维度",
    "creators",
    "One account that sold for one merchant on one platform.",
    key=("merchant_id", "platform_code", "creator_id"),
    required=("is_own_account",),
    optional=("creator_name",),
)


def build(lines: pl.DataFrame) -> pl.DataFrame:
    """Creators of the given order lines; own where the lines were judged sold by the merchant's own side."""
    marked = lines.with_columns(is_own_account=pl.col("seller_code") == "own")
    return TABLE.shape(latest(marked, list(TABLE.key), ["creator_name", "is_own_account"]))


def _made(of: Slices) -> pl.DataFrame:
    told = ["creator_name", "seller_code", "created_at", "order_line_id"]
    return build(of.read(fct_order_line.TABLE, columns=[*TABLE.key, *told]))


ASSET = Derived(TABLE, _made, reads=(fct_order_line.TABLE,), by=TABLE.key)
