"""Splitting money: parts add up, follow their weights, and do not depend on the order of the rows."""

from __future__ import annotations

from fractions import Fraction

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.money import split_fen

_TOTAL = st.integers(0, 10**13)
_GROUPS = st.lists(
    st.tuples(_TOTAL, st.lists(st.one_of(st.none(), st.integers(0, 10**12)), min_size=1, max_size=8)),
    min_size=1,
    max_size=4,
)


def _split(groups: list[tuple[int, list[int | None]]], reverse: bool = False) -> dict[tuple[int, str], int]:
    rows = [
        (number, total, f"{place:02d}", weight)
        for number, (total, weights) in enumerate(groups)
        for place, weight in enumerate(weights)
    ]
    frame = pl.DataFrame(
        rows[::-1] if reverse else rows,
        schema={"group": pl.Int64, "total": pl.Int64, "name": pl.String, "weight": pl.Int64},
        orient="row",
    )
    parts = frame.with_columns(part=split_fen(pl.col("total"), pl.col("weight"), ["group"], "name"))
    return {(group, name): part for group, name, part in parts.select("group", "name", "part").iter_rows()}


@settings(deadline=None)
@given(_GROUPS)
def test_parts_add_up_and_stay_within_a_fen_of_their_share(
    groups: list[tuple[int, list[int | None]]],
) -> None:
    parts = _split(groups)
    for number, (total, weights) in enumerate(groups):
        given_weights = [weight or 0 for weight in weights]
        fair = given_weights if sum(given_weights) else [1] * len(weights)
        mine = [parts[number, f"{place:02d}"] for place in range(len(weights))]
        assert sum(mine) == total
        for part, weight in zip(mine, fair, strict=True):
            assert abs(part - Fraction(total * weight, sum(fair))) < 1
            assert part <= weight or total > sum(given_weights)


@settings(deadline=None)
@given(_GROUPS)
def test_order_of_rows_does_not_matter(groups: list[tuple[int, list[int | None]]]) -> None:
    assert _split(groups) == _split(groups, reverse=True)


def test_largest_remainder_takes_the_odd_fen_and_the_first_name_breaks_the_tie() -> None:
    assert list(_split([(100, [1, 1, 1])]).values()) == [34, 33, 33]
    assert list(_split([(100, [1, 5, 1])]).values()) == [14, 72, 14]
    assert list(_split([(7, [0, 0])]).values()) == [4, 3]
    assert list(_split([(100, [None, 1])]).values()) == [0, 100]


def test_nothing_to_split_stays_nothing() -> None:
    frame = pl.DataFrame(
        {
            "group": [1, 1],
            "total": pl.Series([None, None], dtype=pl.Int64),
            "name": ["a", "b"],
            "weight": [1, 2],
        }
    )
    assert frame.select(
        split_fen(pl.col("total"), pl.col("weight"), ["group"], "name")
    ).to_series().to_list() == [None, None]
