"""Primary rules on the worked examples of the SDC Handbook, chapter 4.2, and their edges."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from district.cubes import Cube, Dimension
from district.lattice import ANY, build_lattice
from district.policy import Policy
from district.primary import judge, remainders


def _judged(values: list[int], policy: Policy, platforms: int = ANY) -> tuple[bool, list[float]]:
    owners = tuple(f"o{number}" for number in range(len(values)))
    parts = {"paid_fen": np.array([values], dtype=np.int64)}
    found = judge(parts, owners, np.array([platforms]), policy)
    return bool(found.safe[0]), [float(level) for level in found.levels["paid_fen"][0]]


def _p_only(p: float, coalition: int = 1) -> Policy:
    return Policy(minimum_owners=1, p=p, largest_share=1.0, minimum_platforms=1, coalition=coalition)


def _rest(total: int, *largest: int) -> list[int]:
    small = (total - sum(largest)) // 10
    return [*largest, *[small] * 10]


@pytest.mark.parametrize(
    ("values", "p", "safe"),
    [
        (_rest(100_000, 50_000, 49_000), 10, False),  # example 1: 1,000 is less than 10 % of 50,000
        (_rest(110_000, 52_000, 50_000), 10, True),  # example 2: 8,000 is at least 5,200
        ([300, 20, 10], 25, False),
        ([300, 75, 75], 25, True),  # exactly at the bound
        ([300, 75, 74], 25, False),
    ],
)
def test_p_percent_rule(values: list[int], p: float, safe: bool) -> None:
    assert _judged(values, _p_only(p))[0] is safe
    assert _judged(values[::-1], _p_only(p))[0] is safe


def test_upper_protection_level_of_the_handbook() -> None:
    assert _judged([300, 20, 10], _p_only(25))[1][0] == 65  # 25 % of 300 less the remainder of 10


def test_two_who_pool_their_figures_count_as_one_insider() -> None:
    values = [300, 75, 75, 70]
    assert _judged(values, _p_only(25))[0] is True  # 145 remain to the second largest alone
    assert _judged(values, _p_only(25, coalition=2))[0] is False  # 70 to the two next together


@pytest.mark.parametrize("coalition", [1, 2, 3])
def test_remainders_are_what_the_worst_coalition_does_not_know(coalition: int) -> None:
    values = [50, 20, 20, 7, 3, 0]
    expected = [
        sum(values) - own - sum(sorted(values[:at] + values[at + 1 :], reverse=True)[:coalition])
        for at, own in enumerate(values)
    ]
    assert remainders(np.array([values], dtype=np.int64), coalition)[0].tolist() == expected


@pytest.mark.parametrize(("count", "safe"), [(4, False), (5, True)])
def test_fewest_owners(count: int, safe: bool) -> None:
    assert _judged([100] * count, Policy())[0] is safe
    assert _judged([100] * count + [0] * 3, Policy())[0] is safe


@pytest.mark.parametrize(("largest", "safe"), [(400, True), (401, False)])
def test_largest_share(largest: int, safe: bool) -> None:
    rest = [100] * 5 + [1000 - largest - 500]
    assert _judged([largest, *rest], Policy(p=1.0))[0] is safe


@pytest.mark.parametrize(("platforms", "safe"), [(1, False), (2, True), (ANY, True)])
def test_fewest_platforms(platforms: int, safe: bool) -> None:
    assert _judged([100] * 6, Policy(), platforms)[0] is safe


def test_negative_contributions_count_by_their_size() -> None:
    """They cancel in the total, where they would make one look like nearly all of it."""
    assert _judged([100, -90, 95, -95, 100, -100, 90], Policy())[0] is True
    assert _judged([500, -10, 5, -5, 10, -10, 9], Policy())[0] is False


def test_nothing_is_a_figure_too() -> None:
    owners = tuple(f"o{number}" for number in range(6))
    parts = {"kept_fen": np.full((1, 6), 100), "refund_fen": np.zeros((1, 6), dtype=np.int64)}
    assert not judge(parts, owners, np.array([ANY]), Policy()).safe[0]
    silent = Policy(nothing_is_a_figure=False)
    assert judge(parts, owners, np.array([ANY]), silent).safe[0]


def test_who_consents_is_not_protected_and_protects_nobody() -> None:
    dominated = [700, 60, 60, 60, 60, 60]
    assert _judged(dominated, Policy())[0] is False
    assert _judged(dominated, Policy(waivers=frozenset({"o0"})))[0] is True
    # of those who did not consent, one is nearly all that is not known
    hidden_behind = [700, 100, 5, 4, 3, 3]
    assert _judged(hidden_behind, Policy(waivers=frozenset({"o0"})))[0] is False
    assert _judged([700], Policy(waivers=frozenset({"o0"})))[0] is True


def test_the_digest_of_a_policy_needs_the_key() -> None:
    one, other = Policy(), Policy(p=10.0)
    assert one.digest(b"a") == Policy().digest(b"a") != other.digest(b"a")
    assert one.digest(b"a") != one.digest(b"b")
    for secret in ("15", "0.4", "coalition"):
        assert secret not in repr(one)


@pytest.mark.parametrize("dominated", ["kept_fen", "refund_fen"])
def test_a_cell_that_one_dominates_in_one_measure_is_shown_in_none(dominated: str) -> None:
    even, one = [100] * 9, [100] * 8 + [900]
    parts = {
        name: np.array([one if name == dominated else even], dtype=np.int64)
        for name in ("kept_fen", "refund_fen")
    }
    owners = tuple(f"o{number}" for number in range(9))
    assert not judge(parts, owners, np.array([ANY]), Policy()).safe[0]
    parts[dominated] = np.array([even], dtype=np.int64)
    assert judge(parts, owners, np.array([ANY]), Policy()).safe[0]


@pytest.mark.parametrize(("merchants_of_one", "safe"), [(1, True), (2, True), (3, False)])
def test_several_merchants_of_one_owner_are_one(merchants_of_one: int, safe: bool) -> None:
    """Of seven merchants, so that five owners are left, or four."""
    owners = ["boss" if number < merchants_of_one else f"o{number}" for number in range(7 - (not safe))]
    rows = pl.DataFrame(
        {
            "owner_id": owners,
            "merchant_id": [f"m{number}" for number in range(len(owners))],
            "platform_code": ["douyin", "taobao"] * (len(owners) // 2) + ["douyin"] * (len(owners) % 2),
            "kept_fen": [100] * len(owners),
        }
    )
    cube = Cube("one", "一", "one", (Dimension("platform_code"),))
    lattice = build_lattice(rows, [cube], ["kept_fen"])
    policy = Policy(p=1.0, largest_share=0.9, coalition=1)
    at = [lattice.place[()]]
    parts = {name: values[at] for name, values in lattice.parts.items()}
    assert bool(judge(parts, lattice.owners, lattice.platforms[at], policy).safe[0]) is safe
