"""Exchange rates of foreign shops, one per day and currency, for the whole house: an order is converted by
the rate of the day it was created.
"""

from __future__ import annotations

import re

import polars as pl

from contracts import canonical
from contracts.canonical import FUND_ENTRY, SETTLEMENT_ENTRY
from contracts.fields import TIME_ZONE
from contracts.tables import Table
from pipeline.build.merging import ENTRY, FUND, Touched
from pipeline.entries.causes import Cause, foreign_shops, orders_of_currency
from pipeline.entries.cells import Cell, Kind, Rule, day, exact_number
from pipeline.entries.changes import Changed
from pipeline.entries.declaration import Check, EntryList, Given, Part
from transforms.gold.orders.grain import ORDER
from warehouse.entries import Book
from warehouse.lake import Lake
from warehouse.ops import CURRENCY_RATE

BOOK = Book(CURRENCY_RATE, CURRENCY_RATE.key, "cny_e8_number", is_log=False)
#: Days within which a rate is compared with the one before.
_NEAR_DAYS = 31
_RATE = (*CURRENCY_RATE.key, "cny_e8_number")

_CURRENCY = Rule(
    "CURRENCY",
    "币种应为三个字母（不含 CNY）",
    "a currency is three letters, not CNY",
    "写成 USD、THB",
    "write USD, THB",
)
_NUMBER = Rule(
    "NUMBER", "汇率应为正数，最多八位小数", "a rate is a positive number of at most eight decimals",
    "写一单位外币合多少元；要撤销写「撤销」",
    "yuan for one unit of the currency; “take back” takes a rate back",
)  # fmt: skip
_DATE = Rule(
    "DATE",
    "日期无法识别，或在一年以后",
    "not a date, or a day more than a year ahead",
    "写成 2026-03-08，核对年份",
    "write 2026-03-08; check the year",
)
_JUMP = Rule(
    "JUMP", "和相邻一天差一倍以上，多半写反了或写错了币种",
    "less than half or more than twice its neighbour's", "写一单位外币合多少元",
    "yuan for one unit of the currency",
)  # fmt: skip
_TWICE = Rule(
    "TWICE", "同一天同一币种出现两次", "a day and currency stands twice", "只留一行", "keep one of the rows"
)


def _read_currency(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    codes = [
        cell.upper()
        if cell and re.fullmatch(r"[A-Za-z]{3}", cell, re.ASCII) and cell.upper() != "CNY"
        else None
        for cell in raw
    ]
    value = pl.Series(raw.name, codes, dtype=pl.String)
    return value, raw.is_not_null() & value.is_null()


def _jumps(rows: pl.DataFrame, given: Given) -> pl.Series:
    """No currency halves or doubles from one day to the next: 7.1 beside 0.14 is a rate the wrong way
    round.
    """
    given_rows = rows.filter(~pl.col("is_back")).select("row", *_RATE).drop_nulls()
    known = (
        given.stood(BOOK)
        .join(rows, on=CURRENCY_RATE.key, how="anti")
        .select(pl.lit(None, pl.Int64).alias("row"), *_RATE)
    )
    both = pl.concat([given_rows, known]).sort("currency_code", "rate_date")
    before = both.select(pl.exclude("currency_code").shift().over("currency_code").name.prefix("was_"))
    pair = pl.concat([both, before], how="horizontal")
    is_near = (pl.col("rate_date") - pl.col("was_rate_date")).dt.total_days() <= _NEAR_DAYS
    odd = pair.filter(is_near, ~(pl.col("cny_e8_number") / pl.col("was_cny_e8_number")).is_between(0.5, 2.0))
    return rows["row"].is_in(odd.select(pl.coalesce("row", "was_row")).to_series().drop_nulls().to_list())


def _moves(lake: Lake, changed: Changed) -> Touched:
    """A rate given, changed or taken back moves orders of its day, and of ledgers the rows of its day: these
    go by it if they are of no order.
    """
    (rates,) = changed.rows
    moved = rates.select("rate_date", "currency_code").unique()
    orders = [
        _of_day(lake, table, ORDER, "created_at", moved) for table in (canonical.ORDER, canonical.ORDER_LINE)
    ]
    entries = _of_day(lake, SETTLEMENT_ENTRY, ENTRY, "settled_at", moved)
    funds = _of_day(lake, FUND_ENTRY, FUND, "moved_at", moved)
    return Touched(orders=pl.concat(orders).unique(), entries=entries, funds=funds)


def _of_day(lake: Lake, table: Table, key: list[str], clock: str, moved: pl.DataFrame) -> pl.DataFrame:
    """Keys of the rows of ``table`` whose day by ``clock`` and currency are among ``moved``."""
    if moved.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(key, pl.String))
    return lake.sql(
        f"""
        SELECT DISTINCT {", ".join(f"s.{name}" for name in key)}
        FROM silver."{table.name}" AS s JOIN _moved AS m
          ON s.currency_code = m.currency_code AND CAST(timezone('{TIME_ZONE}',
              s.{clock}) AS DATE) = m.rate_date""",  # noqa: S608
        _moved=moved,
    )


LIST = EntryList(
    "rates",
    "RATE",
    "汇率",
    "exchange rates",
    (
        (
            "外币店铺每天每种货币一条：一单位外币合多少元。"
            "没有汇率的订单等着，不会按猜的汇率入账；补上以后，下一次构建入账。"
        ),
        (
            "One per day and currency: yuan for one unit. Orders without a rate wait and are never guessed; "
            "given one, the next build converts them."
        ),
    ),
    columns=(
        Cell(
            "日期",
            "rate_date",
            day(days_ahead=366),
            "day",
            _DATE,
            is_required=True,
            leads=True,
            also=("date",),
        ),
        Cell(
            "币种",
            "currency_code",
            Kind("currency", _CURRENCY, _read_currency),
            "currency",
            _CURRENCY,
            is_required=True,
            leads=True,
            also=("currency",),
        ),
        Cell(
            "汇率",
            "cny_e8_number",
            exact_number(8, 10_000),
            "yuan for one unit",
            _NUMBER,
            is_required=True,
            takes_back=True,
            also=("rate",),
        ),
    ),
    parts=(Part(BOOK),),
    examples=(("2026-03-08", "USD", "7.1"), ("2026-03-08", "THB", "0.2063")),
    checks=(Check(_JUMP, "汇率", _jumps),),
    cause=Cause("rate_change", shops=foreign_shops, orders=orders_of_currency),
    moves=_moves,
    is_house=True,
    twice=_TWICE,
)
