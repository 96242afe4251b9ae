"""Attacks on a release, by an attacker who shares no code with it (``district_cases.Attacker``).

Families: small cells, dominance seen by the second largest, subtraction over totals, differencing of two
cuts, linked tables, joiners and leavers over time; each also by two members who pool their own figures.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import polars as pl
import pytest
from district_cases import CUBES, MEASURES, MONTH, Attacker, cell_of, contributions_to, panel
from hypothesis import given, settings
from hypothesis import strategies as st

from district.audit import Audit
from district.cubes import Key
from district.lattice import build_lattice
from district.policy import Policy
from district.release import MonthRelease, RefusedReleaseError, correct_month, release_month

P = 0.15
POLICY = Policy(p=15.0, minimum_owners=5, largest_share=0.4, coalition=2)
#: Seed, owners, skew of their sizes, whether thin values are merged first or cells are only suppressed.
PANELS = [(3, 16, 0.5, True), (4, 24, 0.6, True), (3, 30, 0.8, False), (2, 16, 0.5, False)]


def released(rows: pl.DataFrame, merges: bool = True) -> MonthRelease:
    cubes = [
        replace(
            cube, dimensions=tuple(replace(item, merges=item.merges and merges) for item in cube.dimensions)
        )
        for cube in CUBES
    ]
    return release_month(rows, MONTH, cubes, MEASURES, POLICY)


@pytest.fixture(scope="module", params=PANELS, ids=str)
def case(request: pytest.FixtureRequest) -> tuple[pl.DataFrame, MonthRelease]:
    seed, owners, skew, merges = request.param
    rows = panel(seed, owners, skew=skew)
    return rows, released(rows, merges)


def is_close(by_owner: dict[str, int]) -> bool:
    """Whether two of the owners, who know this sum, come nearer to a third than p allows."""
    values = sorted(by_owner.values(), reverse=True)
    return sum(values[3:]) < P * values[0] if values else False


def test_something_is_published_and_something_is_withheld(case: tuple[pl.DataFrame, MonthRelease]) -> None:
    rows, release = case
    assert len(release.figures) > 12
    assert hidden_cells(rows, release)


def test_small_cells_and_dominated_ones_are_not_there(case: tuple[pl.DataFrame, MonthRelease]) -> None:
    rows, release = case
    for key, figures in release.figures.items():
        for measure in MEASURES:
            by_owner = contributions_to(rows, key, measure)
            assert figures[measure] == sum(by_owner.values())
            assert len(by_owner) >= 5
            assert max(by_owner.values()) <= 0.4 * figures[measure]
            assert not is_close(by_owner)


def test_no_total_less_its_published_parts_is_near_anybody(case: tuple[pl.DataFrame, MonthRelease]) -> None:
    """Subtraction over totals, and of one cut from another: A − B and A − B − C."""
    rows, release = case
    atoms = rows.unique(["category_code", "price_band_code", "colour_code"]).sort(rows.columns).to_dicts()
    inside = {
        key: frozenset(at for at, atom in enumerate(atoms) if cell_of(dict(key), atom))
        for key in release.figures
    }
    for measure in MEASURES:
        parts = {key: contributions_to(rows, key, measure) for key in release.figures}
        for above in inside:
            below = [key for key in inside if inside[key] < inside[above]]
            pairs = [two for two in combinations(below, 2) if not inside[two[0]] & inside[two[1]]]
            for taken in [*((key,) for key in below), *pairs]:
                left = {
                    owner: value - sum(parts[key].get(owner, 0) for key in taken)
                    for owner, value in parts[above].items()
                }
                assert not is_close({owner: value for owner, value in left.items() if value}), (above, taken)


def test_no_two_members_learn_a_third_from_linked_tables(case: tuple[pl.DataFrame, MonthRelease]) -> None:
    """Of each hidden cell its two largest but one, who know most of it, and the two largest of all."""
    rows, release = case
    owners = sorted(rows["owner_id"].unique())
    for measure in MEASURES:
        check(rows, release, measure, hidden_cells(rows, release), (owners[0], owners[1]))


def hidden_cells(rows: pl.DataFrame, release: MonthRelease) -> list[Key]:
    return [key for key in build_lattice(rows, CUBES, MEASURES).keys if key not in release.figures]


def check(
    rows: pl.DataFrame, release: MonthRelease, measure: str, cells: list[Key], also: tuple[str, ...] = ()
) -> None:
    """The most that others than two members can have sold leaves each of them p% of room."""
    attackers: dict[tuple[str, ...], Attacker] = {}
    for key in cells:
        by_owner = contributions_to(rows, key, measure)
        ranked = sorted(by_owner, key=lambda owner: -by_owner[owner])
        for pair in {tuple(sorted(ranked[1:3])), tuple(sorted(ranked[:2])), tuple(also)}:
            others = [value for owner, value in by_owner.items() if owner not in pair]
            if others:
                attacker = attackers.setdefault(pair, Attacker(rows, release, measure, pair))
                assert attacker.highest(key) >= (1 + P) * max(others) * (1 - 1e-6), (key, pair)


def test_the_attacker_is_able_to_attack() -> None:
    """Suppressing the unsafe cells alone is not enough, and it finds that out: the tests above can fail."""
    rows = panel(2, 14, skew=1.2)
    lattice = build_lattice(rows, CUBES, MEASURES)
    close = [key for key in lattice.keys if is_close(contributions_to(rows, key, "kept_fen"))]
    shown = {
        key: {name: int(lattice.totals[name][at]) for name in MEASURES}
        for at, key in enumerate(lattice.keys)
        if key not in close
    }
    release = MonthRelease(MONTH, CUBES, MEASURES, shown, len(close), (), Audit((), 0, 0))
    with pytest.raises(AssertionError, match="highest"):
        check(rows, release, "kept_fen", close)


@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 10_000), owners=st.integers(10, 24), merges=st.booleans())
def test_no_pair_learns_a_third_on_random_panels(seed: int, owners: int, merges: bool) -> None:
    rows = panel(seed, owners, skew=0.5)
    release = released(rows, merges)
    check(rows, release, MEASURES[seed % 2], hidden_cells(rows, release)[::2])


# --- over time ---------------------------------------------------------------------------------------------


def test_taking_out_any_single_member_is_refused() -> None:
    """Two releases of a month that differ by one member are that member's figures."""
    rows = panel(4, 14, skew=0.4)
    release = released(rows)
    for owner in sorted(rows["owner_id"].unique()):
        with pytest.raises(RefusedReleaseError, match="AUDIT_REFUSED"):
            correct_month([rows], rows.filter(pl.col("owner_id") != owner), release, POLICY)


