"""Money that went back to buyers, on the refund clock."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.derived import Derived, Slices
from transforms.gold.measures import paid_hour
from transforms.gold.orders import fct_order_line
from transforms.gold.orders.grain import LINE, ORDER
from transforms.gold.orders.refund_match import match_refunds

TABLE = Table(
    "gold",
    "fct_refund_line",
    "退款事实",
    "refund line facts",
    "One successful refund × sub-order. ``refund_id`` starting ``stated:`` is what the order row states "
    "beyond its after-sale rows: amount known, date not.",
    key=(*SHOP, "refund_id", "order_line_id"),
    required=("order_id", "refund_fen", "refund_stage_code", "refund_type_code", "channel_code",
        "traffic_code"),
    optional=(
        "reason_code", "applied_at", "refunded_at", "refund_date", "paid_date", "style_code",
        "live_session_id", "start_date", "sku_code", "color_name",
        "size_name", "province_name", "creator_id", "paid_hour_code",
    ),
)  # fmt: skip

_FROM_LINE = [
    "order_id",
    "channel_code",
    "traffic_code",
    "paid_date",
    "style_code",
    "live_session_id",
    "start_date",
]
_CUTS = ["sku_code", "color_name", "size_name", "province_name", "creator_id"]


def build(lines: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """Refund facts of the given order-line facts, which are whole orders.

    Refunds whose order is not here yet are left out; they come with it.
    """
    paid = lines.filter(pl.col("paid_date").is_not_null())
    told = paid.select(*LINE, *_FROM_LINE, *_CUTS, paid_hour_code=paid_hour())
    itemised = (
        match_refunds(lines, refunds)
        .drop("order_id", "sku_code")
        .join(told, on=LINE, how="inner", validate="m:1")
    )
    itemised = itemised.with_columns(refund_date=pl.col("refunded_at").dt.date())
    undated = (
        itemised.filter(pl.col("refunded_at").is_null())
        .group_by(LINE)
        .agg(itemised_undated=pl.col("refund_fen").sum())
    )
    stated = (
        paid.with_columns(paid_hour_code=paid_hour())
        .join(undated, on=LINE, how="left", validate="1:1")
        .with_columns(refund_fen=pl.col("refund_undated_fen") - pl.col("itemised_undated").fill_null(0))
    )
    stated = stated.filter(pl.col("refund_fen") > 0).with_columns(
        refund_id=pl.lit("stated:") + pl.col("order_line_id"),
        refund_stage_code=pl.lit("unknown"),
        refund_type_code=pl.lit("unknown"),
    )
    return pl.concat([TABLE.shape(itemised), TABLE.shape(stated)])


def _made(of: Slices) -> pl.DataFrame:
    return build(of.read(fct_order_line.TABLE), of.view(fct_order_line.NOW).refund_line)


ASSET = Derived(TABLE, _made, reads=(fct_order_line.TABLE, fct_order_line.NOW), by=tuple(ORDER))
