"""What the platforms' back offices show of the market: the number on a page, or what a column of an order
export adds up to.

Told from the market's own frames as of a moment, by each platform's habits; shares no code with whoever tries
to match it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import polars as pl

from simulator.history.clock import ZONE_NAME
from simulator.history.market import Market

_BANGKOK = "Asia/Bangkok"
#: Lines of a shop as they stand → what the page counts of each, in fen. Null where the page leaves the line
#: out.
_Count = Callable[[pl.DataFrame], pl.DataFrame]

_PLACED, _PAID, _COUPON = pl.col("placed_fen"), pl.col("paid_fen"), pl.col("discount_platform_fen")
_IS_PAID = pl.col("paid_at").is_not_null()


def back_office(
    market: Market, at: dt.datetime, shop_id: str, number: str, first: dt.date, last: dt.date
) -> int:
    """The number (a key of ``NUMBERS``) a shop reads at ``at`` for the days of its own clock from ``first``
    to ``last``, in fen; TikTok Shop's in satang.
    """
    if at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    count, clock, zone, in_baht = NUMBERS[number]
    lines = market.lines_at(shop_id, at)
    if clock == "started_at":
        aired = market.sessions_at(shop_id, at).select("session_ref", "started_at")
        lines = lines.join(aired, on="session_ref", how="inner")
    day = pl.col(clock).dt.convert_time_zone(zone).dt.date()
    counted = count(lines).with_columns(day=day).filter(pl.col("day").is_between(first, last))
    return int(counted.select((pl.col("shown") * (_satang() if in_baht else 1)).sum()).item())


def _satang() -> pl.Expr:
    """Satang for one fen on the day of the order."""
    return pl.when(pl.col("created_at").dt.date().dt.ordinal_day() % 2 == 0).then(5).otherwise(4)


def _each(shown: pl.Expr) -> _Count:
    return lambda lines: lines.with_columns(shown=shown)


def _whole_order_on_each(shown: pl.Expr, rows: tuple[str, ...]) -> _Count:
    """The file has one row per ``rows``, each with its whole order's money."""

    def count(lines: pl.DataFrame) -> pl.DataFrame:
        orders = lines.with_columns(shown=shown.sum().over("order_id"))
        return orders.unique(list(rows), keep="first", maintain_order=True)

    return count


#: Number → what it counts, its clock, whose day, whether in baht.
NUMBERS: dict[str, tuple[_Count, str, str, bool]] = {
    "douyin_live_gmv": (_each(pl.when(_IS_PAID).then(_PAID + _COUPON)), "started_at", ZONE_NAME, False),
    "douyin_live_paid": (_each(_PAID), "started_at", ZONE_NAME, False),
    "douyin_orders": (_each(_PLACED), "created_at", ZONE_NAME, False),
    "taobao_paid": (_each(_PAID), "paid_at", ZONE_NAME, False),
    "taobao_orders": (_each(_PLACED), "created_at", ZONE_NAME, False),
    "kuaishou_orders": (_each(_PAID), "created_at", ZONE_NAME, False),
    "wechat_orders": (_whole_order_on_each(_PAID, ("order_line_id",)), "created_at", ZONE_NAME, False),
    "xiaohongshu_orders": (_each(pl.when(_IS_PAID).then(_PLACED + _COUPON)), "created_at", ZONE_NAME, False),
    "pinduoduo_orders": (_each(_PAID), "paid_at", ZONE_NAME, False),
    "jd_orders": (_whole_order_on_each(_PLACED, ("order_line_id",)), "created_at", ZONE_NAME, False),
    "tiktok_revenue": (_each(_PAID), "paid_at", _BANGKOK, True),
    "tiktok_orders": (_whole_order_on_each(_PLACED, ("order_id", "sku_id")), "created_at", _BANGKOK, True),
}
