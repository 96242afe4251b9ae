"""Primary rules: which cells may not be shown by themselves, and how far each must stay from being inferred.

SDC Handbook, chapter 4.2, on holdings. With negative contributions all rules use absolute values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from district.lattice import Ints
from district.policy import Policy

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Judgement:
    """``safe``: cells that pass every rule in every measure.

    ``levels``: measure → cells × owners, by how much the cell's value must be able to exceed the true one
    so that this owner stays protected (p% upper protection level). At most zero where the owner is safe
    already: minus it is how much the cell may shrink at that owner's expense.
    """

    safe: Flags
    levels: Mapping[str, Floats]


def remainders(parts: Ints, coalition: int) -> Ints:
    """For each cell × owner: what is left without the owner and the ``coalition`` largest others."""
    count = min(coalition + 1, parts.shape[1])
    top = -np.sort(-parts, axis=1)[:, :count]
    known = top[:, :coalition].sum(axis=1, keepdims=True)
    is_known = parts >= (top[:, coalition - 1 : coalition] if count >= coalition else 0)
    others = np.where(is_known, top.sum(axis=1, keepdims=True) - parts, known)
    left: Ints = parts.sum(axis=1, keepdims=True) - parts - others
    return left


def judge(parts: Mapping[str, Ints], owners: tuple[str, ...], platforms: Ints, policy: Policy) -> Judgement:
    """Judge cells × owners of every measure together: a cell is shown in all of them or in none.

    ``platforms``: how many contribute to each cell (``lattice.ANY`` where it names its own).
    """
    sizes = {name: np.abs(values) for name, values in parts.items()}
    waives = np.array([owner in policy.waivers for owner in owners], dtype=bool)
    others = {name: np.where(waives, 0, values) for name, values in sizes.items()}
    takes_part = np.any([values != 0 for values in parts.values()], axis=0)
    counted = takes_part & ~waives
    anybody = counted.any(axis=1)
    few = anybody & (takes_part.sum(axis=1) < policy.minimum_owners)
    narrow = anybody & (platforms < policy.minimum_platforms)
    bare = counted & few[:, None]
    safe = ~few & ~narrow
    usual = _usual(others)
    left = {name: remainders(values, policy.coalition) for name, values in others.items()}
    for name, values in others.items():
        largest = counted & (usual[name] >= usual[name].max(axis=1, keepdims=True)) & (usual[name] > 0)
        over = _exceeds(values, sizes[name].sum(axis=1, keepdims=True), policy)
        silent = anybody & (values.sum(axis=1) == 0) & policy.nothing_is_a_figure
        close = _comes_close(values, left[name], policy).any(axis=1)
        bare |= over | (largest & (narrow | silent)[:, None])
        safe &= ~over.any(axis=1) & ~silent & ~close
    p = float(policy.p_fraction)
    levels = {}
    for name, values in others.items():
        alone = p * np.where(values > 0, values, usual[name])
        levels[name] = np.where(bare, alone, np.where(waives, 0.0, p * values - left[name]))
    return Judgement(safe, levels)


def _comes_close(values: Ints, left: Ints, policy: Policy) -> Flags:
    """p% rule, in whole numbers: remainder < p/100 × contribution."""
    p = policy.p_fraction
    close: Flags = left * p.denominator < values * p.numerator
    return close


def _exceeds(values: Ints, totals: Ints, policy: Policy) -> Flags:
    share = policy.share_fraction
    over: Flags = values * share.denominator > totals * share.numerator
    return over


def _usual(others: Mapping[str, Ints]) -> dict[str, Floats]:
    """What an owner of each one's size has on average in each measure.

    By it a contribution of nothing is protected: nothing, too, is a figure about somebody.
    """
    whole = {name: float(values.sum(axis=1).max(initial=0)) for name, values in others.items()}
    return {
        name: np.max(
            [values * (whole[name] / whole[other]) for other, values in others.items() if whole[other] > 0]
            or [np.zeros_like(next(iter(others.values())), dtype=np.float64)],
            axis=0,
        )
        for name in others
    }
