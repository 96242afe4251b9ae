"""Where somebody stands in the district: own figures beside those of the finest released cell they belong to,
and nothing that the release does not hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from district.cubes import ALL, Dimension, cell_key
from district.declared import QUARTILE_BAND, QUARTILES_OF
from metrics.reports.association.cells import part
from metrics.reports.association.releases import Month
from metrics.reports.nobody import NOBODY

#: Dimension → value → what one kept and what went back, of one month.
Own = Mapping[str, Mapping[str, tuple[int, int]]]
#: Where the bands of lower quartile, median and upper quartile begin, per hundred.
Bands = tuple[int, int, int]
#: Width of a band, per hundred.
BAND = QUARTILE_BAND


@dataclass(frozen=True)
class Standing:
    """Own figures in ``node`` of ``dimension`` (both empty: in all) beside the district's: return rates (what
    went back, of what was paid, 0–1), and kept money beside the month before (a rate).

    ``quartiles`` of owners' return rates; None where the release does not tell them. A change is None where
    there is no month before, or the district's cell of it is not published.
    """

    dimension: str
    node: str
    own_paid_fen: int
    own_rate: float
    district_rate: float | None
    quartiles: Bands | None
    own_change: float | None
    district_change: float | None

    @property
    def place(self) -> str | None:
        """``lowest`` below the lower quartile's band, ``low`` below the median's, ``middle`` in it, ``high``
        above it, ``highest`` above the upper quartile's; None without quartiles.
        """
        if self.quartiles is None:
            return None
        lower, median, upper = (Place(at) for at in self.quartiles)
        if lower.is_above(self.own_rate):
            return "lowest"
        if upper.is_below(self.own_rate):
            return "highest"
        if median.is_above(self.own_rate):
            return "low"
        return "high" if median.is_below(self.own_rate) else "middle"


@dataclass(frozen=True)
class Place:
    """A band by where it begins, per hundred; the first holds all that is less, the last all that is more."""

    start: int

    def is_above(self, rate: float) -> bool:
        """Whether a rate is less than all of the band."""
        return self.start > 0 and rate * 100 < self.start

    def is_below(self, rate: float) -> bool:
        """Whether a rate is more than all of the band."""
        return self.start < 100 - BAND and rate * 100 >= self.start + BAND


def standings(month: Month, before: Month | None, own: Own, own_before: Own) -> list[Standing]:
    """All of the district, then own categories and channels, where most was paid first, what tells none last.

    Cells of which nothing is published are left out: so is what one sold in them.
    """
    found = []
    for dimension in QUARTILES_OF:
        values = own.get(dimension, {})
        nodes = {node for value in values if (node := finest(month, dimension, value))}
        rows = [_standing(month, before, dimension, node, own, own_before) for node in sorted(nodes)]
        found += sorted((row for row in rows if row), key=lambda row: (row.node in NOBODY, -row.own_paid_fen))
    whole = _standing(month, before, "", ALL, own, own_before)
    return [*([whole] if whole else []), *found]


def quartiles(month: Month) -> dict[tuple[str, str], Bands]:
    """(dimension, node) → what a month's first release tells of quartiles."""
    told = {}
    for row in month.first.get("quartiles") or ():
        [(dimension, node)] = row["cell"].items()
        told[dimension, node] = (
            row["lower_from_per_100"], row["median_from_per_100"], row["upper_from_per_100"],
        )  # fmt: skip
    return told


def band_name(start: int) -> str:
    """``35%–40%``."""
    return f"{start}%–{start + BAND}%"


def finest(month: Month, dimension: str, value: str) -> str | None:
    """The smallest published node that a value is part of: of those whose quartiles are told, where there are
    any.
    """
    told = quartiles(month)
    nodes = [
        ((dimension, node) not in told, depth, node)
        for item in _items(month, dimension)
        for depth, node in enumerate(item.ancestors(value))
        if node != ALL and cell_key([(dimension, node)]) in month.figures
    ]
    return min(nodes)[2] if nodes else None


def _items(month: Month, dimension: str) -> Iterator[Dimension]:
    """A dimension as each cube has merged it."""
    return (item for cube in month.cubes.values() for item in cube.dimensions if item.name == dimension)


def _standing(
    month: Month, before: Month | None, dimension: str, node: str, own: Own, own_before: Own
) -> Standing | None:
    kept, refund = _own(month, dimension, node, own)
    if kept + refund <= 0:
        return None
    within = {dimension: node} if dimension else {}
    cell, old = part(month, within), part(before, within) if before else None
    if cell is None:
        return None
    old_kept, _ = _own(month, dimension, node, own_before)
    return Standing(
        dimension,
        node,
        kept + refund,
        refund / (kept + refund),
        cell.refund_rate,
        quartiles(month).get((dimension, node)),
        kept / old_kept - 1 if before and old_kept > 0 else None,
        cell.kept_fen / old.kept_fen - 1 if old and old.kept_fen > 0 else None,
    )


def _own(month: Month, dimension: str, node: str, own: Own) -> tuple[int, int]:
    """What one kept and what went back in a node, of all values that are part of it."""
    values = own.get(dimension or QUARTILES_OF[0], {})
    inside = [
        sums
        for value, sums in values.items()
        if not dimension or any(node in item.ancestors(value) for item in _items(month, dimension))
    ]
    return sum(kept for kept, _ in inside), sum(refund for _, refund in inside)
