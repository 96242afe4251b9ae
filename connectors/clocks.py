"""The one parser for time: wall clocks in the ways platforms write them, dates, and counts since 1970 → instants on the house's clock."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import polars as pl

from connectors.spelling import trim_typed
from contracts.fields import TIME_ZONE

_FIRST, _LAST = dt.datetime(2003, 1, 1), dt.datetime(2099, 12, 31, 23, 59, 59, 999999)  # noqa: DTZ001 - on the wall
_AHEAD = dt.timedelta(hours=8)
#: As nearly every export writes an instant.
USUAL = "%Y-%m-%d %H:%M:%S"
_TIME_FORMATS = (USUAL, "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M:%S%.f")
_DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d")


def on_the_clock(wall: pl.Expr) -> pl.Expr:
    """Wall-clock times → instants; null outside 2003-2099, all through which China has kept UTC+8."""
    instant = (wall - _AHEAD).dt.replace_time_zone("UTC").dt.convert_time_zone(TIME_ZONE)
    return pl.when(wall.is_between(_FIRST, _LAST)).then(instant)


def _read_wall_clock(raw: pl.Series, formats: tuple[str, ...], dates: tuple[str, ...] = ()) -> tuple[pl.Series, pl.Series]:
    """Instants by the first format that fits each cell, a date's being its midnight, and which cells say something else."""
    cell = pl.col("cell").str
    told = [cell.to_datetime(form, time_unit="us", strict=False) for form in formats]
    told += [cell.to_date(form, strict=False).cast(pl.Datetime("us")) for form in dates]
    text = trim_typed(raw)
    value = text.to_frame("cell").select(wall=pl.coalesce(told)).select(on_the_clock(pl.col("wall"))).to_series()
    return value, text.is_not_null() & value.is_null()


def read_time(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Beijing wall-clock text → instant; a date alone is its midnight; years outside 2003-2099 are bad."""
    return _read_wall_clock(raw, _TIME_FORMATS, _DATE_FORMATS)


def read_time_dmy(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Day before month (``03/08/2026 14:05:09`` is 3 August), as regions outside the US write it. The layout, never the cell, decides."""
    return _read_wall_clock(raw, ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y %I:%M:%S %p"))


def read_time_mdy(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Month before day (``03/08/2026 02:05:09 PM`` is 8 March), as the US writes it."""
    return _read_wall_clock(raw, ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M"))


def read_date(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """``2026-03-09``, ``2026/3/9``, ``20260309`` → date."""
    value, bad = _read_wall_clock(raw, (), _DATE_FORMATS)
    return value.dt.date(), bad


def instants_since_1970(count: pl.Series, bad: pl.Series, unit: Literal["s", "ms"]) -> tuple[pl.Series, pl.Series]:
    """Counts since 1970 → instants; 0 means "has not happened"."""
    count = count.set(count == 0, None)
    value = pl.from_epoch(count, time_unit=unit).cast(pl.Datetime("us")).dt.replace_time_zone("UTC").dt.convert_time_zone(TIME_ZONE)
    odd = ~value.dt.year().is_between(2003, 2099).fill_null(True)
    return value.set(odd, None), bad | odd
