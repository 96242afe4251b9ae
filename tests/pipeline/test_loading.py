"""Rows of an export that say nothing of their own: through which row they speak, and when that saves them
from being set aside.
"""

from __future__ import annotations

import polars as pl
import pytest

from connectors.base import TOGETHER
from pipeline.build.loading import ROW, _together


def rows(*numbers: int) -> pl.DataFrame:
    types = dict.fromkeys(ROW[:3], pl.String) | {ROW[3]: pl.Int64}
    return pl.DataFrame([("m", "s", "e", number) for number in numbers], schema=types, orient="row")


def frame(*parts: tuple[int, list[int]]) -> pl.DataFrame:
    """A frame whose rows were each made of several of the file."""
    return rows(*(first for first, _ in parts)).with_columns(
        pl.Series(TOGETHER, [together for _, together in parts], dtype=pl.List(pl.Int64))
    )


@pytest.mark.parametrize(
    ("broken", "spoken"),
    [
        ([], {4: 2, 5: 3}),
        ([3], {4: 2}),  # row 5 speaks through a row that is set aside, and goes with it
        ([2, 3], {}),
    ],
)
def test_a_silent_row_speaks_through_the_first_row_it_went_into(
    broken: list[int], spoken: dict[int, int]
) -> None:
    """Row 4 went into a line of row 2 and into a settlement of row 3; row 6 into nothing."""
    frames = [frame((2, [2, 4])), frame((3, [3, 4, 5])), rows(2, 3)]
    found = _together(frames, rows(4, 5, 6), rows(*broken))
    assert dict(found.select(ROW[3], "_of").iter_rows()) == spoken
