"""Advertising reports and product lists → canonical frames."""

from __future__ import annotations

import polars as pl

from connectors.douyin.specs import color_and_size

_HEAD = ("merchant_id", "shop_id", "platform_code", "_export_id", "_row_number", "_observed_at")


def ads(bronze: pl.DataFrame) -> pl.DataFrame:
    """One ``ad_spend`` per day and plan, product or material.

    The three reports tell one spend three times, so each is a family of its own.
    """
    day = pl.col("ad_date").dt.strftime("%Y%m%d")
    return bronze.select(
        *_HEAD, "ad_date", "ad_object_id", "ad_object_name", "spent_fen", "impressions_qty", "clicks_qty",
        "reported_gmv_fen", "reported_orders_qty",
        "reported_net_fen",
        ad_entry_id=pl.concat_str("layout_name", day, "ad_object_id", separator=":"),
        ad_family_code="layout_name",
        product_id=pl.when(pl.col("layout_name") == "uni_product").then("ad_object_id"),
    )  # fmt: skip


def products(bronze: pl.DataFrame) -> pl.DataFrame:
    """One ``product`` per SKU; the category is the finest of the four that is told."""
    color, size = color_and_size()
    return bronze.select(
        *_HEAD, "product_id", "platform_sku_id", "product_name", "sku_code",
        category_name=pl.coalesce("category_4_name", "category_3_name", "category_2_name", "category_1_name"),
        color_name=color,
        size_name=size,
    )  # fmt: skip
