"""How willing buyers are to send things back: a market may have promotions whose orders come back more, and a
day from which return rates change.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from simulator.history.clock import ZONE, Floats, Ints, midnight_of, promoted_days, to_seconds


@dataclass(frozen=True)
class Mood:
    """What is added to the share of lines that end fully refunded, by the moment of payment (0.08 = eight
    points more).

    ``promotion`` on promotion days (return rates jump after 双11: metric dictionary 2.5); ``changes``: from
    the given date on (local midnight) the given points, each in place of the one before. The default market
    is calm.
    """

    promotion: float = 0.0
    changes: tuple[tuple[dt.date, float], ...] = ()

    def shift(self, paid: Ints) -> Floats:
        """Points to add per line, by its moment of payment in Unix seconds.

        Lines never paid get whatever falls on the epoch, and meet no fate anyway.
        """
        points: Floats = np.zeros(len(paid))
        for date, change in sorted(self.changes):
            points = np.where(paid >= to_seconds(dt.datetime.combine(date, dt.time(), ZONE)), change, points)
        return points + self._promoted(paid)

    def _promoted(self, paid: Ints) -> Floats:
        days, where = np.unique(midnight_of(paid), return_inverse=True)
        return np.where(promoted_days(days)[where], self.promotion, 0.0)


CALM = Mood()
