"""What advertising truly brought, straight from the market's frames: spend of a shop's day, and what the
orders of that day came to.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from simulator.history.clock import ZONE, ZONE_NAME
from simulator.history.market import Market

_DAY = ("shop_id", "date")


def reported_spend(market: Market, at: dt.datetime) -> pl.DataFrame:
    """What shops spent on the days before ``at``'s: ``shop_id, platform_code, date, spent_fen`` and
    ``sold_fen``, sales as the report tells.
    """
    days = market.ads.filter(pl.col("ad_date") < at.astimezone(ZONE).date()).rename({"ad_date": "date"})
    return days.group_by("shop_id", "platform_code", "date").agg(
        pl.col("spent_fen").sum(), sold_fen=pl.col("reported_gmv_fen").sum()
    )


def sold_on(market: Market, at: dt.datetime, days: pl.DataFrame) -> pl.DataFrame:
    """``days`` (``shop_id, date``) with ``paid_fen``, ``kept_fen`` and ``settled_fen`` (null before the first
    payout) of their orders by ``at``.
    """
    moment = at.astimezone(ZONE)
    back = (
        market.refunds.filter(pl.col("refunded_at") <= moment)
        .group_by("order_line_id")
        .agg(back=pl.col("refund_fen").sum())
    )
    out = (
        market.settlements.filter(pl.col("settled_at") <= moment)
        .group_by("order_line_id")
        .agg(settled_fen=pl.col("settled_fen").sum())
    )
    lines = market.lines.filter(pl.col("paid_at") <= moment).with_columns(
        date=pl.col("paid_at").dt.convert_time_zone(ZONE_NAME).dt.date()
    )
    each = lines.join(back, on="order_line_id", how="left").join(out, on="order_line_id", how="left")
    sums = each.group_by(_DAY).agg(
        pl.col("paid_fen").sum(),
        kept_fen=pl.col("paid_fen").sum() - pl.col("back").sum(),
        settled_fen=pl.when(pl.col("settled_fen").is_not_null().any()).then(pl.col("settled_fen").sum()),
    )
    return days.join(sums, on=_DAY, how="left").with_columns(pl.col("paid_fen", "kept_fen").fill_null(0))
