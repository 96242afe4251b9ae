"""How much of the district a release shows: what suppression cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from district.cubes import Cube
from district.suppress import Pattern


@dataclass(frozen=True)
class Coverage:
    """Of the finest level of one cube.

    ``cells``, of which ``shown`` each by itself; ``merged`` sums of withheld siblings that are public because
    their total is; ``withheld`` cells that are in no such sum. The same as parts of the value (0–1):
    ``shown_value``, ``merged_value``.
    """

    cube: str
    cells: int
    shown: int
    merged: int
    withheld: int
    shown_value: float
    merged_value: float

    @property
    def cell_rate(self) -> float:
        """Published cells, merged ones counting once, of all at the finest published level."""
        return (self.shown + self.merged) / max(self.shown + self.merged + self.withheld, 1)

    @property
    def value_rate(self) -> float:
        """Part of the value that they hold."""
        return self.shown_value + self.merged_value


def coverage(pattern: Pattern, cubes: Sequence[Cube]) -> list[Coverage]:
    """One row per cube; ``cubes`` as they were merged."""
    sums = [np.abs(parts).sum(axis=1) for parts in pattern.lattice.parts.values()]
    values = np.asarray(sum(sums), dtype=np.float64)
    block_of = {child: relation for relation, hidden in pattern.merged.items() for child in hidden}
    found = []
    for cube in cubes:
        names = {item.name for item in cube.dimensions}
        finest = [
            at for at in pattern.lattice.leaves if {name for name, _ in pattern.lattice.keys[at]} == names
        ]
        shown = [at for at in finest if not pattern.withheld[at]]
        merged = [at for at in finest if pattern.withheld[at] and at in block_of]
        whole = max(float(values[finest].sum()), 1.0)
        found.append(
            Coverage(
                cube.name,
                len(finest),
                len(shown),
                len({block_of[at] for at in merged}),
                len(finest) - len(shown) - len(merged),
                float(values[shown].sum()) / whole,
                float(values[merged].sum()) / whole,
            )
        )
    return found
