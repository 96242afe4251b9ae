"""Whose contributions count in a month, and which months are closed."""

from __future__ import annotations

import calendar
import datetime as dt

import polars as pl

#: Days after a month's end from which its refunds have come.
LAG_DAYS = 45


def first_day(month: str) -> dt.date:
    """First day of ``YYYY-MM``."""
    return dt.date.fromisoformat(f"{month}-01")


def last_day(month: str) -> dt.date:
    """Last day of ``YYYY-MM``."""
    first = first_day(month)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def is_closed(month: str, today: dt.date, lag_days: int) -> bool:
    """Whether a month ended at least ``lag_days`` ago, so that its refunds have come."""
    return today >= last_day(month) + dt.timedelta(days=lag_days)


def whole_months(contributions: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Contributions of months that a merchant was a member for from first day to last.

    ``members``: ``merchant_id``, ``joined_date``, ``left_date`` (null = still one); the day of leaving is no
    longer a day of membership. Merchants that are no members do not count.
    """
    first = pl.col("business_month").str.to_date("%Y-%m-%d", strict=True)
    months = contributions.with_columns(pl.col("business_month") + "-01").with_columns(first.alias("_first"))
    counted = months.join(
        members.select("merchant_id", "joined_date", "left_date"), on="merchant_id", how="inner"
    ).filter(
        (pl.col("joined_date") <= pl.col("_first"))
        & (pl.col("left_date").is_null() | (pl.col("left_date") > pl.col("_first").dt.month_end()))
    )
    return counted.with_columns(pl.col("business_month").str.slice(0, 7)).select(contributions.columns)
