"""The metrics, one entry each. A new one is a new entry here; asking, pages and tooltips follow."""

from __future__ import annotations

from metrics.model.advertising import ADVERTISING
from metrics.model.buyers import BUYERS
from metrics.model.channel_share import CHANNEL_SHARE
from metrics.model.funnel import FUNNEL
from metrics.model.kept_goods import KEPT_GOODS, STAGES
from metrics.model.ladder import LADDER
from metrics.model.launch import LAUNCH
from metrics.model.metric import CLOCKS, UNITS, Metric
from metrics.model.outlook import OUTLOOK
from metrics.model.profit import PROFIT
from metrics.model.settlement import SETTLEMENT
from metrics.model.stock import STOCK
from metrics.reports.aside import ASIDE

__all__ = ["CLOCKS", "METRICS", "UNITS", "Metric"]

_ALL = (
    Metric(
        id="paid_gmv",
        zh="支付金额（含退款）",
        en="paid GMV, refunds not removed",
        unit="fen",
        clock="paid",
        decision="0018-contested-definitions",
        numerator={"paid_fen": 1},
        notes=("ASIDE_INCLUDED",),
        about_zh="买家实际支付的金额，后来退掉的也算在内。",
        about_en="What buyers paid, including what was refunded later.",
        trap_zh=(
            "大屏上的成交金额多是它，不是到手的钱；有的报表（如天猫 2020 "
            "年的订单导出）的实付已扣退款，不能当成它。"
        ),
        trap_en=(
            "Screens show it as sales; it is not money kept. Some reports (Tmall orders of 2020) state "
            "paid amounts already net of refunds."
        ),
    ),
    Metric(
        id="refunds",
        zh="退款（订单日）",
        en="refunds, order cohort",
        unit="fen",
        clock="paid",
        numerator={"cohort_refund_fen": 1},
        about_zh="这段时间支付的订单迄今退掉的钱，退款发生在哪天都算；来源只给金额不给日期的也算。",
        about_en=(
            "Money sent back to date on orders paid in the period, whenever it went back; refunds known "
            "only in amount count too."
        ),
        trap_zh="新近的订单还会继续退，现在的数字偏低。",
        trap_en="Young orders are still being returned: today's figure is too low.",
    ),
    Metric(
        id="refunds_before_shipment",
        zh="发货前退款",
        en="refunds before shipment",
        unit="fen",
        clock="paid",
        numerator={"cohort_refund_before_fen": 1},
        notes=("REFUND_STAGE_UNTOLD",),
        told=STAGES,
        about_zh="发货前就退掉的钱：没有物流成本，但说明下单质量差。",
        about_en="Sent back before anything was shipped: no freight lost, but demand of poor quality.",
        trap_zh="预售等待越长它越高，不能与现货直接比。",
        trap_en="Pre-sales raise it by their waiting time; do not compare them with stock sales.",
    ),
    Metric(
        id="refunds_after_shipment",
        zh="发货后退款",
        en="refunds after shipment",
        unit="fen",
        clock="paid",
        numerator={"cohort_refund_after_fen": 1},
        notes=("REFUND_STAGE_UNTOLD",),
        told=STAGES,
        about_zh="发货后退掉的钱，含退货退款与发货后的仅退款。",
        about_en="Sent back after shipment: returns, and refunds without return.",
        trap_zh="它除以支付金额不是退货率；退货率的分母是已发货金额。",
        trap_en="Over paid value it is not the return rate of goods, whose denominator is shipped value.",
    ),
    Metric(
        id="refunds_untold_stage",
        zh="阶段不明退款",
        en="refunds of untold stage",
        unit="fen",
        clock="paid",
        numerator={"cohort_refund_unstaged_fen": 1},
        about_zh="来源没有说明发货前还是发货后的退款。三个阶段相加等于退款。",
        about_en="Refunds whose source does not tell the stage. The three stages add up to refunds.",
        trap_zh="不能平摊到前两项。",
        trap_en="Not to be spread over the other two.",
    ),
    Metric(
        id="refunds_undated",
        zh="日期不明退款",
        en="refunds of untold date",
        unit="fen",
        clock="paid",
        numerator={"cohort_refund_undated_fen": 1},
        about_zh="来源只给金额、没给退款日期的退款；订单日口径里有它，退款日口径里没有。",
        about_en=(
            "Refunds of which a source tells the amount and not the day: part of the order cohort, not "
            "of the refund date."
        ),
        trap_zh="两种净成交的差里有它，不能平摊到各天。",
        trap_en="It is part of what the two nets differ by; not to be spread over days.",
    ),
    Metric(
        id="refunds_by_refund_date",
        zh="退款（退款日）",
        en="refunds, refund date",
        unit="fen",
        clock="refund",
        numerator={"dated_refund_fen": 1},
        about_zh="这段时间退回的钱，不管是哪天的订单：与资金流对应。",
        about_en="Money sent back in the period, whichever day's order it was for: it follows the cash.",
        trap_zh="大促之后会超过当期支付，是真的；日期不明的退款不在里面。",
        trap_en=(
            "After a promotion it exceeds what was paid, and truly so; refunds of untold date are not in it."
        ),
    ),
    Metric(
        id="return_rate_by_refund_date",
        zh="退款率（金额，退款日）",
        en="refund rate by value, refund date",
        unit="fraction",
        clock="mixed",
        numerator={"dated_refund_fen": 1},
        denominator="paid_fen",
        notes=("REFUNDS_UNDATED",),
        about_zh="这段时间退回的钱除以这段时间收到的钱，两边可以是不同的订单。",
        about_en="Refunded in the period over paid in the period, which may be of different orders.",
        trap_zh="大促后可以超过 100%，不截断；要看货退了多少，用订单日口径。",
        trap_en=(
            "It can exceed 100 % after a promotion and is not clipped; to see how much comes back, ask "
            "by order date."
        ),
    ),
    Metric(
        id="refund_rate_before_shipment",
        zh="发货前退款率",
        en="refund rate before shipment",
        unit="fraction",
        clock="paid",
        numerator={"cohort_refund_before_fen": 1},
        denominator="paid_fen",
        notes=("REFUND_STAGE_UNTOLD",),
        told=STAGES,
        about_zh="这段时间支付的订单，发货前就退掉的金额占比。",
        about_en="Share of the period's paid value that went back before anything was shipped.",
        trap_zh="预售等得久，会把它推高。",
        trap_en="Pre-sales raise it by their waiting time.",
    ),
    Metric(
        id="unit_price",
        zh="件单价",
        en="price per unit",
        unit="fen",
        clock="paid",
        numerator={"paid_fen": 1},
        denominator="units_qty",
        notes=("UNITS_UNTOLD",),
        about_zh="每件的平均支付金额，赠品不算件。",
        about_en="Paid value per unit; gifts are no units.",
        trap_zh="有的行没有件数时偏高：钱在、件不在，答案写明多少行。",
        trap_en=(
            "Too high where lines tell no units: their money is in, their units are not; the answer "
            "states how many."
        ),
    ),
    Metric(
        id="net_by_order_date",
        zh="净成交（订单日）",
        en="net, order cohort",
        unit="fen",
        clock="paid",
        decision="0018-contested-definitions",
        numerator={"paid_fen": 1, "cohort_refund_fen": -1},
        notes=("ASIDE_INCLUDED",),
        about_zh="这段时间支付的订单，减去它们迄今的全部退款：运营看的留存金额。",
        about_en=(
            "Orders paid in the period less all their refunds to date: the money kept, as operations see it."
        ),
        trap_zh="发布后还会继续下降：看数字要看账龄，最近三周总显得最好。",
        trap_en=(
            "It keeps falling after publication: read it with its age; the last three weeks always look best."
        ),
    ),
    Metric(
        id="net_by_refund_date",
        zh="净成交（退款日）",
        en="net, refund date",
        unit="fen",
        clock="mixed",
        decision="0018-contested-definitions",
        numerator={"paid_fen": 1, "dated_refund_fen": -1},
        notes=("REFUNDS_UNDATED", "ASIDE_INCLUDED"),
        about_zh="这段时间收到的钱减去这段时间退回的钱，不管是哪天的订单：财务看的口径，与资金流对应，可以为负。",
        about_en=(
            "Paid in the period less refunded in it, whichever order it was for: the finance view, "
            "which follows the cash and can be negative."
        ),
        trap_zh="日期不明的退款进不来，数字会偏高，答案里写明漏了多少；大促后的负数是真的，不要截断。",
        trap_en=(
            "Refunds without a date cannot enter and leave it too high; the answer states how much. A "
            "negative day after a promotion is real."
        ),
    ),
    Metric(
        id="paid_orders",
        zh="支付订单数",
        en="paid orders",
        unit="count",
        clock="paid",
        decision="0018-contested-definitions",
        numerator={"paid_orders_qty": 1},
        about_zh="支付过的主订单数，后来全退的也算；只有赠品的订单不算。",
        about_en=(
            "Main orders that were paid, also when refunded in full later; orders of nothing but gifts "
            "do not count."
        ),
        trap_zh="按款式看时，一单多款只记在首行的款式上，不是购买该款的订单数。",
        trap_en="By style, an order of several styles counts on its first line's style only.",
    ),
    Metric(
        id="units",
        zh="支付件数",
        en="units paid",
        unit="count",
        clock="paid",
        numerator={"units_qty": 1},
        notes=("UNITS_UNTOLD",),
        told=("units_qty",),
        about_zh="支付的件数，不含赠品，退货不扣。",
        about_en="Units paid for, without gifts, returns not removed.",
        trap_zh="只给订单不给明细的来源没有件数：答案写明有多少行不明，全都不明时为空而不是 0。",
        trap_en=(
            "Sources that tell orders only have no units: the answer states how many lines are untold, "
            "and is empty, not 0, when all are."
        ),
    ),
    Metric(
        id="aov",
        zh="笔单价",
        en="average order value",
        unit="fen",
        clock="paid",
        decision="0018-contested-definitions",
        numerator={"paid_fen": 1},
        denominator="paid_orders_qty",
        about_zh="每个支付订单的平均支付金额。",
        about_en="Paid value per paid order.",
        trap_zh="按人平均的叫客单价，分母是人数；两者不能混用。",
        trap_en="Per buyer is another figure; do not mix the two.",
    ),
    Metric(
        id="return_rate_value",
        zh="退款率（金额，订单日）",
        en="refund rate by value, order cohort",
        unit="fraction",
        clock="paid",
        numerator={"cohort_refund_fen": 1},
        denominator="paid_fen",
        about_zh="这段时间支付的订单，迄今退掉的金额占支付金额的比例。",
        about_en="Share of the period's paid value that has been refunded to date.",
        trap_zh="账龄不同不能比；不能把各天的比率平均，要用总额重新算。",
        trap_en="Never compare unequal ages, nor average daily rates: recompute from the sums.",
    ),
    Metric(
        id="gpm",
        zh="千次观看成交金额",
        en="GMV per thousand views (GPM)",
        unit="fen_per_thousand",
        clock="session",
        decision="0018-contested-definitions",
        numerator={"session_paid_fen": 1000},
        denominator="session_views_qty",
        notes=("VIEWS_UNTOLD",),
        about_zh="归属到场次的支付金额，按每千次观看算。没有观看次数的场次不参与。",
        about_en=(
            "Paid value attributed to sessions, per thousand views. Sessions without views take no part."
        ),
        trap_zh="分母是观看次数（人次），不是观看人数。",
        trap_en="The denominator is views, not viewers.",
    ),
    Metric(
        id="net_gpm",
        zh="净千次观看成交金额",
        en="net GPM",
        unit="fen_per_thousand",
        clock="session",
        decision="0018-contested-definitions",
        numerator={"session_paid_fen": 1000, "session_refund_fen": -1000},
        denominator="session_views_qty",
        notes=("VIEWS_UNTOLD",),
        about_zh="场次支付金额减去这些订单迄今的退款，按每千次观看算。",
        about_en="Paid value of sessions less refunds on it to date, per thousand views.",
        trap_zh="刚下播时几乎等于 GPM；隔几周再看才有意义。",
        trap_en="Right after a session it nearly equals GPM; it speaks only weeks later.",
    ),
)

_GROUPS = (
    LADDER,
    _ALL,
    KEPT_GOODS,
    CHANNEL_SHARE,
    FUNNEL,
    BUYERS,
    ASIDE,
    OUTLOOK,
    SETTLEMENT,
    PROFIT,
    ADVERTISING,
    STOCK,
    LAUNCH,
)
METRICS: dict[str, Metric] = {metric.id: metric for group in _GROUPS for metric in group}
