"""The auditor: what an attacker can work out from all that is public, and whether that is too much.

It shares no code with what chose the cells (an import rule), only the declarations of ``cubes`` and
``policy``; it starts from the contributions and from the figures as they are published.

Tolerance: an interval counts as wide enough within one millionth of its protection level.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.optimize import linprog
from scipy.sparse import csc_array, vstack

from contracts.owners import COMMON_OWNER
from district.cubes import Cube, Key
from district.policy import Policy

_SLACK = 1e-6
#: Units (largest levels of an owner) beyond which nobody asks how far a cell can be from the truth.
_FAR = 2.0
#: Units by which a cell can be below the truth at most, so that programs stay well scaled.
_MOST = 1e6

Figures = Mapping[Key, Mapping[str, int]]


@dataclass(frozen=True)
class Finding:
    """Why a release is refused: ``rule``, the cell it is about, and in which measure."""

    rule: str
    cell: Key
    measure: str


@dataclass(frozen=True)
class Audit:
    """``findings`` empty: nothing public tells too much. ``programs``: linear programs that were solved."""

    findings: tuple[Finding, ...]
    programs: int
    protected: int

    @property
    def passed(self) -> bool:
        """Whether the release may go out."""
        return not self.findings


@dataclass
class _Cell:
    """What stands behind a cell: measure → owner → contribution, and its platforms."""

    by_owner: dict[str, dict[str, int]]
    platforms: set[str] = field(default_factory=set)


def audit(
    contributions: pl.DataFrame,
    cubes: Sequence[Cube],
    measures: Sequence[str],
    figures: Figures,
    policy: Policy,
) -> Audit:
    """Audit ``figures``: all that is, and was, published of one month over the (merged) ``cubes``.

    Where ``contributions`` are the differences a correction makes, ``figures`` are differences too.
    """
    return _Auditor(contributions, cubes, measures, figures, policy).run()


class _Auditor:
    def __init__(
        self,
        contributions: pl.DataFrame,
        cubes: Sequence[Cube],
        measures: Sequence[str],
        figures: Figures,
        policy: Policy,
    ) -> None:
        self.measures, self.figures, self.policy = tuple(measures), figures, policy
        self.cells: dict[Key, _Cell] = defaultdict(
            lambda: _Cell({name: defaultdict(int) for name in measures})
        )
        self.sums: set[tuple[Key, frozenset[Key]]] = set()
        for cube in cubes:
            self._read(contributions, cube)
        self.programs = 0
        self.has_negatives = {
            name: any(value < 0 for cell in self.cells.values() for value in cell.by_owner[name].values())
            for name in measures
        }
        self.p = policy.p_fraction
        self.whole = (
            {name: sum(self._sizes(self.cells[()], name).values()) for name in measures} if self.cells else {}
        )

    def run(self) -> Audit:
        """All checks, in the order of what they cost."""
        found = [*self._wrong_figures(), *self._unsafe_figures(), *self._unsafe_sums()]
        needs = self._needs()
        for name in self.measures:
            found += self._narrow(name, needs[name])
        return Audit(tuple(found), self.programs, len({key for need in needs.values() for key, _ in need}))

    # --- what there is ------------------------------------------------------------------------------------

    def _read(self, rows: pl.DataFrame, cube: Cube) -> None:
        """Add the cells of a cube, and of each of its dimensions alone, and how they add up."""
        names = [item.name for item in cube.dimensions]
        grouped = rows.with_columns(
            pl.col(names).fill_null("unknown"), pl.col("owner_id").fill_null(COMMON_OWNER)
        )
        keys = list(dict.fromkeys([*names, "platform_code", "owner_id"]))
        totals = grouped.group_by(keys).agg([pl.col(name).sum() for name in self.measures])
        fresh: dict[Key, _Cell] = defaultdict(
            lambda: _Cell({name: defaultdict(int) for name in self.measures})
        )
        links: dict[tuple[Key, str], set[Key]] = defaultdict(set)
        nodes: dict[tuple[str, ...], set[Key]] = {}  # rows differ by owner more often than by cell
        for row in totals.iter_rows(named=True):
            place = tuple(row[name] for name in names)
            if place not in nodes:
                nodes[place] = set(self._nodes(cube, row, links))
            for key in nodes[place]:
                fresh[key].platforms.add(row["platform_code"])
                for name in self.measures:
                    fresh[key].by_owner[name][row["owner_id"]] += row[name]
        for key, cell in fresh.items():
            self.cells.setdefault(key, cell)
        self.sums |= {(parent, frozenset(children)) for (parent, _), children in links.items()}

    def _nodes(
        self, cube: Cube, row: Mapping[str, str], links: dict[tuple[Key, str], set[Key]]
    ) -> Iterator[Key]:
        paths = [(item.name, [*item.shown(row[item.name])]) for item in cube.dimensions]
        margins = [(item.name, [*item.ancestors(row[item.name])]) for item in cube.dimensions]
        grids = [dict(paths), *({name: path} for name, path in margins)]
        for number, grid in enumerate(grids):
            for key in _product(grid):
                yield key
                nodes = dict(key)
                for name, path in grid.items():
                    if name in nodes:
                        above = path[path.index(nodes[name]) + 1]
                        parent = _key({**nodes, name: above})
                        links[parent, f"{number} {name}"].add(key)

    # --- figures and sums that tell too much by themselves ------------------------------------------------

    def _wrong_figures(self) -> Iterator[Finding]:
        for key, shown in self.figures.items():
            for name, value in shown.items():
                if key not in self.cells or sum(self.cells[key].by_owner[name].values()) != value:
                    yield Finding("WRONG_FIGURE", key, name)

    def _unsafe_figures(self) -> Iterator[Finding]:
        for key in self.figures:
            if key in self.cells:
                yield from (Finding("UNSAFE_CELL", key, name) for name in self._broken([key]))

    def _unsafe_sums(self) -> Iterator[Finding]:
        """A published total less its published parts is known as well."""
        for parent, children in self.sums:
            hidden = sorted(child for child in children if child not in self.figures)
            if parent in self.figures and hidden:
                yield from (Finding("UNSAFE_SUM", parent, name) for name in self._broken(hidden))

    def _broken(self, keys: Sequence[Key]) -> list[str]:
        """Measures in which the sum of some disjoint cells breaks a rule."""
        together = _Cell({name: defaultdict(int) for name in self.measures})
        names_platform = all(any(name == "platform_code" for name, _ in key) for key in keys)
        for key in keys:
            together.platforms |= self.cells[key].platforms
            for name in self.measures:
                for owner, value in self.cells[key].by_owner[name].items():
                    together.by_owner[name][owner] += value
        return [name for name in self.measures if self._reasons(together, name, names_platform)]

    # --- rules --------------------------------------------------------------------------------------------

    def _sizes(self, cell: _Cell, name: str) -> dict[str, int]:
        return {owner: abs(value) for owner, value in cell.by_owner[name].items() if value}

    def _asked(self, cell: _Cell, name: str) -> dict[str, int]:
        """Sizes of those who have not consented to being shown."""
        return {
            owner: size for owner, size in self._sizes(cell, name).items() if owner not in self.policy.waivers
        }

    def _contributors(self, cell: _Cell) -> set[str]:
        return {owner for name in self.measures for owner in self._sizes(cell, name)}

    def _reasons(self, cell: _Cell, name: str, names_platform: bool) -> set[str]:
        """Which rules a cell breaks in a measure."""
        everybody = self._contributors(cell)
        if not everybody - self.policy.waivers:
            return set()
        asked, whole = self._asked(cell, name), sum(self._sizes(cell, name).values())
        largest, *others = [*sorted(asked.values(), reverse=True), 0]
        rest = sum(others[self.policy.coalition :])
        share = Fraction(str(self.policy.largest_share))
        broken = {
            "few": len(everybody) < self.policy.minimum_owners,
            "platforms": not names_platform and len(cell.platforms) < self.policy.minimum_platforms,
            "share": largest > share * whole,
            "silent": self.policy.nothing_is_a_figure and not asked,
            "close": rest < self.p * largest,
        }
        return {rule for rule, is_broken in broken.items() if is_broken}

    def _known(self, asked: Mapping[str, int], target: str) -> int:
        """What the worst coalition that ``target`` is not in contributes itself."""
        return sum(
            sorted((size for owner, size in asked.items() if owner != target), reverse=True)[
                : self.policy.coalition
            ]
        )

    def _needs(self) -> dict[str, dict[tuple[Key, str], float]]:
        """For each measure: (cell, owner) → protection level, for what may not be shown."""
        found: dict[str, dict[tuple[Key, str], float]] = {name: {} for name in self.measures}
        for key, cell in self.cells.items():
            named = any(name == "platform_code" for name, _ in key)
            reasons = {name: self._reasons(cell, name, named) for name in self.measures}
            if any(reasons.values()):
                for name in self.measures:
                    for owner, level in self._levels(cell, name, reasons).items():
                        found[name][key, owner] = level
        return found

    def _levels(self, cell: _Cell, name: str, reasons: Mapping[str, set[str]]) -> dict[str, float]:
        """Owner → how much the cell must be able to exceed the truth; owners that need nothing left out."""
        asked, p = self._asked(cell, name), float(self.p)
        bare = self._bare(cell, reasons)
        found = {}
        for owner in self._contributors(cell) - self.policy.waivers:
            size = asked.get(owner, 0)
            rest = sum(asked.values()) - size - self._known(asked, owner)
            level = p * (size or self._usual(cell, owner, name)) if owner in bare else p * size - rest
            if level > 0:
                found[owner] = level
        return found

    def _bare(self, cell: _Cell, reasons: Mapping[str, set[str]]) -> set[str]:
        """Owners for whom what others contribute counts as no protection."""
        found: set[str] = set()
        for name, broken in reasons.items():
            asked = self._asked(cell, name)
            if "few" in broken:
                found |= self._contributors(cell)
            whole = sum(self._sizes(cell, name).values())
            share = Fraction(str(self.policy.largest_share))
            found |= {owner for owner, size in asked.items() if size > share * whole}
            if broken & {"platforms", "silent"}:
                usual = {
                    owner: self._usual(cell, owner, name)
                    for owner in self._contributors(cell) - self.policy.waivers
                }
                found |= {owner for owner, size in usual.items() if size == max(usual.values()) and size > 0}
        return found - self.policy.waivers

    def _usual(self, cell: _Cell, owner: str, name: str) -> float:
        """What an owner of this size has on average in a measure."""
        return max(
            self._sizes(cell, other).get(owner, 0) * self.whole[name] / self.whole[other]
            for other in self.measures
            if self.whole[other]
        )

    # --- linear programs ----------------------------------------------------------------------------------

    def _narrow(self, name: str, needs: Mapping[tuple[Key, str], float]) -> Iterator[Finding]:
        """Cells whose feasibility interval is narrower than a protection level, and revealing sums."""
        hidden = [key for key in self.cells if key not in self.figures]
        columns = {key: at for at, key in enumerate(hidden)}
        equations = self._equations(columns)
        for owner in sorted({owner for _, owner in needs}):
            room = np.array([self._room(key, name, owner) for key in hidden])
            wanted = np.array([needs.get((key, owner), -self._spare(key, name, owner)) for key in hidden])
            at_risk = [columns[key] for key, who in needs if who == owner and key in columns]
            for at in at_risk:
                size, level = self._asked(self.cells[hidden[at]], name).get(owner, 0), wanted[at]
                up = self._reach(equations, room / level, at, 1.0) * level
                down = self._reach(equations, room / level, at, -1.0) * level if size else np.inf
                if up < level * (1 - _SLACK) or down < min(level, size) * (1 - _SLACK):
                    yield Finding("NARROW_INTERVAL", hidden[at], name)
            if at_risk and self._is_revealed(equations, wanted):
                yield Finding("REVEALING_SUM", hidden[at_risk[0]], name)

    def _is_revealed(self, equations: csc_array, wanted: npt.NDArray[np.float64]) -> bool:
        """Whether some known sum falls short of what an owner needs.

        Looked for at every size of level, as small ones are not seen beside large ones.
        """
        unit = float(wanted.max())
        while unit > 0:
            if self._revealed(equations, np.maximum(np.minimum(wanted, unit) / unit, -_MOST)) > _SLACK:
                return True
            smaller = wanted[wanted < unit / 1000]
            unit = float(smaller.max(initial=0.0))
        return False

    def _equations(self, columns: Mapping[Key, int]) -> csc_array:
        """What published figures say of the others: each sum, with its published members moved to the right.

        In differences from the truth the right-hand sides are nought (``_wrong_figures`` holds).
        """
        rows = [
            {
                columns[key]: sign
                for key, sign in ((parent, 1.0), *((child, -1.0) for child in children))
                if key in columns
            }
            for parent, children in self.sums
        ]
        rows = [row for row in rows if row]
        return csc_array(
            (
                [sign for row in rows for sign in row.values()],
                (
                    [at for at, row in enumerate(rows) for _ in row],
                    [column for row in rows for column in row],
                ),
            ),
            shape=(len(rows), len(columns)),
        )

    def _room(self, key: Key, name: str, target: str) -> float:
        """By how much a cell can be below the truth as far as any coalition without ``target`` knows."""
        if self.has_negatives[name]:
            return np.inf
        asked = self._asked(self.cells[key], name)
        return float(sum(asked.values()) - self._known(asked, target))

    def _spare(self, key: Key, name: str, target: str) -> float:
        asked = self._asked(self.cells[key], name)
        size = asked.get(target, 0)
        return sum(asked.values()) - size - self._known(asked, target) - float(self.p) * size

    def _reach(self, equations: csc_array, room: npt.NDArray[np.float64], at: int, sign: float) -> float:
        self.programs += 1
        return reach(equations, room, at, sign)

    def _revealed(self, equations: csc_array, wanted: npt.NDArray[np.float64]) -> float:
        """By how much the most revealing known sum of hidden cells, none counted more than once, falls
        short of what an owner needs; nought where none does.
        """
        self.programs += 1
        both = equations.T.tocsr()
        solved = linprog(
            -(equations @ wanted),
            A_ub=vstack([both, -both], format="csr"),
            b_ub=np.concatenate([np.ones(len(wanted)), np.zeros(len(wanted))]),
            bounds=(None, None),
            method="highs",
        )
        return float(-solved.fun) if solved.status == 0 else np.inf


def reach(equations: csc_array, room: npt.NDArray[np.float64], at: int, sign: float) -> float:
    """How far one hidden cell can be from the truth, upwards (1) or downwards (−1).

    Each cell can be below the truth by ``room`` at most; upwards, ``_FAR`` is far enough. Nought when the
    program cannot be solved.
    """
    goal = np.zeros(len(room))
    goal[at] = -sign
    bounds = np.column_stack([-np.minimum(room, _MOST), np.full(len(room), np.inf)])
    bounds[at] = -min(_FAR, float(room[at])), _FAR
    solved = linprog(goal, A_eq=equations, b_eq=np.zeros(equations.shape[0]), bounds=bounds, method="highs")
    return float(-solved.fun) if solved.status == 0 else 0.0


def _product(grid: Mapping[str, Sequence[str]]) -> list[Key]:
    keys: list[dict[str, str]] = [{}]
    for name, path in grid.items():
        keys = [{**nodes, name: node} for nodes in keys for node in path]
    return [_key(nodes) for nodes in keys]


def _key(nodes: Mapping[str, str]) -> Key:
    return tuple(sorted((name, node) for name, node in nodes.items() if node))
