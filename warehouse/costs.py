"""Costs as merchants enter them: append-only, with who and when. What is said again is not written again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from contracts.cost_fields import SAME_COST, SAME_GOODS
from contracts.tables import Table
from warehouse.lake import Lake
from warehouse.ops import FIXED_COST, UNIT_COST

_WRITTEN = {"event_number", "received_by_name", "changed_at"}
#: Each table with what tells one of its entries from another, and what an entry says; without it the entry is taken back.
_KINDS = ((UNIT_COST, SAME_GOODS, "unit_cost_fen"), (FIXED_COST, SAME_COST, "cost_amount_fen"))


def save_costs(lake: Lake, merchant_id: str, goods: pl.DataFrame, others: pl.DataFrame, *, by: str, at: dt.datetime) -> int:
    """Enter rows of ``UNIT_COST`` and ``FIXED_COST`` (without number, person and moment) of one merchant; returns how many say something new.

    Each must stand once per thing, shop and day in its frame: the caller sees to that.
    """
    with lake.transaction():
        return sum(_enter(lake, *kind, merchant_id, rows, by, at) for kind, rows in zip(_KINDS, (goods, others), strict=True))


def unit_costs(lake: Lake, merchant_id: str | None = None) -> pl.DataFrame:
    """Columns of ``UNIT_COST``, in the order of entry; of one merchant when given."""
    return _read(lake, UNIT_COST, merchant_id)


def fixed_costs(lake: Lake, merchant_id: str | None = None) -> pl.DataFrame:
    """Columns of ``FIXED_COST``, in the order of entry; of one merchant when given."""
    return _read(lake, FIXED_COST, merchant_id)


def _read(lake: Lake, table: Table, merchant_id: str | None) -> pl.DataFrame:
    return lake.read(table, where={"merchant_id": merchant_id} if merchant_id else None).sort(table.key)


def _enter(lake: Lake, table: Table, same: Sequence[str], amount: str, merchant_id: str, rows: pl.DataFrame, by: str, at: dt.datetime) -> int:
    known = _read(lake, table, merchant_id)
    last = known.unique(same, keep="last", maintain_order=True)
    given = table.shape(rows.with_columns(merchant_id=pl.lit(merchant_id)))
    fresh = given.join(last, on=[name for name in table.columns if name not in _WRITTEN], how="anti", nulls_equal=True)
    stood = fresh.join(last, on=list(same), how="semi", nulls_equal=True)
    is_back = pl.col(amount).is_null()
    fresh = pl.concat([fresh.filter(~is_back), stood.filter(is_back)])  # taking back what was never entered says nothing
    highest = known.select(pl.col("event_number").max().fill_null(0)).item()
    numbered = fresh.with_columns(event_number=pl.int_range(1, pl.len() + 1) + highest, received_by_name=pl.lit(by), changed_at=pl.lit(at))
    lake.append(table, numbered)
    return fresh.height
