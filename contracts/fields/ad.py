"""The dictionary's entries of advertising set against what was sold: every measure stands on the day of
spending, which is the payment day of the orders.
"""

from __future__ import annotations

from contracts import codes
from contracts.field import Field
from contracts.field import entry as _f

AD_FIELDS: tuple[Field, ...] = (
    _f(
        "ad_use_code",
        "是否计入",
        "whether it counts",
        "One report of the same money counts, or what the merchant entered instead.",
        code=codes.AD_USE,
    ),
    _f("ad_entered_fen", "其中商家录入", "of it, entered", "Counted spend that the merchant entered.", low=0),
    _f(
        "ad_aside_fen",
        "未计入的报表花费",
        "reported and not counted",
        "What a report that would count tells of a day the merchant entered himself.",
        low=0,
    ),
    _f(
        "ad_attributed_fen",
        "报表归因成交",
        "attributed by reports",
        "Sales that counted reports attribute to their advertising.",
        low=0,
    ),
    _f(
        "ad_attributed_spent_fen",
        "有归因成交的花费",
        "spend with attributed sales",
        "Counted spend of the reports that attribute sales.",
        low=0,
    ),
    _f(
        "ad_unattributed_fen",
        "没有归因成交的花费",
        "spend without attributed sales",
        "All other counted spend.",
        low=0,
    ),
    _f(
        "ad_whole_fen",
        "报表整体成交",
        "whole sales by reports",
        "All sales of what was promoted, organic ones too, as counted reports tell.",
        low=0,
    ),
    _f(
        "ad_whole_spent_fen",
        "有整体成交的花费",
        "spend with whole sales",
        "Counted spend of the reports that tell whole sales.",
        low=0,
    ),
    _f(
        "ad_not_whole_fen",
        "没有整体成交的花费",
        "spend without whole sales",
        "All other counted spend.",
        low=0,
    ),
    _f(
        "spend_known_fen",
        "花费已知的支付金额",
        "paid value of known spend",
        "Paid value of shops and days whose advertising is told.",
        low=0,
    ),
    _f(
        "spend_untold_fen",
        "花费未知的支付金额",
        "paid value of untold spend",
        "Paid value of all other shops and days.",
        low=0,
    ),
    _f(
        "ad_refund_fen",
        "花费已知的退款",
        "refunds of known spend",
        "Refunds to date on the paid value of known spend.",
        low=0,
    ),
    _f(
        "cohort_settled_fen",
        "结算（订单日）",
        "settled, paid clock",
        "Settled to date, put back to the payment day of its orders; days of known spend.",
    ),
    _f(
        "billed_spent_fen",
        "已有结算的花费",
        "spend with settlements",
        "Spend of days of which some order was settled.",
        low=0,
    ),
    _f(
        "unbilled_spent_fen",
        "还没结算的花费",
        "spend without settlements",
        "Spend of days of which no order was settled yet.",
        low=0,
    ),
    _f(
        "matured_spent_fen",
        "有成熟估计的花费",
        "spend with an estimate",
        "Spend of days whose matured net can be told.",
        low=0,
    ),
    _f(
        "unmatured_spent_fen",
        "没有成熟估计的花费",
        "spend without an estimate",
        "Spend of days whose matured net cannot be told yet.",
        low=0,
    ),
    _f(
        "ad_contribution_fen",
        "花费已知的贡献利润",
        "contribution of known spend",
        "Before advertising, on days of known spend, lines of known cost.",
    ),
)
