"""The auditor of quartiles: what three bands of a cell tell of an owner's return rate, from contributions and
what is published alone. It shares no code with ``quartiles``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, combinations_with_replacement
from typing import Any

import polars as pl

from contracts.owners import COMMON_OWNER
from district.cubes import Cube
from district.policy import Policy

#: What a document says of a cell's quartiles; dimension → values of a cell; a value → nodes it is part of.
Told = Mapping[str, Any]
_Cell = dict[str, set[str]]
Path = Callable[[str], Sequence[str]]
_EDGES = ("lower_from_per_100", "median_from_per_100", "upper_from_per_100")
_WIDTH = Fraction(5, 100)
_TOP = Fraction(95, 100)
#: Beyond every rate.
_FAR = Fraction(10**15)


def findings(
    rows: pl.DataFrame, cubes: Sequence[Cube], cells: Sequence[Mapping[str, str]], told: Sequence[Told],
    policy: Policy,
) -> list[str]:  # fmt: skip
    """Why ``told`` may not be published beside the published ``cells``: names of rules; empty when it may."""
    paths: dict[str, list[Path]] = {}
    for item in (item for cube in cubes for item in cube.dimensions):  # each cube merges in its own way
        paths.setdefault(item.name, []).append(item.ancestors)
    found: list[str] = []
    sides: list[tuple[_Cell, dict[str, tuple[int, int]]]] = []
    for one in told:
        cell = dict(one["cell"])
        if cell not in [dict(shown) for shown in cells]:
            found.append("QUARTILES_OF_A_HIDDEN_CELL")
        held = {name: _held(rows, name, node, paths[name]) for name, node in cell.items()}
        sums = _sums(rows, held)
        found += _of_cell(one, sums, policy)
        sides.append((held, sums))
    for (held, sums), (other, others) in combinations(sides, 2):
        found += _of_pair(sums, others, policy)
        if held.keys() == other.keys() and all(held[name] & other[name] for name in held):
            found.append("QUARTILES_OVERLAP")
    return found


def _held(rows: pl.DataFrame, name: str, node: str, paths: Sequence[Path]) -> set[str]:
    """The values that a node is made of, in whichever cube it is one."""
    values = rows.select(pl.col(name).fill_null("unknown").unique()).to_series()
    return {value for value in values if any(node in path(value) for path in paths)}


def _sums(rows: pl.DataFrame, held: _Cell) -> dict[str, tuple[int, int]]:
    """Owner → kept and refund in a cell, of those who were paid anything."""
    inside = rows.filter(
        pl.col(name).fill_null("unknown").is_in(list(values)) for name, values in held.items()
    )
    by_owner = inside.group_by(pl.col("owner_id").fill_null(COMMON_OWNER)).agg(
        pl.col("kept_fen", "refund_fen").sum()
    )
    return {owner: (kept, back) for owner, kept, back in by_owner.iter_rows() if kept + back > 0}


def _of_cell(one: Told, sums: Mapping[str, tuple[int, int]], policy: Policy) -> Iterator[str]:
    rates = {owner: Fraction(back, kept + back) for owner, (kept, back) in sums.items()}
    if len(rates) < policy.minimum_owners:
        yield "QUARTILES_OF_FEW"
        return
    count = len(rates)
    ranks = count // 4 + 1, (count + 1) // 2, count - count // 4
    bands = [_band(one[name]) for name in _EDGES]
    for rank, (low, high) in zip(ranks, bands, strict=True):
        below, reached = (sum(rate < edge for rate in rates.values()) for edge in (low, high))
        if not below < rank <= reached:
            yield "QUARTILES_WRONG"
    if not all(_is_open(end, rates, ranks, bands, policy) for end in (Fraction(0), Fraction(1))):
        yield "QUARTILES_CLOSE"


def _band(start: int) -> tuple[Fraction, Fraction]:
    """From where on, and below what; the first begins below nothing, and the last has no end."""
    low = Fraction(start, 100)
    return (-_FAR if start == 0 else low), (_FAR if low >= _TOP else low + _WIDTH)


def _is_open(
    end: Fraction,
    rates: Mapping[str, Fraction],
    ranks: Sequence[int],
    bands: Sequence[tuple[Fraction, Fraction]],
    policy: Policy,
) -> bool:
    """Whether any owner's rate could be ``end``, whoever pools with whom, for all that bands and totals say:
    two others, one who kept and one who gave back, make up the totals.
    """
    asked = {owner: rate for owner, rate in rates.items() if owner not in policy.waivers}
    waived = [rate for owner, rate in rates.items() if owner in policy.waivers]
    # coalitions differ only in how many of them stand in each of the stretches that the edges make
    edges = sorted({edge for band in bands for edge in band})
    places: dict[int, list[Fraction]] = {}
    for rate in asked.values():
        places.setdefault(sum(rate >= edge for edge in edges), []).append(rate)
    for chosen in combinations_with_replacement(sorted(places), policy.coalition):
        if all(chosen.count(at) <= len(places[at]) for at in chosen):
            known = [end, Fraction(0), Fraction(1), *waived, *(places[at][0] for at in chosen)]
            if not _can_hold(known, len(rates) - len(known), ranks, bands):
                return False
    return True


def _can_hold(
    known: Sequence[Fraction], free: int, ranks: Sequence[int], bands: Sequence[tuple[Fraction, Fraction]]
) -> bool:
    """Whether ``free`` other owners can have such rates that each rank is in its band."""
    if free < 0:
        return False
    needed = [rank - sum(rate < high for rate in known) for rank, (_, high) in zip(ranks, bands, strict=True)]
    room = [rank - 1 - sum(rate < low for rate in known) for rank, (low, _) in zip(ranks, bands, strict=True)]
    if max(needed) > free or min(room) < 0:
        return False
    return all(
        needed[one] <= room[other]
        for one, other in combinations(range(len(ranks)), 2)
        if bands[one][1] <= bands[other][0]
    )


def _of_pair(
    one: Mapping[str, tuple[int, int]], other: Mapping[str, tuple[int, int]], policy: Policy
) -> Iterator[str]:
    """Two cells that differ in few owners tell of those few."""
    apart = [
        owner
        for owner in {*one, *other}
        if owner not in policy.waivers and one.get(owner) != other.get(owner)
    ]
    if apart and (len(apart) < policy.minimum_owners or len(apart) < policy.coalition + 3):
        yield "QUARTILES_DIFFER_IN_FEW"
