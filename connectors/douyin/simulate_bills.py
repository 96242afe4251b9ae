"""How the open platform answers for the settlement bill: entries of finished days, by the moment of settlement, behind a cursor."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import polars as pl

SIZE_CAP = 100
_FLOW = {"own": "小店自卖", "creator": "精选联盟"}


@dataclass(frozen=True)
class Bill:
    """A shop's entries as JSON text in the order of the bill, with their moments (``2026-07-05 02:30:09``) and numbers."""

    texts: list[str]
    moments: list[str]
    numbers: list[str]

    def page(self, start: str, end: str, index: str, size: int) -> str:
        """``data`` of one answer as JSON text: entries from ``start`` (or after entry ``index``) and before ``end``, and where to go on."""
        first = self.numbers.index(index) + 1 if index else bisect_left(self.moments, start)
        last = bisect_right(self.moments, end, lo=first)
        shown = min(first + size, last)
        is_end = shown >= last
        following = "" if is_end else self.numbers[shown - 1]
        moment = "" if is_end else self.moments[shown - 1]
        rest = f'"size":{size},"next_start_index":"{following}","next_start_time":"{moment}","is_end":{int(is_end)},"data_size":{shown - first}'
        return f'{{"code":"100000","code_msg":"success","data":[{",".join(self.texts[first:shown])}],{rest}}}'


def render_bill(settlements: pl.DataFrame, lines: pl.DataFrame, at: dt.datetime) -> Bill:
    """The bill as of ``at``: a day's entries appear on the day after. Expenses are negative, like the fees they are made of."""
    amounts = ("paid_fen", "freight_fen", "discount_platform_fen", "discount_creator_fen")
    facts = lines.select("order_line_id", "created_at", "product_id", "line_qty", "seller_code", *amounts)
    told = settlements.filter(pl.col("settled_at").dt.date() < at.date()).join(facts, on="order_line_id", how="left", maintain_order="left")
    told = told.sort("settled_at", "settlement_ref").with_columns(moment=_text("settled_at"))
    texts = told.select(pl.struct(**_fields()).struct.json_encode()).to_series() if told.height else pl.Series([], dtype=pl.String)
    return Bill(texts.to_list(), told["moment"].to_list(), told["settlement_ref"].to_list())


def _fields() -> dict[str, pl.Expr]:
    is_sale = pl.col("settlement_type_code") == "sale"
    gross = pl.sum_horizontal("paid_fen", "discount_platform_fen", "discount_creator_fen")
    before = pl.when(is_sale).then(gross - pl.col("base_fen")).otherwise(0)
    income = pl.when(is_sale).then("base_fen").otherwise(0)

    def of_sale(column: str) -> pl.Expr:
        return pl.when(is_sale).then(column).otherwise(0)

    return {
        "settle_time": pl.col("moment"), "request_no": pl.col("settlement_ref"), "shop_order_id": pl.col("order_id"), "order_id": pl.col("order_line_id"),
        "settle_amount": pl.col("settled_fen"), "pay_type_desc": pl.lit("聚合账户"), "trade_type": pl.when(is_sale).then(0).otherwise(1),
        "is_contains_refund_before_settle": (before > 0).cast(pl.Int64), "order_time": _text("created_at"), "product_id": pl.col("product_id"),
        "goods_count": pl.col("line_qty"), "flow_type_desc": pl.col("seller_code").replace_strict(_FLOW, return_dtype=pl.String),
        "order_type": pl.lit("普通订单"), "total_amount": gross, "total_goods_amount": gross - pl.col("freight_fen"), "post_amount": pl.col("freight_fen"),
        "shop_coupon": pl.lit(0), "refund_before_settle": before, "platform_coupon": of_sale("discount_platform_fen"),
        "author_coupon": of_sale("discount_creator_fen"), "zt_pay_promotion": pl.lit(0), "zr_pay_promotion": pl.lit(0), "real_pay_amount": pl.col("paid_fen"),
        "total_income": income, "platform_service_fee": -pl.col("fee_fen"), "commission": -pl.col("commission_fen"), "good_learn_channel_fee": pl.lit(0),
        "colonel_service_fee": -pl.col("leader_fen"), "channel_promotion_fee": pl.lit(0), "other_sharing_amount": pl.lit(0),
        "total_outcome": pl.col("settled_fen") - income, "remark": pl.lit("客服 13800138000"), "packing_amount": pl.lit(0),
    }  # fmt: skip


def _text(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%Y-%m-%d %H:%M:%S")
