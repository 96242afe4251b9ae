"""The words and numbers of the back-office and the shop API, written down again from the sources, apart from
the parser's.
"""

from __future__ import annotations

import polars as pl

ORDER_WORD = {
    "unpaid": "待付款", "paid": "待发货", "part_shipped": "部分发货", "shipped": "已发货",
    "finished": "已完成", "closed_unpaid": "已取消",
    "closed_refunded": "已取消",
}  # fmt: skip
ORDER_NUMBER = {
    "unpaid": 10,
    "paid": 20,
    "part_shipped": 21,
    "shipped": 30,
    "finished": 100,
    "closed_unpaid": 250,
    "closed_refunded": 200,
}
LINE_AFTER_SALE = {
    "none": "无",
    "pending": "商家受理中",
    "success": "退款完成",
    "closed": "用户取消申请",
    "exchanged": "换货完成",
}
SCENE = {"live": 2, "short_video": 3, "product_card": 5, "other": 4}
REASON_CODE = {
    "size": "NO_REASON_7_DAYS", "look": "NOT_MATCH_PRODUCT_DESC", "quality": "QUALITY_ISSUE",
    "changed_mind": "NO_LONGER_WANT", "price": "OTHERS",
    "late": "NOT_DELIVERED_TOO_LONG", "other": "OTHERS",
}  # fmt: skip
REASON_TEXT = {
    "size": "尺码不合适", "look": "与商品描述不符", "quality": "质量问题", "changed_mind": "不想要了",
    "price": "买贵了/降价", "late": "快递长时间未送达",
    "other": "其它",
}  # fmt: skip
FUND_WORD = {"sale": "订单支付", "refund": "订单退款", "insurance": "运费险", "withdrawal": "提现"}
FUND_NUMBER = {"sale": 1, "refund": 3, "insurance": 16, "withdrawal": 4}


def said(column: str, words: dict[str, str], default: str | None = None) -> pl.Expr:
    """A code's word; ``default`` for a code without one."""
    return pl.col(column).replace_strict(words, default=default, return_dtype=pl.String)


def numbered(column: str, numbers: dict[str, int], default: int = 0) -> pl.Expr:
    """A code's number; ``default`` for a code without one."""
    return pl.col(column).replace_strict(numbers, default=default, return_dtype=pl.Int64)


def after_sale_status() -> pl.Expr:
    """The string enum of an after-sale, by its type and how far it has come."""
    back, status = pl.col("shipped_back_at").is_not_null(), pl.col("refund_status_code")
    returning = pl.col("type_code") == "return_refund"
    return (
        pl.when((status == "success") & returning)
        .then(pl.lit("MERCHANT_RETURN_SUCCESS"))
        .when(status == "success")
        .then(pl.lit("MERCHANT_REFUND_SUCCESS"))
        .when(status == "exchanged")
        .then(pl.lit("MERCHANT_EXCHANGE_SUCCESS"))
        .when(status == "closed")
        .then(pl.lit("USER_CANCELD"))
        .when(returning & back)
        .then(pl.lit("MERCHANT_WAIT_RECEIPT"))
        .when(returning)
        .then(pl.lit("USER_WAIT_RETURN"))
        .otherwise(pl.lit("MERCHANT_PROCESSING"))
    )


def after_sale_words() -> pl.Expr:
    """The same in the back-office's words."""
    status = pl.col("refund_status_code")
    returning = (status == "success") & (pl.col("type_code") == "return_refund")
    return (
        pl.when(returning).then(pl.lit("退货退款完成")).otherwise(said("refund_status_code", LINE_AFTER_SALE))
    )


def after_sale_type() -> pl.Expr:
    """REFUND, RETURN or EXCHANGE; a small payment is a REFUND too."""
    return said("type_code", {"return_refund": "RETURN", "exchange": "EXCHANGE"}, "REFUND")


def attributes() -> pl.Expr:
    """Colour and size as the file writes them."""
    return pl.format("颜色分类:{};尺码:{}", "color_name", "size_name")
