"""Rows that are good one by one and yet call for a look."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from connectors.base import platforms
from connectors.files.oddities import doubtful

ORDERS = next(
    layout for layout in platforms()["douyin"].layouts if layout.kind == "orders" and layout.source == "file"
)


@pytest.mark.parametrize(
    ("kind", "is_told"),
    [("orders", True), ("live_orders", True), ("mapped_orders", True), ("after_sales", False)],
)
def test_orders_of_one_fen_are_told_whatever_lists_them(kind: str, is_told: bool) -> None:
    money = next(column.name for column in ORDERS.columns if column.cell in ("yuan", "fen") and column.filled)
    found = doubtful(pl.DataFrame({money: [1, 2, 1, None]}), replace(ORDERS, kind=kind))
    assert [(notice.rule, notice.count) for notice in found] == ([("TINY_ORDERS", 2)] if is_told else [])


def test_net_sales_that_miss_the_same_rows_own_figures_are_told() -> None:
    """Three figures, each rounded to the fen, may miss one another by two."""
    rows = pl.DataFrame(
        {
            "reported_gmv_fen": [100, 100, 100, None],
            "reported_hour_refund_fen": [30, 30, 30, 30],
            "reported_net_fen": [68, 67, 73, 70],
        }
    )
    assert [
        (notice.rule, notice.count)
        for notice in doubtful(rows, replace(ORDERS, kind="live_sessions", columns=()))
    ] == [("NET_DISAGREES", 2)]
