"""Outlier lines after a build: judged from all a merchant's lines as they now stand, so that no order of
arrival changes a mark.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from contracts.canonical import SHOP
from pipeline.build.slices import rewrite
from pipeline.intake.confirming import confirmed_lines
from transforms.gold.orders import fct_order_line, fct_refund_line
from transforms.gold.orders.grain import LINE
from transforms.gold.sales import mart_outlier_line
from transforms.gold.sales.mart_outlier_line import FEW, OF_ALL
from warehouse.lake import Lake

TABLE = mart_outlier_line.TABLE
_FACTS = [
    *LINE,
    "order_id",
    "channel_code",
    "style_code",
    "live_session_id",
    "created_date",
    "paid_date",
    "finished_at",
]
_SHOP = ", ".join(SHOP)
_LARGEST = f"""
    SELECT {_SHOP}, order_line_id, greatest(paid_fen, coalesce(placed_fen, 0)) AS marked_fen,
        row_number() OVER (PARTITION BY {_SHOP} ORDER BY greatest(paid_fen, coalesce(placed_fen, 0)) DESC,
            order_line_id) AS place_number,
        count(*) OVER (PARTITION BY {_SHOP}) AS lines_qty
    FROM gold.fct_order_line SEMI JOIN _merchants USING (merchant_id)
    WHERE NOT is_gift AND greatest(paid_fen, coalesce(placed_fen, 0)) > 0
    QUALIFY place_number <= greatest({FEW}, lines_qty // {OF_ALL}) + 1"""  # noqa: S608


def rebuild_outliers(lake: Lake, merchants: Collection[str]) -> None:
    """Bring mart_outlier_line up to date for ``merchants``."""
    if not merchants or not lake.may_hold_rows(fct_order_line.TABLE):
        return
    names = sorted(merchants)
    largest = lake.sql(_LARGEST, _merchants=pl.DataFrame({"merchant_id": names}))
    confirmed = confirmed_lines(lake)
    keys = mart_outlier_line.outliers(largest, confirmed).select(LINE)
    lines, refunds = (
        lake.read(table, keys=keys, columns=columns) if keys.height else table.empty().select(columns)
        for table, columns in (
            (fct_order_line.TABLE, _FACTS),
            (fct_refund_line.TABLE, [*LINE, "refund_date"]),
        )
    )
    rewrite(
        lake,
        TABLE,
        lake.read(TABLE, where={"merchant_id": names}),
        mart_outlier_line.build(largest, confirmed, lines, refunds),
    )
