"""Livestream sessions with the day and channel that own them."""

from __future__ import annotations

import polars as pl

from contracts.canonical import LIVE_SESSION, SHOP
from contracts.tables import Table
from transforms.derived import Derived, Slices
from transforms.silver.states import current

TABLE = Table(
    "gold",
    "dim_live_session",
    "直播场次维度",
    "live sessions",
    "One livestream session as last observed.",
    key=(*SHOP, "live_session_id"),
    required=("started_at", "start_date", "channel_code", "is_own_account"),
    optional=(
        "live_account_id", "ended_at", "live_account_name", "session_name", "exposure_qty", "views_qty",
        "viewers_qty", "product_exposure_qty",
        "product_click_qty", "reported_gmv_fen", "reported_orders_qty", "reported_refund_fen",
        "reported_hour_refund_fen", "reported_net_fen",
        "exposure_viewers_qty", "product_exposure_viewers_qty", "product_click_viewers_qty",
        "reported_buyers_qty", "average_watch_qty",
    ),
)  # fmt: skip


def build(sessions: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """Current sessions; own by the merchant's list of accounts, or by the platform's word where it names no
    account.
    """
    accounts = own.select("merchant_id", "platform_code", "live_account_id", is_own=pl.lit(True)).unique()
    joined = sessions.join(
        accounts, on=["merchant_id", "platform_code", "live_account_id"], how="left", validate="m:1"
    )
    told_own = pl.col("live_account_id").is_null() & (pl.col("seller_code") == "own")
    is_own = pl.col("is_own").fill_null(False) | told_own.fill_null(False)
    return TABLE.shape(
        joined.with_columns(
            is_own_account=is_own,
            start_date=pl.col("started_at").dt.date(),
            channel_code=pl.when(is_own).then(pl.lit("own_live")).otherwise(pl.lit("creator_live")),
        )
    )


def _made(of: Slices) -> pl.DataFrame:
    return build(current(LIVE_SESSION, of.read(LIVE_SESSION)), of.read("ops.live_account"))


ASSET = Derived(TABLE, _made, reads=(LIVE_SESSION, "ops.live_account"), by=TABLE.key)
