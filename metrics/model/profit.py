"""Metrics of what is left after what things cost (metrics.md 2.3: gross profit, contribution).

Of lines whose cost is known alone: the answer says how many.
"""

from __future__ import annotations

from metrics.model.metric import Metric
from transforms.gold.profit.mart_profit_daily import CONTRIBUTION

#: metrics.md 2.3: net − cost of goods not come back − write-down. Net is M06, so far: what is still to come
#: back moves it, as the answer's age tells.
_GROSS = {"cost_known_fen": 1, "costed_refund_fen": -1, "cost_fen": -1, "write_down_fen": -1}

PROFIT = (
    Metric(
        id="gross_profit",
        zh="毛利",
        en="gross profit",
        unit="fen",
        clock="cost",
        decision="0013-profit-of-what-is-known",
        numerator=_GROSS,
        notes=("COST_UNTOLD",),
        told=("cost_known_fen",),
        about_zh="净成交（订单日）减去没退回来的商品成本和退货折损；只算成本已知的子订单，成本按支付那天生效的算。",
        about_en="Net by order date less the cost of goods that did not come back and the write-down of "
        "those that did; lines of known cost only, at the cost "
        "valid on the day they were paid.",
        trap_zh=(
            "退货还会来，新近的偏高；成本只录了一部分时它只是那一部分的毛利，不是全店的。"
            "来源不说退款种类的，按货退回来算。"
        ),
        trap_en="Returns are still to come, so young days are too high; with part of the costs entered it is "
        "the profit of that part, not of "
        "the shop. Where a source does not tell the kind of a refund, goods count as come back.",
    ),
    Metric(
        id="contribution",
        zh="贡献利润（未扣推广）",
        en="contribution before advertising",
        unit="fen",
        clock="cost",
        decision="0013-profit-of-what-is-known",
        numerator=CONTRIBUTION,
        notes=("FEES_UNTOLD", "COST_UNTOLD"),
        told=("fees_known_fen",),
        about_zh=(
            "毛利再减平台费用、佣金、发货和退货运费、打包、样品、坑位费。"
            "费用取自这些订单的结算单，不论哪天结算；其余是商家录入的。"
        ),
        about_en="Gross profit less the platform's charges, commissions, outbound and return freight, "
        "packing, samples and slot fees. Charges are those of the "
        "orders' own bills, whenever settled; the rest is as entered.",
        trap_zh=(
            "推广费、补贴和赔付不在内；单独文件里的运费险也不在内。没结算的订单还要扣费。"
            "坑位费和样品按天摊，不分到款。"
        ),
        trap_en="Advertising, subsidies and compensation are not in it, nor premiums told in files of their "
        "own. Orders not settled are still to be charged. "
        "Slot fees and samples are spread over days and stand on no style.",
    ),
    Metric(
        id="cost_coverage",
        zh="成本覆盖率",
        en="cost coverage",
        unit="fraction",
        clock="cost",
        decision="0013-profit-of-what-is-known",
        numerator={"cost_known_fen": 1},
        denominator="paid_fen",
        about_zh="支付金额里，商品成本和件数都已知的占比。利润只对这部分成立。",
        about_en="Share of paid value whose unit cost and units are known: profit holds for this part.",
        trap_zh="覆盖率变了，利润就会跟着变，不是生意变了；比较两段时间先比它。",
        trap_en=(
            "When it changes, profit changes with it though trade did not: compare it before comparing "
            "two periods."
        ),
    ),
)
