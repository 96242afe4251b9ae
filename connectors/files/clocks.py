"""The one parser for time: wall clocks in the ways platforms write them, dates, and counts since 1970 →
instants on the house's clock.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal
from zoneinfo import ZoneInfo

import polars as pl

from connectors.files.spelling import to_ascii, trim_typed
from contracts.fields import TIME_ZONE

_FIRST, _LAST = dt.datetime(2003, 1, 1), dt.datetime(2099, 12, 31, 23, 59, 59, 999999)  # noqa: DTZ001 - on the wall
_BEIJING = ZoneInfo(TIME_ZONE)
_AHEAD = dt.timedelta(hours=8)
#: As nearly every export writes an instant.
USUAL = "%Y-%m-%d %H:%M:%S"
_TIME_FORMATS = (USUAL, "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M:%S%.f")
_DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d")

#: What other systems write where something has not happened: zero in their own count, and words.
NEVER = [
    "0000-00-00 00:00:00", "0000-00-00", "0001-01-01 00:00:00", "1970-01-01 08:00:00", "1970-01-01 00:00:00",
    "1900-01-01 00:00:00",
    "未付款", "未支付", "未发货", "暂无",
]  # fmt: skip
#: A year of two digits is one of these; any other number in its place is none.
_YEARS = (15, 39)
_DATE = {
    "ymd": r"([0-9]{4}|[0-9]{2})[-/.年] ?([0-9]{1,2})[-/.月] ?([0-9]{1,2})[日号]?",
    "dmy": r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}|[0-9]{2})",
    "mdy": r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}|[0-9]{2})",
}
#: Year, month, day and the time run together, as some systems write them.
_RUN_TOGETHER = r"^(20[0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})?$"
_HALF = "(凌晨|早上|上午|中午|下午|晚上|[AaPp][Mm])"
_TIME = (
    rf"(?:[ T]*{_HALF}? ?([0-9]{{1,2}})[:时点]([0-9]{{1,2}})分?(?::?([0-9]{{1,2}})秒?)?(?:\.[0-9]{{1,"
    rf"6}})? ?{_HALF}?)?"
)
#: How far the clock that was read is from Greenwich, behind the time of day: ``Z``, ``+08:00``, `` -0500``.
OFFSET = (
    r"(?i)(:[0-9]{2}(?:\.[0-9]+)?)\s*(?:Z|UTC|GMT|(?:UTC|GMT)?"
    r"([+-](?:0?[0-9]|1[0-4])):?([0-9]{2})?)$"
)
_WEEKDAY = r"[ (]*(?:星期|周)[一二三四五六日天][ )]*"
_BEFORE_NOON, _PAST_NOON = ["凌晨", "早上", "上午", "am"], ["下午", "晚上", "pm"]
#: Zero of a spreadsheet's day count, and the days it may count (2015 to 2039).
_DAY_ZERO, _DAYS = dt.datetime(1899, 12, 30), (42_005, 51_135)  # noqa: DTZ001 - on the wall


def _spelled_out(text: pl.Series, order: str) -> pl.Series:
    """Wall-clock times of every other spelling in this order of day, month and year; null for what is none.

    ``2026年10月3日 14:05``, ``26/10/3``, ``2026-10-03 下午 2:05``, ``10/3/2026``. Twelve at night and noon of
    晚上 and 中午 are told by nobody.
    """
    cells = to_ascii(text).str.replace_all(r"\s+", " ").str.replace(_WEEKDAY, " ").str.strip_chars()
    to_beijing, cells = _to_beijing(cells), cells.str.replace(OFFSET, "$1")
    if order == "ymd":
        cells = cells.str.replace(_RUN_TOGETHER, "$1-$2-$3 $4:$5:$6").str.strip_chars_end(":")
    parts = cells.str.extract_groups(f"^{_DATE[order]}{_TIME}$").struct.unnest()
    parts.columns = [*order, "before", "hour", "minute", "second", "behind"]
    number = {
        name: pl.col(name).cast(pl.Int64, strict=False)
        for name in ("y", "m", "d", "hour", "minute", "second")
    }
    year = (
        pl.when(pl.col("y").str.len_chars() == 4)
        .then(number["y"])
        .when(number["y"].is_between(*_YEARS))
        .then(2000 + number["y"])
    )
    half = pl.coalesce("before", "behind").str.to_lowercase()
    hour = number["hour"].fill_null(0)
    of_day = (
        pl.when(half.is_null()).then(hour)
        .when(half.is_in(_BEFORE_NOON) & (hour <= 12)).then(hour % 12)
        .when(half.is_in(_PAST_NOON) & ~((half == "晚上") & (hour == 12)))
        .then(pl.when(hour < 12).then(hour + 12).otherwise(hour))
        .when((half == "中午") & hour.is_in([11, 12, 1])).then(pl.when(hour == 1).then(13).otherwise(hour))
    )  # fmt: skip
    whole = pl.format(
        "{}-{}-{} {}:{}:{}",
        year,
        number["m"],
        number["d"],
        of_day,
        number["minute"].fill_null(0),
        number["second"].fill_null(0),
    )
    is_told = pl.all_horizontal(part.is_not_null() for part in (year, number["m"], number["d"], of_day))
    return parts.select(
        pl.when(is_told).then(whole).str.to_datetime(USUAL, time_unit="us", strict=False) + to_beijing
    ).to_series()


def _to_beijing(cells: pl.Series) -> pl.Series:
    """How far Beijing's clock is ahead of the one each cell says it was read from; 0 where it says none."""
    parts = cells.str.extract_groups(OFFSET).struct.unnest()
    parts.columns = ["time", "hours", "minutes"]
    hours, minutes = pl.col("hours").cast(pl.Int64), pl.col("minutes").cast(pl.Int64)
    is_behind = pl.col("hours").str.starts_with("-")
    away = hours * 60 + pl.when(is_behind).then(-minutes).otherwise(minutes).fill_null(0)
    ahead = pl.when(pl.col("time").is_not_null()).then(8 * 60 - away.fill_null(0)).otherwise(0)
    return parts.select(pl.duration(minutes=ahead)).to_series()


