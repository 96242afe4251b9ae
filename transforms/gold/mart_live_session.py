"""Sessions: who watched, what sold, what of it stayed."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.gold.measures import PAID, sum_paid

TABLE = Table(
    "gold",
    "mart_live_session",
    "直播场次表",
    "live sessions",
    "One livestream session with the order lines attributed to it. All measures on the session's start day.",
    key=(*SHOP, "live_session_id"),
    required=("started_at", "business_date", "channel_code", *PAID, "session_views_qty"),
    optional=("ended_at", "live_account_id", "live_account_name", "session_name", "viewers_qty", "product_click_qty", "reported_gmv_fen", "reported_net_fen"),
)

_SESSION = [*SHOP, "live_session_id"]


def build(lines: pl.DataFrame, sessions: pl.DataFrame) -> pl.DataFrame:
    """One row per given session (rows of dim_live_session), with the sums of the given lines attributed to it."""
    sold = sum_paid(lines.filter(pl.col("live_session_id").is_not_null()), _SESSION)
    joined = sessions.join(sold, on=_SESSION, how="left", validate="1:1")
    rows = joined.with_columns(*(pl.col(name).fill_null(0) for name in PAID), business_date="start_date", session_views_qty=pl.col("views_qty").fill_null(0))
    return TABLE.shape(rows)
