"""From factors to what is still to come: per segment and age of a cohort, the share that stays and how far it
may miss.
"""

from __future__ import annotations

import polars as pl


def tails(found: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """``by``, ``from_age``, ``before_risk``, ``after_risk``, ``process2``, ``error2``, ``level_number``,
    ``horizon_age``.

    ``found``: factors of all ages 0 … horizon. For a cohort that has lived through all ages below
    ``from_age`` and keeps C: it will keep C × exp(−(before_risk + after_risk)), which is C times the product
    of the factors to come (Mack 1993); the variance of that around its expectation is C × ``process2`` (fen);
    the squared relative error of the factors is ``error2``, shared by all cohorts of the segment.
    """
    both = pl.col("before_rate") + pl.col("after_rate")
    # nothing is ever certain to go back whole: the cut keeps the logarithm finite
    factor = (1 - both).clip(lower_bound=1e-6, upper_bound=1.0)
    risk = -factor.log()
    part = pl.when(both > 0).then(pl.col("before_rate") / both).otherwise(0.0)
    rows = found.sort([*by, "age"]).with_columns(
        _factor=factor, _before=risk * part, _after=risk * (1 - part)
    )
    over = by or pl.lit(0)

    def from_here(value: pl.Expr) -> pl.Expr:
        """Sum over this age and all later ones of the segment."""
        return value.cum_sum(reverse=True).over(over)

    rows = rows.with_columns(_log=pl.col("_factor").log())
    rows = rows.with_columns(
        _until=(pl.col("_log").cum_sum() - pl.col("_log")).over(over), _whole=pl.col("_log").sum().over(over)
    )
    # Σ over later ages k of sigma2_k × kept at k (as a multiple of C) × (product of the factors after k)²
    spread = (
        pl.col("sigma2")
        * pl.col("_until").exp()
        * (2 * (pl.col("_whole") - pl.col("_until") - pl.col("_log"))).exp()
    )
    return rows.select(
        *by,
        from_age=pl.col("age").cast(pl.Int32),
        before_risk=from_here(pl.col("_before")),
        after_risk=from_here(pl.col("_after")),
        process2=from_here(spread) / pl.col("_until").exp(),
        error2=from_here(pl.col("error2") / pl.col("_factor") ** 2),
        level_number="level_number",
        horizon_age=pl.col("age").max().over(over),
    )
