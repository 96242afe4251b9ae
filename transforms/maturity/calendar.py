"""Promotion periods whose orders are cohorts of their own.

A wrong day costs little: thin cohorts lean on all the others.
"""

from __future__ import annotations

import datetime as dt

from transforms.maturity.cohorts import Promotion

#: Name, first and last month and day. UNVERIFIED seeds of the metric dictionary, 2.6 (starts move from year
#: to year and by platform).
_EVERY_YEAR = (("618", (5, 20), (6, 20)), ("双11", (10, 14), (11, 11)), ("双12", (12, 10), (12, 12)))
_YEARS = range(2015, 2041)

PROMOTIONS = tuple(
    Promotion(name, dt.date(year, *first), dt.date(year, *last))
    for year in _YEARS
    for name, first, last in _EVERY_YEAR
)

#: First day of the lunar year, by its Gregorian year (checked against the Chinese calendar of ICU; where that
#: places the new moon of 2027 and 2030 a day off, by the almanac).
_NEW_YEARS = (
    "2015-02-19 2016-02-08 2017-01-28 2018-02-16 2019-02-05 2020-01-25 2021-02-12 2022-02-01 2023-01-22 "
    "2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13 2030-02-03 2031-01-23 2032-02-11 "
    "2033-01-31 2034-02-19 2035-02-08 2036-01-28 2037-02-15 2038-02-04 2039-01-24 2040-02-12"
)
NEW_YEARS = {day.year: day for day in map(dt.date.fromisoformat, _NEW_YEARS.split())}
#: Days around the lunar new year in which trade goes by it: stock is cleared before, shops close, and reopen.
_AROUND_NEW_YEAR = (-40, 20)
_WEEKS = 364


def last_year(first: dt.date, last: dt.date) -> tuple[dt.date, dt.date, str]:
    """The same days a year ago, as many of them, and what they are aligned by: a promotion's name (its end
    meets its end), ``lunar`` (the new year meets the new year) or ``weekday`` (52 weeks before).
    """
    found = {item.name: item for item in PROMOTIONS if item.last_date.year == last.year - 1}
    for item in PROMOTIONS:
        if item.first_date <= last and first <= item.last_date and item.name in found:
            back = item.last_date - found[item.name].last_date
            return first - back, last - back, item.name
    here, before = NEW_YEARS.get(last.year), NEW_YEARS.get(last.year - 1)
    if here and before:
        start, end = (here + dt.timedelta(days=days) for days in _AROUND_NEW_YEAR)
        if first <= end and start <= last:
            return first - (here - before), last - (here - before), "lunar"
    back = dt.timedelta(days=_WEEKS)
    return first - back, last - back, "weekday"
