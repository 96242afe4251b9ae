"""Moments at the bounds of what the parser takes for one: years, a spreadsheet's days, halves of a day."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from connectors.files import clocks


def told(*cells: str) -> pl.Series:
    return pl.Series(cells, dtype=pl.String)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("14-01-02", None),
        ("15-01-02", 2015),
        ("39/1/2", 2039),
        ("40/1/2", None),
        ("2003-01-01", 2003),
        ("2002-12-31", None),
        ("2099-12-31", 2099),
        ("2100-01-01", None),
    ],
)
def test_years(text: str, year: int | None) -> None:
    value, bad = clocks.read_time(told(text))
    assert (value[0].year if value[0] else None, bad[0]) == (year, year is None)


@pytest.mark.parametrize(
    ("serial", "moment"),
    [
        ("42004", None),
        ("42005", "2015-01-01 00:00:00"),
        ("51135", "2039-12-31 00:00:00"),
        ("51135.5", None),
        ("46298.586806", "2026-10-03 14:05:00"),
        ("46298.5868", "2026-10-03 14:05:00"),
        ("4629", None),
        ("462985", None),
        ("46298.", None),
    ],
)
def test_days_a_spreadsheet_counts(serial: str, moment: str | None) -> None:
    value, bad = clocks.read_time_serial(told(serial))
    assert (value[0].strftime("%Y-%m-%d %H:%M:%S") if value[0] else None, bad[0]) == (moment, moment is None)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("凌晨 12:05", 0),
        ("凌晨 2:05", 2),
        ("早上 8:05", 8),
        ("上午 12:05", 0),
        ("上午 13:05", None),
        ("中午 11:05", 11),
        ("中午 12:05", 12),
        ("中午 1:05", 13),
        ("中午 2:05", None),
        ("中午 10:05", None),
        ("下午 12:05", 12),
        ("下午 1:05", 13),
        ("下午 11:05", 23),
        ("下午 14:05", 14),
        ("晚上 12:05", None),
        ("晚上 11:05", 23),
        ("晚上 8:05", 20),
        ("12:05 AM", 0),
        ("12:05 pm", 12),
        ("1:05 PM", 13),
        ("13:05", 13),
        ("0:05", 0),
        ("24:05", None),
    ],
)
def test_hours_of_half_a_day(text: str, hour: int | None) -> None:
    value, bad = clocks.read_time(told(f"2026年10月3日 {text}"))
    assert (value[0].hour if value[0] else None, bad[0]) == (hour, hour is None)


def test_counts_since_1970_are_of_this_century() -> None:
    first, last = (
        int(dt.datetime(*day, tzinfo=dt.timezone(dt.timedelta(hours=8))).timestamp())
        for day in ((2003, 1, 1), (2099, 12, 31, 23, 59, 59))
    )
    counts = pl.Series([0, first - 1, first, last, last + 1])
    for unit, factor in (("s", 1), ("ms", 1000)):
        value, bad = clocks.instants_since_1970(counts * factor, pl.repeat(False, 5, eager=True), unit)  # type: ignore[arg-type]
        assert (value.is_null().to_list(), bad.to_list()) == (
            [True, True, False, False, True],
            [False, True, False, False, True],
        )


@pytest.mark.parametrize(
    ("text", "beijing"),
    [
        ("2026-11-03T20:00:00Z", "2026-11-04 04:00:00"),
        ("2026-11-03T20:00:00.000Z", "2026-11-04 04:00:00"),
        ("2026-11-16 09:12:00 -0500", "2026-11-16 22:12:00"),
        ("2026-11-16 22:30:00 -0330", "2026-11-17 10:00:00"),
        ("2026-11-03T20:00:00+08:00", "2026-11-03 20:00:00"),
        ("2026/11/3 20:00 UTC+5:30", "2026-11-03 22:30:00"),
        ("2026-11-03 20:00:00 GMT", "2026-11-04 04:00:00"),
        ("2026-11-03", "2026-11-03 00:00:00"),
        ("2026-11-03 20:00:00 +15:00", None),
        ("2026-11-03 20:00:00 EST", None),
    ],
)
def test_a_moment_that_says_its_distance_from_greenwich(text: str, beijing: str | None) -> None:
    value, bad = clocks.read_time(told(text))
    assert (value[0] and clocks.stamp(value[0]), bad[0]) == (beijing, beijing is None)
