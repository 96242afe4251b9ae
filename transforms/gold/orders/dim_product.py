"""Styles as the orders name them."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.derived import Derived, Slices
from transforms.gold.orders import fct_order_line
from transforms.gold.orders.dims import latest

TABLE = Table(
    "gold",
    "dim_product",
    "商品维度",
    "styles",
    "One style (款号, else platform product id) of one shop, by its latest title.",
    key=(*SHOP, "style_code"),
    optional=("product_id", "product_name"),
)


def build(lines: pl.DataFrame) -> pl.DataFrame:
    """Styles of the given order lines."""
    return TABLE.shape(latest(lines, list(TABLE.key), ["product_id", "product_name"]))


def _made(of: Slices) -> pl.DataFrame:
    told = ["product_id", "product_name", "created_at", "order_line_id"]
    return build(of.read(fct_order_line.TABLE, columns=[*TABLE.key, *told]))


ASSET = Derived(TABLE, _made, reads=(fct_order_line.TABLE,), by=TABLE.key)
