"""The days a file is of: an order list's by its orders, a bill's by its payouts, a report's by its days."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from pipeline.intake.land import covered_dates
from simulator.history.clock import ZONE

DAYS = [dt.date(2026, 7, 3), dt.date(2026, 7, 9)]
EARLIER, MOMENTS = (
    pl.Series([dt.datetime(2026, month, day, 23, 30, tzinfo=ZONE) for day in (3, 9)]) for month in (6, 7)
)


@pytest.mark.parametrize(
    ("columns", "days"),
    [
        ({"created_at": MOMENTS, "paid_at": EARLIER, "settled_at": EARLIER}, DAYS),
        ({"created_at": EARLIER, "settled_at": MOMENTS}, DAYS),
        ({"created_at": EARLIER, "insured_at": MOMENTS, "moved_at": EARLIER}, DAYS),
        ({"created_at": EARLIER, "ad_date": pl.Series(DAYS)}, DAYS),
        ({"moved_at": MOMENTS}, DAYS),
        (
            {
                "settled_at": pl.Series([None, None], dtype=pl.Datetime("us", "Asia/Shanghai")),
                "applied_at": MOMENTS,
            },
            DAYS,
        ),
        ({"product_id": pl.Series(["1", "2"])}, [None, None]),
    ],
    ids=["orders", "bill", "insurance", "ads", "funds", "nothing settled", "products"],
)
def test_days_by_the_clock_of_the_kind(columns: dict[str, pl.Series], days: list[dt.date | None]) -> None:
    assert list(covered_dates(pl.DataFrame(columns))) == days
