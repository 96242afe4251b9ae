"""The suppressor and the auditor on tables small enough to be looked at, and on random ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from district_cases import CUBES, MEASURES, panel
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csc_array

from district import audit as auditing
from district.audit import audit
from district.cubes import Cube, Dimension, is_decomposable
from district.declared import CUBES as DECLARED
from district.lattice import Lattice, build_lattice
from district.merging import merge_cube
from district.policy import Policy
from district.suppress import Pattern, suppress

ROW, COLUMN = Dimension("row_code", merges=False), Dimension("column_code", merges=False)
SQUARE = (Cube("square", "方", "square", (ROW, COLUMN)),)


def square(cells: dict[tuple[str, str], list[int]]) -> pl.DataFrame:
    """Contributions of owners o0, o1, … to the cells of a table of two cuts."""
    rows = [
        (f"o{owner}", f"p{owner % 2}", row, column, value, value)
        for (row, column), values in cells.items()
        for owner, value in enumerate(values)
        if value
    ]
    names = ["owner_id", "platform_code", "row_code", "column_code", *MEASURES]
    return pl.DataFrame(rows, schema=names, orient="row")


def solved(
    rows: pl.DataFrame, cubes: tuple[Cube, ...], policy: Policy
) -> tuple[Pattern, dict[object, dict[str, int]]]:
    """The pattern, and what is published by it."""
    pattern = suppress(build_lattice(rows, cubes, MEASURES), cubes, policy)
    return pattern, figures_of(pattern.lattice, ~pattern.withheld)


def figures_of(lattice: Lattice, shown: np.ndarray) -> dict[object, dict[str, int]]:
    return {
        lattice.keys[at]: {name: int(lattice.totals[name][at]) for name in MEASURES}
        for at in np.flatnonzero(shown)
    }


def hidden_of(pattern: Pattern) -> set[str]:
    return {
        "".join(node for _, node in sorted(pattern.lattice.keys[at], reverse=True))
        for at in np.flatnonzero(pattern.withheld)
    }


MANY = [100, 90, 80, 70, 60, 50, 40]


def test_one_unsafe_cell_takes_a_rectangle_with_it() -> None:
    cells = {(row, column): MANY for row in "abc" for column in "xyz"} | {("a", "x"): [50, 40, 0, 0]}
    pattern, figures = solved(square(cells), SQUARE, Policy())
    hidden = hidden_of(pattern)
    assert "ax" in hidden and len(hidden) == 4
    rows, columns = {name[0] for name in hidden}, {name[1] for name in hidden}
    assert len(rows) == len(columns) == 2
    assert audit(square(cells), SQUARE, MEASURES, figures, Policy()).passed


def test_two_singletons_in_a_row_do_not_protect_each_other() -> None:
    """Each of the two knows its own cell, and so the other's; the interval looks wide from outside only."""
    cells = {(row, column): MANY for row in "abc" for column in "xyz"}
    cells |= {("a", "x"): [0, 0, 0, 70], ("a", "y"): [0, 0, 0, 0, 75]}
    rows = square(cells)
    pattern, _ = solved(rows, SQUARE, Policy())
    assert {"ax", "ay", "az"} <= hidden_of(pattern) or "a" in hidden_of(pattern)
    lattice = pattern.lattice
    naive = np.ones(len(lattice.keys), dtype=bool)
    for row in "ab":
        for column in "xy":
            naive[lattice.place[(("column_code", column), ("row_code", row))]] = False
    found = audit(rows, SQUARE, MEASURES, figures_of(lattice, naive), Policy())
    assert {finding.rule for finding in found.findings} >= {"UNSAFE_SUM"}


def test_one_owners_two_cells_are_not_each_others_cover() -> None:
    """Each could be anything; their sum is known, and is that owner's."""
    cells = {(row, column): MANY for row in "abc" for column in "xyz"}
    cells |= {("a", "x"): [0, 0, 0, 70], ("a", "y"): [0, 0, 0, 75]}
    pattern, figures = solved(square(cells), SQUARE, Policy())
    assert len(hidden_of(pattern) & {"ax", "ay", "az", "a"}) >= 3
    assert audit(square(cells), SQUARE, MEASURES, figures, Policy()).passed


def test_feasible_interval_of_the_golden_vector() -> None:
    """Rows 7 and 3, columns 6 and 4: the first cell lies in [3, 6]. Here it is 5 (5 2 / 1 2)."""
    equations = csc_array(np.array([[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1]], dtype=float))
    truth = np.array([5.0, 2.0, 1.0, 2.0])
    assert 5 - 10 * auditing.reach(equations, truth / 10, 0, -1.0) == pytest.approx(3)
    assert 5 + 10 * auditing.reach(equations, truth / 10, 0, 1.0) == pytest.approx(6)


