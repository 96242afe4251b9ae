"""Douyin bronze rows → canonical frames.

One shape for files and API answers; what a row does not tell stays null.

Decisions on contested meanings (which time is the refund's, what counts as a gift, provisional attribution)
are explained in README.md.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from connectors.douyin import lists, money, words
from connectors.douyin.specs import color_and_size

LINEAGE = ("merchant_id", "shop_id", "platform_code", "_export_id", "_row_number", "_observed_at")

_TRAILING_SPEC = r"[\s;；,，|\[【(（]*(?:主要颜色|颜色分类|颜色|尺码)\s*[:：].*$"


def conform(kind: str, bronze: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Canonical frames of one kind of typed bronze rows: silver table name → frame.

    KeyError for a kind that is not declared.
    """
    table, build = _BUILDERS[kind]
    return {table: build(bronze)}


def order_lines(bronze: pl.DataFrame) -> pl.DataFrame:
    """One ``order_line`` state per sub-order row.

    ``paid_fen`` is 0 without a payment time, whatever the status says.
    """
    paid = pl.col("paid_at").is_not_null()
    return _with_goods(bronze).select(
        *LINEAGE,
        "order_id", "order_line_id", "created_at", "paid_at", "shipped_at", "finished_at", "product_id",
        "sku_code", "unit_price_fen", "line_qty",
        "placed_fen", "freight_fen", "discount_platform_fen", "discount_merchant_fen", "discount_creator_fen",
        "province_name",
        order_status_code=_order_status(paid),
        is_gift=_is_gift(),
        product_name="_name",
        style_code=_unless_zero("style_code").fill_null(pl.col("product_id")),
        color_name="_color",
        size_name="_size",
        paid_fen=pl.when(paid).then("placed_fen").otherwise(0),
        refund_status_code=pl.when(pl.col("after_sale_refund_text").is_null()).then(_file_after_sale())
        .otherwise(_api_after_sale("after_sale_refund_text")),
        content_code=_content(),
        seller_code=_code("traffic_source_text", words.SELLER),
        creator_id=_unless_zero("creator_id"),
        creator_name="creator_name",
        is_paid_traffic=pl.col("traffic_type_text")
        .replace_strict(words.PAID_TRAFFIC, default=None, return_dtype=pl.Boolean),
    )  # fmt: skip


def refund_lines(bronze: pl.DataFrame) -> pl.DataFrame:
    """One ``refund_line`` state per after-sale × sub-order row.

    ``refunded_at`` only where money has really gone back.
    """
    told = (
        pl.when(pl.col("refund_status_text").is_null())
        .then(_file_after_sale())
        .otherwise(_api_after_sale("refund_status_text"))
    )
    without_money = (told == "success") & pl.col("refund_way_text").is_in(words.NO_MONEY).fill_null(False)
    status = pl.when(without_money | (told == "none")).then(pl.lit("closed")).otherwise(told)
    # the list API has no completion time; the last change of a finished row is the nearest thing it tells
    returned = pl.coalesce("merchant_refund_at", "arrived_at", "completed_at", "updated_at")
    return bronze.select(
        *LINEAGE, "refund_id", "order_id", "order_line_id", "applied_at", "refund_qty",
        refund_status_code=status,
        refund_stage_code=_stage(),
        refund_type_code=_code("after_sale_type_text", words.REFUND_TYPE),
        reason_code=_reason(),
        refund_fen=_refund_money(),
        refunded_at=pl.when(status == "success").then(returned),
    )  # fmt: skip


def live_sessions(bronze: pl.DataFrame) -> pl.DataFrame:
    """One ``live_session`` state per row. The file has no id of its own: account and start make one."""
    start = pl.col("started_at").dt.strftime("%Y%m%d%H%M%S")
    return bronze.select(
        *LINEAGE, "live_account_id", "live_account_name", "started_at", "ended_at", "exposure_qty",
        "views_qty", "viewers_qty", "product_exposure_qty",
        "product_click_qty", "reported_gmv_fen", "reported_orders_qty", "reported_refund_fen",
        "reported_hour_refund_fen", "reported_net_fen",
        "exposure_viewers_qty", "product_exposure_viewers_qty", "product_click_viewers_qty",
        "reported_buyers_qty", "average_watch_qty",
        live_session_id=pl.concat_str("live_account_id", start, separator=":"),
    )  # fmt: skip


_BUILDERS: dict[str, tuple[str, Callable[[pl.DataFrame], pl.DataFrame]]] = {
    "orders": ("order_line", order_lines),
    "after_sales": ("refund_line", refund_lines),
    "live_sessions": ("live_session", live_sessions),
    "settlements": ("settlement_entry", money.settlements),
    "funds": ("fund_entry", money.funds),
    "insurance": ("insurance_entry", money.insurance),
    "ads": ("ad_spend", lists.ads),
    "products": ("product", lists.products),
}


def _code(column: str, mapping: dict[str, str]) -> pl.Expr:
    return _word(column).replace_strict(mapping, default="unknown", return_dtype=pl.String)


def _word(column: str) -> pl.Expr:
    """The word in one typography: the same status comes with full- and half-width punctuation."""
    return pl.col(column).str.replace_many([",", "（", "）"], ["，", "(", ")"])


def _unless_zero(column: str) -> pl.Expr:
    """The API writes "none" as 0."""
    return pl.when(pl.col(column) != "0").then(column)


def _order_status(paid: pl.Expr) -> pl.Expr:
    status = _code("order_status_text", words.ORDER_STATUS)
    closed = pl.when(paid).then(pl.lit("closed_refunded")).otherwise(pl.lit("closed_unpaid"))
    return pl.when(status == "closed").then(closed).otherwise(status)


