"""What stands from a day on until something else is said: looked up, counted up and added up over days, for
many things at once.

A thing is a number (``THING``), so that a look-up compares one column whatever tells things apart.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

THING = "thing_number"


def newest(entries: pl.DataFrame, same: Sequence[str]) -> pl.DataFrame:
    """Of numbered entries that are about the ``same`` thing the last one, in order of entry."""
    return entries.sort("event_number").unique(same, keep="last", maintain_order=True)


def running(rows: pl.DataFrame, day: str, qty: str) -> pl.DataFrame:
    """``THING, day, value``: how much of ``qty`` there was up to the end of each day on which there was
    any.
    """
    sums = rows.group_by(THING, day=day).agg(value=pl.col(qty).sum()).sort("day")
    return sums.with_columns(pl.col("value").cum_sum().over(THING))


def standing(grid: pl.DataFrame, steps: pl.DataFrame, what: str = "value", *, back: int = 0) -> pl.Series:
    """For each row of ``grid`` (``THING, business_date``) the newest ``what`` of ``steps`` (``THING, day``)
    at or before ``back`` days earlier, else null.
    """
    asked = grid.select(
        THING, _row=pl.int_range(pl.len()), _on=pl.col("business_date") - pl.duration(days=back)
    ).sort("_on")
    known = steps.select(THING, _day="day", _what=what).sort("_day")
    found = asked.join_asof(known, left_on="_on", right_on="_day", by=THING, check_sortedness=False)
    return found.sort("_row")["_what"]


def day_sums(steps: pl.DataFrame) -> pl.DataFrame:
    """``steps`` with ``before``: the sum of ``value`` over all days from a thing's first to the one before
    ``day``.
    """
    lasted = (pl.col("day") - pl.col("day").shift().over(THING)).dt.total_days()
    parts = (pl.col("value").shift().over(THING) * lasted).fill_null(0)
    return (
        steps.sort(THING, "day")
        .with_columns(_part=parts)
        .with_columns(before=pl.col("_part").cum_sum().over(THING))
        .drop("_part")
    )


def sum_to(grid: pl.DataFrame, summed: pl.DataFrame, *, back: int = 0) -> pl.Series:
    """The sum of ``value`` over all days up to ``back`` days before each ``business_date``, that day
    included; null before a thing's first.
    """
    day, value, before = (standing(grid, summed, name, back=back) for name in ("day", "value", "before"))
    lasted = grid["business_date"] - day
    return before + value * (lasted.dt.total_days() + 1 - back)
