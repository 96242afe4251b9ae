"""The words a simulated JD writes.

Kept apart from ``words.py`` on purpose: a parser must not agree with its own mirror image.
"""

from __future__ import annotations

import polars as pl

#: state of an order → (订单状态 of the export, orderState of JOS)
STATUS = {
    "unpaid": ("等待付款", "NOT_PAY"),
    "paid": ("等待出库", "WAIT_SELLER_STOCK_OUT"),
    "part_shipped": ("等待出库", "WAIT_SELLER_STOCK_OUT"),
    "shipped": ("等待确认收货", "WAIT_GOODS_RECEIVE_CONFIRM"),
    "finished": ("完成", "FINISHED_L"),
    "lapsed": ("(删除)等待付款", "TRADE_CANCELED"),
    "cancelled": ("(删除)等待出库", "TRADE_CANCELED"),
    "refused": ("(删除)等待确认收货", "TRADE_CANCELED"),
}

#: 退款申请单状态: 0 未审核, 3 京东财务审核通过, 11 用户撤销
APPLICATION = {"pending": 0, "success": 3, "closed": 11}

REASON = {
    "size": "尺码不合适", "look": "商品与页面描述不符", "quality": "商品质量问题",
    "changed_mind": "七天无理由", "price": "商品降价",
    "late": "快递未收到", "other": "其他",
}  # fmt: skip

REMARK = {
    "sale": "商家结算款", "refund": "直赔退款代扣", "insurance": "运费保险服务费",
    "advertising": "京准通代收款", "withdrawal": "提现", "fee": "交易服务费",
}  # fmt: skip


def say(code: pl.Expr, *, api: bool) -> pl.Expr:
    """Order states as the platform writes them, in files or in the API."""
    return code.replace_strict({key: pair[int(api)] for key, pair in STATUS.items()}, return_dtype=pl.String)


def yuan(fen: pl.Expr) -> pl.Expr:
    """Integer fen → ``12.30``, ``-0.33``."""
    size = fen.abs()
    text = pl.concat_str(
        (size // 100).cast(pl.String), (size % 100).cast(pl.String).str.zfill(2), separator="."
    )
    return pl.when(fen < 0).then(pl.concat_str(pl.lit("-"), text)).otherwise(text)


def moment(at: pl.Expr) -> pl.Expr:
    """An instant in Beijing time, ``2026-11-24 20:15:03``; null stays null."""
    return at.dt.strftime("%Y-%m-%d %H:%M:%S")


def order_states(lines: pl.DataFrame) -> pl.DataFrame:
    """A market's lines with ``state`` of their order as JD keeps it, and the order's money, repeated on every
    line as the export repeats it.

    ``total_fen`` is price × quantity, ``seller_fen`` that less the merchant's own discounts, ``due_fen`` what
    is paid beside ``balance_fen``. An order that was finished stays 完成 although its money goes back later.
    """
    status = pl.col("order_order_status_code")

    def of_order(column: str | pl.Expr) -> pl.Expr:
        return (pl.col(column) if isinstance(column, str) else column).sum().over("order_id")

    has_finished, has_left = (
        pl.col(name).is_not_null().any().over("order_id") for name in ("finished_at", "shipped_at")
    )
    state = (
        pl.when(status == "closed_unpaid")
        .then(pl.lit("lapsed"))
        .when((status == "closed_refunded") & has_finished)
        .then(pl.lit("finished"))
        .when((status == "closed_refunded") & has_left)
        .then(pl.lit("refused"))
        .when(status == "closed_refunded")
        .then(pl.lit("cancelled"))
        .otherwise(status)
    )
    goods = of_order(pl.col("unit_price_fen") * pl.col("line_qty"))
    placed = of_order("placed_fen")
    # one order in ten is paid in part from the buyer's balance at JD
    balance = (
        pl.when(pl.col("order_id").str.ends_with("7") & pl.col("paid_at").is_not_null())
        .then(placed // 10)
        .otherwise(0)
    )
    told = lines.with_columns(
        state=state,
        total_fen=goods,
        seller_fen=goods - of_order("discount_merchant_fen"),
        freight_total=of_order("freight_fen"),
    )
    ended = pl.when(pl.col("state") == "finished").then(pl.col("finished_at").max().over("order_id"))
    return told.with_columns(balance_fen=balance, due_fen=placed - balance, finished_at=ended)
