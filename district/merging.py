"""Merge upward before suppressing: which values of a cube are shown together this month.

Values are merged with their siblings only (in ordered dimensions with their neighbours), a whole group being
the node above it, until nearly everything at the finest level is safe by itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise, product

import numpy as np
import polars as pl

from district.cubes import ALL, Cube, Dimension
from district.lattice import Ints, Lattice, build_lattice
from district.policy import Policy
from district.primary import judge

#: Parts of the value and of the cells of the finest level that shall be safe before anything is suppressed.
VALUE_AIM, CELL_AIM = 0.90, 0.75

_Node = frozenset[str]


@dataclass(frozen=True)
class _Score:
    """Value of the safe cells and of all, how many there are, and how much the safe ones tell apart: their
    value, each divided by how many values are merged in it.
    """

    safe_value: float
    value: float
    safe_cells: int
    cells: int
    detail: float

    @property
    def is_enough(self) -> bool:
        return self.safe_value >= VALUE_AIM * self.value and self.safe_cells >= CELL_AIM * self.cells


def merge_cube(
    contributions: pl.DataFrame,
    cube: Cube,
    measures: Sequence[str],
    policy: Policy,
    last: Cube | None = None,
) -> Cube:
    """``cube`` with the values that are too thin merged, as little as is enough.

    ``last``: how it was merged in the month before, which stays as long as it is enough, so that months can
    be compared.
    """
    merger = _Merger(contributions, cube, measures, policy)
    if last is not None and merger.fits(last) and merger.is_enough(last):
        return last
    return merger.merged()


class _Merger:
    def __init__(self, rows: pl.DataFrame, cube: Cube, measures: Sequence[str], policy: Policy) -> None:
        self.cube, self.policy = cube, policy
        flat = Cube(cube.name, cube.zh, cube.en, tuple(Dimension(item.name) for item in cube.dimensions))
        self.lattice: Lattice = build_lattice(rows, [flat], measures)
        self.nodes: list[list[_Node]] = [
            sorted((_Node([value]) for value in self._values(item.name)), key=sorted)
            for item in cube.dimensions
        ]
        self.cells: dict[tuple[_Node, ...], tuple[float, bool] | None] = {}

    def fits(self, merged: Cube) -> bool:
        """Whether every value of a declared group occurred when ``merged`` was made.

        A node may be named after the group though another of its values did not occur then; cubes that are
        merged now would mean more by the same name.
        """
        return all(
            value in then.parents
            for item, then, nodes in zip(self.cube.dimensions, merged.dimensions, self.nodes, strict=True)
            for node in nodes
            for value in node
            if value in item.parents
        )

    def is_enough(self, merged: Cube) -> bool:
        """Whether values merged that way are safe enough."""
        nodes = []
        for item, values in zip(merged.dimensions, self.nodes, strict=True):
            together: dict[str, set[str]] = {}
            for value in (value for node in values for value in node):
                together.setdefault(item.shown(value)[0], set()).add(value)
            nodes.append([_Node(found) for found in together.values()])
        return self._score(nodes).is_enough

    def merged(self) -> Cube:
        """The cube after all mergers: the best of several ways, each merging one dimension first."""
        ways = [self._merge(first) for first in (None, *range(len(self.cube.dimensions)))]
        scores = [self._score(nodes) for nodes in ways]
        _, nodes = max(
            zip(scores, ways, strict=True),
            key=lambda way: (way[0].is_enough, way[0].detail * way[0].safe_cells),
        )
        dimensions = [
            _with_nodes(item, found) for item, found in zip(self.cube.dimensions, nodes, strict=True)
        ]
        return replace(self.cube, dimensions=tuple(dimensions))

    def _merge(self, first: int | None) -> list[list[_Node]]:
        nodes, score = self.nodes, self._score(self.nodes)
        while not score.is_enough:
            options = [(self._score(then), at, then) for at, then in self._options(nodes)]
            if not options:
                break
            score, _, nodes = max(
                options,
                key=lambda option: (*self._gain(score, option[0], is_first=first in (None, option[1])),),
            )
        return nodes

    def _gain(self, now: _Score, then: _Score, is_first: bool) -> tuple[bool, bool, float]:
        """Detail won, or the least lost; first among mergers that make anything safe."""
        helps = then.safe_value > now.safe_value or then.cells - then.safe_cells < now.cells - now.safe_cells
        return helps, is_first, then.detail - now.detail

    def _options(self, now: list[list[_Node]]) -> Iterator[tuple[int, list[list[_Node]]]]:
        """Dimension, and the nodes after one more merger in it.

        Siblings are merged: parts of one group, or whole groups of one node; where there is an order,
        neighbours.
        """
        for at, (item, nodes) in enumerate(zip(self.cube.dimensions, now, strict=True)):
            if not item.merges or len(nodes) <= 2:
                continue
            present = {value for node in nodes for value in node}
            above = {node: _above(item, node, present) for node in nodes}
            order = [value for value in item.order if value in present]
            for one, other in combinations(nodes, 2):
                if above[one] == above[other] and _are_neighbours(order, one, other):
                    joined = [node for node in nodes if node not in (one, other)] + [one | other]
                    yield at, [*now[:at], joined, *now[at + 1 :]]

    def _score(self, nodes: list[list[_Node]]) -> _Score:
        found = [
            (*cell, math.prod(map(len, key)))
            for key in product(*nodes)
            if (cell := self._cell(key)) is not None
        ]
        safe = [(value, merged) for value, is_safe, merged in found if is_safe]
        detail = sum(value / merged for value, merged in safe)
        whole = sum(value for value, *_ in found)
        return _Score(sum(value for value, _ in safe), whole, len(safe), len(found), detail)

    def _cell(self, key: tuple[_Node, ...]) -> tuple[float, bool] | None:
        """Value and verdict of one cell of merged values; None where nobody contributes."""
        if key not in self.cells:
            names = [item.name for item in self.cube.dimensions]
            singles = [
                place
                for values in product(*key)
                if (place := self.lattice.place.get(tuple(sorted(zip(names, values, strict=True)))))
                is not None
            ]
            self.cells[key] = self._judged(singles) if singles else None
        return self.cells[key]

    def _judged(self, places: list[int]) -> tuple[float, bool]:
        parts = {name: rows[places].sum(axis=0, keepdims=True) for name, rows in self.lattice.parts.items()}
        platforms: Ints = self.lattice.platforms[places].max(keepdims=True)
        value = float(sum(np.abs(row).sum() for row in parts.values()))
        return value, bool(judge(parts, self.lattice.owners, platforms, self.policy).safe[0])

    def _values(self, name: str) -> set[str]:
        return {node for key in self.lattice.keys for dimension, node in key if dimension == name}


def _groups(item: Dimension, value: str, present: set[str]) -> list[tuple[str, _Node]]:
    """The declared nodes above ``value``, the smallest first, with those ``present`` that belong to them."""
    return [
        (above, _Node(other for other in present if above in item.ancestors(other)))
        for above in item.ancestors(value)[1:]
    ]


def _above(item: Dimension, node: _Node, present: set[str]) -> str:
    """The declared node that a set of values is a proper part of."""
    return next((above for above, group in _groups(item, min(node), present) if node < group), ALL)


def _are_neighbours(order: Sequence[str], one: _Node, other: _Node) -> bool:
    """Whether two nodes follow one another in ``order``, as far as it says anything of them."""
    places = [[order.index(value) for value in node if value in order] for node in (one, other)]
    if not order or not all(places):
        return True
    return max(places[0]) + 1 == min(places[1]) or max(places[1]) + 1 == min(places[0])


def _with_nodes(item: Dimension, nodes: Sequence[_Node]) -> Dimension:
    """The dimension's hierarchy with the merged nodes in it, what lies below them being hidden."""
    present = {value for node in nodes for value in node}
    parents: dict[str, str] = {}
    hidden: set[str] = set()
    for node in nodes:
        for value in node:
            chain = list(item.ancestors(value))
            if len(node) > 1:
                groups = _groups(item, value, present)
                name = _name(item, node, present)
                below = [value, *(above for above, group in groups if group < node)]
                chain = [*below, name, *(above for above, group in groups if node < group)]
                hidden |= set(below)
            parents |= dict(pairwise(chain))
    return replace(item, parents=parents, hidden=frozenset(hidden))


def _name(item: Dimension, node: _Node, present: set[str]) -> str:
    """The declared node that holds just these values, or their names joined."""
    declared = [above for above, group in _groups(item, min(node), present) if group == node and above != ALL]
    order = {value: at for at, value in enumerate(item.order)}
    joined = "+".join(sorted(node, key=lambda value: (order.get(value, len(order)), value)))
    return declared[0] if declared else joined
