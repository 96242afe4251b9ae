"""Quartiles of owners' return rates in a cell, told in bands of five points, so that nobody's own is shown.

A rate is what went back of what was paid (0–1). Three bands of a cell say how many owners stand below and
above their edges, and nothing else. Let a quarter of the owners be more than a coalition, somebody it asks
about, and one more. Then whatever that one kept, or gave back, between nothing and all that the total leaves,
others can be such that totals and bands hold: one has all the rest of what was kept, one all the rest of what
went back, the others some fen at whatever rates the bands need. So the bands narrow nobody's interval.

Within a dimension told cells have nothing in common, and two told cells differ in no owners or in many: else
the one beside the other would tell of the few.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from district.cubes import ALL, Cube, Key, cell_key
from district.declared import QUARTILE_BAND, QUARTILES_OF
from district.lattice import UNKNOWN, Lattice, build_lattice
from district.policy import Policy

#: Where the last band begins, per hundred.
_LAST = 100 - QUARTILE_BAND
#: Who may stand together at one end: whoever is asked about, and one who has all the rest there.
_ASKED_ABOUT, _CARRIERS = 1, 1
#: The parts of what was paid that a rate is made of.
_KEPT, _REFUND = "kept_fen", "refund_fen"


@dataclass(frozen=True)
class Quartiles:
    """Where the bands begin, per hundred, in which the lower quartile, the median and the upper quartile of
    the owners' rates in ``cell`` lie.
    """

    cell: Key
    lower_from: int
    median_from: int
    upper_from: int

    def document(self) -> dict[str, Any]:
        """As it is signed."""
        return {
            "cell": dict(self.cell),
            "lower_from_per_100": self.lower_from,
            "median_from_per_100": self.median_from,
            "upper_from_per_100": self.upper_from,
        }


def quartiles_of(
    rows: pl.DataFrame, cubes: Sequence[Cube], published: Iterable[Key], policy: Policy
) -> list[Quartiles]:
    """Of the contributions of one month, for the ``published`` nodes of ``QUARTILES_OF`` for which they may
    be told, the finest of each.
    """
    lattice, shown = build_lattice(rows, cubes, (_KEPT, _REFUND)), set(published)
    found: dict[Key, dict[str, tuple[int, int]]] = {}
    for name in QUARTILES_OF:
        taken: set[str] = set()  # values that a told node holds
        for node, values in _finest_first(rows, cubes, name):
            key = cell_key([(name, node)])
            people = _people(lattice, key)
            if key in shown and not values & taken and may_be_told(people, found.values(), policy):
                found[key] = people
                taken |= values
    return [Quartiles(key, *bands_of([rate_band(*sums) for sums in found[key].values()])) for key in found]


def may_be_told(
    people: Mapping[str, tuple[int, int]],
    others: Iterable[Mapping[str, tuple[int, int]]],
    policy: Policy,
) -> bool:
    """Whether quartiles of ``people`` (owner → kept and refund) may be told beside those of ``others``."""
    known = policy.coalition + len(people.keys() & policy.waivers)
    if len(people) < policy.minimum_owners or len(people) // 4 < known + _ASKED_ABOUT + _CARRIERS:
        return False
    enough = max(policy.minimum_owners, policy.coalition + _ASKED_ABOUT + 2 * _CARRIERS)
    for other in others:
        apart = {
            owner for owner in people.keys() | other.keys() if people.get(owner) != other.get(owner)
        } - policy.waivers
        if 0 < len(apart) < enough:
            return False
    return True


def bands_of(rates: Sequence[int]) -> tuple[int, int, int]:
    """The bands of the lower quartile, the median and the upper quartile of some owners' bands.

    As many owners stand below the lower quartile as above the upper: a quarter, rounded down.
    """
    ordered, quarter = sorted(rates), len(rates) // 4
    return ordered[quarter], ordered[(len(rates) - 1) // 2], ordered[len(rates) - 1 - quarter]


def rate_band(kept: int, refund: int) -> int:
    """Where the band of a rate begins, per hundred."""
    return min(max(100 * refund // (kept + refund) // QUARTILE_BAND * QUARTILE_BAND, 0), _LAST)


def _people(lattice: Lattice, key: Key) -> dict[str, tuple[int, int]]:
    """Owner → what it kept and what went back in a cell, of those who were paid anything."""
    at = lattice.place.get(key)
    if at is None:
        return {}
    kept, refund = (lattice.parts[name][at].tolist() for name in (_KEPT, _REFUND))
    sums = zip(lattice.owners, kept, refund, strict=True)
    return {owner: (stays, back) for owner, stays, back in sums if stays + back > 0}


def _finest_first(rows: pl.DataFrame, cubes: Sequence[Cube], name: str) -> list[tuple[str, set[str]]]:
    """Nodes of a dimension, which each cube may have merged in its own way, and the values each holds."""
    held: dict[str, set[str]] = {}
    for item in (item for cube in cubes for item in cube.dimensions if item.name == name):
        for value in rows[name].fill_null(UNKNOWN).unique():
            for node in item.ancestors(value):
                held.setdefault(node, set()).add(value)
    return sorted(
        ((node, values) for node, values in held.items() if node != ALL),
        key=lambda pair: (len(pair[1]), pair[0]),
    )
