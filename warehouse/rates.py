"""Daily exchange rates, as given by a person or a job: one row per day and currency, the newest word in force."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import polars as pl

from contracts.errors import NotFoundError, UsageError
from warehouse.lake import Lake
from warehouse.ops import CURRENCY_RATE

_UNIT = Decimal(100_000_000)
_SMALLEST, _LARGEST = 1 / _UNIT, Decimal(10_000)
#: Tables may be given out ahead; a year typed wrongly lies further off.
_AHEAD = dt.timedelta(days=366)
#: Days within which a rate is compared with the one before.
_NEAR_DAYS = 31


def save_rates(lake: Lake, given: pl.DataFrame, *, at: dt.datetime) -> int:
    """Upsert ``row, rate_date, currency_code, rate_text`` (yuan for one unit, at most eight decimals); returns how many rows are new or changed.

    Raises ``UsageError`` naming the row that is no rate, lies far ahead, or is so far from its neighbours that it is likely another currency's, or the
    wrong way round; then nothing is written.
    """
    exact = [_exact(*row) for row in given.select("row", "rate_date", "currency_code", "rate_text").iter_rows()]
    rows = given.select("row", "rate_date", "currency_code", cny_e8_number=pl.Series(exact, dtype=pl.Int64), changed_at=pl.lit(at))
    twice = rows.filter(pl.struct("rate_date", "currency_code").is_duplicated())
    if twice.height:
        raise _bad("同一天同一币种出现两次", "a day and currency stands twice", date=str(twice["rate_date"][0]), currency=twice["currency_code"][0])
    for late in rows.filter(pl.col("rate_date") > at.date() + _AHEAD).head(1).iter_rows(named=True):
        raise _bad("日期在一年以后,多半写错了年份", "a day more than a year ahead", row=late["row"], date=str(late["rate_date"]))
    _check_jumps(lake, rows)
    frame = CURRENCY_RATE.shape(rows)
    with lake.transaction():
        known = lake.read(CURRENCY_RATE, keys=frame.select(CURRENCY_RATE.key))
        fresh = frame.join(known, on=[*CURRENCY_RATE.key, "cny_e8_number"], how="anti")
        if fresh.height:
            lake.replace(CURRENCY_RATE, fresh.select(CURRENCY_RATE.key), fresh)
    return fresh.height


def forget_rate(lake: Lake, day: dt.date, currency: str) -> None:
    """Take a rate back. Raises ``NotFoundError`` if none was given for that day."""
    key = pl.DataFrame({"rate_date": [day], "currency_code": [currency]})
    if lake.read(CURRENCY_RATE, keys=key).is_empty():
        step = {"step_zh": "用 baiyun rates list 查看", "step_en": "see `baiyun rates list`"}
        raise NotFoundError("NO_SUCH_RATE", "没有这一天这种货币的汇率", "no rate of that day and currency", **step, date=str(day), currency=currency)
    lake.delete(CURRENCY_RATE, key)


def rates(lake: Lake) -> pl.DataFrame:
    """Columns of ``CURRENCY_RATE``, by day and currency."""
    return lake.read(CURRENCY_RATE).sort(*CURRENCY_RATE.key)


def _check_jumps(lake: Lake, rows: pl.DataFrame) -> None:
    """No currency halves or doubles from one told day to the next: 7.1 beside 0.14 is a rate the wrong way round."""
    known = lake.read(CURRENCY_RATE).join(rows, on=CURRENCY_RATE.key, how="anti").with_columns(row=pl.lit(None, pl.Int64))
    both = pl.concat([rows, known], how="diagonal_relaxed").sort("currency_code", "rate_date")
    near = (pl.col("rate_date") - pl.col("rate_date").shift().over("currency_code")).dt.total_days() <= _NEAR_DAYS
    ratio = pl.when(near).then(pl.col("cny_e8_number") / pl.col("cny_e8_number").shift().over("currency_code"))
    beside = pl.coalesce("row", pl.col("row").shift().over("currency_code"))
    for odd in both.with_columns(row=beside).filter(~ratio.fill_null(1.0).is_between(0.5, 2.0), beside.is_not_null()).head(1).iter_rows(named=True):
        raise _bad(
            "和相邻一天差一倍以上,多半写反了或写错了币种", "less than half or more than twice its neighbour's", row=odd["row"], date=str(odd["rate_date"])
        )


def _exact(row: int, day: object, currency: object, text: object) -> int:
    if not isinstance(day, dt.date):
        raise _bad("日期无法识别", "not a date", row=row)
    if not re.fullmatch(r"[A-Z]{3}", str(currency)) or currency == "CNY":
        raise _bad("币种应为三个大写字母(不含 CNY)", "a currency is three capital letters, not CNY", row=row, currency=currency)
    value = Decimal(str(text)) if re.fullmatch(r"\d{1,8}(\.\d{1,20})?", str(text), re.ASCII) else Decimal(0)
    if not _SMALLEST <= value < _LARGEST or value != value.quantize(_SMALLEST):
        raise _bad("汇率应为正数,最多八位小数", "a rate is a positive number of at most eight decimals", row=row, rate=str(text)[:40])
    return int(value * _UNIT)


def _bad(zh: str, en: str, **facts: object) -> UsageError:
    return UsageError(
        "BAD_RATE", zh, en, step_zh="表头为 date,currency,rate;rate 是一单位外币合多少元", step_en="header: date,currency,rate; yuan for one unit", **facts
    )
