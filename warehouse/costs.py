"""Costs as merchants enter them: see ``warehouse.entries``."""

from __future__ import annotations

import datetime as dt

import polars as pl

from contracts.cost_fields import SAME_COST, SAME_GOODS
from warehouse import entries
from warehouse.entries import Book
from warehouse.lake import Lake
from warehouse.ops import FIXED_COST, UNIT_COST

GOODS = Book(UNIT_COST, SAME_GOODS, "valid_from_date", "unit_cost_fen")
OTHERS = Book(FIXED_COST, SAME_COST, "valid_from_date", "cost_amount_fen")
COSTS = (GOODS, OTHERS)


def save_costs(lake: Lake, merchant_id: str, goods: pl.DataFrame, others: pl.DataFrame, *, by: str, at: dt.datetime) -> int:
    """Enter rows of ``UNIT_COST`` and ``FIXED_COST`` (without number, person and moment) of one merchant; returns how many say something new."""
    return entries.save(lake, COSTS, merchant_id, (goods, others), by=by, at=at)


def unit_costs(lake: Lake, merchant_id: str | None = None) -> pl.DataFrame:
    """Columns of ``UNIT_COST``, in the order of entry; of one merchant when given."""
    return entries.read(lake, GOODS, merchant_id)


def fixed_costs(lake: Lake, merchant_id: str | None = None) -> pl.DataFrame:
    """Columns of ``FIXED_COST``, in the order of entry; of one merchant when given."""
    return entries.read(lake, OTHERS, merchant_id)
