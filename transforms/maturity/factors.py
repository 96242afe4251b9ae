"""Development by age: which part of what is still kept goes back during each age, per segment, thin segments
leaning on their parents.

Chain ladder (Mack 1993) in its hazard form: with ``base`` kept when an age begins, the factor of that age is
1 − (before + after) ÷ base, all summed over cohorts. Refunds before and after shipment are two triangles over
the same base, so that together they are the chain ladder on kept value.
"""

from __future__ import annotations

import polars as pl

#: Orders from which a segment's own experience counts alone (metric dictionary, 2.5); below it by the root of
#: its share (limited fluctuation credibility).
FULL_CREDIBILITY_ORDERS = 200
_WEIGHT, _BASE = pl.col("weight"), pl.col("base_fen")
_BACK = pl.col("before_fen") + pl.col("after_fen")


def weigh(triangle: pl.DataFrame, half_life_days: float | None = None) -> pl.DataFrame:
    """Add ``weight``: 1, or halved for every ``half_life_days`` between the day the cohort was that old and
    the last known day: factors follow habits. Late ages see few refunds and forget more slowly, by half in
    twice their own age.
    """
    if half_life_days is None:
        return triangle.with_columns(weight=pl.lit(1.0))
    days = (pl.col("known_date") - pl.col("paid_date")).dt.total_days() - pl.col("age")
    half = pl.max_horizontal(pl.lit(half_life_days), 2.0 * pl.col("age"))
    return triangle.with_columns(weight=0.5 ** (days / half))


def factors(triangle: pl.DataFrame, by: list[str], *, is_pooled: bool = False) -> pl.DataFrame:
    """``by``, ``age``, ``before_rate``, ``after_rate`` (shares of the base that go back), ``sigma2``,
    ``error2``, ``orders``.

    ``triangle`` has a ``weight``. ``sigma2``: Mack's variance parameter, in fen (variance of an age's refunds
    = sigma2 × base), null where a single cohort lived through the age (all cohorts alike, so that change of
    habits adds to it); ``error2``: variance of the factor; ``orders``: weighted orders seen.

    Mack averages each cohort's squared miss over its base, which counts a day of one order like a day of a
    hundred. Where larger bases are of dearer orders, what that foretells for a sum of cohorts is too little;
    ``is_pooled`` divides all squared misses by all bases, which is right for their sum.
    """
    level = [*by, "age"]
    sums = triangle.filter(_BASE > 0).group_by(level).agg(
        _base=_BASE.sum(),
        _back=_BACK.sum(),
        _square=(_BACK**2 / _BASE).sum(),
        _back2=(_BACK.cast(pl.Float64) ** 2).sum(),
        _cross=(_BACK.cast(pl.Float64) * _BASE).sum(),
        _base2=(_BASE.cast(pl.Float64) ** 2).sum(),
        _cohorts=pl.len().cast(pl.Int64),
        _weighted=(_WEIGHT * _BASE).sum(),
        _weighted2=(_WEIGHT**2 * _BASE).sum(),
        before_rate=(_WEIGHT * pl.col("before_fen")).sum(),
        after_rate=(_WEIGHT * pl.col("after_fen")).sum(),
        orders=(_WEIGHT * pl.col("orders_qty")).sum(),
    )  # fmt: skip
    rates = sums.with_columns(pl.col("before_rate", "after_rate") / pl.col("_weighted"))
    rate = pl.col("before_rate") + pl.col("after_rate")
    # Σ (back − rate × base)² ÷ base over cohorts, multiplied out so that one pass does
    mack = pl.col("_square") - 2 * rate * pl.col("_back") + rate**2 * pl.col("_base")
    pooled = (
        (pl.col("_back2") - 2 * rate * pl.col("_cross") + rate**2 * pl.col("_base2"))
        * pl.col("_cohorts")
        / pl.col("_base")
    )
    miss = (pooled if is_pooled else mack).clip(lower_bound=0.0)
    found = rates.with_columns(sigma2=pl.when(pl.col("_cohorts") > 1).then(miss / (pl.col("_cohorts") - 1)))
    found = found.with_columns(error2=pl.col("sigma2") * pl.col("_weighted2") / pl.col("_weighted") ** 2)
    return found.select(*level, "before_rate", "after_rate", "sigma2", "error2", "orders").sort(level)


def credible_factors(
    triangle: pl.DataFrame, levels: list[list[str]], full_orders: int = FULL_CREDIBILITY_ORDERS
) -> pl.DataFrame:
    """Factors of every segment of the last of ``levels``, at every age anyone lived through.

    ``level_number``: the deepest level that counts fully.

    ``levels`` go from the widest grouping to the finest, each containing the one before. At each age a
    segment's own value has the weight min(1, √(orders ÷ ``full_orders``)), the rest is its parent's, and so
    on up (Bornhuetter-Ferguson in spirit: what is not known is expected).
    """
    found = factors(triangle, levels[0], is_pooled=True).with_columns(
        level_number=pl.lit(0, pl.Int64), **{n: pl.col(n).fill_null(0.0) for n in ("sigma2", "error2")}
    )
    found = found.drop("orders")
    for number, level in enumerate(levels[1:], start=1):
        segments = triangle.select(level).unique()
        parent = (
            segments.join(found, on=levels[number - 1], how="inner")
            if levels[number - 1]
            else segments.join(found, how="cross")
        )
        own = factors(triangle, level, is_pooled=True)
        joined = parent.join(own, on=[*level, "age"], how="left", suffix="_own", validate="1:1")
        trust = (pl.col("orders").fill_null(0.0) / full_orders).sqrt().clip(upper_bound=1.0)
        found = joined.select(
            *level,
            "age",
            *(
                (trust * pl.col(f"{name}_own").fill_null(pl.col(name)) + (1 - trust) * pl.col(name)).alias(
                    name
                )
                for name in ("before_rate", "after_rate", "sigma2")
            ),
            error2=trust**2 * pl.col("error2_own").fill_null(pl.col("error2"))
            + (1 - trust) ** 2 * pl.col("error2"),
            level_number=pl.when(trust >= 1.0).then(pl.lit(number, pl.Int64)).otherwise("level_number"),
        )
    return found.sort([*levels[-1], "age"])
