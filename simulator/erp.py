"""A merchant's ERP: the after-sales of a shop whose platform gives no file of them, as an export shaped like
聚水潭's 售后单.

Headers are those the mapping's README names as publicly known; the words are an ERP's own, not a platform's.
"""

from __future__ import annotations

import datetime as dt
import io

import polars as pl

from simulator.history.market import Market

_TYPE = {
    "refund_only": "仅退款",
    "return_refund": "普通退货",
    "exchange": "换货",
    "price_protection": "补差价",
}
_STATUS = {"success": "退款成功", "pending": "等待卖家处理", "closed": "退款关闭", "exchanged": "换货成功"}
_SENT = {"before_shipment": "未发货", "after_shipment": "已发货"}
_GOODS = {"before_shipment": "买家未收到货", "after_shipment": "买家已收到货"}
_WHY = {
    "size": "尺码不合适",
    "quality": "质量问题",
    "look": "与描述不符",
    "price": "降价补差",
    "late": "发货太慢",
    "changed_mind": "不想要了",
    "other": "其他",
}


def export_files(
    market: Market, shop_id: str, at: dt.datetime, first_date: dt.date, last_date: dt.date
) -> dict[str, bytes]:
    """File name → bytes (GBK, comma-separated) of the after-sales applied for in the period, as known at
    ``at``; nothing without any.
    """
    applied = pl.col("applied_at").dt.date()
    refunds = market.refunds_at(shop_id, at).filter(applied.is_between(first_date, last_date))
    if refunds.is_empty():
        return {}
    goods = market.lines_at(shop_id, at).select("order_line_id", "sku_code", "product_name")
    rows = refunds.join(goods, on="order_line_id", how="left", maintain_order="left").with_row_index(
        "number", 1
    )
    shop_name = market.shops.filter(pl.col("shop_id") == shop_id)["shop_name"][0]
    table = rows.select(
        (pl.lit(f"{at:%y%m%d}") + pl.col("number").cast(pl.String).str.zfill(6)).alias("售后单号"),
        pl.col("order_id").hash(7).mod(9_000_000).add(1_000_000).cast(pl.String).alias("内部订单号"),
        pl.lit(shop_name).alias("店铺名称"),
        pl.col("order_id").alias("线上订单号"),
        pl.lit("").alias("线上子订单编号"),
        pl.col("refund_id").alias("线上售后单号"),
        pl.col("type_code").replace_strict(_TYPE).alias("售后类型"),
        pl.lit("已确认").alias("状态"),
        pl.col("refund_status_code").replace_strict(_STATUS).alias("线上状态"),
        pl.col("stage_code").replace_strict(_SENT).alias("发货状态"),
        pl.col("stage_code").replace_strict(_GOODS).alias("货物状态"),
        pl.col("sku_code").alias("商品编码"),
        pl.col("product_name").alias("商品名称"),
        pl.col("refund_qty").cast(pl.String).alias("申请数量"),
        _yuan("refund_fen").alias("退款金额"),
        pl.col("reason_code").replace_strict(_WHY, default="其他").alias("问题类型"),
        _moment("applied_at").alias("申请时间"),
        _moment("refunded_at").alias("退款时间"),
        pl.lit("陈某某").alias("收件人"),
        pl.lit("13800138000").alias("手机"),
    )
    stream = io.StringIO()
    table.write_csv(stream)
    return {
        f"售后单_{first_date:%Y%m%d}_{last_date:%Y%m%d}_{at:%Y%m%d%H%M%S}.csv": stream.getvalue().encode(
            "gb18030"
        )
    }


def _moment(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%Y-%m-%d %H:%M:%S").fill_null("")


def _yuan(column: str) -> pl.Expr:
    fen = pl.col(column)
    return pl.concat_str((fen // 100).cast(pl.String), pl.lit("."), (fen % 100).cast(pl.String).str.zfill(2))
