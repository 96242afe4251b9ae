"""Orders a merchant sets aside (brushing, samples): append-only, with who and when. What is said again is not written again."""

from __future__ import annotations

import datetime as dt

import polars as pl

from contracts.canonical import LISTED_ORDER
from warehouse.lake import Lake
from warehouse.ops import ASIDE_ORDER

_ORDER = list(LISTED_ORDER)
_SAID = [*_ORDER, "is_aside", "reason_name"]


def save_aside(lake: Lake, merchant_id: str, orders: pl.DataFrame, *, by: str, at: dt.datetime) -> int:
    """Enter rows ``shop_id, order_id, is_aside, reason_name`` of one merchant, each order once; returns how many say something new."""
    with lake.transaction():
        known = lake.read(ASIDE_ORDER, where={"merchant_id": merchant_id})
        last = known.sort("event_number").unique(_ORDER, keep="last")
        given = orders.select(pl.lit(merchant_id).alias("merchant_id"), *_SAID[1:])
        fresh = given.join(last, on=_SAID, how="anti", nulls_equal=True)
        fresh = pl.concat([fresh.filter("is_aside"), fresh.filter(~pl.col("is_aside")).join(last, on=_ORDER, how="semi")])  # nothing to take back: nothing said
        highest = known.select(pl.col("event_number").max().fill_null(0)).item()
        numbered = fresh.with_columns(event_number=pl.int_range(1, pl.len() + 1) + highest, received_by_name=pl.lit(by), changed_at=pl.lit(at))
        lake.append(ASIDE_ORDER, ASIDE_ORDER.shape(numbered))
        return fresh.height


def aside_orders(lake: Lake, merchant_id: str | None = None) -> pl.DataFrame:
    """Columns of ``ASIDE_ORDER``, of the orders set aside now, in order of entry; of one merchant when given."""
    said = lake.read(ASIDE_ORDER, where={"merchant_id": merchant_id} if merchant_id else None).sort("event_number")
    return said.unique(_ORDER, keep="last", maintain_order=True).filter("is_aside")
