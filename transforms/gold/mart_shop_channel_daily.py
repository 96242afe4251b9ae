"""The merchant's daily sheet: shop × channel × traffic × day."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.gold.measures import PAID, paid_rows, total

SESSION = ("session_paid_fen", "session_refund_fen", "session_views_qty")

TABLE = Table(
    "gold",
    "mart_shop_channel_daily",
    "店铺渠道日表",
    "shop × channel × day",
    "One shop × channel × traffic × day. Paid measures on the payment day, dated_refund_fen on the refund day, session measures on the day a session began; "
    "sessions whose views no source tells are left out of these, so that their sales never stand over other rooms' views.",
    key=(*SHOP, "channel_code", "traffic_code", "business_date"),
    required=(*PAID, "dated_refund_fen", *SESSION),
)

_KEY = list(TABLE.key)


def build(lines: pl.DataFrame, refunds: pl.DataFrame, sessions: pl.DataFrame) -> pl.DataFrame:
    """The mart's rows for the days found in the given facts; the caller passes whole days of each clock and keeps those it asked for."""
    return TABLE.shape(total([*contributions(lines, refunds, sessions), TABLE.empty()], _KEY))


def contributions(lines: pl.DataFrame, refunds: pl.DataFrame, sessions: pl.DataFrame) -> list[pl.DataFrame]:
    """What each fact adds to the mart, on its clock: the mart's key and some of its measures, beside the id of the line, refund or session.

    ``sessions`` are rows of dim_live_session; a session's views stand under traffic ``unknown`` since rooms are watched by both.
    """
    viewed = sessions.filter(pl.col("views_qty").is_not_null())
    dated = refunds.filter(pl.col("refund_date").is_not_null()).with_columns(business_date="refund_date")
    aired = lines.filter(pl.col("paid_date").is_not_null()).with_columns(business_date="start_date")
    aired = aired.join(viewed.select(*SHOP, "live_session_id"), on=[*SHOP, "live_session_id"], how="semi")
    watched = viewed.with_columns(business_date="start_date", traffic_code=pl.lit("unknown"))
    return [
        paid_rows(lines.with_columns(business_date="paid_date"), _KEY),
        dated.select("refund_id", "order_line_id", *_KEY, dated_refund_fen="refund_fen"),
        aired.select("order_line_id", "live_session_id", *_KEY, session_paid_fen="paid_fen", session_refund_fen="cohort_refund_fen"),
        watched.select("live_session_id", *_KEY, session_views_qty="views_qty"),
    ]
