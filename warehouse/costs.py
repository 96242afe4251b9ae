"""Costs as merchants enter them: append-only, with who and when. What is said again is not written again."""

from __future__ import annotations

import datetime as dt

import polars as pl

from contracts.tables import Table
from warehouse.lake import Lake
from warehouse.ops import FIXED_COST, UNIT_COST

_SAID = {"event_number", "received_by_name", "changed_at"}
_AMOUNT = {UNIT_COST.name: "unit_cost_fen", FIXED_COST.name: "cost_amount_fen"}


def save_costs(lake: Lake, merchant_id: str, goods: pl.DataFrame, others: pl.DataFrame, *, by: str, at: dt.datetime) -> int:
    """Enter rows of ``UNIT_COST`` and ``FIXED_COST`` (without number, person and moment) of one merchant; returns how many say something new.

    Each must stand once per thing, shop and day in its frame: the caller sees to that.
    """
    with lake.transaction():
        return sum(_enter(lake, table, merchant_id, rows, by, at) for table, rows in ((UNIT_COST, goods), (FIXED_COST, others)))


def unit_costs(lake: Lake, merchant_id: str | None = None) -> pl.DataFrame:
    """Columns of ``UNIT_COST``, in the order of entry; of one merchant when given."""
    return _read(lake, UNIT_COST, merchant_id)


def fixed_costs(lake: Lake, merchant_id: str | None = None) -> pl.DataFrame:
    """Columns of ``FIXED_COST``, in the order of entry; of one merchant when given."""
    return _read(lake, FIXED_COST, merchant_id)


def _read(lake: Lake, table: Table, merchant_id: str | None) -> pl.DataFrame:
    return lake.read(table, where={"merchant_id": merchant_id} if merchant_id else None).sort(table.key)


def identity(table: Table) -> list[str]:
    """What tells one entered cost from another; of the same, the newest word counts."""
    return [name for name in table.columns if name not in {*_SAID, _AMOUNT[table.name], "valid_until_date"}]


def _enter(lake: Lake, table: Table, merchant_id: str, rows: pl.DataFrame, by: str, at: dt.datetime) -> int:
    known = _read(lake, table, merchant_id)
    said = [name for name in table.columns if name not in _SAID]
    last = known.unique(identity(table), keep="last", maintain_order=True)
    given = rows.with_columns(merchant_id=pl.lit(merchant_id))
    fresh = given.join(last, on=said, how="anti", nulls_equal=True)
    # taking back what was never entered says nothing
    fresh = fresh.filter(
        pl.col(_AMOUNT[table.name]).is_not_null() | pl.struct(identity(table)).is_in(last.select(pl.struct(identity(table))).to_series().implode())
    )
    number = pl.int_range(1, pl.len() + 1) + (known["event_number"].max() or 0)
    lake.append(table, table.shape(fresh.with_columns(event_number=number, received_by_name=pl.lit(by), changed_at=pl.lit(at))))
    return fresh.height
