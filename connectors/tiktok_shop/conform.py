"""TikTok Shop bronze rows → canonical frames.

Money stays in hundredths of the shop's currency, which every row names.

Order files hold one row per order × SKU, API orders one line item per unit: both become one line
``order:SKU``, so that they meet. Decisions on contested meanings are explained in README.md.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from connectors.tiktok_shop import words
from connectors.tiktok_shop.ledgers import affiliate_channels, fund_entries, settlement_entries
from connectors.tiktok_shop.regions import REGIONS
from connectors.tiktok_shop.rows import LINEAGE, ORDER, distinct_rows, lineage, shares

Frames = dict[str, pl.DataFrame]

_LINE = (*ORDER, "platform_sku_id")
_REFUND = ("merchant_id", "shop_id", "platform_code", "_export_id", "_observed_at", "refund_id", "order_id")

_SIZE = r"^(\d{0,2}X{0,4}[SML]|F|FREE ?SIZE|均码|\d{2,3}(?:/\d{2,3}[A-C])?)$"


def conform(kind: str, bronze: pl.DataFrame) -> Frames:
    """Silver table name → frame, for bronze rows of one kind.

    KeyError for a kind that is not TikTok Shop's.
    """
    return _CONFORM[kind](bronze)


def _orders(bronze: pl.DataFrame) -> Frames:
    """Order amount, refund and shipping stand on every row of an order and are counted once.

    What is not goods stays with the order.
    """
    rows = _with_codes(distinct_rows(bronze))
    lines = _lines(rows)
    orders = _whole_orders(rows)
    lines = lines.join(
        orders.select(*ORDER, order_total="placed_fen"), on=ORDER, how="left", validate="m:1"
    ).sort(*_LINE)
    goods = pl.col("subtotal_fen").sum().over(ORDER)
    # a discount on the order as a whole (the platform's payment discount) is not on any row: every line gives
    # its part of it
    placed = (
        pl.when(pl.col("order_total") < goods)
        .then(shares(pl.col("order_total"), pl.col("subtotal_fen"), ORDER))
        .otherwise("subtotal_fen")
    )
    lines = lines.with_columns(placed_fen=placed)
    return {
        "order": orders,
        "order_line": _with_goods(lines.with_columns(paid_fen=_if_paid("placed_fen"))).select(_LINE_COLUMNS),
    }


_LINE_COLUMNS = (
    *LINEAGE, "order_id", "order_line_id", "order_status_code", "is_gift", "created_at", "paid_at",
    "shipped_at", "product_id", "product_name",
    "style_code", "sku_code", "color_name", "size_name", "unit_price_fen", "line_qty", "placed_fen",
    "paid_fen", "discount_platform_fen",
    "discount_merchant_fen", "province_name", "buyer_key", "currency_code",
)  # fmt: skip


def _with_codes(rows: pl.DataFrame) -> pl.DataFrame:
    """Status, currency, and whether a row is a free sample.

    A sample sent to a creator is no sale: nothing on it is money.
    """
    paid = pl.col("paid_at").is_not_null()
    told = words.coded(pl.col("order_status_text").str.to_lowercase(), words.ORDER_STATUS)
    split = {"closed": ("closed_refunded", "closed_unpaid"), "held": ("paid", "unpaid")}
    for word, (if_paid, if_not) in split.items():
        told = (
            pl.when(told == word)
            .then(pl.when(paid).then(pl.lit(if_paid)).otherwise(pl.lit(if_not)))
            .otherwise(told)
        )
    currency = pl.col("region_code").replace_strict(
        {region.code: region.currency for region in REGIONS}, default=None, return_dtype=pl.String
    )
    sample = (pl.col("sample_text") == "true").fill_null(False)
    money = ("order_amount_fen", "order_refund_fen", "subtotal_fen")
    return rows.with_columns(
        *(pl.when(sample).then(pl.lit(0, pl.Int64)).otherwise(name).alias(name) for name in money),
        order_status_code=told,
        currency_code=pl.coalesce("currency_code", currency),
        is_sample=sample,
        line_qty=pl.coalesce("line_qty", pl.when(pl.col("line_item_id").is_not_null()).then(1)),
    )


def _if_paid(column: str) -> pl.Expr:
    return pl.when(pl.col("paid_at").is_not_null()).then(column).otherwise(pl.lit(0, pl.Int64))


def _least_far() -> pl.Expr:
    back = {rank: code for code, rank in words.STATUS_RANK.items()}
    ranks = pl.col("order_status_code").replace_strict(words.STATUS_RANK, return_dtype=pl.Int64)
    return ranks.min().replace_strict(back, return_dtype=pl.String)


def _lines(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per order × SKU with the sums of its rows or units; whatever their order, the same result."""
    given = (pl.col("gift_text") == "true").fill_null(False) | pl.col("is_sample")
    free = (pl.col("subtotal_fen") == 0) & (pl.col("discount_platform_fen").fill_null(0) == 0)
    times = ("paid_at", "shipped_at")
    texts = (
        "product_id",
        "product_name",
        "sku_code",
        "variation_text",
        "province_name",
        "buyer_key",
        "currency_code",
    )
    sums = ("subtotal_fen", "discount_platform_fen", "discount_merchant_fen", "line_qty")
    return rows.group_by(_LINE, maintain_order=True).agg(
        *lineage(),
        pl.col("created_at").min(),
        pl.col(times).max(),
        pl.col(texts).min(),
        *(pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name) for name in sums),
        pl.col("unit_price_fen").max(),
        order_line_id=pl.concat_str(pl.col("order_id").first(), pl.col("platform_sku_id").first(),
            separator=":"),
        order_status_code=_least_far(),
        is_gift=(given | free).all(),
    )  # fmt: skip


