"""Metrics of a session's people: from being shown the room to buying (metrics.md 2.3), what one of them is
worth, and how long they stay.

Sums divided, never rates averaged.
"""

from __future__ import annotations

from metrics.model.metric import Metric

_TRAP_ZH = "按人数，不是人次；同一个人看两场算两个人。只含每一步人数都说了的场次。"
_TRAP_EN = (
    "People, not times; one person in two sessions counts twice. Only of sessions that tell every step."
)


def _step(name: str, zh: str, en: str, part: str, base: str, about_zh: str, about_en: str) -> Metric:
    return Metric(
        id=name,
        zh=zh,
        en=en,
        unit="fraction",
        clock="session",
        numerator={part: 1},
        denominator=base,
        notes=("FUNNEL_UNTOLD",),
        about_zh=about_zh,
        about_en=about_en,
        trap_zh=_TRAP_ZH,
        trap_en=_TRAP_EN,
    )


_SHOWN = "funnel_shown_qty"
_ENTERED = "funnel_entered_qty"
_SEEN = "funnel_seen_qty"
_CLICKED = "funnel_clicked_qty"
_BOUGHT = "funnel_bought_qty"

FUNNEL = (
    _step(
        "entry_rate",
        "曝光进入率",
        "exposure to entry",
        _ENTERED,
        _SHOWN,
        "进入直播间的人占看到直播间的人。",
        "Of the people shown the room, those who entered.",
    ),
    _step(
        "product_exposure_rate",
        "商品曝光率",
        "product exposure rate",
        _SEEN,
        _ENTERED,
        "看到商品的人占进入的人。",
        "Of those who entered, those shown a product.",
    ),
    _step(
        "product_click_rate",
        "商品点击率",
        "product click rate",
        _CLICKED,
        _SEEN,
        "点了商品的人占看到商品的人。",
        "Of those shown a product, those who clicked.",
    ),
    _step(
        "click_order_rate",
        "点击成交率",
        "click to order",
        _BOUGHT,
        _CLICKED,
        "成交的人占点了商品的人。",
        "Of those who clicked, those who bought.",
    ),
    _step(
        "view_order_rate",
        "看播成交率",
        "view to order",
        _BOUGHT,
        _ENTERED,
        "成交的人占进入的人，等于上面三步相乘。",
        "Of those who entered, those who bought: the three steps multiplied.",
    ),
    Metric(
        id="uv_value",
        zh="UV价值",
        en="value per viewer",
        unit="fen",
        clock="session",
        decision="0018-contested-definitions",
        numerator={"session_uv_paid_fen": 1},
        denominator="session_viewers_qty",
        notes=("VIEWERS_UNTOLD",),
        about_zh="归属到场次的支付金额，按每个观看的人算。",
        about_en="Paid value attributed to sessions, per person who watched.",
        trap_zh="分母是人数不是人次；退款没扣，隔几周和净千次观看一起看。",
        trap_en=(
            "Its denominator is people, not times watched; refunds are not removed: read it with net GPM "
            "weeks later."
        ),
    ),
    Metric(
        id="paid_per_buyer",
        zh="客单价",
        en="paid value per buyer",
        unit="fen",
        clock="session",
        numerator={"session_buyers_paid_fen": 1},
        denominator="session_buyers_qty",
        notes=("BUYERS_UNTOLD",),
        about_zh="归属到场次的支付金额，按平台所示的每个成交的人算。",
        about_en="Paid value attributed to sessions, per buyer as the platform shows them.",
        trap_zh=(
            "按人，不是按单：按单的叫笔单价，同样的订单里比它低。平台按场数人，同一个人在两场买算两个人。"
            "只含说了成交人数的场次。"
        ),
        trap_en="Per buyer, not per order: that is the average order value, lower over the same orders. "
        "People are counted per session: who buys in two "
        "counts twice. Only of sessions that tell their buyers.",
    ),
    Metric(
        id="product_gpm",
        zh="商品GPM",
        en="GMV per thousand product exposures",
        unit="fen_per_thousand",
        clock="session",
        numerator={"session_shown_paid_fen": 1000},
        denominator="session_shown_qty",
        notes=("SHOWN_UNTOLD",),
        about_zh="归属到场次的支付金额，按每千次商品曝光算。",
        about_en="Paid value attributed to sessions, per thousand times a product was shown.",
        trap_zh="分母是商品曝光次数（人次），不是曝光人数，也不是观看次数；退款没扣。",
        trap_en=(
            "Its denominator is times a product was shown, not people nor views of the room; refunds are "
            "not removed."
        ),
    ),
    Metric(
        id="watch_time",
        zh="平均停留",
        en="average watching time",
        unit="seconds",
        clock="session",
        numerator={"session_watch_qty": 1},
        denominator="session_watch_views_qty",
        notes=("WATCH_UNTOLD",),
        about_zh="平台所示的每场平均观看时长；几场一起看，按各场观看次数加权。",
        about_en=(
            "The average watching time the platform shows of a session; of several, weighted by their views."
        ),
        trap_zh=(
            "抖音叫「人均观看时长」，但没有说按人数还是按次数；公开的一行真实数据合乎按次数。别拿它乘人数。"
        ),
        trap_en="Douyin calls it per person but does not say whether it is per person or per view; the one "
        "real row known agrees with views. Do not multiply "
        "it by people.",
    ),
)
