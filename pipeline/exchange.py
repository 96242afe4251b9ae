"""Exchange rates on their way in, and what they move."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from contracts import canonical
from contracts.canonical import FUND_ENTRY, SETTLEMENT_ENTRY
from contracts.errors import UsageError
from contracts.fields import TIME_ZONE
from contracts.tables import Table
from pipeline.house import writing
from pipeline.merging import ENTRY, FUND, ORDER, Touched
from warehouse import rates, release
from warehouse.lake import Lake
from warehouse.ops import CURRENCY_RATE
from warehouse.settings import Settings

_HEADER = ("date", "currency", "rate")


def import_rates(settings: Settings, path: Path, *, at: dt.datetime | None = None) -> int:
    """Take over a CSV ``date,currency,rate`` (yuan for one unit of the currency); returns how many rates are new or changed.

    The next build converts what waited for them. Raises ``UsageError`` naming the row; then nothing has changed.
    """
    try:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("BAD_RATE_FILE", "汇率文件无法读取", "the rate file cannot be read", file=path.name, detail=str(error)[:80]) from None
    if not rows or [cell.strip().lower() for cell in rows[0]] != list(_HEADER) or any(len(row) != len(_HEADER) for row in rows[1:]):
        raise UsageError(
            "BAD_RATE_FILE", "汇率文件的表头或列数不对", "wrong header or number of columns", step_zh="表头为 date,currency,rate",
            step_en="the header is date,currency,rate", file=path.name,
        )  # fmt: skip
    given = pl.DataFrame(
        {
            "rate_date": [_day(cells[0]) for cells in rows[1:]],
            "currency_code": [cells[1].strip().upper() for cells in rows[1:]],
            "rate_text": [cells[2] for cells in rows[1:]],
        },
        schema={"rate_date": pl.Date, "currency_code": pl.String, "rate_text": pl.String},
    )
    with writing(settings) as lake:
        return rates.save_rates(lake, given, at=at or dt.datetime.now(ZoneInfo(TIME_ZONE)))


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        return None


def moved_by_rates(lake: Lake) -> Touched:
    """What another rate since the last judged build moves: orders of its day, and rows of ledgers of its day, which go by it if they are of no order."""
    moved = _moved_rates(lake)
    orders = [_of_day(lake, table, ORDER, "created_at", moved) for table in (canonical.ORDER, canonical.ORDER_LINE)]
    entries, funds = _of_day(lake, SETTLEMENT_ENTRY, ENTRY, "settled_at", moved), _of_day(lake, FUND_ENTRY, FUND, "moved_at", moved)
    return Touched(orders=pl.concat(orders).unique(), entries=entries, funds=funds)


def _moved_rates(lake: Lake) -> pl.DataFrame:
    now = rates.rates(lake).drop("changed_at")
    judged = release.releases(lake)
    if now.is_empty() or not judged:
        return now
    seen = lake.sql(f"SELECT * EXCLUDE changed_at FROM lake.{CURRENCY_RATE.full_name} AT (VERSION => {judged[-1].snapshot})")  # noqa: S608
    return now.join(seen, on=now.columns, how="anti")


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
