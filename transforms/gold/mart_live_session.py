"""Sessions: who watched, what sold, what of it stayed."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import COUNT, Additive, From
from transforms.gold import dim_live_session, fct_order_line
from transforms.gold.measures import PAID, paid_rows

#: Measure → what a session tells of it. People are counted as the platform does, per session. The order is the funnel's: all of it is told, or none counts.
FUNNEL = {
    "funnel_shown_qty": "exposure_viewers_qty", "funnel_entered_qty": "viewers_qty", "funnel_seen_qty": "product_exposure_viewers_qty",
    "funnel_clicked_qty": "product_click_viewers_qty", "funnel_bought_qty": "reported_buyers_qty",
}  # fmt: skip

#: Measure → the money it is of, which counts only where the session tells the number it stands over.
OVER = {
    "session_paid_fen": ("paid_fen", "session_views_qty"), "session_refund_fen": ("cohort_refund_fen", "session_views_qty"),
    "session_uv_paid_fen": ("paid_fen", "session_viewers_qty"), "session_buyers_paid_fen": ("paid_fen", "session_buyers_qty"),
    "session_shown_paid_fen": ("paid_fen", "session_shown_qty"),
}  # fmt: skip
_COUNTS = ("session_views_qty", "session_viewers_qty", "session_buyers_qty", "session_shown_qty")
_WATCH = ("session_watch_qty", "session_watch_views_qty", "session_watch_untold_qty")
#: What a session adds that no line does.
AIRED = (*_COUNTS, *FUNNEL, "funnel_untold_qty", *_WATCH)

TABLE = Table(
    "gold",
    "mart_live_session",
    "直播场次表",
    "live sessions",
    "One livestream session with the order lines attributed to it. All measures on the session's start day.",
    key=(*SHOP, "live_session_id"),
    required=("started_at", "business_date", "channel_code", *PAID, *AIRED),
    optional=(
        "ended_at", "live_account_id", "live_account_name", "session_name", "viewers_qty", "product_click_qty", "reported_gmv_fen", "reported_net_fen", COUNT,
    ),
)  # fmt: skip

_SESSION = [*SHOP, "live_session_id"]


def _aired(sessions: pl.DataFrame) -> pl.DataFrame:
    """What each session adds: its day, its channel, what it tells of its viewers."""
    is_whole = pl.all_horizontal(pl.col(name).is_not_null() for name in FUNNEL.values())
    watched = pl.col("average_watch_qty") * pl.col("views_qty")
    return sessions.select(
        *_SESSION,
        "channel_code",
        business_date="start_date",
        session_views_qty=pl.col("views_qty").fill_null(0),
        session_viewers_qty=pl.col("viewers_qty").fill_null(0),
        session_buyers_qty=pl.col("reported_buyers_qty").fill_null(0),
        session_shown_qty=pl.col("product_exposure_qty").fill_null(0),
        session_watch_qty=watched.fill_null(0),
        session_watch_views_qty=pl.when(watched.is_not_null()).then("views_qty").otherwise(0),
        session_watch_untold_qty=watched.is_null().cast(pl.Int64),
        funnel_untold_qty=(~is_whole).cast(pl.Int64),
        **{name: pl.when(is_whole).then(told).otherwise(0) for name, told in FUNNEL.items()},
    )


def _sold(lines: pl.DataFrame, sessions: pl.DataFrame) -> pl.DataFrame:
    """What each paid line of a session adds, with the session's day and channel."""
    sold = paid_rows(lines.filter(pl.col("live_session_id").is_not_null()), _SESSION)
    return sold.join(sessions.select(*_SESSION, "channel_code", business_date="start_date"), on=_SESSION, how="inner", validate="m:1")


def _describe(sessions: pl.DataFrame) -> pl.DataFrame:
    return sessions.with_columns(business_date="start_date")


ASSET = Additive(
    TABLE,
    (
        From(fct_order_line.TABLE, "start_date", _sold, beside=dim_live_session.TABLE),
        From(dim_live_session.TABLE, "start_date", _aired),
    ),
    about=dim_live_session.TABLE,
    describe=_describe,
)
