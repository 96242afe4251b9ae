"""The 80 % interval of a projected figure: never below nothing, never above what is still kept."""

from __future__ import annotations

import polars as pl

#: 10 % and 90 % of the normal distribution.
_Z80 = 1.2815515655446004
#: Sums of few refunds are skewed: where none at all is likelier than one in ten, the bound is "none". e^-λ ≥ 0.1.
_FEW = 2.302585092994046


def bounds(kept: pl.Expr, matured: pl.Expr, variance: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Low and high of what will be kept, given what is kept now and the projection (both ≥ 0, any one money unit) and its variance (that unit squared).

    Kept money and money still to go back are both sums of positive parts; each one's 10 % quantile is that of a gamma distribution of its mean and
    variance (Wilson-Hilferty), 0 where its parts are so few that there may be none. Without variance, or without a
    projection, both bounds are the projection.
    """
    low = pl.min_horizontal(_tenth(matured, variance), matured)
    high = pl.max_horizontal(kept - _tenth(kept - matured, variance), matured)
    certain = (variance <= 0) | matured.is_null()  # of the least and largest of several, a null is left out
    return pl.when(certain).then(matured).otherwise(low), pl.when(certain).then(matured).otherwise(high)


def _tenth(mean: pl.Expr, variance: pl.Expr) -> pl.Expr:
    shape = mean**2 / variance
    root = (1 - 1 / (9 * shape) - _Z80 / (3 * shape.sqrt())).clip(lower_bound=0.0)
    return pl.when(shape > _FEW).then(mean * root**3).otherwise(0.0)
