"""What a TikTok Shop file says outside its cells: rows that are not data, the moment of export, and whose
clock its times are.

Times are the region's wall clock and the layout does not tell which, so a file's region is decided here, once
per file, and every time cell is rewritten as Beijing wall clock before it is typed. A file that could be read
two ways is refused, never read by cell.
"""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import polars as pl

from connectors.tiktok_shop.regions import BY_CURRENCY, BY_NAME, LANGUAGES, Region
from contracts.fields import TIME_ZONE
from contracts.intake import refuse

#: ``All order-2026-05-13-10_38.csv``, ``Semua pesanan-…``: local time of an untold zone.
#: ``income_20260908180508(UTC+8).xlsx`` tells its own.
_ORDER_NAME = re.compile(r"-(20\d\d-\d\d-\d\d-\d\d[_:]\d\d)(?!\d)")
_INCOME_NAME = re.compile(r"^income_(\d{14})\(UTC([+-](?:1[0-4]|\d))\)", re.IGNORECASE)
#: The easternmost market. Read by its clock, an untold zone gives the earliest moment it can be: such a file
#: never outranks what was seen later.
_EARLIEST = dt.timezone(dt.timedelta(hours=9))

_ORDER_TIMES = ("createdtime", "paidtime", "shippedtime", "deliveredtime", "cancelledtime")
_INCOME_TIMES = ("ordercreatedtime", "ordersettledtime", "ordercreatedtime(utc)", "ordersettledtime(utc)")
_KEYS = ("orderid", "order/adjustmentid", "order\\adjustmentid")

_EDGE = r"^[\s\u{feff}]+|[\s\u{feff}]+$"
_SLASHED = r"^([0-9]{1,2})/([0-9]{1,2})/[0-9]{4}"
_CLOCKS = (" %H:%M:%S", " %H:%M", " %I:%M:%S %p", "")


def exported_at(name: str) -> dt.datetime | None:
    """The moment of export in a file name; None where there is none.

    Order files name no zone: the earliest moment it can mean is taken.
    """
    if found := _INCOME_NAME.match(name):
        return _moment(found[1], "%Y%m%d%H%M%S", dt.timezone(dt.timedelta(hours=int(found[2]))))
    if found := _ORDER_NAME.search(name):
        return _moment(found[1].replace(":", "_"), "%Y-%m-%d-%H_%M", _EARLIEST)
    return None


def _moment(text: str, form: str, zone: dt.tzinfo) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(text, form).replace(tzinfo=zone).astimezone(ZoneInfo(TIME_ZONE))
    except ValueError:
        return None


def clean(kind: str, layout: str, table: pl.DataFrame) -> pl.DataFrame:
    """Without description, repeated header and total rows; times as Beijing wall clock.

    ``Country`` of an order file holds the decided region's code.

    Raises FileRefusedError(AMBIGUOUS_DATES) when the file's times can be read in more than one way.
    """
    del layout
    by_fold = {re.sub(r"[\s\ufeff]+", "", name).lower(): name for name in table.columns}
    key = next(by_fold[name] for name in _KEYS if name in by_fold)
    # words without any figure where a number belongs; a blank or a dash is a damaged row and stays for the
    # reader to name
    table = table.filter(~pl.col(key).str.contains(r"^[^0-9]*\p{L}[^0-9]*$").fill_null(False))
    if kind == "orders":
        return _order_times(table, by_fold)
    if kind == "settlements":
        return _income_times(table, by_fold)
    return table


def _order_times(table: pl.DataFrame, by_fold: dict[str, str]) -> pl.DataFrame:
    names = [by_fold[name] for name in _ORDER_TIMES if name in by_fold]
    region = _region_of_orders(table, by_fold)
    table = _in_beijing(table, names, region.zone if region else None, region.day_first if region else None)
    return table.with_columns(
        pl.lit(region.code if region else None, pl.String).alias(by_fold.get("country", "Country"))
    )


