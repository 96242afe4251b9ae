"""Sub-orders: 宝贝报表 rows and the ``orders.order[]`` of the open API → canonical order lines (and orders,
where the API tells both).
"""

from __future__ import annotations

import hashlib

import polars as pl

from connectors.taobao import words

_HEAD = ("merchant_id", "shop_id", "platform_code", "_export_id", "_row_number", "_observed_at")
_SHOP_ORDER = ("merchant_id", "shop_id", "_export_id", "order_id")
_GOODS = (
    "product_id",
    "product_name",
    "style_code",
    "sku_code",
    "color_name",
    "size_name",
    "unit_price_fen",
    "line_qty",
)

_COLOR_KEYS = "颜色分类|主要颜色|颜色|色号"
_SIZE_KEYS = "尺码|尺寸|参考身高|鞋码|文胸尺码|内裤尺码"


def conform_items(bronze: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """宝贝报表: one row per sub-order, money gross (refunds in a column of their own), without the order's
    freight.
    """
    rows = add_goods(_with_line_id(bronze))
    rows = rows.with_columns(
        refund_status_code=words.coded(pl.col("refund_status_text"), words.REFUND_STATUS)
    )
    done = pl.col("refund_status_code").fill_null("success") == "success"
    rows = rows.with_columns(refunded=pl.when(done).then("refund_fen").otherwise(0))
    rows = rows.with_columns(order_status_code=_item_status())
    never = pl.col("order_status_code").is_in(["unpaid", "closed_unpaid"])
    actual, refunded = pl.col("paid_gross_fen"), pl.col("refunded").fill_null(0)
    # an older file may state what is left after the refund; then both together are exactly what was due
    is_net = (refunded > 0) & (actual + refunded == pl.col("goods_due_fen"))
    paid = (
        pl.when(never & pl.col("goods_due_fen").is_not_null())
        .then(0)
        .when(is_net)
        .then("goods_due_fen")
        .otherwise(actual)
    )
    line = rows.select(
        *_HEAD, *_GOODS, "order_id", "order_line_id", "order_status_code", "refund_status_code", "created_at",
        "paid_at", "shipped_at",
        placed_fen="goods_due_fen", paid_fen=paid, is_gift=_is_gift(),
        stated_refund_fen=pl.when(~never).then("refunded"),
    )  # fmt: skip
    return {"order_line": line}


def _with_line_id(rows: pl.DataFrame) -> pl.DataFrame:
    """Fill ``order_line_id`` where the file has none: order : goods : how manieth of its like, whatever the
    order of the rows.
    """
    if not rows["order_line_id"].has_nulls():
        return rows
    text = pl.concat_str(pl.col("product_name", "properties_text").fill_null(""), separator="|")
    rows = rows.with_columns(_text=text)
    digest = {
        value: hashlib.blake2b(value.encode(), digest_size=6).hexdigest() for value in rows["_text"].unique()
    }
    token = pl.coalesce(
        "outer_code", "merchant_code", pl.col("_text").replace_strict(digest, return_dtype=pl.String)
    )
    rows = rows.with_columns(_token=token).sort(
        *_SHOP_ORDER, "_token", "_text", "unit_price_fen", "line_qty", "order_status_text", "_row_number"
    )
    nth = pl.int_range(1, pl.len() + 1).over(*_SHOP_ORDER, "_token")
    derived = pl.concat_str("order_id", "_token", nth, separator=":")
    return (
        rows.with_columns(order_line_id=pl.coalesce("order_line_id", derived))
        .drop("_text", "_token")
        .sort("_export_id", "_row_number")
    )


def _item_status() -> pl.Expr:
    """The item's own word; ``交易关闭`` is a refund where money is or was on the row, else never paid, else
    (no money columns) not told.
    """
    word = pl.col("order_status_text")
    paid = (
        pl.col("paid_at").is_not_null() | (pl.col("paid_gross_fen") > 0) | (pl.col("refunded") > 0)
    ).fill_null(False)
    closed = (
        pl.when(paid)
        .then(pl.lit("closed_refunded"))
        .when(pl.col("created_at").is_not_null())
        .then(pl.lit("closed_unpaid"))
        .otherwise(pl.lit("unknown"))
    )
    return (
        pl.when(words.fold_word(word) == words.CLOSED_WORD)
        .then(closed)
        .otherwise(words.coded(word, words.ORDER_STATUS))
    )


def _is_gift() -> pl.Expr:
    """A line without price and money beside one with a price.

    Alone in its order it is a free order, not a gift.
    """
    free = (pl.col("unit_price_fen").fill_null(1) == 0) & (pl.col("goods_due_fen").fill_null(0) == 0)
    return free & (pl.col("unit_price_fen").max().over(*_SHOP_ORDER) > 0).fill_null(False)


def conform_trades(bronze: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """taobao.trades.sold.increment.get, one row per sub-order → its order and its line.

    Line money is the share after discounts, without freight.
    """
    code = words.coded(pl.col("line_status_text"), words.ORDER_STATUS)
    rows = add_goods(bronze).with_columns(
        order_status_code=code, share=pl.coalesce("line_share_fen", "line_paid_fen")
    )
    never = pl.col("order_status_code").is_in(["unpaid", "closed_unpaid"])
    line = rows.select(
        *_HEAD, *_GOODS, "order_id", "order_line_id", "order_status_code", "created_at", "paid_at",
        shipped_at="line_shipped_at",
        finished_at=pl.when(pl.col("order_status_code") == "finished").then("line_finished_at"),
        placed_fen="share",
        paid_fen=pl.when(never).then(0).otherwise("share"),
        refund_status_code=words.coded(pl.col("refund_status_text"), words.REFUND_STATUS),
        is_gift=(pl.col("gift_text") == "true").fill_null(False),
        province_name=words.province(pl.col("province_text")),
    )  # fmt: skip
    return {"order": _trade_orders(bronze), "order_line": line}


def _trade_orders(bronze: pl.DataFrame) -> pl.DataFrame:
    heads = (
        bronze.sort("_row_number").unique(list(_SHOP_ORDER), keep="first").sort("_export_id", "_row_number")
    )
    code = words.coded(pl.col("trade_status_text"), words.ORDER_STATUS)
    return heads.with_columns(order_status_code=code).select(
        *_HEAD, "order_id", "order_status_code", "created_at", "paid_at", "freight_fen",
        shipped_at="trade_shipped_at",
        finished_at=pl.when(pl.col("order_status_code") == "finished").then("trade_finished_at"),
        placed_fen="trade_paid_fen",
        paid_fen=pl.when(pl.col("paid_at").is_null()).then(0).otherwise("trade_paid_fen"),
        line_qty="trade_qty",
        province_name=words.province(pl.col("province_text")),
    )  # fmt: skip


def add_goods(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``color_name, size_name, sku_code, style_code`` from 商品属性 (``颜色分类:黑色;尺码:M``, either
    colon) and the merchant's codes.

    Two different codes are style and SKU. One code alone is the SKU's; the style is what stands before its
    size part (``YS010007-03-M`` with 尺码 M → ``YS010007``), or the whole code where it has no such part.
    """
    text = (
        pl.col("properties_text")
        .str.replace_all("：", ":", literal=True)
        .str.replace_all("；", ";", literal=True)
    )
    rows = rows.with_columns(color_name=_property(text, _COLOR_KEYS), size_name=_property(text, _SIZE_KEYS))
    inner, outer = pl.col("merchant_code"), pl.col("outer_code")
    two = (inner != outer).fill_null(False)
    rows = rows.with_columns(
        sku_code=pl.when(two).then(outer).otherwise(pl.coalesce(inner, outer)),
        _style=pl.when(two).then(inner),
    )
    last = pl.col("sku_code").str.extract(r"[-_*/ ]([^-_*/ ]+)$", 1)
    sized = (last.str.to_uppercase() == pl.col("size_name").str.to_uppercase()).fill_null(False)
    base = (
        pl.col("sku_code")
        .str.replace(r"[-_*/ ][^-_*/ ]+$", "")
        .str.replace(r"^(.{4,})[-_*/ ][0-9A-Za-z]{1,3}$", "$1")
    )
    return rows.with_columns(
        style_code=pl.coalesce("_style", pl.when(sized).then(base).otherwise("sku_code"))
    ).drop("_style")


def _property(text: pl.Expr, keys: str) -> pl.Expr:
    return text.str.extract(rf"(?:^|;)\s*(?:{keys})\s*:\s*([^;]+)", 1).str.strip_chars()
