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


def last_entry(lake: Lake, merchant_id: str) -> tuple[int, int]:
    """The number of the merchant's newest entry of either kind, 0 before the first: it moves when anybody enters anything."""
    goods, others = (int(_read(lake, table, merchant_id).select(pl.col("event_number").max().fill_null(0)).item()) for table, _, _ in _KINDS)
    return goods, others


def compare(lake: Lake, merchant_id: str, goods: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """What entering rows (as ``save_costs`` takes them; other columns are kept) would change.

    Each with ``verdict_code`` new, changed, same, taken_back or nothing (took back what was not there), ``fen``, ``was_fen`` of the same thing and day with
    who and when, and ``before_fen``, the price of the same thing from an earlier day on.
    """
    return pl.concat([_compared(lake, *kind, merchant_id, rows) for kind, rows in zip(_KINDS, (goods, others), strict=True)], how="diagonal")


def _compared(lake: Lake, table: Table, same: Sequence[str], amount: str, merchant_id: str, rows: pl.DataFrame) -> pl.DataFrame:
    last = _read(lake, table, merchant_id).unique(same, keep="last", maintain_order=True)
    until = ["valid_until_date"] if "valid_until_date" in table.columns else []
    given = rows.with_columns(merchant_id=pl.lit(merchant_id))
    stood = last.select(*same, "received_by_name", "changed_at", was_fen=amount, **{f"was_{name}": pl.col(name) for name in until})
    pair = given.join(stood, on=list(same), how="left", nulls_equal=True, maintain_order="left")
    is_same = pl.all_horizontal(pl.col(amount) == pl.col("was_fen"), *(pl.col(name).eq_missing(pl.col(f"was_{name}")) for name in until))
    verdict = (
        pl.when(pl.col(amount).is_null() & pl.col("was_fen").is_null()).then(pl.lit("nothing"))
        .when(pl.col(amount).is_null()).then(pl.lit("taken_back"))
        .when(pl.col("was_fen").is_null()).then(pl.lit("new"))
        .when(is_same).then(pl.lit("same")).otherwise(pl.lit("changed"))
    )  # fmt: skip
    # a join on time takes no null for a key
    by = [f"_{name}" for name in same if name != "valid_from_date"]
    keys = [pl.col(name[1:]).fill_null("").alias(name) for name in by]
    known = last.filter(pl.col(amount).is_not_null()).with_columns(keys).select(*by, "valid_from_date", before_fen=amount).sort("valid_from_date")
    found = pair.with_columns(*keys, verdict_code=verdict, fen=amount).sort("valid_from_date").join_asof(
        known, on="valid_from_date", by=by, allow_exact_matches=False, check_sortedness=False
    )  # fmt: skip
    return found.drop(by, amount, *(f"was_{name}" for name in until))


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
