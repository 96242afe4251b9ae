"""From cohorts of one merchant to what each will have kept at age 45 days: the point, and what an interval of
any sum of cohorts is made of.
"""

from __future__ import annotations

import polars as pl

from transforms.maturity.cohorts import COHORT, LEVELS, SEGMENT
from transforms.maturity.factors import credible_factors, weigh
from transforms.maturity.tails import tails
from transforms.maturity.triangle import HORIZON, make_triangle

#: Factors forget by half in this many days, so that they follow a change of return rates within weeks;
#: measured in docs/maturity.md.
HALF_LIFE_DAYS = 14.0
#: The square of what the factors miss by is more than their variance tells: return rates move between the
#: weeks that taught them and those they are held against (settled on seeds 11–13, 21–23 and 31–33).
_DRIFT = 1.6
#: Cohorts older than this teach nothing of early ages (a weight below one hundredth) and little of late ones,
#: and are not read.
TAUGHT_DAYS = HORIZON + 7 * int(HALF_LIFE_DAYS)


def project(
    cohorts: pl.DataFrame, refunds: pl.DataFrame, half_life_days: float | None = HALF_LIFE_DAYS
) -> pl.DataFrame:
    """``cohorts`` with ``age``, ``matured_fen``, ``noise2``, ``doubt_fen`` (floats, fen and fen²) and
    ``level_number``. Input as ``make_cohorts`` gives it.

    Cohorts of age 45 and more are what they are, without noise. A younger one is projected only when somebody
    has been watched to age 45 who still kept something then, else ``matured_fen`` is null: a cohort refunded
    whole on day 6 tells nothing of the days after. ``noise2`` is chance, different in every cohort: it adds
    up. ``doubt_fen`` is the error of the factors, which cohorts of a segment share: it adds up before it is
    squared. Nothing is projected above what is kept now or below zero; what was refunded beyond what was paid
    is an error of the source and stays as it is.
    """
    triangle = weigh(make_triangle(cohorts, refunds, COHORT), half_life_days)
    ahead = tails(credible_factors(triangle, LEVELS), SEGMENT).filter(pl.col("horizon_age") == HORIZON)
    age = (pl.col("known_date") - pl.col("paid_date")).dt.total_days().cast(pl.Int32)
    rows = cohorts.with_columns(age=age, from_age=(age + 1).clip(lower_bound=0))
    rows = rows.join(ahead, on=[*SEGMENT, "from_age"], how="left", validate="m:1")
    is_mature = pl.col("age") >= HORIZON
    base, kept = pl.col("kept_known_fen").clip(lower_bound=0), pl.col("kept_fen")
    stays = base * (-(pl.col("before_risk") + pl.col("after_risk"))).exp()
    expected = pl.when(stays.is_not_null()).then(
        pl.when(kept > 0).then(pl.min_horizontal(stays, kept)).otherwise(kept)
    )
    rows = rows.with_columns(matured_fen=pl.when(is_mature).then(kept.cast(pl.Float64)).otherwise(expected))
    return rows.with_columns(
        noise2=pl.when(is_mature).then(0.0).otherwise(base * pl.col("process2")),
        doubt_fen=pl.when(is_mature)
        .then(0.0)
        .otherwise(pl.col("matured_fen").clip(lower_bound=0) * (_DRIFT * pl.col("error2")).sqrt()),
    ).select(*cohorts.columns, "age", "matured_fen", "noise2", "doubt_fen", "level_number")
