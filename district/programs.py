"""The linear programs of the suppressor: another table that looks the same from outside.

For an owner at risk, a *doubt* is a change of every withheld cell that leaves all published cells as they
are and gives the owner p% more everywhere (or p% less) while each coalition's own figures stay true. If
there is one, no sum that can be formed of what is published comes closer to the owner than the rules allow
(Farkas); if there is none, some sum does.

Tolerance: HiGHS holds a program's rows to 1e-7 of its largest level; levels below a thousandth of that have
programs of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack

from district.lattice import Lattice
from district.primary import Flags, Floats

TOLERANCE = 1e-6
#: Levels below this part of the largest have programs of their own; beyond so many units no cell need move.
_STEP, _FAR = 1e-3, 1e6


@dataclass(frozen=True, eq=False)
class Risk:
    """One owner in one measure and one direction: bounds of the change of each cell, in units of the largest
    level.
    """

    measure: str
    owner: int
    low: Floats
    high: Floats

    def allows_nothing_changed(self) -> bool:
        """Whether the owner is safe though everything is published."""
        return bool((self.low <= 0).all() and (self.high >= 0).all())


def additions(lattice: Lattice) -> csr_array:
    """One row per relation: +1 at the parent, −1 at its children."""
    rows = [at for at, relation in enumerate(lattice.relations) for _ in (0, *relation.children)]
    columns = [place for relation in lattice.relations for place in (relation.parent, *relation.children)]
    signs = [sign for relation in lattice.relations for sign in (1.0, *[-1.0] * len(relation.children))]
    return csr_array((signs, (rows, columns)), shape=(len(lattice.relations), len(lattice.keys)))


def risks(lattice: Lattice, levels: Mapping[str, Floats], is_target: Flags) -> list[Risk]:
    """Every program there is to solve, the largest levels first.

    ``is_target``: owners that are protected (those who consented to be shown are not). Where contributions
    can be negative, nobody knows how low a cell can be.
    """
    found: list[tuple[float, Risk]] = []
    for measure, level in levels.items():
        sizes = np.abs(lattice.parts[measure])
        has_negatives = bool((lattice.parts[measure] < 0).any())
        for owner in np.flatnonzero((level > 0).any(axis=0) & is_target):
            wanted, size = level[:, owner], sizes[:, owner]
            shrink = np.full(len(size), np.inf) if has_negatives else size - np.minimum(wanted, 0)
            for unit in _units(wanted):
                most = np.minimum(wanted, unit) / unit
                more = Risk(measure, int(owner), np.maximum(most, -_FAR), np.full(len(most), np.inf))
                high = np.where((wanted > 0) & (size > 0), -np.minimum(most, size / unit), np.inf)
                less = Risk(measure, int(owner), -np.minimum(shrink / unit, _FAR), high)
                found += [(unit, more), (unit, less)]
    return [risk for _, risk in sorted(found, key=lambda pair: -pair[0])]


def _units(wanted: Floats) -> list[float]:
    """The largest level, and again the largest of those too small to be seen beside it.

    A program of the smaller ones asks no more of the larger cells than of the largest among themselves.
    """
    found: list[float] = []
    while len(left := wanted[(wanted > 0) & (wanted < (found[-1] * _STEP if found else np.inf))]):
        found.append(float(left.max()))
    return found


def doubt(added: csr_array, risk: Risk, withheld: Flags) -> Floats | None:
    """A change of the withheld cells alone that keeps the owner in doubt; None where there is none."""
    if risk.allows_nothing_changed():
        return np.zeros(len(withheld))
    if not (((risk.low <= 0) & (risk.high >= 0)) | withheld).all():
        return None
    places = np.flatnonzero(withheld)
    inside = added[:, places]
    inside = inside[np.flatnonzero(np.diff(inside.indptr))]
    solved = linprog(
        np.zeros(len(places)),
        A_eq=inside,
        b_eq=np.zeros(inside.shape[0]),
        bounds=np.column_stack([risk.low[places], risk.high[places]]),
        method="highs",
    )
    if solved.status != 0:
        return None
    change = np.zeros(len(withheld))
    change[places] = solved.x
    return change


def cheapest_doubt(
    added: csr_array, risk: Risk, withheld: Flags, cost: Floats, published: Flags | None = None
) -> Floats:
    """The change that moves the least value of cells not ``withheld``, and ``published`` ones not at all.

    A cell costs its whole ``cost`` once it moves by the largest level, or by all it can move. Raises
    ``ArithmeticError`` when HiGHS finds no change, which cannot be unless cells are held fast.
    """
    places = np.arange(len(withheld)) if published is None else np.flatnonzero(~published)
    part = added[:, places]
    low, high = risk.low[places], risk.high[places]
    price = np.where(withheld[places], 0.0, cost[places])
    # change = up − down; a level (low > 0) is met by up, a cut (high < 0) by down
    solved = linprog(
        np.concatenate([price / np.clip(high, 1e-3, 1), price / np.clip(-low, 1e-3, 1)]),
        A_eq=hstack([part, -part], format="csr"),
        b_eq=np.zeros(part.shape[0]),
        bounds=np.column_stack(
            [
                np.concatenate([np.maximum(low, 0), np.maximum(-high, 0)]),
                np.concatenate([np.maximum(high, 0), np.maximum(-low, 0)]),
            ]
        ),
        method="highs",
    )
    if solved.status != 0:
        raise ArithmeticError(f"HiGHS: {solved.message}")
    change = np.zeros(len(withheld))
    change[places] = solved.x[: len(places)] - solved.x[len(places) :]
    return change


def moved(change: Floats) -> Sequence[int]:
    """Cells a change moves by more than the tolerance."""
    return [int(place) for place in np.flatnonzero(np.abs(change) > TOLERANCE)]
