"""Which cells of a month are withheld: unsafe ones, and complements until nothing can be inferred."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from district.cubes import Cube
from district.lattice import Ints, Lattice, Relation
from district.policy import Policy
from district.primary import Flags, Floats, Judgement, judge
from district.programs import additions, cheapest_doubt, doubt, moved, risks


@dataclass(frozen=True, eq=False)
class Pattern:
    """``withheld``: cells that get no figure. ``merged``: relation → its withheld children, whose
    sum is public because the parent and their siblings are, and safe.
    """

    lattice: Lattice
    judgement: Judgement
    withheld: Flags
    merged: Mapping[Relation, tuple[int, ...]]


def judge_lattice(lattice: Lattice, policy: Policy) -> Judgement:
    """Primary rules on every cell; one that names its platform need not have several."""
    return judge(lattice.parts, lattice.owners, lattice.platforms, policy)


def suppress(lattice: Lattice, cubes: Sequence[Cube], policy: Policy) -> Pattern:
    """The pattern of one month."""
    judgement = judge_lattice(lattice, policy)
    search = _Search(lattice, policy, judgement, _orders(cubes))
    search.protect()
    while search.merge():
        search.protect()
    search.release_the_needless()
    search.release_one_by_one()
    return Pattern(lattice, judgement, search.withheld, search.blocks())


class _Search:
    """The pattern as it grows."""

    def __init__(
        self, lattice: Lattice, policy: Policy, judgement: Judgement, orders: Mapping[str, Mapping[str, int]]
    ) -> None:
        self.lattice, self.policy, self.judgement = lattice, policy, judgement
        self.withheld: Flags = ~judgement.safe
        self.cost = cost_of(lattice)
        self.added = additions(lattice)
        self.orders = orders
        is_target = np.array([owner not in policy.waivers for owner in lattice.owners], dtype=bool)
        self.risks = risks(lattice, judgement.levels, is_target)
        self.doubts: list[Floats] = []
        self._verdicts: dict[tuple[int, ...], bool] = {}

    def block_is_safe(self, places: Sequence[int]) -> bool:
        """Whether the sum of some cells may be known."""
        chosen = sorted(places)
        if tuple(chosen) in self._verdicts:
            return self._verdicts[tuple(chosen)]
        parts = {name: rows[chosen].sum(axis=0, keepdims=True) for name, rows in self.lattice.parts.items()}
        platforms: Ints = self.lattice.platforms[chosen].max(keepdims=True)
        safe = bool(judge(parts, self.lattice.owners, platforms, self.policy).safe[0])
        self._verdicts[tuple(chosen)] = safe
        return safe

    def blocks(self) -> dict[Relation, tuple[int, ...]]:
        """Withheld children of published parents."""
        return {
            relation: hidden
            for relation in self.lattice.relations
            if not self.withheld[relation.parent]
            and (hidden := tuple(child for child in relation.children if self.withheld[child]))
        }

    def merge(self) -> bool:
        """Widen every block that is unsafe by its cheapest neighbours; True when anything was withheld."""
        changed, grows = False, True
        while grows:
            grows = False
            for relation, hidden in self.blocks().items():
                if self.withheld[relation.parent] or self.block_is_safe(hidden):
                    continue
                self.withheld[self._next(relation, hidden)] = True
                changed = grows = True
        return changed

    def _next(self, relation: Relation, hidden: tuple[int, ...]) -> int:
        """What is withheld besides: a sibling, where there is an order a neighbour, at last the parent."""
        siblings = [place for place in relation.children if not self.withheld[place]]
        near = [place for place in siblings if self._is_beside(place, hidden, relation.dimension)]
        return min(near or siblings or [relation.parent], key=lambda place: self.cost[place])

    def _is_beside(self, place: int, hidden: tuple[int, ...], dimension: str) -> bool:
        order = self.orders.get(dimension, {})
        at, *others = [order.get(dict(self.lattice.keys[each])[dimension]) for each in (place, *hidden)]
        return at is not None and any(other is not None and abs(at - other) == 1 for other in others)

    def protect(self) -> None:
        """Withhold complements until every owner at risk is in doubt."""
        self.doubts = []
        for risk in self.risks:
            change = doubt(self.added, risk, self.withheld)
            while change is None:
                wanted = cheapest_doubt(self.added, risk, self.withheld, self.cost)
                if self.withheld[moved(wanted)].all():  # what it moves besides lies within the tolerance
                    change = wanted
                else:
                    self.withheld[moved(wanted)] = True
                    change = doubt(self.added, risk, self.withheld)
            self.doubts.append(change)

    def release_the_needless(self) -> None:
        """Publish again, the dearest first, what no doubt needs.

        Every owner's doubt is sought anew among the withheld cells, at the least cost, those that another
        one's already needs being free.
        """
        needed = ~self.judgement.safe
        for at in reversed(range(len(self.risks))):
            if not self.risks[at].allows_nothing_changed():
                self.doubts[at] = cheapest_doubt(
                    self.added, self.risks[at], needed, self.cost, published=~self.withheld
                )
                needed[moved(self.doubts[at])] = True
        for place in self._dearest(self.withheld & ~needed):
            self.withheld[place] = False
            self.withheld[place] = not self._sums_are_safe(place)

    def release_one_by_one(self) -> None:
        """Publish again, the dearest first, each cell that every owner's doubt can do without."""
        for place in self._dearest(self.withheld & self.judgement.safe):
            self.withheld[place] = False
            if not (self._sums_are_safe(place) and self._renew_doubts(place)):
                self.withheld[place] = True

    def _renew_doubts(self, place: int) -> bool:
        """Find doubts that leave a cell as it is; False, and nothing is changed, where there is none."""
        renewed: dict[int, Floats] = {}
        for at, (risk, change) in enumerate(zip(self.risks, self.doubts, strict=True)):
            if abs(change[place]) > 0:
                other = doubt(self.added, risk, self.withheld)
                if other is None:
                    return False
                renewed[at] = other
        for at, change in renewed.items():
            self.doubts[at] = change
        return True

    def _dearest(self, places: Flags) -> list[int]:
        return [int(place) for place in sorted(np.flatnonzero(places), key=lambda at: -self.cost[at])]

    def _sums_are_safe(self, place: int) -> bool:
        return all(self.block_is_safe(hidden) for hidden in self._blocks_about(place))

    def _blocks_about(self, place: int) -> list[tuple[int, ...]]:
        """Blocks that change when ``place`` is published: its siblings, its children."""
        return [
            hidden
            for relation in self.lattice.relations
            if (place in relation.children or place == relation.parent)
            and not self.withheld[relation.parent]
            and (hidden := tuple(child for child in relation.children if self.withheld[child]))
        ]


def cost_of(lattice: Lattice) -> Floats:
    """What withholding a cell loses: its part of the value, and of the number of cells."""
    whole = sum(np.abs(parts).sum(axis=1) for parts in lattice.parts.values())
    values = np.asarray(whole, dtype=np.float64)
    return values / max(float(values.max(initial=0)), 1.0) + 1.0 / max(len(values), 1)


def _orders(cubes: Sequence[Cube]) -> dict[str, dict[str, int]]:
    return {
        dimension.name: {value: at for at, value in enumerate(dimension.order)}
        for cube in cubes
        for dimension in cube.dimensions
        if dimension.order
    }
