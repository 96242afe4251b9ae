"""The cheapest pattern there is, for tables small enough: one mixed-integer program for all owners at once.

It leaves out the rule on sums of withheld siblings (fewest owners, largest share), so that the cheapest
pattern allowed may cost more: the ratio to it is at worst what is reported.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_diag, csr_array, hstack, kron, vstack

from district.cubes import Cube, Dimension
from district.declared import MEASURES
from district.lattice import build_lattice
from district.policy import Policy
from district.programs import additions, risks
from district.suppress import cost_of, judge_lattice, suppress

#: Largest change of a cell in units of the owner's largest level, and seconds for one table.
_MOST, _SECONDS = 20.0, 60.0
_SQUARE = (
    Cube(
        "square",
        "方",
        "square",
        (Dimension("row_code", merges=False), Dimension("column_code", merges=False)),
    ),
)


def small_table(seed: int, side: int = 5, owners: int = 14) -> pl.DataFrame:
    """Contributions of owners of Zipf sizes to about half of the cells each."""
    rng = np.random.default_rng(seed)
    rows = [
        (f"o{owner:02d}", f"p{owner % 3}", f"r{row}", f"c{column}", kept, int(kept * rng.uniform(0.5, 3)))
        for owner in range(owners)
        for row in range(side)
        for column in range(side)
        if rng.random() < 0.5
        for kept in [int(1_000_000 / (owner + 1) ** 0.6 * rng.lognormal(0, 0.6)) + 1]
    ]
    names = ["owner_id", "platform_code", "row_code", "column_code", *MEASURES]
    return pl.DataFrame(rows, schema=names, orient="row")


def ratio_to_optimum(rows: pl.DataFrame, policy: Policy) -> float | None:
    """Cost of the safe cells that are withheld ÷ the least there can be; 1 where none need be.

    None when the program was not solved in time.
    """
    lattice = build_lattice(rows, _SQUARE, MEASURES)
    cost = cost_of(lattice)
    found = suppress(lattice, _SQUARE, policy)
    safe = found.judgement.safe
    least = _least(len(lattice.keys), additions(lattice), cost, safe, _programs(rows, policy))
    ours = float(cost[found.withheld & safe].sum())
    if least is None:
        return None
    return 1.0 if ours == least == 0 else ours / max(least, 1e-12)


def _programs(rows: pl.DataFrame, policy: Policy) -> list[tuple[np.ndarray, np.ndarray]]:
    """Bounds of each owner's program that asks for a change."""
    lattice = build_lattice(rows, _SQUARE, MEASURES)
    levels = judge_lattice(lattice, policy).levels
    is_target = np.array([owner not in policy.waivers for owner in lattice.owners])
    found = [risk for risk in risks(lattice, levels, is_target) if not risk.allows_nothing_changed()]
    return [(np.maximum(risk.low, -_MOST), np.minimum(risk.high, _MOST)) for risk in found]


def _least(
    cells: int,
    added: csr_array,
    cost: np.ndarray,
    safe: np.ndarray,
    programs: list[tuple[np.ndarray, np.ndarray]],
) -> float | None:
    """The least cost of withheld safe cells: a binary for each cell, a change of it for each program."""
    if not programs:
        return 0.0
    count = len(programs)
    sums = hstack([csr_array((added.shape[0] * count, cells)), block_diag([added] * count, format="csr")])
    eye = csr_array(np.eye(cells))
    switch = kron(np.ones((count, 1)), eye)
    changes = block_diag([eye] * count, format="csr")
    above = hstack([-_MOST * switch, changes])
    below = hstack([_MOST * switch, changes])
    low = np.concatenate([(~safe).astype(float), *(low for low, _ in programs)])
    high = np.concatenate([np.ones(cells), *(high for _, high in programs)])
    solved = milp(
        np.concatenate([np.where(safe, cost, 0.0), np.zeros(cells * count)]),
        integrality=np.concatenate([np.ones(cells), np.zeros(cells * count)]),
        bounds=Bounds(low, high),
        constraints=[
            LinearConstraint(sums.tocsr(), 0, 0),
            LinearConstraint(vstack([above, -below]).tocsr(), -np.inf, 0),
        ],
        options={"time_limit": _SECONDS, "mip_rel_gap": 1e-6},
    )
    return float(solved.fun) if solved.status == 0 else None
