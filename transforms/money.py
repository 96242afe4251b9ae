"""Exact splitting of money: the parts always add up to the whole, to the fen."""

from __future__ import annotations

import polars as pl


def split_fen(total: pl.Expr, weight: pl.Expr, group: list[str], order: str) -> pl.Expr:
    """Each row's share of its group's ``total`` by ``weight``, largest remainder first.

    Equal weights where all weights are zero.

    ``total`` (never negative, null gives null) is the same on every row of a group; no weight is negative;
    ``order`` tells the rows of a group apart and breaks ties. Integer arithmetic in 128 bits, no float. No
    share exceeds its weight unless the total exceeds all weights.
    """
    weight = weight.fill_null(0).cast(pl.Int128)
    whole = weight.sum().over(group)
    weight = pl.when(whole == 0).then(pl.lit(1, pl.Int128)).otherwise(weight)
    whole = pl.when(whole == 0).then(pl.len().over(group).cast(pl.Int128)).otherwise(whole)
    exact = total.cast(pl.Int128) * weight
    floor = exact // whole
    rest = (total.cast(pl.Int128) - floor.sum().over(group)).cast(pl.Int64)
    missing = (whole - exact % whole).cast(pl.Int64)
    rank = pl.struct(missing, pl.col(order)).rank("ordinal").over(group)
    return floor.cast(pl.Int64) + (rank <= rest).cast(pl.Int64)
