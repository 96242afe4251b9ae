"""Which entries of a list are new or gone since a snapshot, whoever entered them whenever."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from warehouse.changes import Since
from warehouse.lake import Lake
from warehouse.ops import CURRENCY_RATE


def rates(*told: tuple[int, str, int], by: str = "a", day: int = 1) -> pl.DataFrame:
    """(day of March, currency, rate) as entered by somebody on a day."""
    said = {"received_by_name": by, "changed_at": dt.datetime(2026, 3, day, tzinfo=dt.UTC)}
    cells = [
        {"rate_date": dt.date(2026, 3, number), "currency_code": code, "cny_e8_number": rate} | said
        for number, code, rate in told
    ]
    return CURRENCY_RATE.shape(pl.DataFrame(cells, schema_overrides=CURRENCY_RATE.dtypes))


def differing(lake: Lake, snapshot: int | None) -> tuple[list[tuple[object, ...]], ...]:
    sides = Since(lake, snapshot).rows(CURRENCY_RATE)
    return tuple(side.select("currency_code", "cny_e8_number").sort(pl.all()).rows() for side in sides)


@pytest.mark.parametrize(
    ("after", "gone", "come"),
    [
        (rates((1, "THB", 21), (2, "THB", 22), by="b", day=9), [], []),
        (rates((1, "THB", 21), (2, "THB", 25)), [("THB", 22)], [("THB", 25)]),
        (rates((1, "THB", 21)), [("THB", 22)], []),
        (rates((1, "THB", 21), (2, "THB", 22), (3, "USD", 7)), [], [("USD", 7)]),
    ],
)
def test_what_says_the_same_says_nothing_new_and_what_changed_is_both_words(
    lake: Lake, after: pl.DataFrame, gone: list[tuple[str, int]], come: list[tuple[str, int]]
) -> None:
    before = rates((1, "THB", 21), (2, "THB", 22))
    lake.append(CURRENCY_RATE, before)
    then = lake.snapshot()
    assert differing(lake, then) == ([], [])
    lake.replace(CURRENCY_RATE, before.select(CURRENCY_RATE.key), after)
    assert differing(lake, then) == (gone, come)
    assert differing(lake, None)[0] == [], "before any snapshot all has come"
    assert len(differing(lake, None)[1]) == after.height
