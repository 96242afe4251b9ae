"""Sessions: who watched, what sold, what of it stayed."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import COUNT, Additive, Among, From
from transforms.gold.measures import PAID
from transforms.gold.orders import dim_live_session, fct_order_line

#: Measure → what a session tells of it. People are counted as the platform does, per session. The order is
#: the funnel's: all of it is told, or none counts.
FUNNEL = {
    "funnel_shown_qty": "exposure_viewers_qty", "funnel_entered_qty": "viewers_qty",
    "funnel_seen_qty": "product_exposure_viewers_qty",
    "funnel_clicked_qty": "product_click_viewers_qty", "funnel_bought_qty": "reported_buyers_qty",
}  # fmt: skip

#: Measure → the money it is of, which counts only where the session tells the number it stands over.
OVER = {
    "session_paid_fen": ("paid_fen", "session_views_qty"),
    "session_refund_fen": ("cohort_refund_fen", "session_views_qty"),
    "session_uv_paid_fen": ("paid_fen", "session_viewers_qty"),
    "session_buyers_paid_fen": ("paid_fen", "session_buyers_qty"),
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
        "ended_at", "live_account_id", "live_account_name", "session_name", "viewers_qty",
        "product_click_qty", "reported_gmv_fen", "reported_net_fen", COUNT,
    ),
)  # fmt: skip


_FUNNEL_TOLD = " AND ".join(f"{name} IS NOT NULL" for name in FUNNEL.values())
_WATCHED = "average_watch_qty * views_qty"
_AIRED = {
    "session_views_qty": "coalesce(views_qty, 0)",
    "session_viewers_qty": "coalesce(viewers_qty, 0)",
    "session_buyers_qty": "coalesce(reported_buyers_qty, 0)",
    "session_shown_qty": "coalesce(product_exposure_qty, 0)",
    "session_watch_qty": f"coalesce({_WATCHED}, 0)",
    "session_watch_views_qty": f"CASE WHEN {_WATCHED} IS NOT NULL THEN views_qty ELSE 0 END",
    "session_watch_untold_qty": f"CASE WHEN {_WATCHED} IS NULL THEN 1 ELSE 0 END",
    "funnel_untold_qty": f"CASE WHEN {_FUNNEL_TOLD} THEN 0 ELSE 1 END",
    **{name: f"CASE WHEN {_FUNNEL_TOLD} THEN {column} ELSE 0 END" for name, column in FUNNEL.items()},
}


def _describe(sessions: pl.DataFrame) -> pl.DataFrame:
    return sessions.with_columns(business_date="start_date")


ASSET = Additive(
    TABLE,
    (
        From(
            fct_order_line.TABLE,
            "start_date",
            PAID,
            where="paid_date IS NOT NULL",
            among=Among(dim_live_session.TABLE, "true"),
        ),
        From(dim_live_session.TABLE, "start_date", _AIRED),
    ),
    about=dim_live_session.TABLE,
    describe=_describe,
)
