"""Order rows of files and API → orders and order lines.

JD has no number for a line and tells money by order: the order carries it, once.
"""

from __future__ import annotations

import polars as pl

from connectors.jd import words

HEAD = ("merchant_id", "shop_id", "platform_code", "_export_id", "_row_number", "_observed_at")
_ORDER = ("merchant_id", "shop_id", "_export_id", "order_id")
_TIMES = ("created_at", "paid_at", "shipped_at", "finished_at")


def conform_orders(bronze: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """订单 file and jingdong.pop.order.search, one row per order × SKU → the order with its money and the
    line without (gold shares it out).
    """
    rows = _judged(_numbered(bronze))
    return {"order": _orders(rows), "order_line": _lines(rows)}


def line_id(order: str, product: str) -> pl.Expr:
    """``order:SKU``, the number this house gives a line of JD; null without either."""
    return pl.concat_str(order, product, separator=":")


def told_apart(rows: pl.DataFrame, name: str, text: pl.Expr, *by: str) -> pl.DataFrame:
    """Add column ``name``: ``text``, and ``:2``, ``:3`` … behind it for others of the same text in one
    export, counted along ``by``, not along the rows.
    """
    one = ["merchant_id", "shop_id", "_export_id", "_text"]
    sorted_rows = rows.with_columns(_text=text).sort(*one, *by, "_row_number", nulls_last=True)
    nth = pl.int_range(1, pl.len() + 1).over(one)
    named = pl.when(nth == 1).then("_text").otherwise(pl.concat_str("_text", nth, separator=":"))
    return sorted_rows.with_columns(named.alias(name)).drop("_text").sort("_export_id", "_row_number")


def _numbered(bronze: pl.DataFrame) -> pl.DataFrame:
    """Add ``order_line_id`` and the line's price × quantity.

    Of equal SKUs in an order the dearest has the plain number.
    """
    goods = (pl.col("unit_price_fen").fill_null(0) * pl.col("line_qty")).clip(lower_bound=0)
    rows = bronze.with_columns(_goods=goods, _dear=-pl.col("unit_price_fen"), _many=-pl.col("line_qty"))
    return told_apart(
        rows, "order_line_id", line_id("order_id", "product_id"), "_dear", "_many", "product_name"
    )


def _judged(rows: pl.DataFrame) -> pl.DataFrame:
    """Add status and money of the order.

    An order JD has split, and goods sent again after a complaint, are no sale: their money stands elsewhere.
    """
    parents = pl.concat(
        [rows.select("shop_id", order_id=name) for name in ("parent_order_id", "direct_parent_order_id")]
    ).unique()
    is_parent = (
        rows.select("shop_id", "order_id")
        .unique()
        .join(parents, on=["shop_id", "order_id"])
        .with_columns(_is_parent=pl.lit(True))
    )
    rows = rows.join(is_parent, on=["shop_id", "order_id"], how="left", maintain_order="left")
    split = pl.col("_is_parent").fill_null(False) | pl.col("split_into_text").is_not_null()
    rows = rows.with_columns(
        _void=split | pl.col("return_order_text").is_in(words.SENT_AGAIN).fill_null(False)
    )
    word = pl.col("order_status_text").str.replace(words.PREFIX, "")
    code = words.coded(word, words.ORDER_STATUS)
    gone = pl.col("order_status_text").str.contains(words.DELETED) | (code == "closed")
    paid = pl.col("paid_at").is_not_null() & ~pl.col("_void")
    closed = pl.when(paid).then(pl.lit("closed_refunded")).otherwise(pl.lit("closed_unpaid"))
    due = pl.col("due_fen") + pl.col("balance_used_fen").fill_null(0)
    rows = rows.with_columns(
        order_status_code=pl.when(split | gone).then(closed).otherwise(code),
        paid_at=pl.when(~pl.col("_void")).then("paid_at"),
        placed_fen=pl.when("_void").then(0).otherwise(due),
        paid_fen=pl.when(paid).then(due).otherwise(0),
        _cancelled=paid
        & pl.col("order_status_text").str.contains(words.DELETED)
        & word.is_in(words.NOT_SHIPPED),
    )
    return rows


def _orders(rows: pl.DataFrame) -> pl.DataFrame:
    """The order once, from its first row: every row repeats its totals."""
    heads = rows.unique(list(_ORDER), keep="first", maintain_order=True)
    return heads.select(
        *HEAD, *_TIMES, "order_id", "order_status_code", "placed_fen", "paid_fen", "freight_fen",
        "province_name",
        stated_refund_fen=pl.when("_cancelled").then("paid_fen"),
    )  # fmt: skip


def _lines(rows: pl.DataFrame) -> pl.DataFrame:
    free = pl.col("unit_price_fen").fill_null(1) == 0
    return rows.select(
        *HEAD, *_TIMES, "order_id", "order_line_id", "order_status_code", "product_id", "product_name",
        "style_code", "sku_code", "unit_price_fen",
        "line_qty", "province_name",
        discount_merchant_fen=pl.when(~pl.col("_void"))
        .then(_shared(pl.col("total_fen") - pl.col("seller_fen"))),
        is_gift=free & (pl.col("unit_price_fen").max().over(_ORDER) > 0).fill_null(False),
    )  # fmt: skip


def _shared(total: pl.Expr) -> pl.Expr:
    """A line's part of its order's ``total`` by price × quantity: what the order has reached with this line
    less what it had before, exact to the fen.
    """
    whole = pl.col("_goods").sum().over(_ORDER)
    until = pl.col("_goods").cum_sum().over(_ORDER, order_by="order_line_id")
    part = total * until // whole - total * (until - pl.col("_goods")) // whole
    return pl.when(whole > 0).then(part)