def test_without_any_single_member_a_release_is_as_safe() -> None:
    rows = panel(3, 8, skew=0.3)
    for owner in sorted(rows["owner_id"].unique()):
        rest = rows.filter(pl.col("owner_id") != owner)
        release = released(rest)
        check(rest, release, "kept_fen", hidden_cells(rest, release)[::8])


def scaled(rows: pl.DataFrame, owners: list[str], by: float) -> pl.DataFrame:
    is_corrected = pl.col("owner_id").is_in(owners)
    return rows.with_columns(
        [
            pl.when(is_corrected)
            .then((pl.col(name) * by).round().cast(pl.Int64))
            .otherwise(pl.col(name))
            .alias(name)
            for name in MEASURES
        ]
    )


def test_a_correction_of_few_is_refused_and_one_of_all_is_published() -> None:
    rows = panel(6, 24, skew=0.2)
    release = released(rows)
    everybody = sorted(rows["owner_id"].unique())
    with pytest.raises(RefusedReleaseError, match=r"rules=.*UNSAFE"):
        correct_month([rows], scaled(rows, everybody[:4], 0.9), release, POLICY)
    now = scaled(rows, everybody, 0.9)
    corrected = correct_month([rows], now, release, POLICY)
    assert set(corrected.figures) == set(release.figures)
    for key, figures in corrected.figures.items():
        before, after = contributions_to(rows, key, "kept_fen"), contributions_to(now, key, "kept_fen")
        assert figures["kept_fen"] == sum(after.values())
        changes = {owner: abs(after[owner] - before[owner]) for owner in before}
        assert sum(value > 0 for value in changes.values()) >= 5
        assert not is_close(changes)


