"""Metrics of a session's people: from being shown the room to buying (metrics.md 2.3), and what one of them is worth. Sums divided, never rates averaged."""

from __future__ import annotations

from metrics.metric import Metric

_TRAP_ZH = "按人数,不是人次;同一个人看两场算两个人。只含每一步人数都说了的场次。"
_TRAP_EN = "People, not times; one person in two sessions counts twice. Only of sessions that tell every step."


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


_SHOWN, _ENTERED, _SEEN, _CLICKED, _BOUGHT = "funnel_shown_qty", "funnel_entered_qty", "funnel_seen_qty", "funnel_clicked_qty", "funnel_bought_qty"

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
    _step("click_order_rate", "点击成交率", "click to order", _BOUGHT, _CLICKED, "成交的人占点了商品的人。", "Of those who clicked, those who bought."),
    _step(
        "view_order_rate",
        "看播成交率",
        "view to order",
        _BOUGHT,
        _ENTERED,
        "成交的人占进入的人,等于上面三步相乘。",
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
        about_zh="归属到场次的支付金额,按每个观看的人算。",
        about_en="Paid value attributed to sessions, per person who watched.",
        trap_zh="分母是人数不是人次;退款没扣,隔几周和净千次观看一起看。",
        trap_en="Its denominator is people, not times watched; refunds are not removed: read it with net GPM weeks later.",
    ),
)
