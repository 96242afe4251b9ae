"""Buyers who come again, after a build: whole merchants whose data moved, for a window reaches over months
and over a merchant's shops.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from pipeline.build.slices import rewrite
from transforms.gold.orders import fct_order_line
from transforms.gold.sales import mart_buyer_monthly
from warehouse.lake import Lake

TABLE = mart_buyer_monthly.TABLE
#: Merchants whose lines are held together.
_AT_ONCE = 16


def rebuild_buyers(lake: Lake, merchants: Iterable[str], window_days: int) -> None:
    """Bring mart_buyer_monthly up to date for ``merchants``, and for those whose rows stand on another
    window.
    """
    stored = lake.read(TABLE, columns=["merchant_id", "window_days_qty"])
    names = sorted({*merchants, *stored.filter(pl.col("window_days_qty") != window_days)["merchant_id"]})
    for start in range(0, len(names), _AT_ONCE):
        some: dict[str, object] = {"merchant_id": names[start : start + _AT_ONCE]}
        kept = lake.read(
            fct_order_line.TABLE,
            where={**some, "is_order_head": True, "is_order_kept": True},
            columns=mart_buyer_monthly.FROM_LINES,
        )
        rewrite(lake, TABLE, lake.read(TABLE, where=some), mart_buyer_monthly.build(kept, window_days))
