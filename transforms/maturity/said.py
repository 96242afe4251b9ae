"""What a build says of each open week, to be held against what becomes of it: "14 days ago we said 412k–455k.

It is now 431k".
"""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from transforms.maturity.interval import bounds
from transforms.maturity.triangle import HORIZON

_WEEK = [*SHOP, "first_date"]
_FEN2_OF_YUAN2 = 10_000.0
#: How much of their doubt weeks of different age share: all of it would make sums too wide (84 % inside),
#: none too narrow (71–74 %). Chosen where squared errors of a merchant's and a shop's open orders are what is
#: told, on seeds 21–23 and 31–33 of ``bench.maturity``.
_SHARED = 0.6


def summed(rows: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Rows of mart_outlook_daily summed to ``by``: ``paid_fen``, ``kept_fen``, ``matured_fen``,
    ``matured_low_fen``, ``matured_high_fen`` and ``age_days_qty``.

    The bounds are of the sum, not sums of bounds: chance evens out between days; the doubt about factors does
    not among days of one week of age in a shop, whose channels lean on one platform; it does in part between
    weeks of age, which have other factors still before them, and wholly between shops, which learn from
    different orders (measured in docs/maturity.md). ``age_days_qty`` is the youngest day's. A sum with a day
    that has no point has none.
    """
    shops = list(dict.fromkeys([*by, *SHOP]))
    weeks = rows.group_by([*shops, week_of_age().alias("_week")]).agg(
        pl.col("paid_fen", "kept_fen", "matured_fen", "matured_noise_number").sum(),
        pl.col("age_days_qty").min(),
        _whole=pl.col("matured_fen").is_not_null().all(),
        _doubt=pl.col("matured_doubt_fen").sum().cast(pl.Float64),
    )
    parts = weeks.group_by(shops).agg(
        pl.col("paid_fen", "kept_fen", "matured_fen").sum(),
        pl.col("age_days_qty").min(),
        pl.col("_whole").all(),
        _variance=pl.col("matured_noise_number").sum() * _FEN2_OF_YUAN2 + doubt2(pl.col("_doubt")),
    )
    sums = parts.group_by(by).agg(
        pl.col("paid_fen", "kept_fen").sum(),
        pl.when(pl.col("_whole").all()).then(pl.col("matured_fen").sum()).alias("matured_fen"),
        pl.col("age_days_qty").min(),
        pl.col("_variance").sum(),
    )
    low, high = bounds(
        pl.col("kept_fen").cast(pl.Float64), pl.col("matured_fen").cast(pl.Float64), pl.col("_variance")
    )
    return sums.with_columns(
        matured_low_fen=low.floor().cast(pl.Int64), matured_high_fen=high.ceil().cast(pl.Int64)
    ).drop("_variance")


def week_of_age() -> pl.Expr:
    """The days that share their doubt wholly."""
    return pl.col("age_days_qty").clip(lower_bound=0) // 7


def doubt2(weeks: pl.Expr) -> pl.Expr:
    """The variance by doubt of one shop's sum over weeks of age, each of the doubt ``weeks``."""
    return _SHARED * weeks.sum() ** 2 + (1 - _SHARED) * (weeks**2).sum()


def said_by_week(outlook: pl.DataFrame) -> pl.DataFrame:
    """Columns of ops.outlook but the build: every week (its Monday in ``first_date``) of a shop that has an
    open day with a point.
    """
    weeks = outlook.with_columns(first_date=pl.col("business_date").dt.truncate("1w"))
    is_open = (pl.col("age_days_qty") <= HORIZON).any()
    opened = weeks.group_by(_WEEK).agg(_is_open=is_open).filter("_is_open").select(_WEEK)
    observed = (pl.col("business_date") + pl.duration(days=pl.col("age_days_qty"))).max().alias("last_date")
    until = weeks.filter(pl.col("age_days_qty") > 0).group_by(SHOP).agg(observed)
    open_weeks = weeks.join(opened, on=_WEEK, how="semi")
    parts = open_weeks.group_by(_WEEK).agg(
        pl.col("matured_noise_number", "matured_doubt_fen").sum()
    )  # what bounds of several weeks are made of
    found = (
        summed(open_weeks, _WEEK)
        .filter(pl.col("matured_fen").is_not_null())
        .join(parts, on=_WEEK, how="left", validate="1:1")
    )
    return (
        found.join(until, on=list(SHOP), how="left", validate="m:1")
        .with_columns(pl.col("last_date").fill_null(pl.col("first_date")))
        .sort(_WEEK)
    )
