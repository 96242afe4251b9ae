"""How young a figure is. Refunds go on arriving for weeks, so a young net is an early one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from contracts.fields import TIME_ZONE

#: Days after payment within which refunds still move a net figure (metric dictionary, M07: D* = 45 d).
MATURE_DAYS = 45


@dataclass(frozen=True)
class Age:
    """``days`` from the newest paid day (``newest_date``) to the release that is read.

    ``is_open``: younger than ``MATURE_DAYS``, so refunds are still to come. ``open_share``: part of the paid value that is that young, 0 to 1.
    """

    newest_date: dt.date
    days: int
    is_open: bool
    open_share: float


def age(newest_date: dt.date, as_of: dt.datetime, *, open_share: float | None = None) -> Age:
    """Age of a cohort whose newest order was paid on ``newest_date``, seen from the release made public at ``as_of`` (aware).

    Without ``open_share`` the whole cohort counts as being as young as its newest day.
    """
    days = max(0, (as_of.astimezone(ZoneInfo(TIME_ZONE)).date() - newest_date).days)
    is_open = days < MATURE_DAYS
    return Age(newest_date, days, is_open, float(is_open) if open_share is None else open_share)


def open_since(as_of: dt.datetime) -> dt.date:
    """The first paid day that is still open at ``as_of``."""
    return as_of.astimezone(ZoneInfo(TIME_ZONE)).date() - dt.timedelta(days=MATURE_DAYS - 1)
