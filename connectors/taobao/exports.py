"""What is special about Taobao's export files before their cells are typed."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import polars as pl

from connectors.taobao.words import PURPOSES, province
from contracts.fields import TIME_ZONE

_STAMP = re.compile(r"(?<!\d)(20\d{10})\d{0,4}(?!\d)")

#: Written into an amount cell where no refund was applied for.
_NO_REFUND = "无退款申请"


def exported_at(name: str) -> dt.datetime | None:
    """The moment of export in names like ``ExportOrderList202411061530.csv`` (Beijing time, to the minute).

    None when there is none.

    A part number may follow the stamp (``ExportOrderDetailList2016092310161.xlsx``), so only year to minute
    are read.
    """
    for found in _STAMP.finditer(name):
        try:
            return dt.datetime.strptime(found[1], "%Y%m%d%H%M").replace(tzinfo=ZoneInfo(TIME_ZONE))
        except ValueError:
            continue
    return None


def clean(kind: str, layout: str, table: pl.DataFrame) -> pl.DataFrame:
    """Amount cells that hold words become amounts.

    An address gives up its province, a ledger's note its order and purpose: all that is kept of them.

    Address and note stay flagged personal in ``columns.csv`` and are dropped by the reader right after this.
    """
    by_name = {re.sub(r"\s", "", name): name for name in table.columns}
    if kind == "order_items" and (refund := by_name.get("退款金额")):
        table = table.with_columns(
            pl.when(pl.col(refund).str.strip_chars() == _NO_REFUND)
            .then(pl.lit("0"))
            .otherwise(pl.col(refund))
            .alias(refund)
        )
    if kind == "orders" and (address := by_name.get("收货地址")) and "收货省份" not in by_name:
        table = table.with_columns(province(pl.col(address)).alias("收货省份"))
    return _ledger(table, by_name) if kind == "funds" else table


def _ledger(table: pl.DataFrame, by_name: dict[str, str]) -> pl.DataFrame:
    """Order and purpose out of the note, and one moment out of a day and a time of day."""
    if note := by_name.get("备注"):
        order = pl.coalesce(
            pl.col(note).str.extract(pattern)
            for pattern in (r"关联订单号\s*[:：]\s*(\d{10,20})", r"tradeid\s*[:：]\s*(\d{10,20})")
        )
        table = table.with_columns(
            order.alias("关联订单号"), pl.col(note).str.extract(f"({'|'.join(PURPOSES)})").alias("扣款用途")
        )
    day, time = (
        by_name.get(name) or by_name.get(name.replace("帐", "账")) for name in ("入帐日期", "入帐时间")
    )
    if day and time:
        whole = pl.concat_str(pl.col(day).str.strip_chars(), pl.col(time).str.strip_chars(), separator=" ")
        bare = pl.col(time).str.contains(r"^\s*\d{1,2}:\d{2}(:\d{2})?\s*$").fill_null(False)
        table = table.with_columns(pl.when(bare).then(whole).otherwise(pl.col(time)).alias(time))
    return table
