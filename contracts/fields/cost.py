"""The dictionary's entries of costs a merchant enters, and of the profit made of them.

A cost is a positive number.
"""

from __future__ import annotations

from contracts import codes
from contracts.field import Field
from contracts.field import entry as _f

#: What tells one entered cost from another; of the same, the newest word counts. A kind is charged one way at
#: a time: by the order or by the unit.
SAME_GOODS = ("merchant_id", "shop_id", "sku_code", "style_code", "valid_from_date")
SAME_COST = ("merchant_id", "shop_id", "cost_kind_code", "creator_id", "live_session_id", "valid_from_date")

COST_FIELDS: tuple[Field, ...] = (
    # as entered
    _f("cost_kind_code", "成本项目", "kind of cost", code=codes.COST_KIND),
    _f("cost_basis_code", "计费方式", "charged", code=codes.COST_BASIS),
    _f(
        "cost_amount_fen",
        "成本金额",
        "cost as entered",
        "Of one unit, one order, or once for all; empty = the entry of this very date is taken back.",
        low=0,
    ),
    _f("valid_from_date", "生效日期", "valid from"),
    _f(
        "valid_until_date",
        "结束日期",
        "valid until",
        "Last day, included, that bears a part of a cost charged once.",
    ),
    # measures of profit: cost clock, that is the payment day of the orders, and the days a cost charged once
    # is valid for
    _f(
        "cost_known_fen",
        "成本已知的支付金额",
        "paid value of known cost",
        "Paid value of lines whose units and unit cost are known.",
        low=0,
    ),
    _f(
        "cost_untold_fen",
        "成本未知的支付金额",
        "paid value of untold cost",
        "Paid value of all other lines.",
        low=0,
    ),
    _f(
        "fees_known_fen",
        "费用已知的支付金额",
        "paid value of known fees",
        "Of known cost, and the payout that tells fees has come, or nothing was kept.",
        low=0,
    ),
    _f(
        "fees_untold_fen",
        "费用未知的支付金额",
        "paid value of untold fees",
        "Paid value of all other lines.",
        low=0,
    ),
    _f(
        "costed_refund_fen",
        "成本已知订单的退款",
        "refunds on lines of known cost",
        "Refunds to date on lines of known cost.",
        low=0,
    ),
    _f(
        "sent_qty",
        "发出件数",
        "units sent",
        "Units of the line that were not cancelled before shipment, by share of money.",
    ),
    _f("back_qty", "退回件数", "units come back", "Of the units sent; refunds without goods do not count."),
    _f(
        "cost_fen",
        "未退回商品成本",
        "cost of goods not come back",
        "Unit cost × units that were not cancelled and did not come back.",
        low=0,
    ),
    _f("write_down_fen", "退货折损", "write-down of returned goods", "Lines of known cost.", low=0),
    _f(
        "cohort_fee_fen",
        "平台费用（订单日）",
        "platform's charges, paid clock",
        "Fees, charges not broken down and insurance on lines of known cost.",
    ),
    _f(
        "cohort_commission_fen",
        "佣金（订单日）",
        "commissions, paid clock",
        "Creator, team leader and service provider, on lines of known cost.",
    ),
    _f("packing_fen", "打包费", "packing", "Lines of known cost that were sent.", low=0),
    _f("freight_out_fen", "发货运费", "outbound freight", "Lines of known cost that were sent.", low=0),
    _f("freight_back_fen", "退货运费", "return freight", "Lines of known cost that came back.", low=0),
    _f(
        "slot_fee_fen",
        "坑位费",
        "slot fees",
        "Spread evenly over the days they are valid for; on no style.",
        low=0,
    ),
    _f(
        "margin_fen",
        "推广前利润",
        "margin before advertising",
        "Of lines of known cost: paid less refunds, goods, write-down, platform's charges, commissions, "
        "freight and packing; nothing charged once.",
    ),
    _f(
        "sample_fen",
        "样品费",
        "samples",
        "Spread evenly over the days they are valid for; on no style.",
        low=0,
    ),
)
