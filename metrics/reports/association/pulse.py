"""The district's index, month by month, as the released documents tell it; and whether it slows down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from district.index import DETECTOR, FALSE_ALARMS_A_YEAR, slowing
from metrics.reports.association.releases import Month

__all__ = ["FALSE_ALARMS_A_YEAR", "NEEDED", "Pulse", "Step", "pulse", "slower_months", "turning"]

#: Months of year-on-year change before it can be judged whether the district slows down.
NEEDED = DETECTOR.fewest + 2


@dataclass(frozen=True)
class Step:
    """A month beside ``since``: ``change_rate`` of what members of both kept, None where it is refused.

    ``matched_rate``: the part of the value they have at least. ``diffusion``: 0–100, one vote each of
    ``voters_qty`` owners.
    """

    since: str
    change_rate: float | None
    rounded_rate: float | None
    matched_rate: float | None
    matched_qty: int
    members_qty: int
    diffusion: int | None
    voters_qty: int


@dataclass(frozen=True)
class Pulse:
    """A month of the index: ``level`` (``base_month`` = 100), None where it has none."""

    month: str
    base_month: str | None
    level: float | None
    monthly: Step | None
    yearly: Step | None


def pulse(months: Sequence[Month]) -> list[Pulse]:
    """Every released month. ``monthly`` is the step from the newest earlier month that has a level."""
    return [_read(month) for month in months]


def slower_months(points: Sequence[Pulse]) -> int:
    """How many of the newest months in a row had a lower year-on-year change than the month before each."""
    pairs = zip(reversed(points), list(reversed(points))[1:], strict=False)
    is_slower = (
        now.month == _after(before.month)
        and (fall := (_yearly(now), _yearly(before)))[0] is not None
        and fall[1] is not None
        and fall[0] < fall[1]
        for now, before in pairs
    )
    return sum(1 for _ in takewhile(bool, is_slower))


def turning(points: Sequence[Pulse]) -> bool | None:
    """Whether the year-on-year change has been falling short of what was usual; None while the released
    months are too few to know what is usual.
    """
    run: list[float] = []
    for point, later in zip(reversed(points), [None, *reversed(points)], strict=False):
        change = _yearly(point)
        if change is None or (later and later.month != _after(point.month)):
            break
        run.append(1 + change)
    if len(run) < NEEDED:
        return None
    return slowing(run[::-1])[-1]


def _read(month: Month) -> Pulse:
    index: Mapping[str, Any] = month.first.get("index") or {"links": []}
    steps = [_step(link) for link in index["links"]]
    year_ago = f"{int(month.name[:4]) - 1}{month.name[4:]}"
    level = index.get("level_per_1000")
    return Pulse(
        month.name,
        index.get("base_month"),
        None if level is None else level / 1000,
        next((step for step in steps if step.since != year_ago or len(steps) == 1), None),
        next((step for step in steps if step.since == year_ago), None),
    )


def _step(link: Mapping[str, Any]) -> Step:
    ratio, rounded, matched = (
        link[name] for name in ("ratio_per_1000", "rounded_to_per_1000", "matched_from_per_100")
    )
    return Step(
        link["since"],
        None if ratio is None else (ratio - 1000) / 1000,
        None if rounded is None else rounded / 1000,
        None if matched is None else matched / 100,
        link["matched_qty"],
        link["members_qty"],
        link["diffusion_per_100"],
        link["voters_qty"],
    )


def _yearly(point: Pulse) -> float | None:
    return point.yearly.change_rate if point.yearly else None


def _after(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12}-{number % 12 + 1:02d}"
