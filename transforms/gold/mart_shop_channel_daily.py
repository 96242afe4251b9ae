"""The merchant's daily sheet: shop × channel × traffic × day."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.gold.measures import PAID, stack, sum_paid

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
    """The mart's rows for the days found in the given facts; the caller passes whole days of each clock and keeps those it asked for.

    ``sessions`` are rows of dim_live_session; a session's views stand under traffic ``unknown`` since rooms are watched by both.
    """
    viewed = sessions.filter(pl.col("views_qty").is_not_null())
    paid = sum_paid(lines.with_columns(business_date="paid_date"), _KEY)
    dated = refunds.filter(pl.col("refund_date").is_not_null()).with_columns(business_date="refund_date")
    returned = dated.group_by(_KEY).agg(dated_refund_fen=pl.col("refund_fen").sum())
    aired = lines.filter(pl.col("paid_date").is_not_null()).with_columns(business_date="start_date")
    aired = aired.join(viewed.select(*SHOP, "live_session_id"), on=[*SHOP, "live_session_id"], how="semi")
    sold = aired.group_by(_KEY).agg(session_paid_fen=pl.col("paid_fen").sum(), session_refund_fen=pl.col("cohort_refund_fen").sum())
    watched = viewed.with_columns(business_date="start_date", traffic_code=pl.lit("unknown"))
    watched = watched.group_by(_KEY).agg(session_views_qty=pl.col("views_qty").sum())
    rows = stack([paid, returned, sold, watched, TABLE.empty()], _KEY)
    return TABLE.shape(rows)
