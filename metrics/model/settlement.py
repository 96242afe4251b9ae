"""Metrics of what came through: settled, funded, and what was charged for it (metrics.md 2.2 M09 and M10, 2.3
实际佣金率).
"""

from __future__ import annotations

from metrics.model.metric import Metric

_CHARGED = ("CHARGES_UNTOLD",)

SETTLEMENT = (
    Metric(
        id="settled",
        zh="结算金额",
        en="settled",
        unit="fen",
        clock="settled",
        decision="0012-ledgers-match-by-number",
        numerator={"settled_fen": 1},
        about_zh="平台结算给商家的钱减去扣回的钱，各项费用和佣金已扣：结算单的收入合计加支出合计（M09）。",
        about_en=(
            "What platforms paid out less what they took back, after fees and commissions: income plus "
            "expense of the bills (M09)."
        ),
        trap_zh="结算比支付晚一两周到一个半月，同一天的结算和支付不是同一批订单；还没结算的在未结台账里。",
        trap_en=(
            "It follows payment by one to six weeks: a day's settled and paid are different orders. What "
            "is still to come stands in the open items."
        ),
    ),
    Metric(
        id="funded",
        zh="到账金额",
        en="funded",
        unit="fen",
        clock="moved",
        decision="0012-ledgers-match-by-number",
        numerator={"funded_fen": 1},
        about_zh="货款、退款、平台费、佣金和补贴在账户里的净进出（M10）。",
        about_en=(
            "Goods' money into the account less out of it: proceeds, refunds, fees, commissions and "
            "subsidies (M10)."
        ),
        trap_zh="提现、保证金、推广充值、运费险不在内；没有资金流水的店没有这个数，不是 0。",
        trap_en=(
            "Withdrawals, deposits, advertising and premiums are not in it; a shop that gives no account "
            "flow has no figure, not 0."
        ),
    ),
    Metric(
        id="settled_before_charges",
        zh="扣费前结算额",
        en="settled before charges",
        unit="fen",
        clock="settled",
        numerator={"settled_goods_fen": 1},
        about_zh="已结算的货款（扣回的已减），不减平台费和佣金，不含保险。",
        about_en="Goods' money settled, take-backs removed, before fees and commissions; insurance left out.",
        trap_zh="平台先净扣再入账的（如部分支付宝流水），费用看不见，它就等于结算金额。",
        trap_en="Where a platform nets before it pays and tells no charge, it equals what was settled.",
    ),
    Metric(
        id="platform_fee",
        zh="平台服务费",
        en="platform fee",
        unit="fen",
        clock="settled",
        numerator={"platform_fee_fen": 1},
        notes=_CHARGED,
        about_zh="平台收的技术服务费、佣金扣点，退回的已减。",
        about_en="What platforms charged for the sale, what they gave back removed.",
        trap_zh="退款后平台费退不退、何时退，各平台不同；看长一点的时间。",
        trap_en="Whether and when it comes back after a refund differs by platform: look at longer periods.",
    ),
    Metric(
        id="creator_commission",
        zh="达人佣金",
        en="creator commission",
        unit="fen",
        clock="settled",
        numerator={"commission_creator_fen": 1},
        notes=_CHARGED,
        about_zh="结算里扣给达人的佣金，退回的已减。",
        about_en="Commission settlements charged for creators, what came back removed.",
        trap_zh="线下付的坑位费不在内。",
        trap_en="Slot fees paid outside the platform are not in it.",
    ),
    Metric(
        id="leader_commission",
        zh="团长/招商佣金",
        en="team leader commission",
        unit="fen",
        clock="settled",
        numerator={"commission_leader_fen": 1},
        notes=_CHARGED,
        about_zh="结算里扣给团长或招商机构的佣金，退回的已减。",
        about_en=(
            "Commission settlements charged for team leaders and agencies of investment, what came back "
            "removed."
        ),
        trap_zh="有的平台并在达人佣金里，不单列。",
        trap_en="Some platforms tell it within the creator's commission.",
    ),
    Metric(
        id="service_commission",
        zh="服务商佣金",
        en="service provider commission",
        unit="fen",
        clock="settled",
        numerator={"commission_service_fen": 1},
        notes=_CHARGED,
        about_zh="结算里扣给服务商、带货机构的佣金，退回的已减。",
        about_en="Commission settlements charged for service providers and agencies, what came back removed.",
        trap_zh="有的平台不单列。",
        trap_en="Some platforms do not tell it apart.",
    ),
    Metric(
        id="commissions",
        zh="佣金合计",
        en="commissions",
        unit="fen",
        clock="settled",
        numerator={"commission_fen": 1},
        notes=_CHARGED,
        about_zh="达人、团长、服务商佣金合计，一笔只算一次，算在它结算的那一天。",
        about_en="Creator, team leader and service provider together, each once, on the day it was settled.",
        trap_zh="跨月的佣金算在结算月，不是支付月。",
        trap_en="A commission across months belongs to the month of settlement, not of payment.",
    ),
    Metric(
        id="effective_commission",
        zh="实际佣金率（已结算）",
        en="effective commission, settled",
        unit="fraction",
        clock="settled",
        numerator={"commission_fen": 1},
        denominator="settled_goods_fen",
        notes=_CHARGED,
        about_zh="佣金占扣费前结算额的比例：退款扣回而佣金不退时，它会高于约定的佣金率。",
        about_en=(
            "Commissions over what was settled before charges: where goods' money is taken back and the "
            "commission is not, it exceeds the agreed rate."
        ),
        trap_zh="坑位费不在内，退货多的场次实际更高；没有结算单的店不参与。",
        trap_en=(
            "Slot fees are not in it, so sessions with many returns cost more; shops without bills take "
            "no part."
        ),
    ),
)
