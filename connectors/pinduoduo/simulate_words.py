"""The words and numbers a simulated Pinduoduo writes.

Kept apart from ``words.py`` on purpose: a parser must not agree with its own mirror image.
"""

from __future__ import annotations

import polars as pl

#: how far the goods have come → (word, word once money was refunded, order_status of the API)
STATE = {
    "unpaid": ("待支付", "待支付", 0),
    "closed_unpaid": ("已取消", "已取消", 0),
    "to_ship": ("待发货", "未发货，退款成功", 1),
    "shipped": ("已发货，待收货", "已发货，退款成功", 2),
    "received": ("已收货", "已收货，退款成功", 3),
}

#: state of the latest after-sale → (售后状态, refund_status of an order, after_sales_status of an order)
AFTER_SALE = {
    "none": ("无售后或售后取消", 1, 0),
    "pending": ("售后处理中", 2, 2),
    "success": ("退款成功", 4, 10),
    "closed": ("无售后或售后取消", 1, 11),
    "exchanged": ("换货补寄成功", 1, 16),
}

#: after_sales_status of an after-sale row
REFUND_STATUS = {"pending": 2, "sent_back": 3, "success": 10, "closed": 11, "exchanged": 16}
TYPE = {"refund_only": 2, "return_refund": 3, "exchange": 4, "price_protection": 2}

REASON = {
    "size": "大小/尺寸不合适",
    "look": "颜色/图案/款式与商品描述不符",
    "quality": "质量问题",
    "changed_mind": "不想要了",
    "price": "买贵了/商品降价",
    "late": "未按约定时间发货",
    "other": "其他原因",
}
PRICE_DIFFERENCE = "退差价"

#: what moved the account → (账务类型, 业务描述)
ACCOUNT = {
    "sale": ("交易收入", "0010002|交易收入-订单收入"),
    "coupon": ("交易收入", "0010005|交易收入-优惠券结算"),
    "fee": ("技术服务费", "0030002|技术服务费-基础技术服务费"),
    "commission": ("多多进宝", "0060001|营销费用-多多进宝"),
    "refund": ("交易退款", "0020002|交易退款-订单退款"),
    "insurance": ("服务支出", "0050002|服务支出-消费者体验提升计划"),
    "advertising": ("转账", "0070004|转账-广告账户"),
    "withdrawal": ("提现", "0080001|提现-提现申请"),
}

#: plan → scenesType of the promotion report
SCENES = {"全域-日常": "0", "全域-新品": "1", "直播间放量": "2"}


def states(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines with ``state`` (a key of ``STATE``) and ``is_refunded``."""
    state = (
        pl.when(pl.col("paid_at").is_null())
        .then("order_status_code")
        .when(pl.col("finished_at").is_not_null())
        .then(pl.lit("received"))
        .when(pl.col("shipped_at").is_not_null())
        .then(pl.lit("shipped"))
        .otherwise(pl.lit("to_ship"))
    )
    return lines.with_columns(
        state=state, is_refunded=(pl.col("refund_status_code") == "success") & pl.col("paid_at").is_not_null()
    )


def said(
    column: str, table: dict[str, tuple[str, str, int]] | dict[str, tuple[str, int, int]], place: int
) -> pl.Expr:
    """Codes of a column as the ``place``-th entry of the table."""
    return pl.col(column).replace_strict({key: entry[place] for key, entry in table.items()})


def status_word() -> pl.Expr:
    """订单状态: the refund is part of the word."""
    plain, refunded = ({key: entry[place] for key, entry in STATE.items()} for place in (0, 1))
    return (
        pl.when("is_refunded")
        .then(pl.col("state").replace_strict(refunded))
        .otherwise(pl.col("state").replace_strict(plain))
    )


def yuan(fen: pl.Expr) -> pl.Expr:
    """Integer fen as the platform writes money: ``17.8``, ``61.08``, ``5``, ``-0.03``."""
    size = fen.abs()
    rest = (size % 100).cast(pl.String).str.zfill(2).str.strip_chars_end("0")
    sign = pl.when(fen < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.concat_str(
        sign,
        (size // 100).cast(pl.String),
        pl.when(rest != "").then(pl.concat_str(pl.lit("."), rest)).otherwise(pl.lit("")),
    )


def moment(at: pl.Expr) -> pl.Expr:
    """Beijing wall clock, nothing for what has not happened."""
    return at.dt.strftime("%Y-%m-%d %H:%M:%S").fill_null("")
