"""Which tables the district publishes: fixed cubes over declared hierarchies, and no free filter.

Declarations only. What is published of a cube is its cells at every level of every hierarchy, as far as the
rules allow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

#: A cell: (dimension, node) for each dimension that is not summed over, sorted; ``()`` is everything.
Key = tuple[tuple[str, str], ...]

#: Node of every hierarchy at which nothing is distinguished any more.
ALL = ""


@dataclass(frozen=True)
class Dimension:
    """A column of the contributions and the hierarchy over its values.

    ``parents``: value or node → the node it belongs to; whatever is not named belongs to ``ALL``. ``merges``:
    unsafe values are merged with others of the same node before anything is suppressed. ``order``: values
    that follow one another (sizes, price bands) are merged with their neighbours only. ``hidden``: values
    and nodes that a cube of several dimensions does not tell apart (they were merged).
    """

    name: str
    parents: Mapping[str, str] = field(default_factory=dict, hash=False)
    merges: bool = True
    order: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()

    def ancestors(self, value: str) -> tuple[str, ...]:
        """``value`` itself, the nodes above it, at last ``ALL``."""
        found = [value]
        while found[-1] != ALL:
            found.append(self.parents.get(found[-1], ALL))
        return tuple(found)

    def shown(self, value: str) -> tuple[str, ...]:
        """Those of ``ancestors`` that a cube of several dimensions tells apart."""
        return tuple(node for node in self.ancestors(value) if node not in self.hidden)


@dataclass(frozen=True)
class Cube:
    """A table over ``dimensions``; all its margins belong to it."""

    name: str
    zh: str
    en: str
    dimensions: tuple[Dimension, ...]


def cell_key(nodes: Iterable[tuple[str, str]]) -> Key:
    """The cell at the given (dimension, node) pairs; the same whichever cube it is found in."""
    return tuple(sorted((name, node) for name, node in nodes if node != ALL))


def is_decomposable(cubes: Iterable[Cube]) -> bool:
    """Whether what an attacker can infer from all cubes is exactly what follows from their shared margins.

    So it is if the sets of dimensions form an acyclic hypergraph (Graham reduction): then tables that agree
    in their margins always have a common table behind them, and linear programs over the cells give
    exact intervals, not too wide ones.
    """
    edges = [frozenset(dimension.name for dimension in cube.dimensions) for cube in cubes]
    while True:
        alone = {name for edge in edges for name in edge if sum(name in other for other in edges) == 1}
        smaller = [edge - alone for edge in edges]
        kept = [
            edge
            for place, edge in enumerate(smaller)
            if edge
            and not any(edge < other or (edge == other and at < place) for at, other in enumerate(smaller))
        ]
        if kept == edges:
            return not edges
        edges = kept
