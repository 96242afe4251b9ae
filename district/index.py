"""The district's index: matched panel, chained; diffusion beside it; and whether it slows down.

Values are of months that are final or of equal age, else the last point is too high. A merchant counts only
in the step between two months that it was in both of: who joins or leaves moves the index by nothing.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from district.policy import Policy

#: Least part of the value of both months that must be of merchants in both.
LEAST_MATCHED = 0.60
#: Month → member → value in fen.
Panel = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Step:
    """From one month to another: ``ratio`` of the values of members in both, and what part of the value they
    are, of the month where it is less. ``ratio`` is None where that is too little or they sold nothing.
    """

    since: str
    ratio: float | None
    matched_rate: float
    members_qty: int
    matched_qty: int


@dataclass(frozen=True)
class Point:
    """The index of a month. ``level`` is None where no earlier month matches enough; the next month is then
    chained to the last one that has a level.
    """

    month: str
    level: float | None
    step: Step | None


def step(panel: Panel, since: str, month: str, least: float = LEAST_MATCHED) -> Step:
    """The matched step between two months; 12 months apart it is the year-on-year change."""
    before, now = panel[since], panel[month]
    both = before.keys() & now.keys()
    old, new = sum(before[member] for member in both), sum(now[member] for member in both)
    parts = [
        part / whole for part, whole in ((old, sum(before.values())), (new, sum(now.values()))) if whole > 0
    ]
    matched = min(parts, default=0.0)
    ratio = new / old if matched >= least and old > 0 else None
    return Step(since, ratio, matched, len(before.keys() | now.keys()), len(both))


def chain(panel: Panel, base: float = 100.0, least: float = LEAST_MATCHED) -> list[Point]:
    """The chained index over the months of ``panel`` in order, ``base`` in the first."""
    months = sorted(panel)
    points = [Point(months[0], base, None)] if months else []
    for month in months[1:]:
        last = next(point for point in reversed(points) if point.level is not None)
        link = step(panel, last.month, month, least)
        level = None if link.ratio is None or last.level is None else last.level * link.ratio
        points.append(Point(month, level, link))
    return points


def diffusion(up: int, same: int, down: int) -> float | None:
    """100 × (up + same/2) ÷ all: 50 where as many rise as fall. None where nobody is counted.

    One owner, one vote (OECD, Business Tendency Surveys).
    """
    everybody = up + same + down
    return 100 * (up + same / 2) / everybody if everybody else None


def votes(before: Mapping[str, int], now: Mapping[str, int], same_within: float) -> tuple[int, int, int]:
    """How many owners in both months rose, stayed within ``same_within`` (a rate), fell."""
    changes = [now[owner] / before[owner] - 1 for owner in before.keys() & now.keys() if before[owner] > 0]
    up, down = (
        sum(change > same_within for change in changes),
        sum(change < -same_within for change in changes),
    )
    return up, len(changes) - up - down, down


# --- slowing down -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Detector:
    """One-sided CUSUM of growth below what was usual, in deviations of the usual months.

    ``usual``: months growth is compared with, before the one judged and outside the run under suspicion.
    ``allowance``: deviations per month that are let pass; ``limit``: their sum at which it is said.
    """

    usual: int = 24
    fewest: int = 12
    allowance: float = 1.0
    limit: float = 3.0


DETECTOR = Detector()


def slowing(levels: Sequence[float], detector: Detector = DETECTOR) -> list[bool]:
    """For each month of an index (adjusted for season, or of year-on-year chains) whether it slows down.

    The first ``fewest`` growth rates only teach what is usual. What is usual stands still while shortfalls
    add up, so that a slow-down does not become usual before it is noticed.
    """
    growth = [math.log(now / before) for before, now in pairwise(levels)]
    flags, shortfall, begun = [False] * min(len(levels), 1), 0.0, 0
    for at, rate in enumerate(growth):
        if shortfall == 0:
            begun = at
        known = growth[max(0, begun - detector.usual) : begun]
        if len(known) < detector.fewest:
            flags.append(False)
            continue
        middle = statistics.median(known)
        spread = 1.4826 * statistics.median(abs(value - middle) for value in known)
        missing = (middle - rate) / spread if spread > 0 else 0.0
        shortfall = max(0.0, shortfall + missing - detector.allowance)
        flags.append(shortfall > detector.limit)
    return flags


#: Alarms a year of ``DETECTOR`` on simulated histories that do not slow down (tested).
FALSE_ALARMS_A_YEAR = 0.13


def false_alarms(detector: Detector, *, years: int, histories: int, seed: int) -> float:
    """Alarms per year on simulated histories that do not slow down (independent normal growth); an alarm that
    lasts is one.
    """
    rng = np.random.default_rng(seed)
    months, count = detector.fewest + 12 * years, 0
    for _ in range(histories):
        flags = slowing(np.exp(np.cumsum(rng.normal(0.004, 0.015, months))).tolist(), detector)
        count += sum(now and not before for before, now in pairwise([False, *flags]))
    return count / (years * histories)


# --- what an index gives away beside totals ---------------------------------------------------------------


def rounding_of(
    before: Mapping[str, int],
    now: Mapping[str, int],
    policy: Policy,
    steps: Sequence[float] = (0.1, 0.2, 0.5, 1.0, 2.0),
    owner_of: Mapping[str, str] | None = None,
) -> float | None:
    """Points to which a matched index must be rounded where both months' totals are published.

    Totals and index together give the sum of what joined and of what left, as the index is
    (T − joined) ÷ (T′ − left), and whoever left knows the one. What rounding leaves open, upwards and
    downwards, must keep every joiner and leaver p% away from a coalition. ``owner_of``: member → holding
    (default: each its own). None: publish no index for this month.
    """
    both = before.keys() & now.keys()
    matched_before, matched_now = (sum(panel[member] for member in both) for panel in (before, now))
    if matched_before <= 0 or matched_now <= 0:
        return None
    joined = by_owner(now, now.keys() - both, owner_of)
    left = by_owner(before, before.keys() - both, owner_of)
    ratio = 100 * matched_now / matched_before
    for points in steps:
        open_points = points / 2 - abs(ratio - points * round(ratio / points))
        open_joined = open_points / 100 * matched_before
        if is_kept_apart(joined, open_joined, policy) and is_kept_apart(
            left, open_joined * matched_before / matched_now, policy
        ):
            return points
    return None


def by_owner(
    values: Mapping[str, int], members: Iterable[str], owner_of: Mapping[str, str] | None = None
) -> list[int]:
    """What each owner of some ``members`` has of ``values``."""
    sums: dict[str, int] = {}
    for member in members:
        owner = owner_of.get(member, member) if owner_of else member
        sums[owner] = sums.get(owner, 0) + values[member]
    return list(sums.values())


def is_kept_apart(values: Sequence[int], still_open: float, policy: Policy) -> bool:
    """p% rule for a sum that is known but for ``still_open``."""
    ordered = sorted(map(abs, values), reverse=True)
    rest = sum(ordered[1 + policy.coalition :])
    return not ordered or rest + still_open >= float(policy.p_fraction) * ordered[0]
