"""How the published cells of a month differ from those of an earlier one, and on how few a whole hangs."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import product

from district.cubes import Key, cell_key
from metrics.reports.association.cells import KEPT, Part, belongs, dimension
from metrics.reports.association.releases import Month

__all__ = ["Change", "Changes", "Key", "changes", "concentration", "month_before", "year_before"]

#: Herfindahl index of shares from which on a whole hangs on few, and below which on many.
_HIGH, _LOW = 0.25, 0.15


@dataclass(frozen=True)
class Change:
    """A cell that is published in both months: ``key`` of all dimensions of its cube, what was kept in it."""

    key: Key
    before_fen: int
    now_fen: int

    @property
    def rate(self) -> float | None:
        """Now ÷ before − 1; None where nothing was kept before."""
        return self.now_fen / self.before_fen - 1 if self.before_fen > 0 else None


@dataclass(frozen=True)
class Changes:
    """``rows``: the largest rise first. ``hidden``: cells that are published in one of both months only, as
    they were withheld, merged otherwise or empty in the other.
    """

    rows: tuple[Change, ...]
    hidden: tuple[Key, ...]


def changes(before: Month, now: Month, cube: str, names: Sequence[str]) -> Changes:
    """Cells of ``cube`` over exactly the dimensions ``names`` that are published in both months, the finest
    of those: where one month merged more than the other, what both tell apart is compared.
    """
    old, new = (_cells(month, cube, names) for month in (before, now))
    both = old.keys() & new.keys()
    above = _above(both, before, cube, names) | _above(both, now, cube, names)
    told = [row for key in both - above if (row := Change(key, old[key], new[key])).rate is not None]
    told.sort(key=lambda row: (-(row.rate or 0.0), row.key))
    ends = [
        cells.keys() - _above(cells.keys(), month, cube, names)
        for month, cells in ((before, old), (now, new))
    ]
    return Changes(tuple(told), tuple(sorted((ends[0] | ends[1]) - both)))


def year_before(month: str) -> str:
    """``2026-09`` → ``2025-09``."""
    return f"{int(month[:4]) - 1}{month[4:]}"


def month_before(month: str) -> str:
    """``2026-01`` → ``2025-12``."""
    at = int(month[:4]) * 12 + int(month[5:]) - 2
    return f"{at // 12}-{at % 12 + 1:02d}"


def concentration(parts: Sequence[Part]) -> str | None:
    """``high``, ``middle`` or ``low``: on how few of its parts a whole hangs, by kept money.

    What is not published by itself may belong to nobody else, or all to the largest; None where that makes a
    difference, or nothing is published.
    """
    whole = sum(part.kept_fen for part in parts)
    if whole <= 0 or any(part.kept_fen < 0 for part in parts):
        return None
    shares = sorted((part.kept_fen / whole for part in parts if not part.is_rest), reverse=True)
    if not shares:
        return None
    rest = sum(part.kept_fen for part in parts if part.is_rest) / whole
    least = sum(share**2 for share in shares)
    found = {_class(least), _class(least - shares[0] ** 2 + (shares[0] + rest) ** 2)}
    return found.pop() if len(found) == 1 else None


def _class(index: float) -> str:
    return "high" if index >= _HIGH else "low" if index < _LOW else "middle"


def _cells(month: Month, cube: str, names: Sequence[str]) -> dict[Key, int]:
    """What was kept in each published cell of a cube over ``names``, at every level."""
    items = {name: dimension(month, cube, name) for name in names}
    return {
        key: figures[KEPT]
        for key, figures in month.figures.items()
        if {name for name, _ in key} == set(names) and all(belongs(items[name], node) for name, node in key)
    }


def _above(keys: Set[Key], month: Month, cube: str, names: Sequence[str]) -> set[Key]:
    """Cells that one of ``keys`` is a part of."""
    items = {name: dimension(month, cube, name) for name in names}
    found: set[Key] = set()
    for key in keys:
        paths = [[(name, node) for node in items[name].ancestors(node)] for name, node in key]
        found |= {cell_key(nodes) for nodes in product(*paths)} - {key}
    return found
