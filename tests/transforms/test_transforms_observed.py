"""How far a shop's data reach goes by what tells of orders and of what comes back, and by nothing else."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from transforms.gold import dim_observed

_ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("given", "observed"),
    [
        ([("orders", 1), ("orders", 9), ("products", 20)], 9),  # a list of products says nothing of refunds
        ([("orders", 9), ("after_sales", 5)], 5),  # nobody has looked for returns since the fifth
        ([("orders", 9), ("after_sales", 5), ("refunds", 12)], 9),
        ([("mapped_orders", 9), ("mapped_after_sales", 5), ("ads", 20)], 5),
        ([("trades", 3), ("live_sessions", 20)], 3),
        ([("ads", 4), ("products", 2)], 4),
        ([("after_sales", 7)], 7),
    ],
)
def test_a_shop_reaches_as_far_as_its_orders_and_its_after_sales(given: list[tuple[str, int]], observed: int) -> None:
    shop = {"merchant_id": "m", "shop_id": "s", "platform_code": "douyin"}
    rows = pl.DataFrame([{**shop, "kind_code": kind, "observed_at": dt.datetime(2026, 8, day, 9, tzinfo=_ZONE)} for kind, day in given])
    (made,) = dim_observed.build(rows, 7, 300).iter_rows(named=True)
    assert made["observed_date"] == dt.date(2026, 8, max(day for _, day in given))
    assert (made["returns_date"], made["final_until_date"]) == (dt.date(2026, 8, observed), dt.date(2026, 8, observed) - dt.timedelta(days=8))
