"""The merchant's daily sheet: shop × channel × traffic × day."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import COUNT, Additive, From
from transforms.gold import dim_live_session, fct_order_line, fct_refund_line
from transforms.gold.measures import PAID, dated, paid_rows

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
    optional=(COUNT,),
)

_KEY = list(TABLE.key)


def _paid(lines: pl.DataFrame) -> pl.DataFrame:
    return paid_rows(lines.with_columns(business_date="paid_date"), _KEY)


def _back(refunds: pl.DataFrame) -> pl.DataFrame:
    return dated(refunds, _KEY)


def _in_session(lines: pl.DataFrame, sessions: pl.DataFrame) -> pl.DataFrame:
    """Paid lines of sessions whose views are known."""
    sold = lines.filter(pl.col("paid_date").is_not_null()).with_columns(business_date="start_date")
    sold = sold.join(_viewed(sessions).select(dim_live_session.TABLE.key), on=list(dim_live_session.TABLE.key), how="semi")
    return sold.select("order_line_id", "live_session_id", *_KEY, session_paid_fen="paid_fen", session_refund_fen="cohort_refund_fen")


def _views(sessions: pl.DataFrame) -> pl.DataFrame:
    """A session's views stand under traffic ``unknown``: rooms are watched by both kinds."""
    watched = _viewed(sessions).with_columns(business_date="start_date", traffic_code=pl.lit("unknown"))
    return watched.select("live_session_id", *_KEY, session_views_qty="views_qty")


def _viewed(sessions: pl.DataFrame) -> pl.DataFrame:
    return sessions.filter(pl.col("views_qty").is_not_null())


ASSET = Additive(
    TABLE,
    (
        From(fct_order_line.TABLE, "paid_date", _paid),
        From(fct_refund_line.TABLE, "refund_date", _back),
        From(fct_order_line.TABLE, "start_date", _in_session, beside=dim_live_session.TABLE),
        From(dim_live_session.TABLE, "start_date", _views),
    ),
)
