"""Typed Pinduoduo rows → canonical frames.

One order is one SKU, so an order's number is its line's too, in files and in the API.

README, section "口径 / meanings", explains what was decided where the platform leaves a meaning open.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from connectors.pinduoduo import words
from connectors.pinduoduo.ledgers import conform_ads, conform_funds
from contracts.fields import TIME_ZONE

LINEAGE = ("merchant_id", "shop_id", "platform_code", "_export_id", "_row_number", "_observed_at")

Frames = dict[str, pl.DataFrame]

_NO_SPEC = "无规格"
_COLOR = r"(?:主要颜色|颜色分类|颜色)\s*[:：]\s*([^;；,，]+)"
_SIZE = r"(?:参考身高|尺码|尺寸|鞋码)\s*[:：]\s*([^;；,，]+)"
#: ``黑色,M`` or ``黑色，L【建议100-115斤】``: two unnamed parts, of which the second looks like a size.
_TWO_PARTS = (
    r"^([^:：;；,，]+)[;；,，"
    r"]\s*(\d{0,2}X{0,4}[SMLsml]|均码|F|\d{2,3}(?:/\d{2,3}[A-C])?)码?\s*(?:[【（(\[].*)?$"
)


def conform(kind: str, bronze: pl.DataFrame) -> Frames:
    """Silver table name → frame, for bronze rows of one kind. KeyError for a kind that is not Pinduoduo's."""
    return _CONFORM[kind](bronze)


def _orders(bronze: pl.DataFrame) -> Frames:
    """One ``order_line`` per order, from the export or the API.

    ``paid_fen`` is 0 for an order that was never paid, whatever amount stands on it.
    """
    rows = bronze.with_columns(
        order_status_code=_order_status(), told_paid_at=pl.coalesce("paid_at", "grouped_at", "deal_at")
    )
    never = pl.col("order_status_code").is_in(["unpaid", "closed_unpaid"])
    is_paid = pl.col("told_paid_at").is_not_null() | pl.col("order_status_code").is_in(
        ["paid", "shipped", "finished", "closed_refunded"]
    )
    rows = rows.with_columns(
        paid_at=pl.when(~never & is_paid).then(pl.coalesce("told_paid_at", _day_of_number()))
    )
    color, size = _color_and_size()
    paid = pl.col("paid_at").is_not_null()
    content, seller = _channel()
    line = rows.select(
        *LINEAGE, "order_id", "created_at", "paid_at", "shipped_at", "finished_at", "product_id",
        "product_name", "style_code", "sku_code", "line_qty",
        "freight_fen", "discount_platform_fen", "discount_merchant_fen", "order_status_code", "province_name",
        order_line_id="order_id",
        unit_price_fen=_unit_price(),
        placed_fen=pl.when(paid).then("user_paid_fen").otherwise(_due()),
        paid_fen=pl.when(paid).then("user_paid_fen").otherwise(0),
        stated_refund_fen=pl.when(paid & _all_given_back()).then("user_paid_fen"),
        refund_status_code=_refund_status(),
        color_name=color,
        size_name=size,
        is_gift=_is_gift(),
        is_shipment_told=pl.when(pl.col("layout_name") == "api").then(pl.lit(True)),
        content_code=content,
        seller_code=seller,
    )  # fmt: skip
    return {"order_line": line}


def _order_status() -> pl.Expr:
    """The export's word, or the API's three numbers: a word of the export is what order_status and
    refund_status say together.
    """
    told_time = pl.coalesce("paid_at", "grouped_at", "deal_at").is_not_null()
    closed = pl.when(told_time).then(pl.lit("closed_refunded")).otherwise(pl.lit("closed_unpaid"))
    word = words.fold_word(pl.col("order_status_text"))
    by_word = words.coded(pl.col("order_status_text"), words.ORDER_STATUS)
    number = (
        pl.when(pl.col("confirm_status_number_text") == words.CANCELLED)
        .then(closed)
        .when(pl.col("refund_status_number_text") == words.REFUND_DONE)
        .then(pl.lit("closed_refunded"))
        .otherwise(words.coded(pl.col("order_status_number_text"), words.ORDER_NUMBER))
    )
    return (
        pl.when(word.is_null())
        .then(number)
        .when(word.str.contains(words.REFUNDED))
        .then(pl.lit("closed_refunded"))
        .when(by_word == "closed")
        .then(closed)
        .otherwise(by_word)
    )


def _day_of_number() -> pl.Expr:
    """Midnight of the day an order's number begins with (``260517-…``): for paid orders whose export tells no
    time at all.
    """
    return (
        pl.col("order_id")
        .str.extract(r"^(\d{6})-")
        .str.to_datetime("%y%m%d", time_unit="us", strict=False)
        .dt.replace_time_zone(TIME_ZONE)
    )


def _due() -> pl.Expr:
    """What an order that was not paid would have cost."""
    parts = [
        pl.col(name).fill_null(0)
        for name in ("freight_fen", "discount_merchant_fen", "discount_platform_fen", "payment_discount_fen")
    ]
    due = pl.col("goods_total_fen") + parts[0] - parts[1] - parts[2] - parts[3]
    return pl.coalesce(due.clip(lower_bound=0), "user_paid_fen")


