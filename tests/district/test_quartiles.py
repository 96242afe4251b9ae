"""Quartiles of return rates: what they say and may not say, and an attacker who shares no code with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
import pytest
from district_cases import MEASURES, MONTH
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from district.audit_quartiles import findings
from district.cubes import Cube, Dimension
from district.policy import Policy
from district.quartiles import bands_of, quartiles_of, rate_band

CATEGORY = Dimension("category_code", parents={"dress": "skirts", "skirt": "skirts", "shirt": "tops"})
CHANNEL, PLATFORM = Dimension("channel_code"), Dimension("platform_code")
CUBES = (
    Cube("channels", "渠道", "channels", (PLATFORM, CHANNEL)),
    Cube("categories", "品类", "categories", (CATEGORY, PLATFORM)),
)
POLICY = Policy(p=15.0, minimum_owners=5, largest_share=0.4, coalition=2)
Told = Mapping[str, Any]


def row(owner: str, category: str, channel: str, kept: int, refund: int) -> dict[str, object]:
    return {
        "owner_id": owner, "merchant_id": owner, "business_month": MONTH, "platform_code": "douyin",
        "category_code": category, "channel_code": channel, "kept_fen": kept, "refund_fen": refund,
    }  # fmt: skip


def panel(seed: int, owners: int) -> pl.DataFrame:
    """Owners of Zipf sizes in one to three categories and channels, with rates of their own."""
    rng = np.random.default_rng(seed)
    rows = []
    for owner in range(owners):
        size, usual = 3_000_000 / (owner + 2) ** 0.7, rng.uniform(0.05, 0.9)
        for category in rng.choice(["dress", "skirt", "shirt"], size=int(rng.integers(1, 4)), replace=False):
            for channel in rng.choice(
                ["own_live", "creator_live"], size=int(rng.integers(1, 3)), replace=False
            ):
                paid = int(size * rng.lognormal(0, 0.4))
                refund = int(paid * min(max(usual + rng.normal(0, 0.1), 0.0), 1.0))
                rows.append(row(f"o{owner:03d}", str(category), str(channel), paid - refund, refund))
    return pl.DataFrame(rows)


def cells(rows: pl.DataFrame) -> list[dict[str, str]]:
    """Every cell of one cut, and of families."""
    names = [("category_code", value) for value in (*rows["category_code"].unique(), "skirts", "tops")]
    names += [("channel_code", value) for value in rows["channel_code"].unique()]
    return [{name: value} for name, value in names]


def told_of(rows: pl.DataFrame, policy: Policy = POLICY) -> list[Told]:
    published = [tuple(cell.items()) for cell in cells(rows)]
    return [item.document() for item in quartiles_of(rows, CUBES, published, policy)]


def sums(rows: pl.DataFrame, cell: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """Owner → kept and refund, by plain loops."""
    families = {"skirts": ("dress", "skirt"), "tops": ("shirt",)}
    found: dict[str, tuple[int, int]] = {}
    for one in rows.iter_rows(named=True):
        if all(one[name] in families.get(node, (node,)) for name, node in cell.items()):
            kept, back = found.get(one["owner_id"], (0, 0))
            found[one["owner_id"]] = (kept + one["kept_fen"], back + one["refund_fen"])
    return found


def quarters(rates: Sequence[float]) -> list[int]:
    """Lower quartile, median and upper quartile as bands, by their definition."""
    ordered, count = sorted(rates), len(rates)
    places = [count // 4, (count - 1) // 2, count - 1 - count // 4]
    return [min(int(ordered[at] * 100 + 1e-9) // 5 * 5, 95) for at in places]


def bands(one: Told) -> list[int]:
    return [one["lower_from_per_100"], one["median_from_per_100"], one["upper_from_per_100"]]


class Attacker:
    """Whoever reads the bands of a cell, its total and how many owners it has, and knows the figures of two
    of them: which rates of the others agree with all that.
    """

    def __init__(self, one: Told, by_owner: Mapping[str, tuple[int, int]], pair: Sequence[str]) -> None:
        self.wanted, self.count = bands(one), len(by_owner)
        self.total = tuple(sum(each[at] for each in by_owner.values()) for at in (0, 1))
        self.own = [by_owner[owner] for owner in pair]

    def witness(self, kept: int, refund: int) -> list[tuple[int, int]] | None:
        """Figures of everybody in which somebody kept and gave back so much; None where there are none."""
        left = [self.total[0] - kept, self.total[1] - refund]
        for stays, back in self.own:
            left = [left[0] - stays, left[1] - back]
        known = [(kept, refund), *self.own, (left[0], 0), (0, left[1])]
        fixed = [back / (stays + back) for stays, back in known if stays + back]
        free = self.count - len(fixed)
        solved = self._counts([min(int(rate * 100) // 5 * 5, 95) for rate in fixed], free)
        if solved is None or min(left) < 0:
            return None
        small = [(100 - start - 2, start + 2) for start, number in solved.items() for _ in range(number)]
        found = [pair for pair in known if sum(pair)] + small
        # what the small ones have comes off those who make up the totals
        for at, place in ((0, 3), (1, 4)):
            index = found.index(known[place]) if sum(known[place]) else None
            if index is not None:
                pair = [*found[index]]
                pair[at] -= sum(each[at] for each in small)
                found[index] = (pair[0], pair[1])
        return found

    def _counts(self, known: Sequence[int], free: int) -> dict[int, int] | None:
        """How many of the others stand in which band."""
        starts, count = list(range(0, 100, 5)), self.count
        ranks = [count // 4 + 1, (count - 1) // 2 + 1, count - count // 4]
        lines, low, high = [np.ones(20)], [float(free)], [float(free)]
        for rank, band in zip(ranks, self.wanted, strict=True):
            lines += [np.array([float(start < band) for start in starts]),
                      np.array([float(start <= band) for start in starts])]  # fmt: skip
            low += [-np.inf, rank - float(sum(start <= band for start in known))]
            high += [rank - 1 - float(sum(start < band for start in known)), np.inf]
        if free < 0:
            return None
        solved = milp(
            np.zeros(20), integrality=np.ones(20), constraints=LinearConstraint(np.array(lines), low, high)
        )
        if not solved.success:
            return None
        return {start: round(value) for start, value in zip(starts, solved.x, strict=True) if round(value)}


# --- what they say ------------------------------------------------------------------------------------------


def test_quartiles_of_rates_that_can_be_counted_by_hand() -> None:
    """Sixteen owners from 2 to 77 %: the fifth, the eighth and the twelfth."""
    rows = pl.DataFrame([row(f"o{at:02d}", "dress", "own_live", 98 - 5 * at, 2 + 5 * at) for at in range(16)])
    assert told_of(rows) == [
        {"cell": cell, "lower_from_per_100": 20, "median_from_per_100": 35, "upper_from_per_100": 55}
        for cell in ({"category_code": "dress"}, {"channel_code": "own_live"})
    ]


@pytest.mark.parametrize(
    ("kept", "refund", "band"),
    [(100, 0, 0), (951, 49, 0), (95, 5, 5), (1, 99, 95), (0, 7, 95), (110, -10, 0), (-5, 20, 95)],
)
def test_a_rate_is_told_by_where_its_band_begins(kept: int, refund: int, band: int) -> None:
    assert rate_band(kept, refund) == band


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), owners=st.integers(4, 60))
def test_a_quarter_stands_on_either_side(seed: int, owners: int) -> None:
    rates = [5 * int(at) for at in np.random.default_rng(seed).integers(0, 20, owners)]
    lower, median, upper = bands_of(rates)
    quarter = len(rates) // 4
    assert lower <= median <= upper
    assert sum(rate < lower for rate in rates) <= quarter <= sum(rate <= lower for rate in rates)
    assert sum(rate > upper for rate in rates) <= quarter <= sum(rate >= upper for rate in rates)


# --- when they are not told ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("owners", "is_told"), [(15, False), (16, True)])
def test_a_quarter_is_more_than_a_coalition_and_two_others(owners: int, is_told: bool) -> None:
    rows = pl.DataFrame([row(f"o{at:02d}", "dress", "own_live", 60 + at, 40) for at in range(owners)])
    assert bool(told_of(rows)) is is_told
    assert bool(told_of(rows, replace(POLICY, waivers=frozenset({"o01"})))) is False


def test_nothing_is_told_of_a_cell_that_is_withheld() -> None:
    rows = panel(1, 40)
    assert quartiles_of(rows, CUBES, [], POLICY) == []
    for one in told_of(rows):
        others = [cell for cell in cells(rows) if cell != one["cell"]]
        assert "QUARTILES_OF_A_HIDDEN_CELL" in findings(rows, CUBES, others, [one], POLICY)


def test_told_cells_of_a_dimension_have_nothing_in_common() -> None:
    rows = panel(2, 60)
    told = [one["cell"] for one in told_of(rows)]
    assert {"category_code": "dress"} in told and {"category_code": "skirts"} not in told
    forced = [{**told_of(rows)[0], "cell": {"category_code": name}} for name in ("dress", "skirts")]
    assert "QUARTILES_OVERLAP" in findings(rows, CUBES, cells(rows), forced, POLICY)


@pytest.mark.parametrize(("more", "is_told"), [(0, True), (1, False), (4, False), (6, True)])
def test_two_cells_that_differ_in_few_owners_are_not_both_told(more: int, is_told: bool) -> None:
    """All dresses are sold in own sessions; ``more`` owners sell something else there besides."""
    rows = [row(f"o{at:02d}", "dress", "own_live", 30 + at, 60 - at) for at in range(24)]
    rows += [row(f"x{at:02d}", "shirt", "own_live", 5, 90) for at in range(more)]
    told = told_of(pl.DataFrame(rows))
    assert {"category_code": "dress"} in [one["cell"] for one in told]
    assert ({"channel_code": "own_live"} in [one["cell"] for one in told]) is is_told
    both = [one for name, node in (("category_code", "dress"), ("channel_code", "own_live"))
            for one in [_as_told(pl.DataFrame(rows), {name: node})]]  # fmt: skip
    found = findings(pl.DataFrame(rows), CUBES, cells(pl.DataFrame(rows)), both, POLICY)
    assert found == ([] if is_told else ["QUARTILES_DIFFER_IN_FEW"])


def _as_told(rows: pl.DataFrame, cell: dict[str, str]) -> Told:
    lower, median, upper = quarters([back / (kept + back) for kept, back in sums(rows, cell).values()])
    return {
        "cell": cell,
        "lower_from_per_100": lower,
        "median_from_per_100": median,
        "upper_from_per_100": upper,
    }


# --- attacks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_no_two_members_learn_a_thirds_rate_or_amounts(seed: int) -> None:
    """For every other owner of every told cell: it may have kept nothing or all that is left, and so for what
    went back, with the same totals and the same bands.
    """
    rows = panel(seed, 26 + 6 * seed)
    told = told_of(rows)
    assert len(told) >= 3
    for one in told:
        by_owner = sums(rows, one["cell"])
        assert bands(one) == quarters([back / (kept + back) for kept, back in by_owner.values()])
        ranked = sorted(by_owner, key=lambda owner: by_owner[owner][1] / sum(by_owner[owner]))
        by_size = sorted(by_owner, key=lambda owner: -sum(by_owner[owner]))
        for pair in (ranked[:2], ranked[-2:], (ranked[0], ranked[-1]), by_size[:2], by_size[1:3]):
            attacker = Attacker(one, by_owner, pair)
            most = [attacker.total[at] - sum(by_owner[each][at] for each in pair) - 100_000 for at in (0, 1)]
            for kept, refund in ((most[0], 0), (0, most[1]), (100, 0), (0, 100)):
                found = attacker.witness(kept, refund)
                assert found is not None, (one, pair, kept, refund)
                assert (kept, refund) in found and all(by_owner[each] in found for each in pair)
                assert len(found) == len(by_owner) and min(min(each) for each in found) >= 0
                assert tuple(sum(each[at] for each in found) for at in (0, 1)) == attacker.total
                assert quarters([back / (stays + back) for stays, back in found]) == bands(one)


def test_the_attacker_is_able_to_attack() -> None:
    """Of nine owners the bands would tell two at one end that nobody else is there; the auditor sees it."""
    rows = pl.DataFrame(
        [row(f"o{at}", "dress", "own_live", 1000 - 100 * at - 20, 100 * at + 20) for at in range(9)]
    )
    one = _as_told(rows, {"category_code": "dress"})
    attacker = Attacker(one, sums(rows, one["cell"]), ("o7", "o8"))
    assert attacker.witness(0, 100) is None
    assert findings(rows, CUBES, cells(rows), [one], POLICY) == ["QUARTILES_CLOSE"]
    assert told_of(rows) == []


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), owners=st.integers(4, 70), coalition=st.integers(1, 3))
def test_the_auditor_agrees_on_random_panels(seed: int, owners: int, coalition: int) -> None:
    rows, policy = panel(seed, owners), replace(POLICY, coalition=coalition)
    told = told_of(rows, policy)
    assert findings(rows, CUBES, cells(rows), told, policy) == []
    for one in told:
        for name in ("lower_from_per_100", "median_from_per_100", "upper_from_per_100"):
            wrong = {**one, name: (one[name] + 5) % 100}
            assert "QUARTILES_WRONG" in findings(rows, CUBES, cells(rows), [wrong], policy)
    for one, other in combinations(told, 2):
        mine, theirs = sums(rows, one["cell"]), sums(rows, other["cell"])
        apart = [owner for owner in {*mine, *theirs} if mine.get(owner) != theirs.get(owner)]
        assert not apart or len(apart) >= max(5, coalition + 3)


def test_the_auditor_sees_that_a_larger_coalition_would_close_in() -> None:
    rows = panel(5, 30)
    told = told_of(rows)
    assert told and "QUARTILES_CLOSE" in findings(
        rows, CUBES, cells(rows), told, replace(POLICY, coalition=7)
    )


def test_kept_and_refund_are_the_parts_that_are_declared() -> None:
    assert MEASURES == ("kept_fen", "refund_fen")
