"""Daily exchange rates, as given by a person or a job: one row per day and currency, the newest word in force."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation

import polars as pl

from contracts.errors import UsageError
from warehouse.lake import Lake
from warehouse.ops import CURRENCY_RATE

_UNIT = Decimal(100_000_000)
_SMALLEST, _LARGEST = 1 / _UNIT, Decimal(10_000)


def save_rates(lake: Lake, given: pl.DataFrame, *, at: dt.datetime) -> int:
    """Upsert ``rate_date, currency_code, rate_text`` (yuan for one unit, at most eight decimals); returns how many rows are new or changed.

    Raises ``UsageError`` naming the row that is no rate; then nothing is written.
    """
    exact = [_exact(number, *row) for number, row in enumerate(given.select("rate_date", "currency_code", "rate_text").iter_rows(), start=2)]
    rows = given.select("rate_date", "currency_code", cny_e8_number=pl.Series(exact, dtype=pl.Int64), changed_at=pl.lit(at))
    twice = rows.filter(pl.struct("rate_date", "currency_code").is_duplicated())
    if twice.height:
        raise _bad("同一天同一币种出现两次", "a day and currency stands twice", date=str(twice["rate_date"][0]), currency=twice["currency_code"][0])
    frame = CURRENCY_RATE.shape(rows)
    with lake.transaction():
        known = lake.read(CURRENCY_RATE, keys=frame.select(CURRENCY_RATE.key))
        fresh = frame.join(known, on=[*CURRENCY_RATE.key, "cny_e8_number"], how="anti")
        if fresh.height:
            lake.replace(CURRENCY_RATE, fresh.select(CURRENCY_RATE.key), fresh)
    return fresh.height


def rates(lake: Lake) -> pl.DataFrame:
    """Columns of ``CURRENCY_RATE``, by day and currency."""
    return lake.read(CURRENCY_RATE).sort(*CURRENCY_RATE.key)


def _exact(row: int, day: object, currency: object, text: object) -> int:
    if not isinstance(day, dt.date):
        raise _bad("日期无法识别", "not a date", row=row)
    if not re.fullmatch(r"[A-Z]{3}", str(currency)) or currency == "CNY":
        raise _bad("币种应为三个大写字母(不含 CNY)", "a currency is three capital letters, not CNY", row=row, currency=currency)
    try:
        value = Decimal(str(text).strip())
    except InvalidOperation:
        value = Decimal(0)
    if not value.is_finite() or not _SMALLEST <= value < _LARGEST or value != value.quantize(_SMALLEST):
        raise _bad("汇率应为正数,最多八位小数", "a rate is a positive number of at most eight decimals", row=row, rate=str(text)[:40])
    return int(value * _UNIT)


def _bad(zh: str, en: str, **facts: object) -> UsageError:
    return UsageError(
        "BAD_RATE", zh, en, step_zh="表头为 date,currency,rate;rate 是一单位外币合多少元", step_en="header: date,currency,rate; yuan for one unit", **facts
    )
