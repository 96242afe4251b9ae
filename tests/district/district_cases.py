"""Small panels for the district, and an attacker who shares no code with it.

The attacker knows every published figure, how cells add up, which cells are empty, and the figures of the
owners that pool with it. Unknown to it are the atoms: what all others sold in each combination of cuts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product

import numpy as np
import polars as pl
from scipy.optimize import linprog

from district.cubes import Cube, Dimension, Key
from district.release import MonthRelease

CATEGORY = Dimension("category_code", parents={"a": "ab", "b": "ab", "c": "cd", "d": "cd"})
PRICE = Dimension("price_band_code", order=("1", "2", "3"))
COLOUR = Dimension("colour_code")
CUBES = (
    Cube("prices", "价格", "prices", (CATEGORY, PRICE)),
    Cube("colours", "颜色", "colours", (CATEGORY, COLOUR)),
)
MEASURES = ("kept_fen", "refund_fen")
MONTH = "2026-08"
_CUTS = ("category_code", "price_band_code", "colour_code")


def panel(
    seed: int, owners: int = 14, *, month: str = MONTH, skew: float = 1.0, spread: int = 3
) -> pl.DataFrame:
    """Contributions of owners of Zipf sizes, each in ``spread`` categories at most, on two platforms."""
    rng = np.random.default_rng(seed)
    rows = []
    for owner in range(owners):
        size = 1_000_000 / (owner + 1) ** skew
        for category in rng.choice(list("abcd"), size=int(rng.integers(1, spread + 1)), replace=False):
            for price, colour in product(PRICE.order, ("black", "red")):
                if rng.random() < 0.7:
                    paid = int(size * rng.lognormal(0, 0.5)) + 1
                    kept = int(paid * rng.uniform(0.2, 0.6))
                    platform = ("douyin", "taobao")[int(rng.integers(2))]
                    rows.append(
                        (f"o{owner:02d}", month, platform, category, price, colour, kept, paid - kept)
                    )
    names = ["owner_id", "business_month", "platform_code", *_CUTS, *MEASURES]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(merchant_id=pl.col("owner_id"))


def cell_of(nodes: Mapping[str, str], row: Mapping[str, str]) -> bool:
    """Whether a row of contributions belongs to a cell, merged nodes (``a+b``) included."""
    groups = {"ab": "ab", "cd": "cd"}
    return all(
        row[name] in groups.get(node, node).replace("+", "") or row[name] == node
        for name, node in nodes.items()
    )


class Attacker:
    """Whoever reads a release and pools the figures of ``coalition``."""

    def __init__(
        self, rows: pl.DataFrame, release: MonthRelease, measure: str, coalition: Iterable[str]
    ) -> None:
        self.rows, self.measure, self.coalition = rows, measure, frozenset(coalition)
        pairs = {
            (row["category_code"], row[cut], cut) for row in rows.iter_rows(named=True) for cut in _CUTS[1:]
        }
        values = [sorted(rows[name].unique()) for name in _CUTS]
        self.atoms = [
            dict(zip(_CUTS, atom, strict=True))
            for atom in product(*values)
            if all((atom[0], value, cut) in pairs for cut, value in zip(_CUTS[1:], atom[1:], strict=True))
        ]
        own = rows.filter(pl.col("owner_id").is_in(list(self.coalition)))
        self.own = np.array([self._value(own, atom) for atom in self.atoms], dtype=np.float64)
        self.equations = [self.members(dict(key)) for key in release.figures]
        self.known = [float(figures[measure]) for figures in release.figures.values()]

    def _value(self, rows: pl.DataFrame, atom: Mapping[str, str]) -> int:
        found = rows.filter([pl.col(name) == value for name, value in atom.items()])
        return int(found[self.measure].sum())

    def members(self, nodes: Mapping[str, str]) -> np.ndarray:
        """1 for each atom in a cell."""
        return np.array([float(cell_of(nodes, atom)) for atom in self.atoms])

    def highest(self, key: Key) -> float:
        """The most that others than the coalition can have sold in a cell."""
        goal = self.members(dict(key))
        unit = max(max(self.known, default=1.0), 1.0)
        solved = linprog(
            -goal,
            A_eq=np.array(self.equations) if self.equations else None,
            b_eq=np.array(self.known) / unit if self.equations else None,
            bounds=[(low / unit, None) for low in self.own],
            method="highs",
        )
        return np.inf if solved.status in (3, 4) else float(-solved.fun * unit - goal @ self.own)


def contributions_to(rows: pl.DataFrame, key: Key, measure: str) -> dict[str, int]:
    """Owner → what it contributes to a cell, by plain loops."""
    found: dict[str, int] = {}
    for row in rows.iter_rows(named=True):
        if cell_of(dict(key), row):
            found[row["owner_id"]] = found.get(row["owner_id"], 0) + row[measure]
    return found
