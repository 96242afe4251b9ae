"""Typed Xiaohongshu rows → canonical frames: orders and after-sales here, money beside the orders in
``ledgers``. README says what was decided and why.

Neither file nor API numbers the lines of an order. A line is named ``order:SKU`` by what both tell of the
SKU.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import polars as pl

from connectors.xiaohongshu import ledgers, words

_HEAD = ("merchant_id", "shop_id", "platform_code", "_export_id", "_row_number", "_observed_at")
_EXPORT = ("merchant_id", "shop_id", "_export_id")
_SIZE = r"(?i)^(?:[XSML]{1,5}|[2-9]XL|均码|F|\d{2,3}(?:cm|码)?)$"

Frames = dict[str, pl.DataFrame]


def conform(kind: str, bronze: pl.DataFrame) -> Frames:
    """The canonical frames of one kind's typed rows. KeyError for a kind this platform does not have."""
    return _CONFORM[kind](bronze)


def _orders(bronze: pl.DataFrame) -> Frames:
    """Lines from file or API.

    The API tells order amounts too (freight, deposit): they make an ``order``, and gold books what no line
    accounts for.
    """
    rows = bronze.with_columns(money=pl.coalesce("payable_fen", "line_paid_fen"))
    rows = _with_goods(
        _with_line_id(
            rows, ("order_id",), pl.col("money").fill_null(0), ("product_name", "sku_title_text", "spec_text")
        )
    )
    paid = pl.col("paid_at").is_not_null()
    kol = pl.col("creator_id").is_not_null() | pl.col("creator_name").is_not_null()
    line = rows.select(
        *_HEAD, "order_id", "order_line_id", "created_at", "paid_at", "shipped_at", "finished_at",
        "product_id", "style_code", "sku_code", "color_name",
        "size_name", "unit_price_fen", "line_qty", "discount_platform_fen", "discount_merchant_fen",
        "creator_id", "creator_name", "province_name", "buyer_key",
        product_name=pl.coalesce("product_name", "sku_title_text"),
        order_status_code=_order_status(paid),
        refund_status_code=words.coded("after_sale_text", words.ORDER_AFTER_SALE),
        is_gift=_is_gift(),
        is_shipment_told=pl.when(pl.col("layout_name").is_in(["api", "72"])).then(pl.lit(True)),
        placed_fen="money",
        paid_fen=pl.when(paid).then("money").otherwise(0),
        # set in a live room and on a creator's own list of goods; the registry of own accounts says whose
        # account it is. Without one the row is silent (null), so that it takes nothing from what another
        # source has told
        content_code=pl.when(kol).then(pl.lit("live")),
    )  # fmt: skip
    heads = bronze.filter(pl.col("layout_name") == "api").unique(
        [*_EXPORT, "order_id"], keep="first", maintain_order=True
    )
    return {"order_line": line} if heads.is_empty() else {"order": _order_heads(heads), "order_line": line}


def _order_heads(heads: pl.DataFrame) -> pl.DataFrame:
    paid = pl.col("paid_at").is_not_null()
    return heads.select(
        *_HEAD, "order_id", "created_at", "paid_at", "shipped_at", "finished_at", "province_name",
        order_status_code=_order_status(paid),
        placed_fen="order_paid_fen",
        paid_fen=pl.when(paid).then("order_paid_fen").otherwise(0),
        freight_fen="order_freight_fen",
    )  # fmt: skip


def _order_status(paid: pl.Expr) -> pl.Expr:
    status = words.coded("order_status_text", words.ORDER_STATUS)
    closed = pl.when(paid).then(pl.lit("closed_refunded")).otherwise(pl.lit("closed_unpaid"))
    return pl.when(status == "closed").then(closed).otherwise(status)


def _is_gift() -> pl.Expr:
    """The API says so, or the goods were resent for nothing.

    In a file, its mark, or a paid order's row without any money beside rows with money.
    """
    said = (pl.col("gift_text") == words.GIFT) | (
        (pl.col("order_type_text") == words.RESENT) & (pl.col("money") == 0)
    )
    free = pl.sum_horizontal("money", "receivable_fen") == 0
    beside = pl.col("money").max().over(*_EXPORT, "order_id") > 0
    marked = pl.col("gift_text") == words.GIFT_WORD
    return (
        pl.when(pl.col("layout_name") == "api")
        .then(said.fill_null(False))
        .otherwise((free & beside).fill_null(False) | marked.fill_null(False))
    )


def _with_line_id(
    rows: pl.DataFrame, owner: tuple[str, ...], weight: pl.Expr, texts: tuple[str, ...]
) -> pl.DataFrame:
    """Add ``order_line_id``: order : SKU, and ``:2`` … for the second row of the same SKU in one order
    (``owner``), the one with less money.

    The SKU is told by its 小红书编码, else the merchant's code, else the platform's SKU id, else a
    fingerprint of what it is called.
    """
    name = (
        pl.concat_str([pl.col(text).fill_null("") for text in texts], separator="|") if texts else pl.lit("")
    )
    rows = rows.with_columns(_name=name, _weight=weight)
    digest = {
        text: hashlib.blake2b(text.encode(), digest_size=6).hexdigest() for text in rows["_name"].unique()
    }
    named = pl.when(pl.col("_name").str.strip_chars("|") != "").then(
        pl.col("_name").replace_strict(digest, return_dtype=pl.String)
    )
    rows = rows.with_columns(_token=pl.coalesce("red_code", "sku_code", "red_sku_id", named))
    rows = rows.sort("_weight", "_name", "_row_number", descending=[True, False, False], maintain_order=True)
    nth = pl.int_range(1, pl.len() + 1).over(*_EXPORT, *owner, "_token")
    suffix = pl.when(nth > 1).then(pl.concat_str(pl.lit(":"), nth.cast(pl.String))).otherwise(pl.lit(""))
    line = (
        pl.when(pl.col("_token").is_null())
        .then("order_id")
        .otherwise(pl.concat_str("order_id", pl.lit(":"), "_token", suffix))
    )
    return (
        rows.with_columns(order_line_id=line)
        .drop("_name", "_weight", "_token")
        .sort("_export_id", "_row_number")
    )


