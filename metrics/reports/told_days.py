"""Which days of a period a shop's order files and collections have told, wholly, in part, or not at all.

Never a guess in money.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from contracts.fields import TIME_ZONE
from warehouse.lake import Lake
from warehouse.ops import COLLECTION, EXPORT, LOAD

#: Kinds of files that list orders.
_ORDERS = (
    "orders",
    "order_heads",
    "order_items",
    "trades",
    *(f"mapped_{kind}" for kind in ("orders", "order_heads", "order_items", "trades")),
)
#: How much of a day is told → Chinese and English.
TOLD = {
    "none": ("没有订单文件提到这一天", "no order file speaks of this day"),
    "part": ("文件导出时这一天还没过完", "the file was made before the day was over"),
}


def untold_days(lake: Lake, shop: dict[str, object], first: dt.date, last: dt.date) -> pl.DataFrame:
    """``date, told`` (``TOLD``) of the days from ``first`` to ``last`` that are not wholly told, in order.

    ``shop``: its merchant_id and shop_id.
    """
    spans = pl.concat([_files(lake, shop), _collections(lake, shop)])
    days = pl.DataFrame({"date": pl.date_range(first, last, eager=True)})
    over = (pl.col("date") + pl.duration(days=1)).cast(pl.Datetime("us")).dt.replace_time_zone(TIME_ZONE)
    # a file that speaks of the day after has seen the end of the day
    is_whole = (pl.col("last_date") > pl.col("date")) | (pl.col("observed_at") >= over)
    seen = days.join_where(
        spans, pl.col("date") >= pl.col("first_date"), pl.col("date") <= pl.col("last_date")
    )
    found = days.join(seen.group_by("date").agg(is_whole=is_whole.any()), on="date", how="left")
    told = found.with_columns(
        told=pl.when(pl.col("is_whole").is_null())
        .then(pl.lit("none"))
        .when(~pl.col("is_whole"))
        .then(pl.lit("part"))
    )
    return told.filter(pl.col("told").is_not_null()).select("date", "told").sort("date")


def is_ahead(lake: Lake, shop: dict[str, object], first: dt.date) -> bool:
    """Whether nothing was told of the shop's orders of ``first`` or any later day.

    Of days before its first order a file need not speak.
    """
    return (
        pl.concat([_files(lake, shop), _collections(lake, shop)])
        .filter(pl.col("last_date") >= first)
        .is_empty()
    )


def _files(lake: Lake, shop: dict[str, object]) -> pl.DataFrame:
    """Order files that count: the days their rows are of, and when they were made.

    What a file was refused for, it has not told.
    """
    files = lake.read(EXPORT, where=shop | {"kind_code": list(_ORDERS)}).filter(
        pl.col("withdrawn_at").is_null()
    )
    loads = lake.read(
        LOAD, keys=files.select(LOAD.key), columns=[*LOAD.key, "verdict_code", "first_date", "last_date"]
    )
    counting = loads.filter(~pl.col("verdict_code").is_in(["refused", "unusable"]))
    told = files.drop("first_date", "last_date").join(
        counting, on=list(LOAD.key), how="inner", validate="1:1"
    )
    return told.select(
        "first_date", "last_date", pl.col("observed_at").dt.convert_time_zone(TIME_ZONE)
    ).drop_nulls()


def _collections(lake: Lake, shop: dict[str, object]) -> pl.DataFrame:
    """Collections that ended well: whatever was ordered within their window was asked for."""
    rows = lake.read(COLLECTION, where=shop | {"kind_code": list(_ORDERS), "outcome_code": "ok"}).drop_nulls(
        ["window_start_at", "window_end_at"]
    )
    begun, ended = (
        pl.col(name).dt.convert_time_zone(TIME_ZONE) for name in ("window_start_at", "window_end_at")
    )
    return rows.select(first_date=begun.dt.date(), last_date=ended.dt.date(), observed_at=ended)
