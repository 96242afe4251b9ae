"""The metrics that are estimates (metrics.md 2.2 M07).

Their interval is told with the answer: bounds do not add up, so they are no measure of a mart.
"""

from __future__ import annotations

from metrics.model.metric import Metric

OUTLOOK = (
    Metric(
        id="matured_net",
        zh="成熟净成交（估）",
        en="matured net, estimate",
        unit="fen",
        clock="matured",
        decision="0022-matured-net-of-every-cut",
        numerator={"matured_fen": 1},
        notes=("MATURED_UNTOLD",),
        whole="matured_untold_fen",
        about_zh=(
            "这段时间支付的订单，付款满 45 "
            "天时会留下多少：满龄的就是净成交（订单日），没满的按同类订单过去的退法推算（M07）。"
        ),
        about_en="What the orders paid in the period will have kept on their 45th day: what is old enough is "
        "net by order date, the rest is projected from how "
        "orders like them came back (M07).",
        trap_zh="是估计，要连区间一起看；退货率刚变的三四周会估偏。按款、场次、"
        "省份等切开时，按同类订单的退法分摊：自己比同类退得多还是少，退了才看得出。"
        "明细是每行现在留下的，再减去预计还会退的。",
        trap_en="An estimate: read it with its interval. It is off for some weeks after return rates change. "
        "By style, session and the like it is shared by "
        "how orders of a kind come back: whether one comes back more or less than its kind shows only once "
        "it has. Its lines are what each keeps now and "
        "what is still expected to go back.",
    ),
    Metric(
        id="still_to_return",
        zh="估计还会退（估）",
        en="still expected to go back, estimate",
        unit="fen",
        clock="matured",
        decision="0022-matured-net-of-every-cut",
        numerator={"to_return_fen": 1},
        notes=("MATURED_UNTOLD",),
        whole="matured_untold_fen",
        about_zh="这段时间支付的订单，现在还留着、到付款满 45 天时估计会退掉的钱。"
        "成熟净成交、退款（订单日）和它相加等于支付金额。",
        about_en="Of what the orders paid in the period keep now, what is expected to have gone back by "
        "their 45th day. Matured net, refunds by order date and this add up to paid GMV.",
        trap_zh="是估计：已经退掉的不在里面；满 45 天的日子是 0。",
        trap_en="An estimate: what has gone back already is not in it; days of full age have 0.",
    ),
)
