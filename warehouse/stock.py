"""Goods received and counted as merchants enter them: see ``warehouse.entries``."""

from __future__ import annotations

import polars as pl

from contracts.stock_fields import SAME_STOCK
from warehouse import entries
from warehouse.entries import Book
from warehouse.lake import Lake
from warehouse.ops import STOCK_ENTRY

STOCK = (Book(STOCK_ENTRY, SAME_STOCK, "stock_date", "entered_qty"),)


def stock_entries(lake: Lake, merchant_id: str | None = None) -> pl.DataFrame:
    """Columns of ``STOCK_ENTRY``, in the order of entry; of one merchant when given."""
    return entries.read(lake, STOCK[0], merchant_id)
