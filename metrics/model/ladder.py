"""The two ends of kept money on the order's side: placed value (M01), and kept sales that are final (M08;
metrics.md 2.2).
"""

from __future__ import annotations

from metrics.model.metric import Metric

LADDER = (
    Metric(
        id="placed_gmv",
        zh="下单金额",
        en="placed GMV",
        unit="fen",
        clock="created",
        decision="0017-the-value-ladder",
        numerator={"placed_fen": 1},
        notes=("CREATED_UNTOLD",),
        told=("placed_fen",),
        about_zh="这段时间下单的应付金额，付没付都算（M01）。",
        about_en="What orders placed in the period were to pay, paid or not (M01).",
        trap_zh="虚荣数字：没付款的、后来退的都在里面。按下单日记，和按支付日的数不是同一批订单。",
        trap_en=(
            "A figure of vanity: what was never paid and what came back are in it. It goes by the placed "
            "day: not the orders of the payment day."
        ),
    ),
    Metric(
        id="kept_sales",
        zh="实销",
        en="kept sales, final",
        unit="fen",
        clock="final",
        decision="0017-the-value-ladder",
        numerator={"finished_kept_fen": 1},
        notes=("FINISH_UNTOLD",),
        told=("finished_kept_fen",),
        about_zh=(
            "这段时间支付、已完成并且过了退货期的订单，减去它们迄今的退款（M08）。退货期是设置项，默认七天。"
        ),
        about_en="Orders paid in the period that are finished and past the return window, less their refunds "
        "to date (M08). The window is a setting, "
        "seven days by default.",
        trap_zh="只对老日子有意义：新近的订单还没完成，它小不是卖得差。价保等晚到的退款之后仍会扣。",
        trap_en="It speaks of old days only: young orders are not finished, and a small figure is no bad "
        "day. Late refunds such as price protection still "
        "lower it.",
    ),
)
