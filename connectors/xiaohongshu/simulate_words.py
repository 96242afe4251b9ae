"""How the simulated platform says things: numbers for its API, words for its files, and what it calls a
market's goods. Shared by files and API.
"""

from __future__ import annotations

import polars as pl

#: Order state → (API number, word in the file).
STATUS = {
    "unpaid": ("1", "待付款"), "paid": ("4", "待配货"), "part_shipped": ("5", "部分发货"),
    "shipped": ("6", "待收货"), "finished": ("7", "已完成"),
    "closed_unpaid": ("9", "已取消"), "closed_refunded": ("8", "已取消"),
}  # fmt: skip
#: After-sale state of a SKU in its order.
AFTER_SALE = {
    "none": ("1", "无售后"),
    "pending": ("2", "售后处理中"),
    "success": ("3", "售后完成"),
    "closed": ("5", "售后关闭"),
    "exchanged": ("3", "售后完成"),
}
#: State of an after-sale itself; of its money.
RETURN_STATUS = {
    "pending": ("1", "待审核"),
    "success": ("4", "已完成"),
    "closed": ("6", "已关闭"),
    "exchanged": ("4", "已完成"),
}
MONEY_STATUS = {"pending": "101", "success": "2", "closed": "402", "exchanged": "401"}
REASONS = {
    "size": "尺码不合适", "look": "商品与描述不符", "quality": "质量问题", "changed_mind": "不想要了",
    "price": "价格变动,申请价保", "late": "未按约定时间发货",
    "other": "其他",
}  # fmt: skip
#: Account movement → (API type, word), by whether money came in.
FUNDS_IN = {"sale": ("STATEMENT_IN", "结算入账"), "refund": ("STATEMENT_IN", "结算入账")}
FUNDS_OUT = {
    "refund": ("STATEMENT_REFUND", "退款"),
    "sale": ("STATEMENT_REFUND", "退款"),
    "withdrawal": ("PAY_SUCCESS", "提现"),
}


def say(column: str, words: dict[str, tuple[str, str]], place: int) -> pl.Expr:
    """The API's number (``place`` 0) or the file's word (1) for a state."""
    return pl.col(column).replace_strict(
        {code: pair[place] for code, pair in words.items()}, return_dtype=pl.String
    )


def return_type(place: int) -> pl.Expr:
    """Number or word of an after-sale's type; a refund alone tells by it whether the goods had left."""
    words = {
        "return_refund": ("1", "退货退款"),
        "exchange": ("2", "换货"),
        "price_protection": ("6", "价保"),
        "refund_only": ("4", "已发货仅退款"),
    }
    early = (pl.col("type_code") == "refund_only") & (pl.col("stage_code") == "before_shipment")
    return pl.when(early).then(pl.lit(("5", "未发货仅退款")[place])).otherwise(say("type_code", words, place))


def fund_word(place: int) -> pl.Expr:
    """API type or word of a movement; what the platform has no name for is other income or expense."""
    inward = pl.col("moved_fen") >= 0
    known = [
        pl.col("fund_type_code").replace_strict(
            {code: pair[place] for code, pair in words.items()}, default=None, return_dtype=pl.String
        )
        for words in (FUNDS_IN, FUNDS_OUT)
    ]
    other = (("OTHER_IN", "其他收入")[place], ("OTHER_OUT", "其他支出")[place])
    return pl.when(inward).then(known[0].fill_null(other[0])).otherwise(known[1].fill_null(other[1]))


def yuan(fen: pl.Expr) -> pl.Expr:
    """``1299.90``."""
    sign = pl.when(fen < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.concat_str(
        sign, (fen.abs() // 100).cast(pl.String), pl.lit("."), (fen.abs() % 100).cast(pl.String).str.zfill(2)
    )


def red_id(column: str) -> pl.Expr:
    """24 hexadecimal digits, as the platform's ids of goods look."""
    return pl.concat_str(pl.lit("6"), pl.col(column).str.zfill(23))


def red_code() -> pl.Expr:
    """小红书编码 of a market's SKU."""
    return pl.concat_str(pl.lit("XHS-"), "sku_id")


def by_sku(lines: pl.DataFrame) -> pl.DataFrame:
    """The platform adds up the same SKU of one order: one row each, ``goods_fen`` without the order's
    freight, states of the row that moved last.
    """
    ranked = lines.sort("updated_at").with_columns(goods_fen=pl.col("placed_fen") - pl.col("freight_fen"))
    sums = [
        "line_qty",
        "goods_fen",
        "freight_fen",
        "placed_fen",
        "discount_platform_fen",
        "discount_merchant_fen",
        "discount_creator_fen",
    ]
    key = ["order_id", "sku_id", "is_gift"]
    merged = ranked.group_by(key, maintain_order=True).agg(
        pl.exclude(*sums, "line_number", "created_at").last(),
        pl.col(sums).sum(),
        pl.col("line_number", "created_at").min(),
    )
    whole = merged.with_columns(
        order_updated_at=pl.col("updated_at").max().over("order_id"),
        order_shipped_at=pl.col("shipped_at").max().over("order_id"),
        order_finished_at=pl.col("finished_at").max().over("order_id"),
        order_fen=pl.col("placed_fen").sum().over("order_id"),
    )
    return whole.sort("created_at", "order_id", "line_number")
