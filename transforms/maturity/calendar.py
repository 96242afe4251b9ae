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
