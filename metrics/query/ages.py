"""How young a figure is. Refunds go on arriving for weeks, so a young net is an early one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

#: Days after payment within which refunds still move a net figure (metric dictionary, M07: D* = 45 d).
MATURE_DAYS = 45


@dataclass(frozen=True)
class Age:
    """How long what was paid has been watched: from the day of payment to its shop's newest observation, not
    to the clock on the wall.

    ``newest_date`` is the newest paid day, ``days`` the age of the youngest cohort, ``open_share`` the part
    of the paid value that is younger than ``MATURE_DAYS``, 0 to 1.
    """

    newest_date: dt.date
    days: int
    open_share: float

    @property
    def is_open(self) -> bool:
        """Whether refunds are still to come."""
        return self.days < MATURE_DAYS
