"""The words a simulated Taobao writes.

Kept apart from ``words.py`` on purpose: a parser must not agree with its own mirror image.
"""

from __future__ import annotations

import polars as pl

#: status code of a line → (word in files, word of the open API)
STATUS = {
    "unpaid": ("等待买家付款", "WAIT_BUYER_PAY"),
    "paid": ("买家已付款，等待卖家发货", "WAIT_SELLER_SEND_GOODS"),
    "part_shipped": ("卖家部分发货", "SELLER_CONSIGNED_PART"),
    "shipped": ("卖家已发货，等待买家确认", "WAIT_BUYER_CONFIRM_GOODS"),
    "finished": ("交易成功", "TRADE_FINISHED"),
    "closed_unpaid": ("交易关闭", "TRADE_CLOSED_BY_TAOBAO"),
    "closed_refunded": ("交易关闭", "TRADE_CLOSED"),
}

#: state of an after-sale → (退款状态 of an item row and of a refund row, TOP word)
AFTER_SALE = {
    "none": ("没有申请退款", "NO_REFUND"),
    "pending": ("买家已经申请退款，等待卖家同意", "WAIT_SELLER_AGREE"),
    "sent_back": ("买家已经退货，等待卖家确认收货", "WAIT_SELLER_CONFIRM_GOODS"),
    "success": ("退款成功", "SUCCESS"),
    "exchanged": ("退款成功", "SUCCESS"),
    "closed": ("退款关闭", "CLOSED"),
}

TYPE = {
    "refund_only": ("仅退款", "REFUND"),
    "return_refund": ("退货退款", "REFUND_AND_RETURN"),
    "exchange": ("换货", "TAOBAO_EXCHANGE"),
    "price_protection": ("仅退款", "REFUND"),
}

GOODS = {
    "not_received": ("买家未收到货", "BUYER_NOT_RECEIVED"),
    "received": ("买家已收到货", "BUYER_RECEIVED"),
    "returned": ("买家已退货", "BUYER_RETURNED_GOODS"),
}

REASON = {
    "size": "尺寸拍错/不喜欢/效果不好",
    "look": "颜色/图案/款式与商品描述不符",
    "quality": "质量问题",
    "changed_mind": "七天无理由退换货",
    "price": "没用/少用优惠",
    "late": "未按约定时间发货",
    "other": "其他",
}
PRICE_DIFFERENCE = "退差价"


def say(code: pl.Expr, table: dict[str, tuple[str, str]], *, api: bool) -> pl.Expr:
    """Codes as the platform writes them, in files or in the API."""
    return code.replace_strict({key: pair[int(api)] for key, pair in table.items()}, return_dtype=pl.String)


def yuan(fen: pl.Expr) -> pl.Expr:
    """Integer fen → ``12.30``."""
    return pl.concat_str(
        (fen // 100).cast(pl.String), (fen % 100).cast(pl.String).str.zfill(2), separator="."
    )


def moment(at: pl.Expr) -> pl.Expr:
    """An instant in Beijing time, ``2026-11-24 20:15:03``; null stays null."""
    return at.dt.strftime("%Y-%m-%d %H:%M:%S")


def line_states(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines with ``state`` and ``order_state`` as Taobao keeps them.

    A line that was confirmed stays 交易成功 although its money goes back later. A main order of which one
    line was refunded and another kept may read 交易关闭: one in ten does here.
    """
    state = (
        pl.when(pl.col("finished_at").is_not_null()).then(pl.lit("finished")).otherwise("order_status_code")
    )
    lines = lines.with_columns(state=state)

    def has(*codes: str) -> pl.Expr:
        return pl.col("state").is_in(codes).any().over("order_id")

    mixed = has("finished") & has("closed_refunded")
    misread = mixed & ~has("paid", "shipped") & pl.col("order_id").str.ends_with("7")
    order_state = (
        pl.when(misread)
        .then(pl.lit("closed_refunded"))
        .when(has("paid") & has("shipped", "finished"))
        .then(pl.lit("part_shipped"))
        .when(has("paid"))
        .then(pl.lit("paid"))
        .when(has("shipped"))
        .then(pl.lit("shipped"))
        .when(has("finished"))
        .then(pl.lit("finished"))
        .otherwise("state")
    )
    return lines.with_columns(order_state=order_state)


def orders_of(lines: pl.DataFrame) -> pl.DataFrame:
    """Main orders of ``line_states`` frames: one row per order, newest state, money summed, freight apart."""
    goods = pl.col("placed_fen") - pl.col("freight_fen")
    return lines.group_by("order_id", maintain_order=True).agg(
        pl.col("order_state", "created_at", "paid_at", "province_name", "city_name").first(),
        pl.col("updated_at").max(),
        pl.col("shipped_at").min(),
        pl.col("finished_at").max(),
        pl.col("closed_at").max(),
        goods_fen=goods.sum(),
        freight_fen=pl.col("freight_fen").sum(),
        paid_fen=pl.col("paid_fen").sum(),
        refunded_fen=pl.col("refunded_fen").sum(),
        titles=pl.col("product_name").str.join("，"),
        kinds=pl.len(),
        pieces=pl.col("line_qty").sum(),
    )


def refund_states(refunds: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """After-sales with ``state``, ``goods``, ``is_after_sale`` (applied after confirmation), ``reason`` text
    and what was bought.
    """
    bought = lines.select(
        "order_line_id",
        "product_id",
        "product_name",
        "sku_code",
        "order_state",
        "paid_at",
        "finished_at",
        line_paid_fen="paid_fen",
    )
    joined = refunds.join(bought, on="order_line_id", how="left", maintain_order="left")
    back = pl.col("shipped_back_at").is_not_null()
    state = (
        pl.when((pl.col("refund_status_code") == "pending") & back)
        .then(pl.lit("sent_back"))
        .otherwise("refund_status_code")
    )
    before = pl.col("stage_code") == "before_shipment"
    goods = (
        pl.when(before)
        .then(pl.lit("not_received"))
        .when(back)
        .then(pl.lit("returned"))
        .otherwise(pl.lit("received"))
    )
    reason = pl.col("reason_code").replace_strict(REASON, return_dtype=pl.String)
    return joined.with_columns(
        state=state,
        goods=goods,
        is_after_sale=(pl.col("finished_at") <= pl.col("applied_at")).fill_null(False),
        reason=pl.when(pl.col("type_code") == "price_protection")
        .then(pl.lit(PRICE_DIFFERENCE))
        .otherwise(reason),
    )
