"""Small tools of every conform: the same row told twice, lineage of rows put together, and money shared out
exactly.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from connectors.base import TOGETHER

LINEAGE = ("merchant_id", "shop_id", "platform_code", "_export_id", "_row_number", TOGETHER, "_observed_at")
#: What an order is within one export.
ORDER = ("merchant_id", "shop_id", "platform_code", "_export_id", "_observed_at", "order_id")


def distinct_rows(bronze: pl.DataFrame) -> pl.DataFrame:
    """Rows of one export that say exactly the same are one row told twice (an income export once held a whole
    block again); the first keeps its number.
    """
    content = [name for name in bronze.columns if name != "_row_number"]
    rows = bronze.sort("_export_id", "_row_number").group_by(content, maintain_order=True)
    return rows.agg(pl.col("_row_number").first(), pl.col("_row_number").alias(TOGETHER)).select(
        *bronze.columns, TOGETHER
    )


def lineage() -> list[pl.Expr]:
    """In an aggregation: the number of the first row that went into it, and those of all."""
    return [pl.col("_row_number").min(), pl.col(TOGETHER).explode().sort()]


def shares(total: pl.Expr, weight: pl.Expr, group: Sequence[str]) -> pl.Expr:
    """Each row's part of its group's ``total`` by ``weight`` in the frame's order, adding up to the unit.

    Evenly where all weights are zero.
    """
    weight = (
        pl.when(weight.sum().over(group) == 0).then(pl.lit(1, pl.Int64)).otherwise(weight).cast(pl.Int128)
    )
    whole, so_far = weight.sum().over(group), weight.cum_sum().over(group)
    exact = total.cast(pl.Int128)
    return (exact * so_far // whole - exact * (so_far - weight) // whole).cast(pl.Int64)