def stamp(moment: dt.datetime) -> str:
    """``yyyy-MM-dd HH:mm:ss`` Beijing time, as platforms write an instant."""
    return moment.astimezone(_BEIJING).strftime(USUAL)


def on_the_clock(wall: pl.Expr) -> pl.Expr:
    """Wall-clock times → instants; null outside 2003-2099, all through which China has kept UTC+8."""
    instant = (wall - _AHEAD).dt.replace_time_zone("UTC").dt.convert_time_zone(TIME_ZONE)
    return pl.when(wall.is_between(_FIRST, _LAST)).then(instant)


def _read_wall_clock(
    raw: pl.Series, formats: tuple[str, ...], dates: tuple[str, ...] = (), order: str = "ymd"
) -> tuple[pl.Series, pl.Series]:
    """Instants by the first format that fits each cell, a date's being its midnight, and which cells say
    something else.

    What no format fits is looked at once more, in whatever spelling: ``order`` is that of year, month and day
    in it.
    """
    cell = pl.col("cell").str
    told = [cell.to_datetime(form, time_unit="us", strict=False) for form in formats]
    told += [cell.to_date(form, strict=False).cast(pl.Datetime("us")) for form in dates]
    text = trim_typed(raw)
    value = (
        text.to_frame("cell").select(wall=pl.coalesce(told)).select(on_the_clock(pl.col("wall"))).to_series()
    )
    odd = (text.is_not_null() & value.is_null()).arg_true()
    if odd.len():
        wall = _spelled_out(text.gather(odd), order)
        value = value.scatter(odd, wall.to_frame("wall").select(on_the_clock(pl.col("wall"))).to_series())
    return value, text.is_not_null() & value.is_null()


def read_time(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Beijing wall-clock text → instant; a date alone is its midnight; years outside 2003-2099 are bad."""
    return _read_wall_clock(raw, _TIME_FORMATS, _DATE_FORMATS)


def read_time_dmy(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Day before month (``03/08/2026 14:05:09`` is 3 August), as regions outside the US write it.

    The layout, never the cell, decides.
    """
    return _read_wall_clock(raw, ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y %I:%M:%S %p"), order="dmy")


def read_time_mdy(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Month before day (``03/08/2026 02:05:09 PM`` is 8 March), as the US writes it."""
    return _read_wall_clock(raw, ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M"), order="mdy")


def read_time_serial(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """A spreadsheet's count of days since 1900 (``46298.586806``) → instant, to the second.

    Days outside 2015-2039 are bad.
    """
    text = to_ascii(trim_typed(raw))
    days = text.set(~text.str.contains(r"^[0-9]{5}(?:\.[0-9]+)?$").fill_null(False), None).cast(pl.Float64)
    seconds = (days.set(~days.is_between(*_DAYS).fill_null(False), None) * 86_400).round().cast(pl.Int64)
    wall = pl.lit(_DAY_ZERO).dt.cast_time_unit("us") + pl.duration(seconds="seconds")
    value = seconds.to_frame("seconds").select(wall=wall).select(on_the_clock(pl.col("wall"))).to_series()
    return value, text.is_not_null() & value.is_null()


def read_date(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """``2026-03-09``, ``2026/3/9``, ``20260309``, ``2026年3月9日`` → date; a moment of a day is none."""
    value, bad = _read_wall_clock(raw, (), _DATE_FORMATS)
    is_moment = (value.dt.time() != dt.time(0)).fill_null(False)
    return value.set(is_moment, None).dt.date(), bad | is_moment


def instants_since_1970(
    count: pl.Series, bad: pl.Series, unit: Literal["s", "ms"]
) -> tuple[pl.Series, pl.Series]:
    """Counts since 1970 → instants; 0 means "has not happened"."""
    count = count.set(count == 0, None)
    value = (
        pl.from_epoch(count, time_unit=unit)
        .cast(pl.Datetime("us"))
        .dt.replace_time_zone("UTC")
        .dt.convert_time_zone(TIME_ZONE)
    )
    odd = ~value.dt.year().is_between(2003, 2099).fill_null(True)
    return value.set(odd, None), bad | odd
