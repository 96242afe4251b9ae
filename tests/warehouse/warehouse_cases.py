"""A small table with every stored type, and rows for it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from contracts.tables import Table

ROOT = Path(__file__).parents[2]
BEIJING = ZoneInfo("Asia/Shanghai")
AT = dt.datetime(2026, 3, 9, 12, 0, tzinfo=BEIJING)

SALES = Table(
    "gold",
    "sales",
    "销售",
    "sales",
    "One order line of the tests.",
    key=("merchant_id", "order_line_id"),
    required=("business_date",),
    optional=("paid_fen", "paid_at", "is_gift", "kept_rate", "product_name"),
)


def lines(count: int, merchant: str = "m1", day: dt.date = dt.date(2026, 3, 9)) -> pl.DataFrame:
    midnight = dt.datetime(day.year, day.month, day.day, tzinfo=BEIJING)
    return SALES.shape(
        pl.DataFrame(
            {
                "merchant_id": [merchant] * count,
                "order_line_id": [f"691792676882364375{number}" for number in range(count)],
                "business_date": [day] * count,
                "paid_fen": [10**13 - number for number in range(count)],
                "paid_at": [midnight + dt.timedelta(microseconds=number - 1) for number in range(count)],
                "is_gift": [number % 2 == 0 for number in range(count)],
                "kept_rate": [0.1 * number for number in range(count)],
                "product_name": ['𠮷\'s "连衣裙"' if number else None for number in range(count)],
            },
            schema=SALES.dtypes,
        )
    )
