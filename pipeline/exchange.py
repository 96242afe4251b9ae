"""Exchange rates on their way in, and what they move."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from connectors.clocks import read_date
from contracts import canonical
from contracts.canonical import FUND_ENTRY, SETTLEMENT_ENTRY
from contracts.errors import FileRefusedError
from contracts.fields import TIME_ZONE
from contracts.tables import Table
from pipeline.house import writing
from pipeline.lists import read_list
from pipeline.merging import ENTRY, FUND, ORDER, Touched
from warehouse import rates, release
from warehouse.lake import Lake
from warehouse.ops import CURRENCY_RATE
from warehouse.settings import Settings

_HEADER = {"date": "rate_date", "currency": "currency_code", "rate": "rate_text"}


def import_rates(settings: Settings, path: Path, *, at: dt.datetime | None = None) -> int:
    """Take over a list ``date,currency,rate`` (yuan for one unit of the currency); returns how many rates are new or changed.

    The next build converts what waited for them. Raises ``UsageError`` or ``FileRefusedError`` naming the row; then nothing has changed.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _bad_file(path.name, detail=str(error)[:80]) from None
    told = read_list(path.name, data, _HEADER, _bad_file)
    given = told.select(
        "row", rate_date=read_date(told["rate_date"])[0], currency_code=pl.col("currency_code").str.to_uppercase(), rate_text=pl.col("rate_text")
    )
    with writing(settings) as lake:
        return rates.save_rates(lake, given, at=at or dt.datetime.now(ZoneInfo(TIME_ZONE)))


def forget_rate(settings: Settings, day: dt.date, currency: str) -> None:
    """Take a rate back; by the next build what went by it waits for another. Raises ``NotFoundError``."""
    with writing(settings) as lake:
        rates.forget_rate(lake, day, currency.upper())


def _bad_file(name: str, **facts: object) -> FileRefusedError:
    return FileRefusedError(
        "BAD_RATE_FILE", "汇率表读不出来,或表头、列数不对", "the list of rates cannot be read, or its header or columns are wrong",
        step_zh="表头为 date,currency,rate", step_en="the header is date,currency,rate", file=name, **facts,
    )  # fmt: skip


def moved_by_rates(lake: Lake) -> Touched:
    """What a rate given, changed or taken back since the last judged build moves: orders of its day, and of ledgers the rows of its day.

    These go by it if they are of no order.
    """
    moved = _moved_rates(lake)
    orders = [_of_day(lake, table, ORDER, "created_at", moved) for table in (canonical.ORDER, canonical.ORDER_LINE)]
    entries, funds = _of_day(lake, SETTLEMENT_ENTRY, ENTRY, "settled_at", moved), _of_day(lake, FUND_ENTRY, FUND, "moved_at", moved)
    return Touched(orders=pl.concat(orders).unique(), entries=entries, funds=funds)


def _moved_rates(lake: Lake) -> pl.DataFrame:
    now = rates.rates(lake).drop("changed_at")
    judged = release.releases(lake)
    if not judged:
        return now
    seen = lake.sql(f"SELECT * EXCLUDE changed_at FROM lake.{CURRENCY_RATE.full_name} AT (VERSION => {judged[-1].snapshot})")  # noqa: S608
    return pl.concat([now.join(seen, on=now.columns, how="anti"), seen.join(now, on=now.columns, how="anti")]).select("rate_date", "currency_code").unique()


def _of_day(lake: Lake, table: Table, key: list[str], clock: str, moved: pl.DataFrame) -> pl.DataFrame:
    """Keys of the rows of ``table`` whose day by ``clock`` and currency are among ``moved``."""
    if moved.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(key, pl.String))
    return lake.sql(
        f"""
        SELECT DISTINCT {", ".join(f"s.{name}" for name in key)}
        FROM silver."{table.name}" AS s JOIN _moved AS m
          ON s.currency_code = m.currency_code AND CAST(timezone('{TIME_ZONE}', s.{clock}) AS DATE) = m.rate_date""",  # noqa: S608
        _moved=moved,
    )
