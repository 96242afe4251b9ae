"""The words of the bridges between neighbouring rungs: step → Chinese and English, in the order of the
waterfall. First and last are metrics.
"""

from __future__ import annotations

PLACED_STEPS: dict[str, tuple[str, str]] = {
    "placed_gmv": ("下单金额", "placed GMV"),
    "never_paid": ("一直没付款", "never paid"),
    "paid_later": ("本期下单，期后付款", "placed in the period, paid after it"),
    "paid_sooner": ("本期下单，期前付款", "placed in the period, paid before it"),
    "placed_sooner": ("期前下单，本期付款", "placed before the period, paid in it"),
    "placed_later": ("期后下单，本期付款", "placed after the period, paid in it"),
    "paid_otherwise": ("实付与应付之差", "paid other than what was to pay"),
    "created_untold": ("下单日不明，本期付款", "placed day untold, paid in the period"),
    "paid_gmv": ("支付金额", "paid GMV"),
}
MERCHANT_STEPS: dict[str, tuple[str, str]] = {
    "paid_gmv": ("支付金额", "paid GMV"),
    "subsidy_untold": ("优惠由谁承担不明的订单", "orders that do not tell who bore the discount"),
    "subsidies": ("平台和达人承担的优惠", "discounts platform and creators bear"),
    "merchant_paid": ("商家口径支付额", "paid value, merchant basis"),
}
REFUND_STEPS: dict[str, tuple[str, str]] = {
    "paid_gmv": ("支付金额", "paid GMV"),
    "refunds_before_shipment": ("发货前退款", "refunds before shipment"),
    "refunds_after_shipment": ("发货后退款", "refunds after shipment"),
    "refunds_untold_stage": ("阶段不明退款", "refunds of untold stage"),
    "net_by_order_date": ("净成交（订单日）", "net, order cohort"),
}
MATURED_STEPS: dict[str, tuple[str, str]] = {
    "net_by_order_date": ("净成交（订单日）", "net, order cohort"),
    "still_to_come_back": ("预计还会退（估）", "still to come back, estimate"),
    "matured_net": ("成熟净成交（估）", "matured net, estimate"),
}
FINAL_STEPS: dict[str, tuple[str, str]] = {
    "net_by_order_date": ("净成交（订单日）", "net, order cohort"),
    "unfinished": ("还没完成的订单", "orders not finished"),
    "in_window": ("已完成，退货期没过", "finished, still in the return window"),
    "finish_untold": ("已完成，哪天不明", "finished, on an untold day"),
    "kept_sales": ("实销", "kept sales, final"),
}
SETTLED_STEPS: dict[str, tuple[str, str]] = {
    "net_by_order_date": ("净成交（订单日）", "net, order cohort"),
    "no_bill": ("没给过结算单的店", "shops that never gave a bill"),
    "order_unfinished": ("没完成，还没结算", "not finished, not settled yet"),
    "order_unsettled": ("已完成，还没结算", "finished, not settled yet"),
    "not_taken_back": ("已退款，结算还没扣回", "refunded, not taken back yet"),
    "subsidies": ("结算给的平台、达人补贴", "subsidies in the bills"),
    "settled_otherwise": (
        "结算单多给或少给，没写明是什么",
        "settled otherwise, the bills do not say as what",
    ),
    "settled_later": ("本期订单，期后结算", "this period's orders, settled after it"),
    "settled_sooner": ("本期订单，期前结算", "this period's orders, settled before it"),
    "earlier_orders": ("以前的订单，本期结算", "earlier orders, settled in the period"),
    "later_orders": ("以后的订单，本期结算", "later orders, settled in the period"),
    "unplaced": ("订单不明的结算", "settled of untold orders"),
    "platform_fee": ("平台服务费", "platform fee"),
    "commissions": ("佣金", "commissions"),
    "other_fees": ("其他费用", "other fees"),
    "premiums": ("运费险等", "premiums"),
    "settled": ("结算金额", "settled"),
}
FUNDED_STEPS: dict[str, tuple[str, str]] = {
    "settled": ("结算金额", "settled"),
    "no_account": ("没给过资金流水的店", "shops that never gave an account flow"),
    "unfunded": ("已结算，账户里还没见到", "settled, not seen in the account yet"),
    "beside": ("另行动账（如运费险）", "moved as something else, such as premiums"),
    "funded_later": ("本期结算，期后动账", "settled in the period, moved after it"),
    "funded_sooner": ("本期结算，期前动账", "settled in the period, moved before it"),
    "settled_sooner": ("期前结算，本期动账", "settled before the period, moved in it"),
    "settled_later": ("期后结算，本期动账", "settled after the period, moved in it"),
    "summed": ("一单分几次动账，合计才对得上", "an order moved in several goes, matched by its sum"),
    "unanswered": ("账户里有，结算单没有", "moved without a settlement"),
    "funded": ("到账金额", "funded"),
}
