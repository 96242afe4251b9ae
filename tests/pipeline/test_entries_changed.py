"""Which entries of a list are new or gone since a build was judged."""

from __future__ import annotations

import datetime as dt
from typing import cast

import polars as pl

from contracts.tables import Table
from pipeline.entries.changes import entries_changed
from warehouse.lake import Lake
from warehouse.ops import CURRENCY_RATE


class Held:
    """A lake that holds these rows of a list."""

    def __init__(self, *rates: tuple[int, str, int], by: str = "a", day: int = 1) -> None:
        at = dt.datetime(2026, 3, day, tzinfo=dt.UTC)
        cells = [
            {
                **dict.fromkeys(CURRENCY_RATE.columns),
                "rate_date": dt.date(2026, 3, number),
                "currency_code": code,
                "cny_e8_number": rate,
                "received_by_name": by,
                "changed_at": at,
            }
            for number, code, rate in rates
        ]
        self.rows = pl.DataFrame(cells, schema=CURRENCY_RATE.dtypes)

    def read(self, table: Table, *, columns: list[str]) -> pl.DataFrame:
        assert table is CURRENCY_RATE
        return self.rows.select(columns)


def changed(before: Held | None, after: Held) -> list[tuple[object, ...]]:
    found = entries_changed(cast("Lake | None", before), cast("Lake", after), CURRENCY_RATE)
    return found.select("currency_code", "cny_e8_number").sort(pl.all()).rows()


def test_what_says_the_same_says_nothing_new_whoever_says_it_when() -> None:
    rates = ((1, "THB", 21), (2, "THB", 22))
    assert changed(Held(*rates), Held(*rates, by="b", day=9)) == []
    assert changed(None, Held(*rates)) == [("THB", 21), ("THB", 22)], "before any build all are new"


def test_an_entry_that_came_one_that_went_and_both_words_of_one_that_changed() -> None:
    before, after = Held((1, "THB", 21), (2, "THB", 22), (3, "USD", 7)), Held((1, "THB", 21), (2, "THB", 25))
    assert changed(before, after) == [("THB", 22), ("THB", 25), ("USD", 7)]
    assert changed(after, before) == changed(before, after)