def test_every_way_a_release_can_be_wrong_is_found() -> None:
    cells = {(row, column): MANY for row in "abc" for column in "xyz"} | {("a", "x"): [50, 40, 0, 0]}
    rows = square(cells)
    pattern, figures = solved(rows, SQUARE, Policy())
    lattice = pattern.lattice
    small = (("column_code", "x"), ("row_code", "a"))

    def rules(shown: dict[object, dict[str, int]]) -> set[str]:
        return {finding.rule for finding in audit(rows, SQUARE, MEASURES, shown, Policy()).findings}

    assert rules(figures) == set()
    assert "UNSAFE_CELL" in rules(figures | {small: {"kept_fen": 90, "refund_fen": 90}})
    assert rules(figures | {(): {"kept_fen": 1, "refund_fen": 1}}) == {"WRONG_FIGURE"}
    for at in np.flatnonzero(pattern.withheld & pattern.judgement.safe):
        more = figures_of(lattice, ~pattern.withheld | (np.arange(len(lattice.keys)) == at))
        assert rules(more) & {"NARROW_INTERVAL", "REVEALING_SUM", "UNSAFE_SUM"}, lattice.keys[at]


@pytest.mark.parametrize(
    ("thin", "narrow"),
    [(None, False), (("a", "y"), True), (("b", "y"), True)],
    ids=["wide", "cannot be more", "cannot be less"],
)
def test_an_interval_is_narrow_on_either_side(thin: tuple[str, str] | None, narrow: bool) -> None:
    """Of four withheld cells the first can be more only if the second is less, and less only if the fourth
    is: where two members are all there is of that one, they know it is not.
    """
    cells = {(row, column): MANY for row in "abc" for column in "xyz"} | {("a", "x"): [50, 40, 0, 0]}
    rows = square(cells | ({thin: [0, 0, 60, 55]} if thin else {}))
    lattice = build_lattice(rows, SQUARE, MEASURES)
    hidden = [(("column_code", column), ("row_code", row)) for row in "ab" for column in "xy"]
    shown = np.array([key not in hidden for key in lattice.keys])
    found = audit(rows, SQUARE, MEASURES, figures_of(lattice, shown), Policy()).findings
    cells_found = {finding.cell for finding in found if finding.rule == "NARROW_INTERVAL"}
    assert (hidden[0] in cells_found) is narrow


def test_a_chain_of_sums_is_followed() -> None:
    """Total less what is published of two levels leaves one owner's cells: no single sum shows it."""
    tree = Dimension("category_code", parents={"a": "ab", "b": "ab", "c": "cd", "d": "cd"}, merges=False)
    cubes = (Cube("tree", "树", "tree", (tree,)),)
    values = {"a": MANY, "b": [0, 0, 0, 70], "c": MANY, "d": [0, 0, 0, 80]}
    rows = pl.DataFrame(
        [
            (f"o{owner}", f"p{owner % 2}", category, value, value)
            for category, each in values.items()
            for owner, value in enumerate(each)
            if value
        ],
        schema=["owner_id", "platform_code", "category_code", *MEASURES],
        orient="row",
    )
    lattice = build_lattice(rows, cubes, MEASURES)
    shown = [(), (("category_code", "a"),), (("category_code", "c"),)]
    figures = {
        key: {name: int(lattice.totals[name][lattice.place[key]]) for name in MEASURES} for key in shown
    }
    found = audit(rows, cubes, MEASURES, figures, Policy())
    assert "REVEALING_SUM" in {finding.rule for finding in found.findings}
    _, safe = solved(rows, cubes, Policy())
    assert audit(rows, cubes, MEASURES, safe, Policy()).passed
    assert safe


def test_a_small_figure_of_a_large_owner_is_protected_as_well() -> None:
    """The giant's only sale of a thin cell is a billionth of its others."""
    large = [value * 10**9 for value in MANY]
    cells = {(row, column): large for row in "abc" for column in "xyz"}
    cells |= {("a", "x"): [10**12, *large[1:]], ("c", "z"): [50, 0, 0, 0], ("c", "y"): MANY, ("b", "z"): MANY}
    rows = square(cells)
    _, figures = solved(rows, SQUARE, Policy())
    assert audit(rows, SQUARE, MEASURES, figures, Policy()).passed
    lattice = build_lattice(rows, SQUARE, MEASURES)
    small = np.array([key not in [(("column_code", "z"), ("row_code", "c"))] for key in lattice.keys])
    dominated = np.array([(("row_code", "a") not in key) for key in lattice.keys])
    found = audit(rows, SQUARE, MEASURES, figures_of(lattice, small & dominated), Policy())
    thin = [
        finding for finding in found.findings if finding.cell == (("column_code", "z"), ("row_code", "c"))
    ]
    assert {finding.rule for finding in thin} >= {"NARROW_INTERVAL"}


