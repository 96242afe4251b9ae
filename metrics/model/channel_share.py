"""How much of what is kept comes through one's own sessions, and how much through creators' (metrics.md 2.3,
自播占比 / 达播占比).
"""

from __future__ import annotations

from metrics.model.metric import Metric

_TRAP_ZH = (
    "按净成交算，不是按支付：达播退得多，按支付看会显得大。"
    "平台没分直播还是别的形式的上下都不算；新近的订单还会退，账龄不同不能比。"
)
_TRAP_EN = (
    "Of net, not of paid value: creators' orders are returned more, and paid value would flatter "
    "them. Sales of which no form is reported are in neither part; young orders are "
)
_TRAP_EN += "still to return, so never compare unequal ages."


def _share(code: str, zh: str, en: str) -> Metric:
    return Metric(
        id=f"{code}_share",
        zh=f"{zh}占比",
        en=f"share of {en}",
        unit="fraction",
        clock="paid",
        numerator={f"{code}_kept_fen": 1},
        denominator="channel_kept_fen",
        notes=("CHANNEL_UNTOLD",),
        about_zh=f"分得出直播、短视频、商品卡等形式的净成交（订单日）里，{zh}占多少。",
        about_en=f"Of net by order date whose form of sale is reported, how much came through {en}.",
        trap_zh=_TRAP_ZH,
        trap_en=_TRAP_EN,
    )


CHANNEL_SHARE = (
    _share("own_live", "自播", "own sessions"),
    _share("creator_live", "达播", "creators' sessions"),
)
