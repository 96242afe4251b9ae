"""Pinduoduo's words and numbers → our codes.

A word that is not listed becomes ``unknown`` and stays visible as such; it is never taken for the nearest
one.

Sources stand in README.md.
"""

from __future__ import annotations

import polars as pl

#: 订单状态 of the export. Any word ending in 退款成功 is ``closed_refunded`` (see ``order_status``); 已取消
#: is split by whether anything was paid.
ORDER_STATUS = {
    "待支付": "unpaid", "待付款": "unpaid",
    "待发货": "paid",
    "已发货，待签收": "shipped", "已发货，待收货": "shipped",
    "已签收": "finished", "已收货": "finished",
    "已取消": "closed",
}  # fmt: skip
REFUNDED = "退款成功$"
#: Money back before anything was shipped: the whole order was given back.
REFUNDED_UNSHIPPED = "^(未发货|未成交|已取消)，?退款成功$"

#: order_status of the API; 0 is not documented for the increment list and is seen in public code only.
ORDER_NUMBER = {"0": "unpaid", "1": "paid", "2": "shipped", "3": "finished"}
CANCELLED = "2"  # confirm_status
REFUND_DONE = "4"  # refund_status

#: 售后状态 of the export.
AFTER_SALE = {
    "无售后或售后取消": "none",
    "售后处理中": "pending", "退款中": "pending", "待商家处理": "pending",
    "买家申请退款，待商家处理": "pending", "退货退款，待商家处理": "pending",
    "商家同意退款，退款中": "pending", "平台同意退款，退款中": "pending",
    "驳回退款，待买家处理": "pending", "驳回退款，待用户处理": "pending",
    "已同意退货退款，待用户发货": "pending", "商家同意退货退款，待买家发货": "pending",
    "用户已发货，待商家处理": "pending", "平台处理中": "pending", "换货补寄待商家处理": "pending",
    "换货补寄待用户处理": "pending",
    "换货补寄待用户确认完成": "pending", "商家已发货，待消费者确认收货": "pending",
    "已同意拒收退款，待用户拒收": "pending", "补寄待商家发货": "pending",
    "退款成功": "success",
    "平台拒绝退款，退款关闭": "closed", "买家撤销": "closed", "买家逾期未处理，退款失败": "closed",
    "买家逾期，超过有效期": "closed",
    "售后取消，退款失败": "closed", "换货补寄失败": "closed",
    "换货补寄成功": "exchanged", "换货成功": "exchanged",
}  # fmt: skip

#: refund_status of an order in the API: 1 none or closed, 2 in process, 3 refunding, 4 success.
REFUND_NUMBER = {"1": "none", "2": "pending", "3": "pending", "4": "success"}

#: after_sales_status of an after-sale in the API (0-18, 21, 22, 24, 25, 27, 31-33).
AFTER_SALE_NUMBER = (
    {
        number: "pending"
        for number in (
            "2",
            "3",
            "4",
            "5",
            "6",
            "7",
            "8",
            "14",
            "15",
            "18",
            "21",
            "22",
            "27",
            "31",
            "32",
            "33",
        )
    }
    | {number: "closed" for number in ("0", "9", "11", "12", "13", "17", "24")}
    | {"10": "success", "16": "exchanged", "25": "exchanged"}
)
EXCHANGED_NUMBERS = ["16", "25"]

#: after_sales_type of the list. The detail method counts the same types from 1: never mix the two.
REFUND_TYPE = {"2": "refund_only", "3": "return_refund", "4": "exchange", "5": "exchange", "6": "exchange"}
#: Types that only exist once goods have been sent.
TYPES_AFTER_SHIPMENT = ["3", "4", "5", "6"]
RECEIVED = "2"  # user_shipping_status: the buyer says the goods have come
PRICE_ADJUSTED = "差价|价保"

_REASONS = (
    ("size", "尺码|尺寸|码数|大小|偏大|偏小|不合身|太大|太小"),
    ("quality", "质量|做工|破损|瑕疵|污渍|起球|开线|掉色|异味|变形|假货|假冒"),
    ("look", "不符|色差|颜色|图案|款式|材质|面料|效果"),
    ("price", "差价|价保|降价|买贵|优惠|价格"),
    ("late", "发货|物流|快递|未收到|没收到|缺货|无货"),
    ("changed_mind", "不想要|不想买|拍错|错拍|多拍|不喜欢|无理由|不需要|买错|重复"),
    ("other", "其他|其它|协商|运费|发票|少件|漏发|发错"),
)

#: 业务描述 and 账务类型 of the account → fund type, first pattern that is found. The text searched is
#: ``账务类型|业务描述``.
FUNDS = (
    ("subsidy", "优惠券结算"),
    ("commission", "多多进宝"),
    ("advertising", "广告账户"),
    ("deposit", "保证金"),
    ("insurance", "运费险|保险"),
    ("sale", "交易收入"),
    ("refund", "交易退款"),
    ("fee", "技术服务费|服务支出"),
    ("compensation", "售后费用"),
    ("withdrawal", "提现"),
    ("transfer", "转账"),
    ("other", "营销费用|其他"),
)

#: Fund type → settlement type; what is not here (withdrawals, transfers, deposits, advertising) is the
#: merchant's own money moving and settles nothing.
SETTLEMENT = {
    "sale": "sale", "refund": "refund_after", "subsidy": "subsidy", "fee": "fee", "commission": "fee",
    "compensation": "compensation",
    "insurance": "insurance", "other": "other", "unknown": "unknown",
}  # fmt: skip

#: is_onsale, is_sku_onsale.
ON_SALE = "1"
YES = "是"


def fold_word(text: pl.Expr) -> pl.Expr:
    """A status word as the tables spell it: full-width comma, no blanks."""
    return text.str.replace_all(r"\s", "").str.replace_all(",", "，", literal=True)


def coded(text: pl.Expr, table: dict[str, str]) -> pl.Expr:
    """Word → code; a word that is not in ``table`` → ``unknown``, no word → null."""
    return pl.when(text.is_not_null()).then(
        fold_word(text).replace_strict(table, default="unknown", return_dtype=pl.String)
    )


def first_found(text: pl.Expr, patterns: tuple[tuple[str, str], ...]) -> pl.Expr:
    """Code of the first pattern found in ``text``; ``unknown`` when none is, null for no text."""
    found = pl.lit("unknown")
    for code, pattern in reversed(patterns):
        found = pl.when(text.str.contains(pattern)).then(pl.lit(code)).otherwise(found)
    return pl.when(text.is_not_null()).then(found)


def reason(text: pl.Expr) -> pl.Expr:
    """Menu text of an after-sale's reason → code."""
    return first_found(text, _REASONS)
