"""The triangle: cohorts of a paid day × age in days, what was still kept when that age began and what went
back during it.
"""

from __future__ import annotations

import polars as pl

#: Age in days to which a cohort is projected: later refunds are few and small (metric dictionary, M07: D* =
#: 45 d).
HORIZON = 45
#: A cohort with more of its paid value gone at an unknown date than this teaches no other: its refunds cannot
#: be laid on ages.
_UNDATED_TOLERATED = 0.01


def make_triangle(cohorts: pl.DataFrame, refunds: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """``key``, ``age``, ``base_fen``, ``before_fen``, ``after_fen``, ``orders_qty``: one row per cohort and
    age it has lived through to the end.

    ``cohorts``: ``key`` (with ``paid_date``), ``known_date`` (last day known whole), ``paid_fen``,
    ``undated_fen``, ``orders_qty``. ``refunds``: ``key``, ``refund_date``, ``refund_fen``, ``is_before``
    (before shipment). Age 0 is the paid day. Refunds of untold date are laid on age 0 where they are at most
    1 % of what the cohort paid; a cohort with more of them has no row. Refunds of untold stage count as after
    shipment, the later of both. Money a source returns beyond what was paid is cut to it, so that no base is
    negative.
    """
    usable = cohorts.filter(
        pl.col("paid_fen") > 0, pl.col("undated_fen") <= _UNDATED_TOLERATED * pl.col("paid_fen")
    )
    aged = (
        usable.with_columns(last=(pl.col("known_date") - pl.col("paid_date")).dt.total_days())
        .filter(pl.col("last") >= 0)
        .with_row_index("_cohort")
    )
    # a cohort's number stands for its many-columned key while its rows are many
    ages = aged.select(
        "_cohort",
        "paid_fen",
        "undated_fen",
        age=pl.int_ranges(0, pl.min_horizontal("last", HORIZON) + 1, dtype=pl.Int32),
    ).explode("age")
    back = by_age(refunds).join(aged.select("_cohort", *key), on=key, how="inner", validate="m:1").group_by(
        "_cohort", "age").agg(
        before_fen=pl.col("refund_fen").filter(pl.col("is_before")).sum(),
        after_fen=pl.col("refund_fen").filter(~pl.col("is_before")).sum()
    )  # fmt: skip
    rows = ages.join(back, on=["_cohort", "age"], how="left", validate="1:1").with_columns(
        pl.col("before_fen", "after_fen").fill_null(0)
    )
    rows = rows.with_columns(
        after_fen=pl.col("after_fen") + pl.when(pl.col("age") == 0).then("undated_fen").otherwise(0)
    ).sort("_cohort", "age")
    cut = _cut_to_paid(rows).select("_cohort", "age", "base_fen", "before_fen", "after_fen")
    return cut.join(
        aged.select("_cohort", *key, "orders_qty", "known_date"), on="_cohort", how="left", validate="m:1"
    ).drop("_cohort")


def by_age(refunds: pl.DataFrame) -> pl.DataFrame:
    """Refunds with their ``age``; one dated before its payment counts on the paid day, one past the horizon
    on none.
    """
    age = (pl.col("refund_date") - pl.col("paid_date")).dt.total_days().clip(lower_bound=0).cast(pl.Int32)
    return refunds.with_columns(age=age).filter(pl.col("age") <= HORIZON)


def _cut_to_paid(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``base_fen``: paid less all refunds of younger ages.

    Refunds of an age take what is left, before-shipment ones first.
    """
    gone = (pl.col("before_fen") + pl.col("after_fen")).cum_sum().over("_cohort")
    left = (pl.col("paid_fen") - gone).clip(lower_bound=0)
    rows = rows.with_columns(base_fen=left.shift(1).over("_cohort").fill_null(pl.col("paid_fen")), _left=left)
    rows = rows.with_columns(before_fen=pl.min_horizontal("before_fen", pl.col("base_fen") - pl.col("_left")))
    return rows.with_columns(after_fen=pl.col("base_fen") - pl.col("_left") - pl.col("before_fen"))
