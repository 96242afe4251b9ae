"""What a build says of each open week, to be held against what becomes of it: "14 days ago we said 412k–455k; it is now 431k"."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from transforms.maturity.interval import bounds
from transforms.maturity.triangle import HORIZON

_WEEK = [*SHOP, "first_date"]
_FEN2_OF_YUAN2 = 10_000.0


def summed(rows: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Rows of mart_outlook_daily summed to ``by``: ``paid_fen``, ``kept_fen``, ``matured_fen``, ``matured_low_fen``, ``matured_high_fen`` and ``age_days_qty``.

    The bounds are of the sum, not sums of bounds: chance evens out between days; the doubt about factors does not within a shop, whose days share them
    and whose channels lean on one platform, and does between shops, which learn from different orders (measured in docs/maturity.md). ``age_days_qty``
    is the youngest day's. A sum with a day that has no point has none.
    """
    parts = rows.group_by(list(dict.fromkeys([*by, *SHOP]))).agg(
        pl.col("paid_fen", "kept_fen", "matured_fen").sum(),
        pl.col("age_days_qty").min(),
        _whole=pl.col("matured_fen").is_not_null().all(),
        _variance=pl.col("matured_noise_number").sum() * _FEN2_OF_YUAN2 + pl.col("matured_doubt_fen").sum().cast(pl.Float64) ** 2,
    )
    sums = parts.group_by(by).agg(
        pl.col("paid_fen", "kept_fen").sum(),
        pl.when(pl.col("_whole").all()).then(pl.col("matured_fen").sum()).alias("matured_fen"),
        pl.col("age_days_qty").min(),
        pl.col("_variance").sum(),
    )
    low, high = bounds(pl.col("kept_fen").cast(pl.Float64), pl.col("matured_fen").cast(pl.Float64), pl.col("_variance"))
    return sums.with_columns(matured_low_fen=low.floor().cast(pl.Int64), matured_high_fen=high.ceil().cast(pl.Int64)).drop("_variance")


def said_by_week(outlook: pl.DataFrame) -> pl.DataFrame:
    """Columns of ops.outlook but the build: every week (its Monday in ``first_date``) of a shop that has an open day with a point."""
    weeks = outlook.with_columns(first_date=pl.col("business_date").dt.truncate("1w"))
    is_open = (pl.col("age_days_qty") <= HORIZON).any()
    opened = weeks.group_by(_WEEK).agg(_is_open=is_open).filter("_is_open").select(_WEEK)
    observed = (pl.col("business_date") + pl.duration(days=pl.col("age_days_qty"))).max().alias("last_date")
    until = weeks.filter(pl.col("age_days_qty") > 0).group_by(SHOP).agg(observed)
    open_weeks = weeks.join(opened, on=_WEEK, how="semi")
    parts = open_weeks.group_by(_WEEK).agg(pl.col("matured_noise_number", "matured_doubt_fen").sum())  # what bounds of several weeks are made of
    found = summed(open_weeks, _WEEK).filter(pl.col("matured_fen").is_not_null()).join(parts, on=_WEEK, how="left", validate="1:1")
    return found.join(until, on=list(SHOP), how="left", validate="m:1").with_columns(pl.col("last_date").fill_null(pl.col("first_date"))).sort(_WEEK)
