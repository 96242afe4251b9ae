"""Buyers who come again (metrics.md 2.3, 复购率): on one platform, in one window, never added up over
either.
"""

from __future__ import annotations

from metrics.model.metric import Metric

_TOLD = ("kept_buyers_qty",)

BUYERS = (
    Metric(
        id="kept_buyers",
        zh="留存买家数",
        en="buyers who kept an order",
        unit="count",
        clock="buyers",
        numerator={"kept_buyers_qty": 1},
        notes=("BUYER_UNTOLD",),
        told=_TOLD,
        about_zh="以月末为止的窗口里支付、至少留下一件的订单，是多少个买家的。",
        about_en=(
            "How many buyers the orders belong to that were paid in the window up to the month's end "
            "and kept a unit."
        ),
        trap_zh=(
            "买家键各平台不同，同一个人在两个平台是两个键：不能跨平台相加，也不能跨月相加。"
            "剔除名单上的订单不算。"
        ),
        trap_en=(
            "A buyer has another key on each platform: never added up over platforms, nor over months. "
            "Orders set aside take no part."
        ),
    ),
    Metric(
        id="repurchase_rate",
        zh="复购率",
        en="repurchase rate",
        unit="fraction",
        clock="buyers",
        numerator={"repeat_buyers_qty": 1},
        denominator="kept_buyers_qty",
        notes=("BUYER_UNTOLD",),
        about_zh="窗口里留下两单及以上的买家，占留下至少一单的买家。只在一个平台、一个月末上看。",
        about_en=(
            "Of the buyers who kept an order in the window, those who kept two or more. On one platform "
            "and up to one month's end alone."
        ),
        trap_zh=(
            "全退的订单不算买过。最近一个月还没定：新近的订单还会退（偏高），没过完的月天数少（偏低）。"
            "只有文件里有买家编号的平台才有，别的平台是不知道，不是 0。"
        ),
        trap_en="Orders returned whole are no purchase. The last month is not settled: young orders are "
        "still to return (too high), and a month that is not "
        "over has fewer days (too low). Only of platforms whose files tell a buyer's number: of the others "
        "it is unknown, not 0.",
    ),
)
