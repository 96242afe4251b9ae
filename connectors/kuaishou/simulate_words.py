"""The words and numbers a simulated Kuaishou writes.

Kept apart from ``words.py`` on purpose: a parser must not agree with its own mirror image.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

#: status code of a line → (订单状态, orderBaseInfo.status)
STATUS = {
    "unpaid": ("待付款", 10),
    "paid": ("待发货", 30),
    "shipped": ("已发货", 40),
    "finished": ("交易成功", 70),
    "closed_unpaid": ("交易关闭", 80),
    "closed_refunded": ("交易关闭", 80),
}

#: state of a line's newest after-sale → 售后状态. How an exchange reads there is not known; the export has no
#: fifth word.
ORDER_AFTER_SALE = {
    "none": "",
    "pending": "售后处理中",
    "success": "退款成功",
    "closed": "售后关闭",
    "exchanged": "售后关闭",
}

#: content form → (订单载体, orderBaseInfo.channel, carrierType)
CARRIER = {
    "live": ("直播", "live", 2),
    "short_video": ("短视频", "shortVideo", 1),
    "product_card": ("商品卡", "itemCard", 3),
    "other": ("其他", "other", 478),
}

#: who sold → (渠道, cpsType)
SELLER = {"own": ("自营", 1), "creator": ("分销", 2)}

#: type of an after-sale → handlingWay
WAY = {"return_refund": 1, "refund_only": 10, "price_protection": 10, "exchange": 3}

REASON = {
    "size": "尺码不合适",
    "look": "颜色/款式与描述不符",
    "quality": "商品有质量问题",
    "changed_mind": "拍错/多拍/不想要",
    "price": "优惠未使用",
    "late": "未按约定时间发货",
    "other": "其他",
}
PRICE_DIFFERENCE = "协商退差价"

#: 业务类型 of the fund flow. Real words are known only for frozen money.
SCENE = {
    "sale": "订单货款结算",
    "refund": "结算后退款",
    "insurance": "运费险扣费",
    "advertising": "磁力金牛推广充值",
    "withdrawal": "商家提现",
}
FROZEN = "资金冻结"


def say(
    column: str, table: Mapping[str, tuple[object, ...]], place: int, dtype: type[pl.DataType]
) -> pl.Expr:
    """A code as the platform writes it; ``place`` 0 is the file's word, the others are the API's."""
    return pl.col(column).replace_strict(
        {code: told[place] for code, told in table.items()}, return_dtype=dtype
    )
