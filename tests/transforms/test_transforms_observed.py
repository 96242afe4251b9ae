"""How far a shop's data reach goes by what tells of orders and of what comes back, and by nothing else."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from transforms.gold.orders import dim_observed

_ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("given", "returns"),
    [
        (
            [("orders", 1, 1), ("orders", 9, 9), ("products", 20, 20)],
            9,
        ),  # a list of products says nothing of refunds
        (
            [("orders", 5, 9), ("mapped_after_sales", 7, 9), ("funds", 8, 9), ("ads", 20, 20)],
            8,
        ),  # undated files reach to their newest row
        (
            [("orders", 5, 5), ("after_sales", 5, 5), ("orders", 9, 9)],
            5,
        ),  # four days of orders, and nobody looked for returns
        ([("orders", 5, 5), ("after_sales", 5, 5), ("orders", 8, 8)], 8),
        ([("orders", 5, 5), ("after_sales", 5, 5), ("products", 20, 20)], 5),
        ([("trades", 3, 3), ("refunds", 9, 9), ("live_sessions", 20, 20)], 9),
        ([("ads", 4, 4), ("products", 2, 2)], 4),
        ([("after_sales", 7, 7)], 7),
    ],
)
def test_a_shop_reaches_as_far_as_somebody_looked(given: list[tuple[str, int, int]], returns: int) -> None:
    """``given``: kind, day of observation, day of receipt."""
    shop = {"merchant_id": "m", "shop_id": "s", "platform_code": "douyin"}
    seen, came = ([dt.datetime(2026, 8, row[place], 9, tzinfo=_ZONE) for row in given] for place in (1, 2))
    rows = pl.DataFrame([{**shop, "kind_code": kind} for kind, *_ in given]).with_columns(
        observed_at=pl.Series(seen), received_at=pl.Series(came)
    )
    (made,) = dim_observed.build(rows, 7, 300).iter_rows(named=True)
    assert made["observed_date"] == dt.date(2026, 8, max(day for _, day, _ in given))
    assert (made["returns_date"], made["final_until_date"]) == (
        dt.date(2026, 8, returns),
        dt.date(2026, 8, returns) - dt.timedelta(days=8),
    )
