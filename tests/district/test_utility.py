"""What a release is worth on a generated district, and how far it is from the cheapest there is."""

from __future__ import annotations

import pytest

from bench.district.__main__ import CELLS_WANTED, VALUE_WANTED, runs
from bench.district.exact import ratio_to_optimum, small_table
from bench.district.panel import GIANT_CATEGORIES, SMALL_CATEGORY, make_panel, members, owner_of
from district.policy import Policy


def test_a_district_of_200_merchants_is_mostly_published() -> None:
    (run,) = runs(200, 1, ("2026-08",))
    assert run.cell_rate >= CELLS_WANTED == 0.70
    assert run.value_rate >= VALUE_WANTED == 0.85
    assert min(row.shown_value for row in run.release.coverage) > 0.6
    shown = {dict(key).get("category_code") for key in run.release.figures if len(key) == 1}
    assert SMALL_CATEGORY not in shown  # one merchant's alone
    assert not set(GIANT_CATEGORIES) <= shown  # where the giant is more than the rest allows
    assert run.seconds < 60


def test_the_panel_is_as_hard_as_it_should_be() -> None:
    rows = make_panel(200)
    assert 150 < rows["owner_id"].n_unique() < 190  # matrix accounts of one owner
    assert rows["owner_id"].null_count() > 0
    giant = rows.filter(rows["merchant_id"] == "m00000")
    assert set(giant["category_code"]) == set(GIANT_CATEGORIES)
    joined, left = set(members(200, 1)) - set(members(200, 0)), set(members(200, 0)) - set(members(200, 1))
    assert len(joined) == len(left) == 1
    assert owner_of(7) == owner_of(2)


@pytest.mark.parametrize("seed", [0, 4])
def test_small_tables_are_not_far_from_the_optimum(seed: int) -> None:
    ratio = ratio_to_optimum(small_table(seed, side=4), Policy())
    assert ratio is not None
    assert 1 - 1e-9 <= ratio < 2
