"""The index's auditor: what a link between two months tells of who joined and who left, worked out from
contributions and what is published alone. It shares no code with ``index`` and ``links``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from district.policy import Policy

#: Member → its owner and its value in fen.
Panel = Mapping[str, tuple[str, int]]
#: What a document says of one link, with the ``month`` it is of.
Told = Mapping[str, Any]
#: The next band above the highest begins here, per hundred.
_NO_BAND_ABOVE, _STEP = 90, 10


@dataclass(frozen=True)
class _Sum:
    """What some ``members`` have in a month together is known, but for ``up`` more and ``down`` less."""

    month: str
    members: frozenset[str]
    up: Fraction
    down: Fraction


def reveals(
    link: Told, published: Iterable[Told], panel: Callable[[str], Panel], policy: Policy
) -> list[str]:
    """Owners who could be inferred from ``link`` beside the totals of all months and the links that are
    public already. Empty when it may be published.
    """
    if link["ratio_per_1000"] is None:
        return []
    mine = list(_sums(link, panel))
    months = {item.month for item in mine}
    others = [
        item
        for told in published
        if told["ratio_per_1000"] is not None and {told["month"], told["since"]} & months
        for item in _sums(told, panel)
        if item.month in months
    ]
    found = set()
    for item in mine:
        found |= _exposed(item, panel(item.month), policy)
        for other in (*others, *mine):
            for smaller, larger in ((item, other), (other, item)):
                if smaller.month == larger.month and smaller.members < larger.members:
                    left = larger.members - smaller.members
                    rest = _Sum(item.month, left, larger.up + smaller.down, larger.down + smaller.up)
                    found |= _exposed(rest, panel(item.month), policy)
    return sorted(found)


def _sums(link: Told, panel: Callable[[str], Panel]) -> Iterator[_Sum]:
    """What a link tells of those who joined, if all who left are known, and the other way round."""
    before, now = panel(link["since"]), panel(link["month"])
    both = before.keys() & now.keys()
    half = Fraction(link["rounded_to_per_1000"], 2)
    low, high = (Fraction(link["ratio_per_1000"]) + sign * half for sign in (-1, 1))
    old, new = (sum(side[name][1] for name in both) for side in (before, now))
    whole_old, whole_new = (sum(value for _, value in side.values()) for side in (before, now))
    joined, left = whole_new - new, whole_old - old
    most, least = whole_new - low * old / 1000, whole_new - high * old / 1000
    yield _sum(link["month"], now.keys() - both, joined, least, most, _within(link, whole_new, joined))
    if low <= 0:  # nothing follows about who left
        return
    least, most = whole_old - new * 1000 / low, whole_old - new * 1000 / high
    yield _sum(link["since"], before.keys() - both, left, least, most, _within(link, whole_old, left))


def _within(link: Told, whole: int, value: int) -> tuple[Fraction, Fraction]:
    """Least and most that those not in both months can have, as the published part of the others says."""
    band = link["matched_from_per_100"]
    most = Fraction(100 - band, 100) * whole
    next_band = Fraction(100 - band - _STEP, 100) * whole
    is_bounded = band < _NO_BAND_ABOVE and value >= next_band
    return (next_band if is_bounded else Fraction(0)), most


def _sum(
    month: str,
    members: Iterable[str],
    value: int,
    least: Fraction,
    most: Fraction,
    within: tuple[Fraction, Fraction],
) -> _Sum:
    up, down = min(most, within[1]) - value, value - max(least, within[0])
    return _Sum(month, frozenset(members), up, down)


def _exposed(found: _Sum, panel: Panel, policy: Policy) -> set[str]:
    """Owners whom the worst coalition comes closer to than p% from a sum that is so far open."""
    by_owner: dict[str, int] = defaultdict(int)
    for name in found.members:
        owner, value = panel[name]
        by_owner[owner] += value
    p, exposed = Fraction(str(policy.p)) / 100, set()
    for owner, value in by_owner.items():
        others = sorted((abs(size) for name, size in by_owner.items() if name != owner), reverse=True)
        hidden = sum(others[policy.coalition :])
        if hidden + min(found.up, found.down) < p * abs(value):
            exposed.add(owner)
    return exposed
