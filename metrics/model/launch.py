"""Metrics of new styles (metrics.md 2.3): how many, how many of them became hits, judged on what was kept."""

from __future__ import annotations

from metrics.model.metric import Metric

LAUNCH = (
    Metric(
        id="launched_styles",
        zh="上新款数",
        en="styles launched",
        unit="count",
        clock="launch",
        numerator={"launched_qty": 1},
        notes=("LAUNCH_UNTOLD",),
        about_zh="这段时间里第一次有人付款的款，每个店铺各算一次。",
        about_en="Styles first paid for in the period, once in each shop.",
        trap_zh="挂了链接没卖出的不算上新；店铺数据头 14 天里第一次卖的，可能以前就卖过，不算。",
        trap_en=(
            "A listing nobody bought is no launch. What first sold in the first 14 days of a shop's data "
            "may have sold before and does not count."
        ),
    ),
    Metric(
        id="hit_rate",
        zh="爆款率",
        en="share of hits among launches",
        unit="fraction",
        clock="launch",
        numerator={"hit_launches_qty": 1},
        denominator="judged_launches_qty",
        notes=("LAUNCH_UNTOLD",),
        about_zh=(
            "这段时间上新、满了 14 天的款里，头 14 天留存件数达到门槛的占比；门槛是设置 hit_units，默认 300 "
            "件。"
        ),
        about_en="Of styles launched in the period whose first 14 days are over, the share that kept as many "
        "units in them as the setting "
        "hit_units asks: 300 by default.",
        trap_zh=(
            "按支付件数算，退得最多的款也成了爆款。头 14 天的货还会退，所以刚满 14 天的款以后可能掉出爆款。"
        ),
        trap_en=(
            "On paid units the most returned style becomes a hit. Units of the first 14 days are still "
            "to return, so a young hit may cease to be one."
        ),
    ),
)