def _with_goods(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``color_name, size_name, style_code``: a specification of two parts of which exactly one is a size.

    The merchant's code without its size part.
    """
    parts = pl.col("spec_text").str.extract_all(r"[^\s,，;；/、|]+")
    rows = rows.with_columns(_parts=parts)
    first = pl.col("_parts").list.get(0, null_on_oob=True)
    second = pl.col("_parts").list.get(1, null_on_oob=True)
    first_is, second_is = first.str.contains(_SIZE), second.str.contains(_SIZE)
    clear = (pl.col("_parts").list.len() == 2) & (first_is != second_is)
    rows = rows.with_columns(
        color_name=pl.when(clear).then(pl.when(first_is).then(second).otherwise(first)),
        size_name=pl.when(clear).then(pl.when(first_is).then(first).otherwise(second)),
    ).drop("_parts")
    last = pl.col("sku_code").str.extract(r"[-_]([^-_]+)$", 1)
    base = (
        pl.col("sku_code").str.replace(r"[-_][^-_]+$", "").str.replace(r"^(.{4,})[-_][0-9A-Za-z]{1,3}$", "$1")
    )
    sized = (last.str.to_uppercase() == pl.col("size_name").str.to_uppercase()).fill_null(False)
    return rows.with_columns(style_code=pl.when(sized).then(base).otherwise("sku_code"))


def _after_sales(bronze: pl.DataFrame) -> Frames:
    """The file names the order only and the amount applied for.

    The API names the SKUs and the amount refunded, shared out to them to the fen.
    """
    is_file = pl.col("layout_name") != "api"
    rows = _with_line_id(bronze, ("refund_id",), pl.col("goods_applied_fen").fill_null(0), ())
    rows = rows.with_columns(
        status=_after_sale_status(is_file),
        type=words.coded("after_sale_type_text", words.REFUND_TYPE),
        stage=words.coded("after_sale_type_text", words.TYPE_STAGE),
    ).with_columns(done=pl.col("status") == "success")
    amount = pl.when(is_file | ~pl.col("done")).then("applied_fen").otherwise("returned_fen").fill_null(0)
    part = _shares(amount, pl.col("goods_applied_fen").fill_null(0), [*_EXPORT, "refund_id"])
    line = rows.select(
        *_HEAD, "refund_id", "order_id", "applied_at", "refund_qty", "sku_code",
        order_line_id=pl.when(is_file).then("order_id").otherwise("order_line_id"),
        refund_status_code="status", refund_type_code="type", refund_stage_code="stage",
        reason_code=words.reason("reason_text"),
        refund_fen=pl.when(is_file).then("applied_fen").otherwise(part),
        # the file has no moment of the refund: 商家确认收货时间 is when the goods were back
        refunded_at=pl.when(~is_file & pl.col("done")).then("refund_done_at"),
    )  # fmt: skip
    return {"refund_line": line}


def _shares(total: pl.Expr, weight: pl.Expr, group: list[str]) -> pl.Expr:
    """Each row's part of its group's ``total`` by ``weight`` (equal ones where all are zero), in the order of
    the lines' names.

    What is due up to a row, less what was due before it: the parts add up to the fen, and no float is
    involved.
    """
    weight = pl.when(weight.sum().over(group) > 0).then(weight).otherwise(1).cast(pl.Int128)
    until = weight.cum_sum().over(group, order_by="order_line_id")
    whole = weight.sum().over(group)
    return (total * until // whole - total * (until - weight) // whole).cast(pl.Int64)


def _after_sale_status(is_file: pl.Expr) -> pl.Expr:
    told = words.coded("after_sale_status_text", words.AFTER_SALE)
    kind = words.coded("after_sale_type_text", words.REFUND_TYPE)
    returned = pl.col("refund_status_text") == words.MONEY_RETURNED
    refunds = kind.is_in(["return_refund", "refund_only", "price_protection"])
    finished = (
        pl.when(kind == "exchange")
        .then(pl.lit("exchanged"))
        .when(is_file & refunds)
        .then(pl.lit("success"))
        .otherwise(pl.lit("unknown"))
    )
    return (
        pl.when(returned.fill_null(False))
        .then(pl.lit("success"))
        .when(told == "done")
        .then(finished)
        .otherwise(told)
    )


def _products(bronze: pl.DataFrame) -> Frames:
    product = _with_goods(bronze).select(
        *_HEAD, "product_id", "platform_sku_id", "product_name", "sku_code", "color_name", "size_name",
        "unit_price_fen", "stock_qty",
        style_code=pl.coalesce("article_code", "style_code"),
        is_on_sale=pl.col("on_sale_text") == words.ON_SALE,
    )  # fmt: skip
    return {"product": product}


_CONFORM: dict[str, Callable[[pl.DataFrame], Frames]] = {
    "orders": _orders,
    "after_sales": _after_sales,
    "settlements": ledgers.settlements,
    "funds": ledgers.funds,
    "services": ledgers.services,
    "ads": ledgers.ads,
    "products": _products,
}
