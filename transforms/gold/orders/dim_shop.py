"""Shops with their merchant."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.derived import Derived, Slices

TABLE = Table(
    "gold",
    "dim_shop",
    "店铺维度",
    "shops",
    "One shop of one merchant on one platform.",
    key=SHOP,
    required=("shop_name", "merchant_name"),
    optional=("platform_shop_id",),
)


def build(shops: pl.DataFrame, merchants: pl.DataFrame) -> pl.DataFrame:
    """All shops of the registry."""
    return TABLE.shape(
        shops.join(
            merchants.select("merchant_id", "merchant_name"), on="merchant_id", how="inner", validate="m:1"
        )
    )


def _made(of: Slices) -> pl.DataFrame:
    return build(of.read("ops.shop"), of.read("ops.merchant"))


ASSET = Derived(TABLE, _made, reads=("ops.shop", "ops.merchant"))
