"""Xiaohongshu's words → our codes.

An export's Chinese word and the API's number for the same thing stand side by side, so both give one code.

A word that is not listed becomes ``unknown`` and stays visible as such; it is never taken for the nearest
one. Of the files' words only 待配货, 配货中, 已完成 and 已取消 were seen in a public test; the others are
those of the API's own description (UNVERIFIED in files).
"""

from __future__ import annotations

import polars as pl

#: 订单状态 · orderStatus. ``closed`` is split by whether anything was paid. 10 (an exchange was applied for)
#: tells no stage of the order.
ORDER_STATUS = {
    "待付款": "unpaid", "已下单待付款": "unpaid", "1": "unpaid",
    "待配货": "paid", "配货中": "paid", "待发货": "paid", "已支付处理中": "paid", "清关中": "paid",
    "2": "paid", "3": "paid", "4": "paid",
    "部分发货": "part_shipped", "5": "part_shipped",
    "待收货": "shipped", "已发货": "shipped", "6": "shipped",
    "已完成": "finished", "7": "finished",
    "已关闭": "closed", "已取消": "closed", "8": "closed", "9": "closed",
}  # fmt: skip

#: 售后状态 · skuAfterSaleStatus of an order. "Done" includes exchanges and, in older descriptions,
#: withdrawals: it proves no money.
ORDER_AFTER_SALE = {
    "无售后": "none", "1": "none",
    "售后处理中": "pending", "平台介入中": "pending", "售后拒绝": "pending", "2": "pending", "4": "pending",
    "6": "pending",
    "售后关闭": "closed", "售后取消": "closed", "5": "closed", "7": "closed",
}  # fmt: skip

#: 状态 · status of an after-sale. ``done`` is money only with a refund's type (file) or refundStatus 2 (API).
#: A refusal is not the end: the buyer may call the platform.
AFTER_SALE = {
    "待审核": "pending", "待用户寄回": "pending", "待寄回": "pending", "待商家收货": "pending",
    "待收货": "pending", "待用户收货": "pending",
    "换货待商家发货": "pending", "换货待用户确认收货": "pending", "平台介入中": "pending",
    "商家审核拒绝": "pending", "商家收货拒绝": "pending",
    "已拒绝": "pending", "处理中": "pending",
    "1": "pending", "2": "pending", "3": "pending", "9": "pending", "9001": "pending", "11": "pending",
    "12": "pending", "13": "pending", "14": "pending",
    "已完成": "done", "售后完成": "done", "4": "done",
    "退款成功": "success",
    "已取消": "closed", "已关闭": "closed", "5": "closed", "6": "closed",
}  # fmt: skip

#: refundStatus: the only number that says the money is with the buyer.
MONEY_RETURNED = "2"

#: 售后类型 · returnType. 3 is an old word for refund only; 6 is price protection.
REFUND_TYPE = {
    "退货退款": "return_refund", "退货": "return_refund", "1": "return_refund",
    "换货": "exchange", "2": "exchange",
    "仅退款": "refund_only", "已发货仅退款": "refund_only", "未发货仅退款": "refund_only", "3": "refund_only",
    "4": "refund_only", "5": "refund_only",
    "价保": "price_protection", "价格保护": "price_protection", "6": "price_protection",
}  # fmt: skip

#: Types that tell the stage by themselves; price protection and a bare 仅退款 do not.
TYPE_STAGE = {
    "未发货仅退款": "before_shipment", "5": "before_shipment",
    "退货退款": "after_shipment", "退货": "after_shipment", "换货": "after_shipment",
    "已发货仅退款": "after_shipment",
    "1": "after_shipment", "2": "after_shipment", "4": "after_shipment",
}  # fmt: skip

GIFT = "1"  # skuTag
GIFT_WORD = "是"  # 是否为赠品
ON_SALE = "True"  # buyable
RESENT = "5"  # orderType 换货补发

