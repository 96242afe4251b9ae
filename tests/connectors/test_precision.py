"""Ids a spreadsheet has rounded: how many prove that a column is ruined, on either side of every bound."""

from __future__ import annotations

import random
from collections.abc import Callable

import polars as pl
import pytest

from connectors.files import precision
from contracts.errors import FileRefusedError


def rule_of(call: Callable[[], object]) -> str:
    """The rule a call is refused by, "" where it is not."""
    try:
        call()
    except FileRefusedError as error:
        return error.rule
    return ""


def ids(rng: random.Random, count: int, digits: int, *, end: str = "") -> list[str]:
    """So many ids that no float holds, or that end as told."""
    found: list[str] = []
    while len(found) < count:
        number = str(rng.randint(10 ** (digits - 1), 10**digits - 1))
        number = number[: len(number) - len(end)] + end
        if end or (str(int(float(number))) != number and not number.endswith("000")):
            found.append(number)
    return found


def held(rng: random.Random, count: int, digits: int = 19) -> list[str]:
    """Ids a float holds, which do not end in zeros."""
    found: list[str] = []
    while len(found) < count:
        number = str(int(float(rng.randint(10 ** (digits - 1), 10**digits - 1))))
        found += [] if number.endswith("000") or len(number) != digits else [number]
    return found


@pytest.mark.parametrize(
    ("cut", "whole", "digits", "rule"),
    [
        (1, 0, 19, ""),
        (2, 2, 19, "ID_PRECISION_LOST"),
        (2, 3, 19, ""),
        (2, 0, 18, "ID_PRECISION_LOST"),
        (2, 0, 17, ""),
        (2, 0, 38, "ID_PRECISION_LOST"),
        (2, 0, 39, ""),
    ],
)
def test_ids_cut_to_zeros_refuse_a_column_they_are_half_of(
    cut: int, whole: int, digits: int, rule: str
) -> None:
    rng = random.Random(cut * 100 + whole * 10 + digits)
    cells = ids(rng, cut, digits, end="000") + ids(rng, whole, digits)
    assert rule_of(lambda: precision.check_precision(pl.DataFrame({"单号": cells}))) == rule
    assert (
        rule_of(
            lambda: precision.check_precision(
                pl.DataFrame({"单号": [cell for cell in cells for _ in range(500)]})
            )
        )
        == rule
    ), "an id told often is one witness"


@pytest.mark.parametrize(
    ("exact", "whole", "rule"),
    [
        (2, 0, ""),
        (3, 0, "ID_PRECISION_LOST"),
        (4, 1, "ID_PRECISION_LOST"),
        (7, 2, ""),
        (8, 2, "ID_PRECISION_LOST"),
    ],
)
def test_ids_a_float_holds_refuse_a_file_they_are_four_fifths_of(exact: int, whole: int, rule: str) -> None:
    """Of 19 digits one in a hundred is so by chance: three are none."""
    rng = random.Random(exact)
    assert (
        rule_of(
            lambda: precision.check_precision(pl.DataFrame({"单号": held(rng, exact) + ids(rng, whole, 19)}))
        )
        == rule
    )


@pytest.mark.parametrize(("exact", "rule"), [(4, ""), (5, "ID_PRECISION_LOST")])
def test_of_eighteen_digits_five_in_one_column_are_looked_at(exact: int, rule: str) -> None:
    assert (
        rule_of(
            lambda: precision.check_precision(pl.DataFrame({"单号": held(random.Random(exact), exact, 18)}))
        )
        == rule
    )


@pytest.mark.parametrize(
    ("lost", "kept", "rule"),
    [
        ([True], ["1"], ""),
        ([True, True, False], ["1", "2", None], "ID_PRECISION_LOST"),
        ([True, True, False], ["1", "2", "3"], ""),
    ],
)
def test_a_column_of_powers_of_ten_is_refused_where_all_of_it_is_and_more_than_one(
    lost: list[bool], kept: list[str | None], rule: str
) -> None:
    assert rule_of(lambda: precision.check_lost(pl.Series(lost), pl.Series(kept), "单号")) == rule


def test_a_row_is_ruined_by_two_ids_of_zeros_or_one_that_is_long() -> None:
    long, short, whole = "6931570482213340000", "693157048221334000", "6931570482213347101"
    rows = [
        (long, None),
        (short, None),
        (short, "693157048221335000"),
        (short, short),
        (long, whole),
        ("6931570482213341000", None),
        ("693157048221334", None),
    ]
    frame = pl.DataFrame(rows, schema={"a": pl.String, "b": pl.String}, orient="row")
    assert precision.ruined_rows(frame).to_list() == [True, False, True, False, False, False, False]