def test_a_correction_is_held_against_every_earlier_release() -> None:
    """Each step passes by itself; first and third together differ by one owner."""
    rows = panel(6, 24, skew=0.2)
    release = released(rows)
    everybody = sorted(rows["owner_id"].unique())
    second = scaled(rows, everybody, 0.9)
    corrected = correct_month([rows], second, release, POLICY)
    third = scaled(rows, everybody[:1], 1.02)
    assert correct_month([second], third, corrected, POLICY).figures
    with pytest.raises(RefusedReleaseError, match="AUDIT_REFUSED"):
        correct_month([rows, second], third, corrected, POLICY)


def test_a_correction_that_changes_nothing_public_is_refused() -> None:
    rows = panel(6, 24, skew=0.2)
    release = released(rows)
    again = rows.sample(fraction=1.0, shuffle=True, seed=1)
    with pytest.raises(RefusedReleaseError, match="NOTHING_CHANGED"):
        correct_month([rows], again, release, POLICY)


def test_a_correction_that_makes_a_published_cell_unsafe_is_refused() -> None:
    rows = panel(6, 24, skew=0.2)
    release = released(rows)
    grown = scaled(scaled(rows, sorted(rows["owner_id"].unique()), 0.9), ["o03"], 40.0)
    with pytest.raises(RefusedReleaseError, match="UNSAFE_CELL"):
        correct_month([rows], grown, release, POLICY)


# --- two releases of a month, subtracted -----------------------------------------------------------------


def joined(rows: pl.DataFrame, count: int, size: float) -> pl.DataFrame:
    """``rows`` and ``count`` more owners, each selling what somebody sells, times ``size``."""
    models = sorted(rows["owner_id"].unique())[:count]
    fresh = scaled(rows.filter(pl.col("owner_id").is_in(models)), models, size)
    named = ("new-" + pl.col("owner_id")).alias("owner_id")
    return pl.concat([rows, fresh.with_columns(named).with_columns(merchant_id=pl.col("owner_id"))])


def between(now: MonthRelease, before: MonthRelease) -> MonthRelease:
    """What both releases of a month tell when one is taken from the other."""
    told = {
        key: {name: value - before.figures[key][name] for name, value in figures.items()}
        for key, figures in now.figures.items()
    }
    moved = {key: figures for key, figures in told.items() if any(figures.values())}
    return replace(now, figures=moved)


@pytest.mark.parametrize("size", [0.01, 1.0])
def test_a_joiner_between_two_releases_is_refused_alone_and_among_small_corrections(size: float) -> None:
    """Among small corrections of everybody the difference is still the joiner's figure, nearly."""
    rows = panel(6, 24, skew=0.2)
    release = released(rows)
    alone = joined(rows, 1, size)
    everybody = sorted(rows["owner_id"].unique())
    among = pl.concat(
        [scaled(rows, everybody, 1 + size / 1000), alone.filter(~pl.col("owner_id").is_in(everybody))]
    )
    for now in (alone, among):
        with pytest.raises(RefusedReleaseError, match="AUDIT_REFUSED"):
            correct_month([rows], now, release, POLICY)


def test_of_many_joiners_between_two_releases_no_pair_learns_a_third() -> None:
    """The attacker subtracts the releases, and knows that nobody but joiners changed."""
    rows = panel(6, 24, skew=0.2)
    release = released(rows)
    now = joined(rows, 24, 1.0)
    corrected = correct_month([rows], now, release, POLICY)
    told = between(corrected, release)
    fresh = now.filter(pl.col("owner_id").str.starts_with("new-"))
    assert len(told.figures) > 12
    for key, figures in told.figures.items():
        by_owner = contributions_to(fresh, key, "kept_fen")
        assert figures["kept_fen"] == sum(by_owner.values())
        assert len(by_owner) >= 5 and not is_close(by_owner)
    hidden = [key for key in build_lattice(fresh, CUBES, MEASURES).keys if key not in told.figures]
    for measure in MEASURES:
        check(fresh, told, measure, hidden)


def test_after_three_corrections_a_month_stays_as_it_is() -> None:
    rows = panel(6, 24, skew=0.2)
    everybody = sorted(rows["owner_id"].unique())
    earlier, last = [rows], released(rows)
    for by in (0.9, 0.8, 0.7):
        now = scaled(rows, everybody, by)
        last = correct_month(earlier, now, last, POLICY)
        earlier.append(now)
    with pytest.raises(RefusedReleaseError, match="MONTH_FROZEN"):
        correct_month(earlier, scaled(rows, everybody, 0.6), last, POLICY)
