"""A district of small merchants over years: who is in it, how large and until when, and how its trade goes.

All of it is known beforehand; tests/simulator/test_simulator_panel.py holds the world to it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from simulator.history.clock import DAY, ZONE, Bools, Floats, Ints

_D, _T, _K, _W, _X, _P = (
    "douyin", "taobao", "kuaishou", "wechat_channels", "xiaohongshu", "pinduoduo",
)  # fmt: skip
_MONTH = 30.4 * DAY


@dataclass(frozen=True)
class Turn:
    """A category that buyers turn away from: from ``ago`` days before the end the part ``lost_a_month`` of
    its buyers, month by month, takes something else of the same shop.
    """

    category: str
    ago: int
    lost_a_month: float

    def lost(self, created: Ints, now: int) -> Floats:
        """The part of its buyers that are lost at each moment."""
        months = np.maximum(0.0, self.ago * DAY - (now - created)) / _MONTH
        found: Floats = 1.0 - (1.0 - self.lost_a_month) ** months
        return found


@dataclass(frozen=True)
class Panel:
    """One shop each, on ``platforms`` in turn; the first is the giant, with ``giant_share`` of all.

    ``first``: its position in the list of names. The others' sizes follow the law of Zipf and Mandelbrot
    (``zipf``, ``flat``). Every ``matrix_every``-th merchant is another account of the owner of the one
    before. Of the last and smallest ``movers`` one half opens and the other closes, one a month; nobody is
    open in the first ``warm_up`` days, in which sessions are planted. ``growth``: a month, until ``turn_ago``
    days before the end; ``decline`` from then on. ``season``: by calendar month. ``events``: month, first
    and last day, how busy. ``categories``: how many of the catalogue's, its largest, are sold by everybody.
    """

    platforms: tuple[str, ...] = (_D, _T, _D, _K, _D, _T, _D, _W, _T)
    first: int = 16
    giant_share: float = 0.085
    zipf: float = 0.9
    flat: float = 20.0
    warm_up: int = 10
    matrix_every: int = 6
    movers: int = 46
    growth: float = 0.012
    decline: float = -0.015
    turn_ago: int = 200
    season: tuple[float, ...] = (1.0, 0.85, 0.97, 1.0, 1.0, 0.98, 0.94, 0.94, 1.03, 1.07, 1.05, 1.02)
    events: tuple[tuple[int, int, int, float], ...] = ((3, 21, 27, 1.6), (9, 12, 18, 1.6))
    categories: int = 7
    turn: Turn = Turn("半身裙", 300, 0.12)

    def weights(self, count: int) -> Floats:
        """Each merchant's part of the whole while everybody is there."""
        sizes = 1.0 / (np.arange(count) + self.flat) ** self.zipf
        sizes[0] = self.giant_share / (1 - self.giant_share) * sizes[1:].sum()
        found: Floats = sizes / sizes.sum()
        return found

    def owner(self, position: int) -> int:
        """The merchant whose owner is that of the one at ``position``."""
        return position - 1 if position % self.matrix_every == self.matrix_every - 1 else position

    def windows(self, count: int, now: int, days: int) -> tuple[Ints, Ints]:
        """The moments at which each merchant opens and closes."""
        start, end = now - (days - self.warm_up) * DAY, now + DAY
        opens, closes = np.full(count, start), np.full(count, end)
        half = min(self.movers // 2, count // 3)
        moments = start + np.linspace(0.04, 0.96, half) * (now - start)
        opens[count - half :] = moments.astype(np.int64)
        closes[count - 2 * half : count - half] = moments.astype(np.int64)
        return opens, closes

    def level(self, starts: Ints, now: int) -> Floats:
        """How high trade stands on each local day (its midnight in seconds)."""
        months = (starts - (now - self.turn_ago * DAY)) / _MONTH
        path = (1 + self.growth) ** np.minimum(0, months) * (1 + self.decline) ** np.maximum(0, months)
        dates = [dt.datetime.fromtimestamp(int(start), ZONE).date() for start in starts]
        found: Floats = path * np.array([self.season[day.month - 1] * self._event(day) for day in dates])
        return found

    def _event(self, day: dt.date) -> float:
        inside = (
            busy
            for month, first, last, busy in self.events
            if day.month == month and first <= day.day <= last
        )
        return next(inside, 1.0)

    def present(self, merchant: Ints, created: Ints, count: int, now: int, days: int) -> Bools:
        """Whether the merchant of each order was open when it was placed."""
        opens, closes = self.windows(count, now, days)
        found: Bools = (created >= opens[merchant]) & (created < closes[merchant])
        return found