def _region_of_orders(table: pl.DataFrame, by_fold: dict[str, str]) -> Region | None:
    """By the Country column, else by the language of the status words.

    Two countries in one file tell nothing.
    """
    told = (
        table[by_fold["country"]].drop_nulls().unique().str.replace_all(r"\s", "").str.to_lowercase()
        if "country" in by_fold
        else pl.Series([], dtype=pl.String)
    )
    found = {BY_NAME[word].code: BY_NAME[word] for word in told if word in BY_NAME}
    if len(found) > 1:
        raise refuse("AMBIGUOUS_DATES", why="several countries", countries="、".join(sorted(found)))
    if found:
        return next(iter(found.values()))
    status = table[by_fold["orderstatus"]].str.replace_all(_EDGE, "")
    return next((region for pattern, region in LANGUAGES if status.str.contains(pattern).any()), None)


def _income_times(table: pl.DataFrame, by_fold: dict[str, str]) -> pl.DataFrame:
    """Columns headed ``(UTC)`` say so themselves; the others are on the clock of the currency's market."""
    names = [by_fold[name] for name in _INCOME_TIMES if name in by_fold]
    universal = [name for name in names if "utc" in name.lower()]
    table = _in_beijing(table, universal, "UTC", None)
    local = [name for name in names if name not in universal]
    if not local:
        return table
    found = {
        BY_CURRENCY[word]
        for word in table[by_fold["currency"]].drop_nulls().unique().str.replace_all(_EDGE, "")
        if word in BY_CURRENCY
    }
    region = found.pop() if len(found) == 1 else None
    return _in_beijing(table, local, region.zone if region else None, region.day_first if region else None)


def _in_beijing(
    table: pl.DataFrame, names: list[str], zone: str | None, day_first: bool | None
) -> pl.DataFrame:
    """The named columns' times moved from ``zone`` to Beijing.

    Cells that are no time stay as they are, for the reader to name.
    """
    cells = {name: table[name].fill_null("").str.replace_all(_EDGE, "") for name in names}
    if not names or not any(
        cell.str.contains(r"^[0-9]{1,4}[/-][0-9]{1,2}[/-]").any() for cell in cells.values()
    ):
        return table
    if zone is None:
        raise refuse("AMBIGUOUS_DATES", why="the region is not told", columns="、".join(names))
    order = _order(pl.concat([cell.alias("cell") for cell in cells.values()]), day_first)
    days = ("%Y-%m-%d", "%Y/%m/%d", *(() if order is None else (order,)))
    return table.with_columns(
        _moved(cell, days, zone).zip_with(_moved(cell, days, zone).is_not_null(), table[name]).alias(name)
        for name, cell in cells.items()
    )


def _order(cells: pl.Series, day_first: bool | None) -> str | None:
    """How days are written with slashes: by a cell above twelve, else by the region.

    None where no cell has slashes; refused where undecided.
    """
    slashed = cells.filter(cells.str.contains(_SLASHED))
    if slashed.is_empty():
        return None
    first, second = (bool((slashed.str.extract(_SLASHED, part).cast(pl.Int64) > 12).any()) for part in (1, 2))
    decided = day_first if first == second else first
    if decided is None or (first and second):
        raise refuse("AMBIGUOUS_DATES", why="day or month first", example=str(slashed[0])[:10])
    return "%d/%m/%Y" if decided else "%m/%d/%Y"


def _moved(cells: pl.Series, days: tuple[str, ...], zone: str) -> pl.Series:
    value = pl.Series([None], dtype=pl.Datetime("us")).new_from_index(0, len(cells))
    for form in (day + clock for day in days for clock in _CLOCKS):
        value = value.zip_with(value.is_not_null(), cells.str.to_datetime(form, time_unit="us", strict=False))
    local = value.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return local.dt.convert_time_zone(TIME_ZONE).dt.strftime("%Y-%m-%d %H:%M:%S")
