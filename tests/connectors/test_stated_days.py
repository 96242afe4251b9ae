"""The day a person writes into a file's name is that of its export; the days a file is about are not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from connectors.reading import Origin, read_file
from simulator.history.clock import ZONE

ORDERS = Path(__file__).parents[2] / "connectors" / "douyin" / "samples" / "1792375211_orders_2025_75.csv"
RECEIVED = dt.datetime(2026, 12, 31, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("订单 导出20261215.csv", dt.date(2026, 12, 15)),
        ("订单导出_2026-12-15.csv", dt.date(2026, 12, 15)),
        ("订单导出_20261019-20261021.csv", None),
        ("订单导出 2026-10-19 至 2026-10-21.csv", None),
        ("订单导出20261301.csv", None),
        ("订单.csv", None),
    ],
)
def test_only_a_single_day_is_that_of_the_export(name: str, day: dt.date | None) -> None:
    found = read_file(ORDERS.read_bytes(), Origin("m1", "s1", "e1", name, RECEIVED))
    assert found.is_dated == (day is not None)
    if day:
        assert found.observed_at == dt.datetime.combine(day, dt.time(23, 59, 59), ZONE)
