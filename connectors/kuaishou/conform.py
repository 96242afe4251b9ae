"""Kuaishou bronze rows → canonical frames.

One shape for files and API answers; what a row does not tell stays null.

Decisions on contested meanings (what was paid, who is the creator, which stage a refund belongs to) are
explained in README.md.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from connectors.kuaishou import ledgers, words
from connectors.kuaishou.ledgers import LINEAGE

_PAIR = r"\s*[:：]\s*([^;；,，|\[\]【】()（）\s]+)"
_COLOR = r"(?:主要颜色|颜色分类|颜色)" + _PAIR
_SIZE = r"(?:尺码|尺寸|码数|鞋码)" + _PAIR
#: ``黑色;M`` or ``黑色 L``: two unnamed parts, of which the second looks like a size.
_TWO_PARTS = (
    r"^([^:：;；,，\s]+)[;；,，"
    r"\s]+(\d{0,2}X{0,4}[SMLsml]|均码|F|\d{2,3}(?:/\d{2,3}[A-C])?)码?\s*(?:[【（(\[].*)?$"
)


def conform(kind: str, bronze: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Canonical frames of one kind of typed bronze rows: silver table name → frame.

    KeyError for a kind that is not declared.
    """
    table, build = _BUILDERS[kind]
    return {table: build(bronze)}


def order_lines(bronze: pl.DataFrame) -> pl.DataFrame:
    """One ``order_line`` state per order: an order is one SKU, so its line has the order's number.

    ``paid_fen`` is 0 without a payment time.
    """
    rows = bronze.with_columns(
        paid_at=_paid_at(),
        placed_fen=_placed(),
        seller=words.coded("channel_text", words.SELLER),
        color_name=_spec(_COLOR, 1),
        size_name=_spec(_SIZE, 2),
    )
    paid = pl.col("paid_at").is_not_null()
    cps, authorised = _unless_zero("cps_creator_id"), _unless_zero("authorised_id")
    # the API names whoever sold; for the owner of the goods that is the shop itself
    has_role = pl.col("role_type_text").is_in([words.ROLE_CREATOR, words.ROLE_AUTHORISED])
    return rows.select(
        *LINEAGE,
        "order_id", "created_at", "paid_at", "shipped_at", "product_id", "product_name", "sku_code",
        "color_name", "size_name", "unit_price_fen",
        "line_qty", "placed_fen", "freight_fen", "discount_platform_fen", "discount_merchant_fen",
        "discount_creator_fen", "province_name",
        order_line_id="order_id",
        order_status_code=_order_status(paid),
        is_gift=_is_gift(),
        is_shipment_told=pl.lit(True),
        style_code=_style(),
        paid_fen=pl.when(paid).then("placed_fen").otherwise(0),
        refund_status_code=_after_sale_of_order(),
        content_code=_content(),
        seller_code="seller",
        creator_id=pl.coalesce(cps, authorised, pl.when(has_role).then(_unless_zero("role_id"))),
        creator_name=pl.when(cps.is_not_null()).then("cps_creator_name")
        .otherwise(pl.coalesce("authorised_name", pl.when(has_role).then("role_name"))),
        live_session_id=pl.when(pl.col("carrier_type_text") == words.CARRIER_LIVE)
        .then(_unless_zero("carrier_id")),
    )  # fmt: skip


def refund_lines(bronze: pl.DataFrame) -> pl.DataFrame:
    """One ``refund_line`` state per after-sale.

    ``refunded_at`` only where money has really gone back, and only the API tells when.
    """
    told = words.coded("refund_status_text", words.AFTER_SALE)
    rows = bronze.with_columns(way=words.coded("refund_way_text", words.REFUND_TYPE), told=told)
    swapped = (pl.col("told") == "success") & (pl.col("way") == "exchange")
    status = pl.when(swapped).then(pl.lit("exchanged")).otherwise("told")
    adjusted = pl.col("reason_text").str.contains(words.PRICE_ADJUSTED).fill_null(False)
    # several after-sales of one order are told apart by the second of their application
    derived = pl.concat_str("order_id", pl.col("applied_at").dt.strftime("%Y%m%d%H%M%S"), separator=":")
    after = pl.col("way").is_in(words.SENDS_BACK) | (pl.col("receipt_text") == words.RECEIVED).fill_null(
        False
    )
    return rows.select(
        *LINEAGE, "order_id", "product_id", "sku_code",
        refund_fen=pl.when(pl.col("way") == "exchange").then(0).otherwise("refund_fen"),
        refund_id=pl.coalesce("refund_id", derived),
        order_line_id="order_id",
        refund_status_code=status,
        refund_stage_code=pl.when(after).then(pl.lit("after_shipment")).otherwise(pl.lit("unknown")),
        refund_type_code=pl.when(adjusted & (pl.col("way") == "refund_only")).then(pl.lit("price_protection"))
        .otherwise("way"),
        reason_code=words.matched("reason_text", words.REASON_PATTERNS, "other"),
        applied_at=pl.coalesce("applied_at", "opened_at"),
        refunded_at=pl.when(status == "success").then("ended_at"),
    )  # fmt: skip