#: 原因 · reasonNameZh → reason, first match wins; the buyer's own remark (desc) is never read. The list of
#: reasons was NOT FOUND.
REASONS = (
    ("size", r"尺码|尺寸|码数|偏大|偏小|不合身|大小|偏长|偏短"),
    ("quality", r"质量|做工|破损|瑕疵|污渍|起球|开线|掉色|异味|假货"),
    ("look", r"不符|不一致|色差|颜色|款式|材质|面料|效果|描述"),
    ("price", r"价格|降价|差价|买贵|优惠|价保"),
    ("late", r"发货|物流|快递|未收到|没收到|缺货"),
    ("changed_mind", r"不想要|拍错|多拍|错拍|不喜欢|无理由|不需要|信息填错|重复"),
)

#: settleBizType · 交易类型 of a settlement entry: 0 paid in, 1 taken back.
DIRECTION = {"0": "sale", "结算入账": "sale", "1": "refund_after", "退款": "refund_after"}
#: The same of a service entry. Which words the file uses there is UNVERIFIED.
SERVICE_IN, SERVICE_OUT = ["0", "结算入账", "收入"], ["1", "退款", "支出", "结算扣款"]
#: transactionSettleStatus of an entry and its reversal that cancel each other: nothing is settled.
OFFSET = "6"

#: baseBizType → 业务款项 of what is settled beside the goods, and what it is to us.
SERVICE_NAME = {
    "0": "薯券", "1": "在线寄件快递费", "2": "极速退款赔付", "3": "发货延误赔付", "4": "运费宝",
    "5": "分期免息平台补贴", "6": "仲裁结算", "7": "小额打款",
    "8": "运费报销赔付",
}  # fmt: skip
SERVICE = {
    "薯券": "compensation", "在线寄件快递费": "fee", "极速退款赔付": "compensation",
    "发货延误赔付": "compensation", "运费宝": "insurance",
    "分期免息平台补贴": "subsidy", "仲裁结算": "adjustment", "小额打款": "compensation",
    "运费报销赔付": "compensation",
}  # fmt: skip

#: 交易类型描述 · type of an account movement. COMMISION_RETURN is the platform's own spelling. A fine is no
#: fee, a returned one no income.
FUND_TYPE = {
    "结算入账": "sale", "STATEMENT_IN": "sale",
    "退款": "refund", "STATEMENT_REFUND": "refund",
    "提现": "withdrawal", "提现退回": "withdrawal", "PAY_SUCCESS": "withdrawal", "BOUNCE": "withdrawal",
    "充值": "transfer", "转入": "transfer", "转出": "transfer", "RECHARGE": "transfer",
    "TRANSFER_IN": "transfer", "TRANSFER_OUT": "transfer",
    "物流费用结算": "freight", "LOGISTIC_OUT": "freight",
    "客服费用": "fee", "短信推送费": "fee", "发票寄送费": "fee", "CUSTOMER_SERVICE_FEE": "fee",
    "MESSAGE_FEE": "fee", "INVOICE_SEND": "fee",
    "佣金返利": "commission", "COMMISION_RETURN": "commission",
    "小额打款": "compensation", "小额收款": "compensation", "运费宝": "insurance",
    "扣款": "other", "扣款退回": "other", "人工调账结算": "other", "其他收入": "other", "其他支出": "other",
    "SELLER_FINE": "other", "REFUND": "other", "MANUAL_ADJUST_STATEMENT": "other", "OTHER_IN": "other",
    "OTHER_OUT": "other",
}  # fmt: skip
ACCOUNTS = {"NOT_ER_QING": "店铺余额", "ER_QING_WECHAT": "微信", "ER_QING_ALIPAY": "支付宝"}


def coded(column: str, words: dict[str, str]) -> pl.Expr:
    """The column's code; ``unknown`` for an unlisted or empty word."""
    return pl.col(column).replace_strict(words, default="unknown", return_dtype=pl.String)


def reason(column: str) -> pl.Expr:
    """The reason's code: ``other`` for a reason without a known keyword, ``unknown`` where none is given."""
    told = pl.coalesce(
        pl.when(pl.col(column).str.contains(pattern)).then(pl.lit(code)) for code, pattern in REASONS
    )
    return pl.when(pl.col(column).is_null()).then(pl.lit("unknown")).otherwise(told.fill_null("other"))