def _all_given_back() -> pl.Expr:
    """Refunded before shipment: the whole order went back.

    After shipment part of the money may have stayed, so nothing is stated then.
    """
    by_word = words.fold_word(pl.col("order_status_text")).str.contains(words.REFUNDED_UNSHIPPED)
    by_number = (pl.col("order_status_number_text") == "1") & (
        pl.col("refund_status_number_text") == words.REFUND_DONE
    )
    return pl.coalesce(by_word, by_number).fill_null(False)


def _refund_status() -> pl.Expr:
    exchanged = pl.col("after_sales_number_text").is_in(words.EXCHANGED_NUMBERS).fill_null(False)
    number = words.coded(pl.col("refund_status_number_text"), words.REFUND_NUMBER)
    return pl.coalesce(
        words.coded(pl.col("after_sale_text"), words.AFTER_SALE),
        pl.when(exchanged).then(pl.lit("exchanged")).otherwise(number),
    )


def _unit_price() -> pl.Expr:
    """The API's price; from the export what the goods cost before discounts, where it divides evenly."""
    total, qty = pl.col("goods_total_fen"), pl.col("line_qty")
    return pl.coalesce("unit_price_fen", pl.when((qty > 0) & (total % qty == 0)).then(total // qty))


def _color_and_size() -> tuple[pl.Expr, pl.Expr]:
    spec = pl.when(pl.col("spec_text") != _NO_SPEC).then("spec_text")
    named = [spec.str.extract(pattern).str.strip_chars() for pattern in (_COLOR, _SIZE)]
    plain = [spec.str.extract(_TWO_PARTS, part).str.strip_chars() for part in (1, 2)]
    color, size = (pl.coalesce(*pair) for pair in zip(named, plain, strict=True))
    return color, size


def _is_gift() -> pl.Expr:
    """Goods without a price, or a free order the platform ties to another one as its gift."""
    free = pl.col("user_paid_fen") == 0
    return (free & ((pl.col("goods_total_fen") == 0) | pl.col("gift_of_text").is_not_null())).fill_null(False)


def _channel() -> tuple[pl.Expr, pl.Expr]:
    """Bought in a live room or not; nothing else is told anywhere.

    Whose room it was is not told either: it counts as the shop's own (see README).
    """
    told, live = pl.col("live_text").is_not_null(), pl.col("live_text") == words.YES
    content = pl.when(live).then(pl.lit("live")).otherwise(pl.lit("unknown"))
    seller = pl.when(live).then(pl.lit("own")).otherwise(pl.lit("unknown"))
    return pl.when(told).then(content), pl.when(told).then(seller)


def _after_sales(bronze: pl.DataFrame) -> Frames:
    """pdd.refund.list.increment.get: one ``refund_line`` per after-sale.

    There is no time of refund; a finished row's last change stands in.
    """
    kind = pl.col("refund_type_number_text")
    status = words.coded(pl.col("refund_status_number_text"), words.AFTER_SALE_NUMBER)
    adjusted = pl.col("reason_text").str.contains(words.PRICE_ADJUSTED).fill_null(False)
    after = kind.is_in(words.TYPES_AFTER_SHIPMENT) | (pl.col("goods_status_number_text") == words.RECEIVED)
    refund = bronze.select(
        *LINEAGE, "refund_id", "order_id", "refund_fen", "applied_at", "product_id", "sku_code",
        order_line_id="order_id",
        refund_status_code=status,
        refund_type_code=pl.when(adjusted).then(pl.lit("price_protection"))
        .otherwise(words.coded(kind, words.REFUND_TYPE).fill_null("unknown")),
        refund_stage_code=pl.when(after.fill_null(False)).then(pl.lit("after_shipment"))
        .otherwise(pl.lit("unknown")),
        reason_code=words.reason(pl.col("reason_text")),
        refunded_at=pl.when(status == "success").then("updated_at"),
    )  # fmt: skip
    return {"refund_line": refund}


def _products(bronze: pl.DataFrame) -> Frames:
    """pdd.goods.list.get: goods and stock. It tells no price and no cost."""
    color, size = _color_and_size()
    product = bronze.select(
        *LINEAGE, "product_id", "product_name", "style_code", "sku_code", "stock_qty",
        platform_sku_id=pl.coalesce("platform_sku_id", "product_id"),
        color_name=color,
        size_name=size,
        is_on_sale=(pl.col("goods_on_sale_text") == words.ON_SALE) & (
            pl.col("sku_on_sale_text").fill_null(words.ON_SALE) == words.ON_SALE),
    )  # fmt: skip
    return {"product": product}


_CONFORM: dict[str, Callable[[pl.DataFrame], Frames]] = {
    "orders": _orders,
    "after_sales": _after_sales,
    "funds": conform_funds,
    "ads": conform_ads,
    "products": _products,
}
