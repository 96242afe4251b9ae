"""Moments as whole Unix seconds in numpy, and how a Chinese shopping day is shaped."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

ZONE_NAME = "Asia/Shanghai"
ZONE = ZoneInfo(ZONE_NAME)
DAY = 86_400
HOUR = 3_600
NEVER = -1  # a moment that does not come; null in a frame
_UTC_OFFSET = 8 * HOUR  # no daylight saving since 1991

#: Weight of each hour for shelf orders: trough 04-05, climb 07, plateau from 09, bump 12-13, dip 14-16, peak
#: 20-21.
HOUR_WEIGHTS = np.array(
    [34, 20, 11, 6, 3, 3, 8, 20, 34, 46, 49, 50, 58, 57, 47, 45, 46, 50, 54, 64, 80, 82, 70, 52],
    dtype=np.float64,
)

_PROMOTIONS = ((6, 8, 18), (11, 1, 11), (12, 10, 12))  # month, first day, last day


def to_seconds(moment: dt.datetime) -> int:
    """Whole Unix seconds of an aware moment.

    ValueError for a naive one, whose meaning would depend on the machine.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return int(moment.timestamp())


def instants(seconds: Ints) -> pl.Series:
    """Seconds as Beijing instants (microsecond type, as the contracts store them); ``NEVER`` becomes null."""
    micros = pl.Series(seconds) * 1_000_000
    return pl.select(pl.when(micros >= 0).then(micros).cast(pl.Datetime("us", ZONE_NAME))).to_series()


def midnights(now: int, days: int) -> Ints:
    """Seconds of each local midnight in the window of ``days`` days before ``now``, the day of ``now``
    included.
    """
    today = (now + _UTC_OFFSET) // DAY
    return (np.arange(today - days + 1, today + 1, dtype=np.int64)) * DAY - _UTC_OFFSET


def midnight_of(seconds: Ints) -> Ints:
    """The local midnight at or before each moment."""
    return (seconds + _UTC_OFFSET) // DAY * DAY - _UTC_OFFSET


def day_factors(starts: Ints, on_sale: Bools) -> Floats:
    """How busy each local day is: a weekly rhythm, days of a promotion or sale nearly double."""
    weekend = [day.weekday() >= 5 for day in _dates(starts)]
    return np.where(promoted_days(starts) | on_sale, 1.8, 1.0) * np.where(weekend, 1.15, 1.0)


def promoted_days(starts: Ints) -> Bools:
    """Whether each local day (its midnight in seconds) lies in a promotion."""
    return np.array(
        [
            any(day.month == month and first <= day.day <= last for month, first, last in _PROMOTIONS)
            for day in _dates(starts)
        ],
        dtype=np.bool_,
    )


def _dates(starts: Ints) -> list[dt.date]:
    return [dt.datetime.fromtimestamp(int(start), ZONE).date() for start in starts]