def _is_gift() -> pl.Expr:
    """Nothing to pay and no coupon that explains it, or the platform says so."""
    said = (
        (pl.col("given_product_text") == "FREE")
        | pl.col("trade_type_text").is_in(words.GIVEN_TRADES)
        | pl.col("product_name").str.contains("赠品", literal=True)
        | pl.col("cancel_reason_text").str.contains("主品", literal=True)
    )
    return (pl.col("placed_fen") == 0) & (
        said.fill_null(False) | (pl.col("discount_total_fen").fill_null(0) == 0)
    )


def _with_goods(bronze: pl.DataFrame) -> pl.DataFrame:
    """``bronze`` with ``_name, _color, _size``: read out of each text once, which a shop repeats on hundreds
    of rows.
    """
    told, (color, size) = ["product_name", "spec_text"], color_and_size()
    goods = bronze.select(told).unique().with_columns(_name=_product_name(), _color=color, _size=size)
    return bronze.hstack(
        bronze.select(told)
        .join(goods, on=told, how="left", nulls_equal=True, maintain_order="left")
        .drop(told)
    )


def _product_name() -> pl.Expr:
    """Without the specification, which the 75-column file writes behind the name."""
    bare = pl.col("product_name").str.replace(_TRAILING_SPEC, "")
    return pl.when(pl.col("spec_text").is_null() & (bare != "")).then(bare).otherwise("product_name")


def _file_after_sale() -> pl.Expr:
    return (
        pl.when(pl.col("after_sale_text").is_null())
        .then(pl.lit("none"))
        .otherwise(_code("after_sale_text", words.AFTER_SALE))
    )


def _api_after_sale(refund_status: str) -> pl.Expr:
    """Three numbers → one code.

    Money first: a withdrawn after-sale keeps refund_status 1 for ever, so that number alone proves nothing
    open.
    """
    state, refund, kind = pl.col("after_sale_text"), pl.col(refund_status), pl.col("after_sale_type_text")
    swapped = (state == "14") | ((state == "12") & kind.is_in(["3", "7", "8"]))
    return (
        pl.when(refund.is_in(words.MONEY_RETURNED))
        .then(pl.lit("success"))
        .when(state == "28")
        .then(pl.lit("closed"))
        .when(swapped)
        .then(pl.lit("exchanged"))
        .when(state.is_in(["0", "51"]) & (refund == "0"))
        .then(pl.lit("none"))
        .when(state.is_in(words.AFTER_SALE_OPEN))
        .then(pl.lit("pending"))
        .otherwise(pl.lit("unknown"))
    )


def _content() -> pl.Expr:
    """What carried the sale.

    Until the platform has attributed (the next day) the room says it; the file, which tells no room, is
    provisionally live.
    """
    told = _code("content_text", words.CONTENT)
    searched = (told == "product_card") & pl.col("entrance_text").str.contains("搜索", literal=True)
    open_yet = pl.col("content_text").is_null() | pl.col("content_text").str.contains(
        words.NEXT_DAY, literal=True
    )
    advert = pl.col("ad_channel_text").replace_strict(words.AD_CONTENT, default=None, return_dtype=pl.String)
    provisional = (
        pl.when(pl.col("theme_type_text") == words.THEME_LIVE)
        .then(pl.lit("live"))
        .when(advert.is_not_null())
        .then(advert)
        .when(pl.col("content_text").is_not_null())
        .then(pl.lit("live"))
        .otherwise(pl.lit("unknown"))
    )
    return (
        pl.when(open_yet)
        .then(provisional)
        .when(searched.fill_null(False))
        .then(pl.lit("search"))
        .otherwise(told)
    )


def _stage() -> pl.Expr:
    """The type says it first: after a refund before shipment the sub-order's own state goes on to
    "finished".
    """
    by_type = _word("after_sale_type_text").replace_strict(
        words.TYPE_STAGE, default=None, return_dtype=pl.String
    )
    state = pl.col("ship_state_text")
    by_state = (
        pl.when(state.str.contains(words.SHIP_BEFORE))
        .then(pl.lit("before_shipment"))
        .when(state.str.contains(words.SHIP_AFTER))
        .then(pl.lit("after_shipment"))
        .otherwise(pl.lit("unknown"))
    )
    return pl.coalesce(by_type, by_state)


def _reason() -> pl.Expr:
    """The second label is finer than the reason (七天无理由 · 尺码偏小), so it speaks first."""
    label, reason = _classified("reason_label_text"), _classified("reason_text")
    told = pl.coalesce(label, reason)
    silent = pl.col("reason_label_text").is_null() & pl.col("reason_text").is_null()
    return pl.when(silent).then(pl.lit("unknown")).otherwise(told.fill_null("other"))


def _classified(column: str) -> pl.Expr:
    return pl.coalesce(
        pl.when(pl.col(column).str.contains(pattern)).then(pl.lit(code))
        for code, pattern in words.REASON_PATTERNS
    )


def _refund_money() -> pl.Expr:
    """File: goods + freight + tax.

    API: the after-sale's total, freight included; shared out where an after-sale spans several sub-orders.
    """
    total, goods = pl.col("refund_total_fen"), pl.col("refund_goods_fen").fill_null(0)
    parts = goods + pl.col("refund_freight_fen").fill_null(0) + pl.col("refund_tax_fen").fill_null(0)
    one = ("merchant_id", "shop_id", "_export_id", "refund_id")
    return (
        pl.when(total.is_null())
        .then(parts)
        .when(pl.len().over(one) == 1)
        .then(total)
        .when((parts.sum().over(one) != total) & (goods.sum().over(one) == total))
        .then(goods)
        .otherwise(parts)
    )