_BUILDERS: dict[str, tuple[str, Callable[[pl.DataFrame], pl.DataFrame]]] = {
    "orders": ("order_line", order_lines),
    "after_sales": ("refund_line", refund_lines),
    "settlements": ("settlement_entry", ledgers.settlement_entries),
    "funds": ("fund_entry", ledgers.fund_entries),
    "insurance": ("insurance_entry", ledgers.insurance_entries),
}


def _unless_zero(column: str) -> pl.Expr:
    """Both sources write "nobody" as 0."""
    return pl.when(pl.col(column) != "0").then(column)


def _paid_at() -> pl.Expr:
    """A deposit order is paid with its balance.

    订单支付时间 of the file is taken to say that already (UNVERIFIED).
    """
    by_steps = pl.col("step_type_text") == words.DEPOSIT
    return pl.when(by_steps.fill_null(False)).then("balance_paid_at").otherwise("paid_at")


def _placed() -> pl.Expr:
    """What the buyer was to pay.

    File: 实付款. API: price × pieces − all discounts + freight, as the fee API defines the buyer's payment.

    ``totalFee`` bounds it: it is the goods after the merchant's own discounts, so the buyer never pays more
    for them.
    """
    goods = pl.col("unit_price_fen") * pl.col("line_qty") - pl.col("discount_total_fen").fill_null(0)
    sensible = (goods >= 0) & (goods <= pl.col("goods_fen"))
    by_api = pl.when(sensible.fill_null(False)).then(goods).otherwise("goods_fen") + pl.col(
        "freight_fen"
    ).fill_null(0)
    return pl.coalesce("placed_fen", by_api)


def _order_status(paid: pl.Expr) -> pl.Expr:
    status = words.coded("order_status_text", words.ORDER_STATUS)
    closed = pl.when(paid).then(pl.lit("closed_refunded")).otherwise(pl.lit("closed_unpaid"))
    return pl.when(status == "closed").then(closed).otherwise(status)


def _is_gift() -> pl.Expr:
    """Nothing to pay and no coupon that explains it, or the platform says so."""
    activity = pl.col("activity_text")
    said = activity.str.contains(words.GIVEN_ACTIVITIES) | activity.str.contains(words.GIVEN_WORDS)
    coupons = [
        "discount_platform_fen",
        "discount_merchant_fen",
        "discount_creator_fen",
        "discount_mixed_fen",
        "discount_payment_fen",
        "discount_total_fen",
    ]
    return (pl.col("placed_fen") == 0) & (said.fill_null(False) | (pl.sum_horizontal(coupons) == 0))


def _spec(named: str, part: int) -> pl.Expr:
    """From ``颜色:黑色;尺码:M`` anywhere, or ``黑色;M``; null where neither pattern is followed."""
    spec = pl.col("spec_text")
    return pl.coalesce(spec.str.extract(named), spec.str.extract(_TWO_PARTS, part)).str.strip_chars()


def _style() -> pl.Expr:
    """Neither source has a style number: what stands before colour and size in the SKU code (``YS0101-03-M``
    with size M), else the product.
    """
    code, size = pl.col("sku_code"), pl.col("size_name")
    last = code.str.extract(r"[-_*/ ]([^-_*/ ]+)$", 1)
    sized = (last.str.to_uppercase() == size.str.to_uppercase()).fill_null(False)
    style = code.str.replace(r"[-_*/ ][^-_*/ ]+$", "").str.replace(r"^(.{4,})[-_*/ ][0-9A-Za-z]{1,3}$", "$1")
    return pl.when(sized).then(style).otherwise("product_id")


def _after_sale_of_order() -> pl.Expr:
    """The newest after-sale's state; an exchange that succeeded returned goods, not money."""
    told = words.coded("after_sale_text", words.AFTER_SALE)
    swapped = (told == "success") & (pl.col("after_sale_way_text") == "3").fill_null(False)
    return (
        pl.when(pl.col("after_sale_text").is_null())
        .then(pl.lit("none"))
        .when(swapped)
        .then(pl.lit("exchanged"))
        .otherwise(told)
    )


def _content() -> pl.Expr:
    """What carried the sale: the platform's word, else (API) the place where it was sold."""
    by_place = words.coded("carrier_type_text", words.CARRIER)
    return (
        pl.when(pl.col("content_text").is_null())
        .then(by_place)
        .otherwise(words.coded("content_text", words.CONTENT))
    )
