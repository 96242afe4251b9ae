"""What a release tells of the index: how a month compares with earlier ones, rounded until it gives nobody
away.

A month's level is that of an earlier one times the *rounded* link between them, so levels tell nothing that
links do not. What is refused is refused without a reason: a reason would be a figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from contracts.owners import COMMON_OWNER
from district.index import by_owner, diffusion, is_kept_apart, rounding_of, step, votes
from district.policy import Policy

#: The measure the index is made of: kept money of a closed month.
MEASURE = "kept_fen"
BASE = 100_000
#: The part of the value that matched members have at least is told in these steps, per hundred.
_BANDS = (90, 80, 70, 60)
#: An owner's change within it counts as none.
_SAME_WITHIN = 0.02


@dataclass(frozen=True)
class MemberMonth:
    """``values`` (fen) and ``owners`` of the members of one month."""

    values: Mapping[str, int]
    owners: Mapping[str, str]


@dataclass(frozen=True)
class Link:
    """A month beside an earlier one, ``since``: ``ratio_per_1000`` of what members of both kept, rounded to
    ``rounded_to_per_1000``.

    ``matched_from_per_100``: the part of the value of both months that these members have at least.
    ``diffusion_per_100``: of ``voters_qty`` owners. Null where it is refused.
    """

    since: str
    ratio_per_1000: int | None
    rounded_to_per_1000: int | None
    matched_from_per_100: int | None
    members_qty: int
    matched_qty: int
    diffusion_per_100: int | None
    voters_qty: int


def member_month(rows: pl.DataFrame) -> MemberMonth:
    """A month's contributions, member by member."""
    sums = rows.group_by("merchant_id").agg(
        pl.col(MEASURE).sum(), pl.col("owner_id").first().fill_null(COMMON_OWNER)
    )
    return MemberMonth(
        dict(sums.select("merchant_id", MEASURE).iter_rows()),
        dict(sums.select("merchant_id", "owner_id").iter_rows()),
    )


def link(since: str, before: MemberMonth, now: MemberMonth, policy: Policy) -> Link:
    """How two months compare whose totals are both published."""
    both = before.values.keys() & now.values.keys()
    found = step({"before": before.values, "now": now.values}, "before", "now")
    points = rounding_of(before.values, now.values, policy, owner_of={**before.owners, **now.owners})
    band = _band(before, now, policy)
    is_safe = all(_is_safe(by_owner(item.values, both, item.owners), policy) for item in (before, now))
    counts = len(before.values.keys() | now.values.keys()), len(both)
    up, same, down = votes(_of_owners(before, both), _of_owners(now, both), _SAME_WITHIN)
    voters = up + same + down
    if found.ratio is None or points is None or band is None or not is_safe:
        return Link(since, None, None, None, *counts, None, voters)
    unit = round(points * 10)
    rounded = unit * round(found.ratio * 1000 / unit)
    rising = diffusion(up, same, down)
    # a coalition must not see from its own votes how everybody else has moved
    is_open = voters >= policy.minimum_owners and voters - max(up, same, down) > policy.coalition
    told = round(rising) if rising is not None and is_open else None
    return Link(since, rounded, unit, band, *counts, told, voters)


def index_of(
    month: str,
    panel: Callable[[str], MemberMonth],
    earlier: Mapping[str, Mapping[str, Any]],
    policy: Policy,
    audit: Callable[[str, Link], bool],
) -> dict[str, Any]:
    """The part of a release's document that is about the index; levels per thousandth of a point.

    ``earlier``: month → the same part of each month that was released before and whose total is public.
    ``audit`` has the last word on a link.
    """
    levels = {name: part["level_per_1000"] for name, part in earlier.items()}
    known = sorted(name for name, level in levels.items() if level is not None)
    sources = [*[name for name in known if name < month][-1:], _year_before(month)]
    links = [
        found if audit(month, found) else _refused(found)
        for since in dict.fromkeys(sources)
        if since in earlier
        for found in [link(since, panel(since), panel(month), policy)]
    ]
    first = next((item for item in links if item.since == sources[0]), None)
    level = BASE if not known else None
    if known and first and first.ratio_per_1000 is not None and levels[first.since] is not None:
        level = round(levels[first.since] * first.ratio_per_1000 / 1000)
    return {
        "measure": MEASURE,
        "base_month": known[0] if known else month,
        "level_per_1000": level,
        "links": [asdict(item) for item in links],
    }


def no_index() -> dict[str, Any]:
    """The same part of a month whose total is withheld."""
    return {"measure": MEASURE, "base_month": None, "level_per_1000": None, "links": []}


def _refused(found: Link) -> Link:
    counts = found.members_qty, found.matched_qty
    return Link(found.since, None, None, None, *counts, None, found.voters_qty)


def _year_before(month: str) -> str:
    return f"{int(month[:4]) - 1}{month[4:]}"


def _of_owners(item: MemberMonth, members: Iterable[str]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for member in members:
        sums[item.owners[member]] = sums.get(item.owners[member], 0) + item.values[member]
    return sums


def _is_safe(values: Sequence[int], policy: Policy) -> bool:
    """Whether a sum over owners may stand by itself."""
    return (
        len(values) >= policy.minimum_owners
        and max(values) <= policy.share_fraction * sum(values)
        and is_kept_apart(values, 0, policy)
    )


def _band(before: MemberMonth, now: MemberMonth, policy: Policy) -> int | None:
    """The highest of ``_BANDS`` that may be told of the matched part; None where none may."""
    both = before.values.keys() & now.values.keys()
    others = []
    for item in (before, now):
        whole = sum(item.values.values())
        if whole <= 0:
            return None
        others.append((by_owner(item.values, item.values.keys() - both, item.owners), whole))
    matched = min(1 - sum(values) / whole for values, whole in others)
    for band in _BANDS:
        if matched * 100 >= band and all(
            is_kept_apart(values, _open_in_band(sum(values), whole, band), policy) for values, whole in others
        ):
            return band
    return None


def _open_in_band(value: int, whole: int, band: int) -> float:
    """By how much the sum of joiners, or leavers, can differ from ``value`` either way if only that the
    others have ``band`` per hundred at least, or the next band is not reached, is known.
    """
    least = (90 - band) / 100 * whole
    return min((100 - band) / 100 * whole - value, value - least if value >= least > 0 else float("inf"))
