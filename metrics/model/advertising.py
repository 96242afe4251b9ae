"""Metrics of what advertising brings (metrics.md 2.3).

Spend and what it is set against are of the same shops and days: where none is told, neither counts.
"""

from __future__ import annotations

from typing import TypedDict

from metrics.model.metric import Metric

_SPEND = ("SPEND_UNTOLD",)


class _BreakEven(TypedDict):
    """What every break-even ROI shares: its denominator, and what must be said of it."""

    unit: str
    clock: str
    denominator: str
    notes: tuple[str, ...]
    told: tuple[str, ...]
    below: str


_BREAK_EVEN = _BreakEven(
    unit="ratio",
    clock="cost",
    denominator="margin_fen",
    notes=("FEES_UNTOLD", "COST_UNTOLD"),
    told=("fees_known_fen",),
    below="NO_MARGIN",
)
_YOUNG = (
    "退货和费用还会来，新近的偏低。坑位费和样品不随成交长，不在里面。",
    (
        "Returns and fees are still to come and make young days too low. Slot fees and samples do not grow "
        "with "
        "sales and are not in it."
    ),
)

ADVERTISING = (
    Metric(
        id="ad_spend",
        zh="推广花费",
        en="advertising spend",
        unit="fen",
        clock="advertised",
        numerator={"spent_fen": 1},
        notes=_SPEND,
        told=("spent_fen",),
        about_zh="计入的推广花费，现金和赠款在一起：商家录入了那天就按录入的，否则一个平台只算一张报表。",
        about_en=(
            "Advertising spend that counts, cash and grants together: what the merchant entered for the "
            "day, else one report of each platform."
        ),
        trap_zh=(
            "赠款不是掏出去的现金。只给了分商品、分素材报表的店，花费说不全，不计入。"
            "计入的只是给了的报表：抖音标准推广、站外投放要自己录。"
        ),
        trap_en="Grants are no cash. A shop that gives only reports by product or material does not tell all "
        "it spent and is left out; what no report tells "
        "is to be entered.",
    ),
    Metric(
        id="ad_cash",
        zh="推广现金花费",
        en="advertising spend in cash",
        unit="fen",
        clock="advertised",
        numerator={"spent_cash_fen": 1},
        notes=("AD_KIND_UNTOLD", "SPEND_UNTOLD"),
        told=("spent_cash_fen", "spent_grant_fen"),
        untold=("spend_untold_fen",),
        about_zh="计入的推广花费里，来源说明是现金的部分。",
        about_en="Of the spend that counts, what is told to be cash.",
        trap_zh="多数报表不说现金还是赠款，没说的不在里面：要看清就自己分开录。",
        trap_en=(
            "Most reports do not tell cash from grants, and what they do not tell is not in it: enter "
            "the two apart to see."
        ),
    ),
    Metric(
        id="ad_roi",
        zh="广告ROI（支付，报表归因）",
        en="advertising ROI, attributed by reports",
        unit="ratio",
        clock="advertised",
        numerator={"ad_attributed_fen": 1},
        denominator="ad_attributed_spent_fen",
        notes=("UNATTRIBUTED",),
        about_zh="平台报表归到广告名下的成交 ÷ 这些报表的花费。成交是支付口径，后来退掉的也算在内。",
        about_en=(
            "Sales that the platforms' reports attribute to advertising over the spend of these "
            "reports. Sales are as paid, later refunds not removed."
        ),
        trap_zh=(
            "归因规则和天数是平台定的，各平台不同；退货不扣，高退货率的店看着赚其实亏。要和保本ROI、"
            "净ROI一起看。"
        ),
        trap_en=(
            "Each platform attributes by its own rule and window, and returns are not removed: read it "
            "beside the break-even and the net ROI."
        ),
    ),
    Metric(
        id="uni_roi",
        zh="全域ROI（报表整体成交）",
        en="whole-site ROI by reports",
        unit="ratio",
        clock="advertised",
        numerator={"ad_whole_fen": 1},
        denominator="ad_whole_spent_fen",
        notes=("NOT_WHOLE",),
        about_zh="全域推广报表的整体成交金额 ÷ 它的花费，同千川后台的「整体支付ROI」。",
        about_en=(
            "Whole sales by the reports of whole-site promotion over their spend, as the advertiser's "
            "screen shows it."
        ),
        trap_zh="含自然流量的成交，不能和广告ROI（报表归因）比，也不能和别的平台比。",
        trap_en="Organic sales are in it: not comparable with the attributed ROI, nor with other platforms'.",
    ),
    Metric(
        id="shop_roi",
        zh="整体支付ROI（全店）",
        en="whole-shop paid ROI",
        unit="ratio",
        clock="advertised",
        numerator={"spend_known_fen": 1},
        denominator="spent_fen",
        notes=_SPEND,
        about_zh="全店当天的支付金额 ÷ 当天的推广花费；两边都只含花费已知的店和天。",
        about_en=(
            "All the shop was paid over all it spent on advertising, of the shops and days whose spend "
            "is told."
        ),
        trap_zh="没有广告也会卖出去的也在里面，所以比广告ROI高，两者不能比；它的倒数就是推广费占比。",
        trap_en="What would have sold without advertising is in it, so it is higher than the attributed ROI "
        "and not comparable; its inverse is the share of "
        "sales that goes into advertising.",
    ),
    Metric(
        id="settled_roi",
        zh="结算ROI（订单日）",
        en="settled ROI, order cohort",
        unit="ratio",
        clock="advertised",
        numerator={"cohort_settled_fen": 1},
        denominator="billed_spent_fen",
        notes=("UNBILLED",),
        about_zh="当天支付的订单迄今结算到手的钱（平台费、佣金已扣）÷ 当天的推广花费；只含已有结算的店和天。",
        about_en=(
            "What orders of the day have settled to date, fees and commissions off, over the day's "
            "spend; shops and days with any settlement."
        ),
        trap_zh="结算要一周到一个半月，新近的天只结了一部分，偏低；与平台的 7 日、14 日结算ROI 窗口不同。",
        trap_en=(
            "Settlement takes one to six weeks: young days are settled in part and too low. The "
            "platforms' 7 and 14 day figures have another window."
        ),
    ),
    Metric(
        id="net_roi",
        zh="净ROI（至今）",
        en="net ROI so far",
        unit="ratio",
        clock="advertised",
        numerator={"spend_known_fen": 1, "ad_refund_fen": -1},
        denominator="spent_fen",
        notes=_SPEND,
        about_zh="全店当天的支付减去这些订单迄今的退款 ÷ 当天的推广花费。",
        about_en="What the shop was paid less refunds on it to date, over its spend of the same days.",
        trap_zh="退货还会来，新近的偏高；要定预算看净ROI（成熟），和保本净ROI比。",
        trap_en="Returns are still to come and young days are too high: budgets go by the matured one.",
    ),
    Metric(
        id="matured_roi",
        zh="净ROI（成熟，估）",
        en="net ROI matured, estimate",
        unit="ratio",
        clock="advertised_matured",
        numerator={"matured_fen": 1},
        denominator="matured_spent_fen",
        notes=("UNMATURED",),
        about_zh="全店当天的订单满 45 天会留下的钱（成熟净成交）÷ "
        "当天的推广花费；没有估计的店和天两边都不算。",
        about_en=(
            "What the shop's orders will have kept on their 45th day over its spend of the same days; "
            "shops and days without an estimate are in neither."
        ),
        trap_zh="是估计；含自然流量的成交。低于保本净ROI就是投一块亏一块。",
        trap_en="An estimate; organic sales are in it. Below the break-even net ROI every yuan spent loses.",
    ),
    Metric(
        id="break_even_roi",
        zh="保本ROI（支付口径）",
        en="break-even ROI, on paid value",
        numerator={"cost_known_fen": 1},
        about_zh=(
            "支付金额要是花费的几倍才不亏：1 ÷（留存率 × 商品毛利率 − 平台费和佣金占比 − "
            "运费打包占比），都占支付金额，只算成本已知的子订单。"
        ),
        about_en="How many times its spend must be paid for to lose nothing: 1 / (kept share x unit margin - "
        "share of fees and commissions - share of freight "
        "and packing), all of paid value, of lines of known cost.",
        trap_zh=f"和支付口径的ROI比（广告、全域、整体），不和净ROI、结算ROI比；{_YOUNG[0]}",
        trap_en=f"Compare it with the ROI on paid value, not with the net or settled one. {_YOUNG[1]}",
        **_BREAK_EVEN,
    ),
    Metric(
        id="break_even_net_roi",
        zh="保本净ROI",
        en="break-even net ROI",
        numerator={"cost_known_fen": 1, "costed_refund_fen": -1},
        about_zh="退款之后留下的钱要是花费的几倍才不亏：净成交 ÷ 推广前利润，只算成本已知的子订单。",
        about_en=(
            "How many times its spend must be kept after refunds to lose nothing: net over margin "
            "before advertising, of lines of known cost."
        ),
        trap_zh=f"和净ROI（至今、成熟）比；{_YOUNG[0]}",
        trap_en=f"Compare it with the net ROI, so far or matured. {_YOUNG[1]}",
        **_BREAK_EVEN,
    ),
    Metric(
        id="break_even_settled_roi",
        zh="保本结算ROI",
        en="break-even settled ROI",
        numerator={
            "cost_known_fen": 1,
            "costed_refund_fen": -1,
            "cohort_fee_fen": -1,
            "cohort_commission_fen": -1,
        },
        about_zh="结算到手的钱要是花费的几倍才不亏：净成交减平台费和佣金 ÷ "
        "推广前利润，只算成本已知的子订单。",
        about_en=(
            "How many times its spend must be settled to lose nothing: net less fees and commissions "
            "over margin before advertising."
        ),
        trap_zh=f"和结算ROI比；{_YOUNG[0]}",
        trap_en=f"Compare it with the settled ROI. {_YOUNG[1]}",
        **_BREAK_EVEN,
    ),
    Metric(
        id="contribution_after_ads",
        zh="扣推广后的贡献利润",
        en="contribution after advertising",
        unit="fen",
        clock="advertised",
        numerator={"ad_contribution_fen": 1, "spent_fen": -1},
        notes=("FEES_UNTOLD", "COST_UNTOLD", "SPEND_UNTOLD"),
        told=("fees_known_fen",),
        untold=("spend_untold_fen",),
        whole="cost_untold_fen",
        about_zh=(
            "花费已知的店和天的贡献利润减去推广花费。"
            "这些天的成本要全部已知，否则为空：花费是全店的，利润只有一部分就对不上。"
        ),
        about_en="Contribution of the shops and days of known spend less that spend. Empty unless all their "
        "costs are known: spend is the whole shop's, and "
        "profit of a part would not answer it.",
        trap_zh="赠款也按花费减了；没结算的订单还要扣费，新近的偏高。",
        trap_en=(
            "Grants are taken off like cash; orders not settled are still to be charged, so young days "
            "are too high."
        ),
    ),
)