def _whole_orders(rows: pl.DataFrame) -> pl.DataFrame:
    orders = rows.group_by(ORDER, maintain_order=True).agg(
        *lineage(),
        pl.col("created_at").min(),
        pl.col("paid_at", "shipped_at").max(),
        pl.col("freight_fen").max(),
        pl.col("province_name", "buyer_key", "currency_code", "product_name").min(),
        pl.when(pl.col("line_qty").is_not_null().all()).then(pl.col("line_qty").sum()).alias("line_qty"),
        placed_fen=pl.col("order_amount_fen").max(),
        refund=pl.col("order_refund_fen").max(),
        order_status_code=_least_far(),
    )
    stated = pl.when(pl.col("paid_at").is_not_null()).then("refund")
    return orders.with_columns(paid_fen=_if_paid("placed_fen"), stated_refund_fen=stated).drop("refund")


def _with_goods(lines: pl.DataFrame) -> pl.DataFrame:
    """Colour and size from ``Black, M``.

    The style is the seller's SKU without its colour and size parts, where the size stands at its end.
    """
    variation = pl.col("variation_text").str.split(",").list.eval(pl.element().str.strip_chars())
    last = variation.list.last()
    has_size = (variation.list.len() == 2) & last.str.to_uppercase().str.contains(_SIZE)
    end = pl.col("sku_code").str.extract(r"[-_*/ ]([^-_*/ ]+)$", 1)
    sized = (has_size & (end.str.to_uppercase() == last.str.to_uppercase())).fill_null(False)
    base = (
        pl.col("sku_code")
        .str.replace(r"[-_*/ ][^-_*/ ]+$", "")
        .str.replace(r"^(.{4,})[-_*/ ][0-9A-Za-z]{1,3}$", "$1")
    )
    return lines.with_columns(
        color_name=pl.when(has_size).then(variation.list.first()),
        size_name=pl.when(has_size).then(last),
        style_code=pl.when(sized).then(base).otherwise("sku_code"),
    )


def _returns(bronze: pl.DataFrame) -> Frames:
    """returns/search: after shipment. A replacement that is done moved goods, not money."""
    kind = words.coded(pl.col("refund_type_text"), words.REFUND_TYPE)
    status = words.coded(pl.col("refund_status_text"), words.REFUND_STATUS)
    swapped = (kind == "exchange") & (status == "success")
    typed = bronze.with_columns(
        refund_type_code=kind,
        refund_status_code=pl.when(swapped).then(pl.lit("exchanged")).otherwise(status),
        refund_stage_code=pl.lit("after_shipment"),
    )
    return {"refund_line": _refund_lines(typed)}


def _cancellations(bronze: pl.DataFrame) -> Frames:
    """cancellations/search: the order did not go out.

    Its refund, where it had been paid, is one before shipment.
    """
    typed = bronze.with_columns(
        refund_type_code=pl.lit("refund_only"),
        refund_status_code=words.coded(pl.col("refund_status_text"), words.REFUND_STATUS),
        refund_stage_code=pl.lit("before_shipment"),
    )
    return {"refund_line": _refund_lines(typed)}


def _refund_lines(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per request × SKU.

    Items' amounts count where they add up to the request's total; else the total is shared out by them, or
    evenly.
    """
    rows = distinct_rows(rows).sort(*_REFUND, "platform_sku_id", "item_id", nulls_last=True)
    told = pl.col("item_refund_fen").fill_null(0)
    total = pl.coalesce("refund_total_fen", told.sum().over(_REFUND))
    whole = pl.col("item_refund_fen").is_not_null().all().over(_REFUND) & (told.sum().over(_REFUND) == total)
    part = pl.when(whole).then(told).otherwise(shares(total, told, _REFUND))
    done = pl.col("refund_status_code") == "success"
    lines = rows.with_columns(part=part).group_by(*_REFUND, "platform_sku_id", maintain_order=True).agg(
        *lineage(),
        pl.col("refund_type_code", "refund_stage_code", "refund_status_code", "currency_code", "sku_code")
        .first(),
        applied_at=pl.col("applied_at").min(),
        # neither list tells when money went back; the last change of a finished request is the nearest thing
        refunded_at=pl.when(done.first()).then(pl.col("updated_at").max()),
        reason_code=pl.when(pl.col("reason_text").first().is_not_null())
        .then(words.first_match(pl.col("reason_text").first(), words.REASONS, "other")),
        refund_fen=pl.col("part").sum(),
        refund_qty=pl.col("item_id").count().cast(pl.Int64),
    )  # fmt: skip
    name = pl.concat_str("order_id", "platform_sku_id", separator=":")
    return lines.with_columns(order_line_id=pl.coalesce(name, "order_id")).drop("platform_sku_id")


_CONFORM: dict[str, Callable[[pl.DataFrame], Frames]] = {
    "orders": _orders,
    "after_sales": _returns,
    "cancellations": _cancellations,
    "settlements": settlement_entries,
    "funds": fund_entries,
    "affiliate_orders": affiliate_channels,
}
