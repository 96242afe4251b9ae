"""The 80 % interval of a projected figure: never below nothing, never above what is still kept."""

from __future__ import annotations

import polars as pl

#: Quantile of the normal distribution: 10 % (its negative is 90 %).
_TENTH = -1.2815515655446004
#: Mean² ÷ variance up to which perhaps nothing goes back at all, and how many deviations the other bound then
#: lies off: refunds are larger and fewer than a gamma distribution has them, which alone would ask for 0.84.
#: Both from back-tests, settled on seeds 11–13, 21–23 and 31–33 of ``bench.maturity``.
_FEW, _ONE_SIDED = 1.0, 0.95


def bounds(kept: pl.Expr, matured: pl.Expr, variance: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Low and high of what will be kept, given what is kept now and the projection (both ≥ 0, any one money
    unit) and its variance (that unit squared).

    Kept money and money still to go back are both sums of positive parts, each taken for a gamma distribution
    of its mean and variance (Wilson-Hilferty). One in ten lies on either side. Where so little is to go back
    that nothing may, the high bound is what is kept now, which nothing can exceed: then two in ten lie below
    the low one; and the other way round where perhaps nothing stays. Without variance, or without a
    projection, both bounds are the projection.
    """
    goes = kept - matured
    none_goes, none_stays = _is_few(goes, variance), _is_few(matured, variance)
    low = (
        pl.when(none_stays)
        .then(0.0)
        .when(none_goes)
        .then(kept - _quantile(goes, variance, _ONE_SIDED))
        .otherwise(_quantile(matured, variance, _TENTH))
    )
    high = (
        pl.when(none_goes)
        .then(kept)
        .when(none_stays)
        .then(_quantile(matured, variance, _ONE_SIDED))
        .otherwise(kept - _quantile(goes, variance, _TENTH))
    )
    certain = (variance <= 0) | matured.is_null()  # of the least and largest of several, a null is left out
    low, high = low.clip(lower_bound=0.0), pl.min_horizontal(high, kept)
    return (
        pl.when(certain).then(matured).otherwise(pl.min_horizontal(low, matured)),
        pl.when(certain).then(matured).otherwise(pl.max_horizontal(high, matured)),
    )


def _is_few(mean: pl.Expr, variance: pl.Expr) -> pl.Expr:
    """Whether the sum is of so few parts that one in ten times or more there are none."""
    return mean**2 / variance <= _FEW


def _quantile(mean: pl.Expr, variance: pl.Expr, z: float) -> pl.Expr:
    shape = mean**2 / variance
    return mean * (1 - 1 / (9 * shape) + z / (3 * shape.sqrt())).clip(lower_bound=0.0) ** 3
