"""Figures without the orders a merchant has set aside, beside those with them.

Only an explicit list sets an order aside: nothing is guessed.
"""

from __future__ import annotations

from metrics.model.metric import Metric

ASIDE = (
    Metric(
        id="aside_paid",
        zh="剔除名单内支付金额",
        en="paid value set aside",
        unit="fen",
        clock="paid",
        numerator={"aside_paid_fen": 1},
        about_zh="商家自己列在剔除名单上的订单（刷单、寄样等）支付的金额。",
        about_en="Paid on orders the merchant has put on the list of orders set aside (brushing, samples).",
        trap_zh="只认名单，不猜：没列上去的刷单仍在销售里。",
        trap_en="Only the list counts, nothing is guessed: brushing that is not on it is still in sales.",
    ),
    Metric(
        id="paid_gmv_without_aside",
        zh="支付金额（剔除名单后）",
        en="paid GMV without orders set aside",
        unit="fen",
        clock="paid",
        numerator={"paid_fen": 1, "aside_paid_fen": -1},
        about_zh="支付金额减去剔除名单上的订单。",
        about_en="Paid GMV less the orders set aside.",
        trap_zh="平台屏幕上的数含名单订单；对平时要用含名单的那个。",
        trap_en="Platform screens include those orders: to match a back-office use the figure with them.",
    ),
    Metric(
        id="net_without_aside",
        zh="净成交（订单日，剔除名单后）",
        en="net, order cohort, without orders set aside",
        unit="fen",
        clock="paid",
        numerator={"paid_fen": 1, "cohort_refund_fen": -1, "aside_paid_fen": -1, "aside_refund_fen": 1},
        about_zh="净成交（订单日）减去剔除名单上订单的净额：名单订单的退款也一并去掉。",
        about_en="Net by order date less the net of the orders set aside, so that their refunds go too.",
        trap_zh="刷单的钱多半原路退回，只去掉支付不去掉退款会把净额算低。",
        trap_en=(
            "Brushing money mostly goes back: taking out the payment and not its refund would make net "
            "too low."
        ),
    ),
)
