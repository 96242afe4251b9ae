"""What was placed, and what stayed of finished orders, by everything an order line tells of itself: as the daily sheets, at the grain that splits further."""

from __future__ import annotations

import polars as pl
import polars.selectors as cs

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.gold import mart_final_daily
from transforms.gold.mart_breakdown_daily import CUTS
from transforms.gold.measures import paid_hour

#: The cuts of the breakdown, and the session.
DETAIL = (*CUTS, "live_session_id")

TABLE = Table(
    "gold",
    "mart_order_detail_daily",
    "下单完成明细日表",
    "placed and finished × cuts × day",
    "Lines of one shop × day alike in style, SKU, size, colour, province, creator, session, hour of payment and channel. placed_fen on the placed day, "
    "created_untold_fen and paid_fen on the payment day, and on it too, by the day of finishing, the measures of mart_final_daily. Untold is ``untold``.",
    key=(*SHOP, *DETAIL, "channel_code", "business_date", "finished_date"),
    required=("placed_fen", "created_untold_fen", "paid_fen", *mart_final_daily.TABLE.required),
)

_KEY = list(TABLE.key)


def build(lines: pl.DataFrame) -> pl.DataFrame:
    """The mart's rows for the placed and paid days found in ``lines`` (order-line facts); the caller passes whole days and keeps those it asked for."""
    parts = pl.concat([*contributions(lines), TABLE.empty()], how="diagonal")
    return TABLE.shape(parts.group_by(_KEY).agg(cs.integer().sum()))


def contributions(lines: pl.DataFrame) -> list[pl.DataFrame]:
    """What each fact adds, on its clock: the mart's key and some of its measures, beside the id of the line."""
    told = detailed(lines)
    is_told, day = pl.col("created_date").is_not_null(), pl.coalesce("created_date", "paid_date")
    placed = told.filter(day.is_not_null()).select(
        "order_line_id",
        *_KEY[:-2],
        business_date=day,
        finished_date=pl.lit(mart_final_daily.UNDATED),
        placed_fen=pl.when(is_told).then(pl.col("placed_fen").fill_null(0)).otherwise(0),
        created_untold_fen=pl.when(is_told).then(0).otherwise("paid_fen"),
    )
    return [placed, *mart_final_daily.contributions(told, (*_KEY, "paid_fen"))]


def detailed(facts: pl.DataFrame) -> pl.DataFrame:
    """Facts with every cut told, the hour of payment among them."""
    return facts.with_columns(paid_hour_code=paid_hour()).with_columns(pl.col(name).fill_null("untold") for name in DETAIL)
