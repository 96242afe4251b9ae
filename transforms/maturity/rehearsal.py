"""The merchant's own past foretold as it stood then, and held against what became of it: how wide its
intervals must be, and how often they held, from the first day on.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from contracts.canonical import SHOP
from transforms.maturity.cohorts import COHORT
from transforms.maturity.outlook import project
from transforms.maturity.said import said_by_week
from transforms.maturity.triangle import HORIZON, by_age

#: How many days before the last known one the past is foretold: every order open then has come to its end.
BACK_DAYS = tuple(HORIZON + 14 * step for step in range(3))
#: Own misses count as so many to these of other houses: a house without history borrows all, with 30 half.
_BORROWED = 30
#: A miss counts by its deviations only where the sum is of enough parts to have some on either side.
_ENOUGH = 2.0
_NINETIETH, _INSIDE = 1.2815515655446004, 0.8
_YOUNG_WEEKS = 3
_FEN2_OF_YUAN2 = 10_000.0


def rehearse(cohorts: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """What ``project`` would have told of the cohorts still open on each of ``BACK_DAYS``: its columns, of
    that day (``known_date``), and ``true_fen``, what they had kept at age 45. Input as of ``make_cohorts``.

    Only what was dated up to that day is looked at; undated refunds count as known, as ever.
    """
    gone = by_age(refunds).group_by(COHORT).agg(_gone=pl.col("refund_fen").sum())
    whole = cohorts.join(gone, on=COHORT, how="left", validate="1:1")
    true = whole.with_columns(
        true_fen=pl.col("paid_fen") - pl.col("undated_fen") - pl.col("_gone").fill_null(0)
    )
    true = true.drop("_gone")
    rows = [_as_of(true, refunds, days) for days in BACK_DAYS if _is_any_open(true, days)]
    return pl.concat([_nothing(true), *rows]).filter(pl.col("age") < HORIZON)


def _is_any_open(cohorts: pl.DataFrame, days: int) -> bool:
    """Whether a cohort was open ``days`` before: only of those anything would have been told."""
    age = (pl.col("known_date") - pl.col("paid_date")).dt.total_days() - days
    return not cohorts.filter((age >= 0) & (age < HORIZON)).is_empty()


def _nothing(cohorts: pl.DataFrame) -> pl.DataFrame:
    """What ``project`` tells of no cohort."""
    told = {
        "matured_fen": pl.Float64,
        "noise2": pl.Float64,
        "doubt_fen": pl.Float64,
        "level_number": pl.Int64,
    }
    return cohorts.clear().with_columns(
        pl.lit(None, kind).alias(name) for name, kind in {"age": pl.Int32, **told}.items()
    )


def _as_of(cohorts: pl.DataFrame, refunds: pl.DataFrame, days: int) -> pl.DataFrame:
    then = cohorts.with_columns(pl.col("known_date") - dt.timedelta(days=days))
    then = then.filter(pl.col("paid_date") <= pl.col("known_date"))
    told = refunds.join(then.select(*COHORT, "known_date"), on=COHORT, how="inner", validate="m:1")
    told = told.filter(pl.col("refund_date") <= pl.col("known_date"))
    back = told.group_by(COHORT).agg(_back=pl.col("refund_fen").sum())
    kept = pl.col("paid_fen") - pl.col("undated_fen") - pl.col("_back").fill_null(0)
    then = then.join(back, on=COHORT, how="left", validate="1:1").with_columns(
        kept_fen=kept, kept_known_fen=kept
    )
    return project(then.drop("_back"), told.drop("known_date"))


def stretch(rehearsed: pl.DataFrame) -> float:
    """By how much the doubt about this merchant's factors must be wider (above 1) or narrower than the method
    tells.

    The misses of its shops' weeks and of its own, in deviations: as many of them as the interval must hold
    lie below the quantile (split conformal prediction), whatever the model got wrong. With few misses, and
    without history, what was settled on other houses stands: 1.
    """
    misses = pl.concat([_misses(rehearsed, list(SHOP)), _misses(rehearsed, ["merchant_id"])])
    if misses.is_empty():
        return 1.0
    count = misses.len()
    own = misses.quantile(min(1.0, _INSIDE * (count + 1) / count), "higher") or 0.0
    own = min(max(own / _NINETIETH, 0.5), 2.5)
    return float(((_BORROWED + count * own**2) / (_BORROWED + count)) ** 0.5)


def stretched(projected: pl.DataFrame, by: float) -> pl.DataFrame:
    """``projected`` with ``by`` times the doubt: chance is what it is, sums of cells carry the doubt."""
    return projected.with_columns(pl.col("doubt_fen") * by)


def rehearsed_weeks(rehearsed: pl.DataFrame) -> pl.DataFrame:
    """Columns of ops.outlook but the build: each week that was over, as it would have been told a fortnight
    after its end.
    """
    rows = rehearsed.select(
        *SHOP, "paid_fen", "kept_fen", "known_date",
        business_date="paid_date",
        age_days_qty=(pl.col("age") + 1).cast(pl.Int64),
        matured_fen=(pl.col("matured_fen") + 0.5).floor().cast(pl.Int64),
        matured_noise_number=(pl.col("noise2") / _FEN2_OF_YUAN2).ceil().cast(pl.Int64),
        matured_doubt_fen=pl.col("doubt_fen").ceil().cast(pl.Int64),
    )  # fmt: skip
    told = [said_by_week(part.drop("known_date")) for part in rows.partition_by("known_date")]
    if not told:
        return said_by_week(rows.drop("known_date"))
    return pl.concat(told).filter(pl.col("age_days_qty").is_between(14, 20))


def _misses(rehearsed: pl.DataFrame, by: list[str]) -> pl.Series:
    """Distances between point and truth, in deviations, of all weeks of age up to the third of ``by``."""
    week = (pl.col("age") // 7).alias("_week")
    money = pl.col("kept_fen", "matured_fen", "true_fen", "noise2").sum()
    told = rehearsed.filter(pl.col("matured_fen").is_not_null())
    shops = told.group_by("known_date", week, *SHOP).agg(money, doubt2=pl.col("doubt_fen").sum() ** 2)
    sums = shops.filter(pl.col("_week") <= _YOUNG_WEEKS).group_by("known_date", "_week", *by).agg(
        pl.col("kept_fen", "matured_fen", "true_fen", "noise2", "doubt2").sum()
    )  # fmt: skip
    variance = pl.col("noise2") + pl.col("doubt2")
    enough = (pl.col("kept_fen") - pl.col("matured_fen")) ** 2 > _ENOUGH * variance
    found = sums.filter(enough, variance > 0)
    return found.select(_miss=(pl.col("true_fen") - pl.col("matured_fen")).abs() / variance.sqrt())["_miss"]