def test_negative_values_are_protected_by_their_size() -> None:
    cells = {(row, column): MANY for row in "abc" for column in "xyz"} | {("a", "x"): [-50, 40, 0, 0]}
    pattern, figures = solved(square(cells), SQUARE, Policy())
    assert "ax" in hidden_of(pattern) and len(hidden_of(pattern)) == 4
    assert audit(square(cells), SQUARE, MEASURES, figures, Policy()).passed


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000), owners=st.integers(6, 24), skew=st.sampled_from([0.3, 1.0, 1.6]))
def test_the_auditor_passes_whatever_the_suppressor_makes(seed: int, owners: int, skew: float) -> None:
    rows = panel(seed, owners, skew=skew)
    merged = tuple(merge_cube(rows, cube, MEASURES, Policy()) for cube in CUBES)
    for cubes in (merged, CUBES):
        _, figures = solved(rows, cubes, Policy())
        assert audit(rows, cubes, MEASURES, figures, Policy()).findings == ()


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_auditor_passes_it_with_negative_contributions_too(seed: int) -> None:
    rows = panel(seed, 14, skew=0.6)
    sign = pl.Series(np.random.default_rng(seed).choice([1, 1, 1, -1], size=rows.height))
    mixed = rows.with_columns(kept_fen=pl.col("kept_fen") * sign)
    _, figures = solved(mixed, CUBES, Policy())
    assert audit(mixed, CUBES, MEASURES, figures, Policy()).findings == ()


def test_merchants_without_a_named_owner_are_one_common_owner() -> None:
    rows = square({("a", "x"): MANY, ("b", "x"): MANY})
    unnamed = rows.with_columns(
        owner_id=pl.when(pl.col("owner_id").is_in(["o0", "o1", "o2"])).then(None).otherwise("owner_id")
    )
    lattice = build_lattice(unnamed, SQUARE, MEASURES)
    assert len(lattice.owners) == 5
    assert lattice.parts["kept_fen"][lattice.place[()]].max() == 2 * (100 + 90 + 80)


def test_a_cell_of_two_cubes_is_one_cell_and_adds_up_in_both() -> None:
    rows = panel(3, 10)
    lattice = build_lattice(rows, CUBES, MEASURES)
    assert len(lattice.place) == len(lattice.keys)
    for relation in lattice.relations:
        for name in MEASURES:
            assert (
                lattice.totals[name][relation.parent] == lattice.totals[name][list(relation.children)].sum()
            )
    both = [r for r in lattice.relations if lattice.keys[r.parent] == (("category_code", "a"),)]
    assert {relation.dimension for relation in both} == {"price_band_code", "colour_code"}


def test_thin_values_are_merged_with_neighbours_and_the_margin_still_tells_them_apart() -> None:
    rows = panel(5, 30, skew=0.3)
    thin = rows.filter((pl.col("price_band_code") != "3") | (pl.col("owner_id") < "o03"))
    merged = merge_cube(thin, CUBES[0], MEASURES, Policy())
    shown = {value: merged.dimensions[1].shown(value)[0] for value in "123"}
    assert shown["3"] == shown["2"] == "2+3" and shown["1"] == "1"
    keys = build_lattice(thin, [merged], MEASURES).keys
    assert (("price_band_code", "3"),) in keys
    assert (("category_code", "a"), ("price_band_code", "3")) not in keys
    assert merge_cube(rows, CUBES[0], MEASURES, Policy(), merged) == merged  # stays while it is enough
    assert merge_cube(rows, CUBES[0], MEASURES, Policy()).dimensions[1].hidden == frozenset()


def test_a_group_means_the_same_in_every_cube_when_another_of_its_values_occurs() -> None:
    """A cube merged last month, when its group had two values, beside one merged now, when it has three."""
    group = Dimension("category_code", parents=dict.fromkeys("abc", "abc"))
    prices, colours = (replace(cube, dimensions=(group, cube.dimensions[1])) for cube in CUBES)
    rows = panel(3, 30, skew=0.3)
    last = merge_cube(rows.filter(pl.col("category_code") != "c"), prices, MEASURES, Policy())
    now = [
        merge_cube(rows, prices, MEASURES, Policy(), last), merge_cube(rows, colours, MEASURES, Policy())
    ]  # fmt: skip
    lattice = build_lattice(rows, now, MEASURES)
    kept = lattice.totals["kept_fen"]
    assert all(kept[item.parent] == kept[list(item.children)].sum() for item in lattice.relations)


def test_the_declared_cubes_are_decomposable() -> None:
    assert is_decomposable(DECLARED) and is_decomposable(CUBES)
    one, two, three = (Dimension(name) for name in "abc")
    ring = [Cube("", "", "", pair) for pair in ((one, two), (two, three), (three, one))]
    assert not is_decomposable(ring)
