"""WeChat bronze rows → canonical frames.

One shape for files and API answers; what a row does not tell stays null.

Decisions on contested meanings (what repeats on every row, whose discount, who sold, when a refund was before
shipment) stand in README.md.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from connectors.wechat_channels import words
from connectors.wechat_channels.lines import ORDER, add_line_ids, add_money, add_tokens, share_out

LINEAGE = ("merchant_id", "shop_id", "platform_code", "_export_id", "_row_number", "_observed_at")

#: File layouts that have every column a row needs to be read alone; the 2024 one is known in part only.
_FULL_FILES = ["57", "64"]
_COLOR = r"(?:颜色分类|主要颜色|颜色)\s*[:：]\s*([^;；,，]+)"
_SIZE = r"(?:尺码|尺寸|码数)\s*[:：]\s*([^;；,，]+)"

Frames = dict[str, pl.DataFrame]


def conform(kind: str, bronze: pl.DataFrame) -> Frames:
    """Silver table name → frame, for typed bronze rows of one kind.

    KeyError for a kind that is not declared.
    """
    return _CONFORM[kind](bronze)


def _orders(bronze: pl.DataFrame) -> Frames:
    rows = add_money(add_line_ids(bronze)).with_columns(order_status_code=_order_status())
    # 商品优惠 and the platform coupon are told for the whole order: shared out to its lines by their list
    # value
    listed = pl.col("unit_price_fen") * pl.col("line_qty")
    rows = rows.with_columns(
        discount_merchant_fen=pl.coalesce(
            "discount_merchant_fen", share_out(pl.col("order_merchant_fen"), listed)
        ),
        discount_platform_fen=pl.coalesce(
            "discount_platform_fen", share_out(pl.col("order_platform_fen"), listed)
        ),
    )
    frames = {"order": _order_table(rows), "order_line": _line_table(rows)}
    settled = _settlements(rows)
    return frames | ({"settlement_entry": settled} if settled.height else {})


def _line_table(rows: pl.DataFrame) -> pl.DataFrame:
    """One ``order_line`` state per row.

    Money is the goods' alone: the order's freight stays with the order.
    """
    paid, by_api = pl.col("paid_at").is_not_null(), pl.col("layout_name") == "api"
    refunded = (
        pl.when(pl.col("layout_name").is_in(_FULL_FILES))
        .then(pl.col("refunded_fen").fill_null(0))
        .otherwise("refunded_fen")
    )
    return rows.select(
        *LINEAGE, "order_id", "order_line_id", "order_status_code", "created_at", "paid_at", "finished_at",
        "product_id", "product_name", "style_code",
        "sku_code", "unit_price_fen", "line_qty", "discount_platform_fen", "discount_merchant_fen",
        "discount_creator_fen", "creator_name",
        "live_session_id", "province_name",
        shipped_at=pl.when(by_api).then("line_shipped_at")
        .when(pl.col("goods_shipped_text").fill_null("已发货") == "已发货").then("shipped_at"),
        color_name=pl.col("properties_text").str.extract(_COLOR).str.strip_chars(),
        size_name=pl.col("properties_text").str.extract(_SIZE).str.strip_chars(),
        is_shipment_told=pl.when(by_api).then(pl.lit(True)),
        placed_fen="goods_fen",
        paid_fen=pl.when(paid).then("goods_fen").otherwise(0),
        stated_refund_fen=pl.when(paid).then(refunded),
        refund_status_code=pl.when(by_api).then(_api_after_sale()).otherwise(_file_after_sale()),
        is_gift=_is_gift(),
        content_code=_content(by_api),
        seller_code=pl.when(by_api).then(_api_seller()).otherwise(_file_seller()),
        creator_id=pl.coalesce("creator_id", "finder_id"),
    ).sort("_export_id", "_row_number")  # fmt: skip


def _order_table(rows: pl.DataFrame) -> pl.DataFrame:
    """One ``order`` state per order of an export: what every row repeats is counted once."""
    paid = pl.col("paid_at").is_not_null()
    goods = rows.with_columns(
        _goods=pl.col("real_fen").sum().over(ORDER) + pl.col("freight_fen").fill_null(0),
        _units=pl.col("line_qty").sum().over(ORDER),
    )
    heads = goods.sort("_export_id", "_row_number").unique(list(ORDER), keep="first", maintain_order=True)
    said = pl.when(pl.col("order_paid_fen") > 0).then("order_paid_fen")
    return heads.select(
        *LINEAGE, "order_id", "order_status_code", "created_at", "paid_at", "shipped_at", "finished_at",
        "freight_fen", "province_name",
        # an unpaid order may say 0 paid: then its goods and freight say what was to be paid
        placed_fen=pl.when(paid).then("order_paid_fen").otherwise(pl.coalesce(said, "_goods")),
        paid_fen=pl.when(paid).then("order_paid_fen").otherwise(0),
        line_qty="_units",
    )  # fmt: skip


def _settlements(rows: pl.DataFrame) -> pl.DataFrame:
    """The order file's word on money paid out: 实际收款 − 已退款 − 技术服务费 − 带货费用 of each order with
    订单完成结算时间, to date and counted once.
    """
    done = rows.filter(pl.col("settled_at").is_not_null() & pl.col("received_fen").is_not_null())
    fees = done.unique([*ORDER, "creator_name", "fee_channel_text", "commission_fen"]).with_columns(
        pl.col("commission_fen").fill_null(0)
    )
    is_agency = (pl.col("fee_channel_text") == words.AGENCY_FEE).fill_null(False)
    told = fees.group_by(ORDER).agg(
        commission_creator_fen=pl.col("commission_fen").filter(~is_agency).sum(),
        commission_service_fen=pl.col("commission_fen").filter(is_agency).sum(),
    )
    back = done.group_by(ORDER).agg(settled_refund_fen=pl.col("refunded_fen").fill_null(0).sum())
    heads = done.sort("_export_id", "_row_number").unique(list(ORDER), keep="first", maintain_order=True)
    heads = heads.join(told, on=ORDER, how="left", maintain_order="left").join(
        back, on=ORDER, how="left", maintain_order="left"
    )
    fee = pl.col("technical_fee_fen").fill_null(0)
    expense = -(
        fee
        + pl.col("commission_creator_fen")
        + pl.col("commission_service_fen")
        + pl.col("settled_refund_fen")
    )
    return heads.select(
        *LINEAGE, "order_id", "settled_at", "commission_creator_fen", "commission_service_fen",
        "settled_refund_fen", "freight_fen",
        settlement_entry_id=pl.concat_str("order_id", pl.lit("order"), separator=":"),
        settlement_type_code=pl.lit("sale"),
        platform_fee_fen=fee,
        income_fen="received_fen",
        expense_fen=expense,
        settled_fen=pl.col("received_fen") + expense,
    )  # fmt: skip


def _after_sales(bronze: pl.DataFrame) -> Frames:
    """One ``refund_line`` per after-sale.

    The API has no completion time: a finished one's last update is the nearest thing it tells.
    """
    by_api = pl.col("layout_name") == "api"
    told = _code("refund_status_text", words.AFTER_SALE)
    # the file dates what it may call by a word nobody has listed
    status = (
        pl.when((told == "unknown") & pl.col("money_back_at").is_not_null())
        .then(pl.lit("success"))
        .otherwise(told)
    )
    token = pl.concat_str("order_id", "_token", separator=":")
    known = (
        pl.when(by_api)
        .then(pl.col("line_sku_text").is_not_null())
        .otherwise(pl.col("sku_code").is_not_null())
    )
    refund = add_tokens(bronze).select(
        *LINEAGE, "refund_id", "order_id", "product_id", "sku_code", "refund_fen", "refund_qty", "applied_at",
        order_line_id=pl.when(known).then(token).otherwise("order_id"),
        refund_status_code=status,
        refund_stage_code=pl.when(by_api).then(_stage()).otherwise(_file_stage()),
        refund_type_code=_code("refund_type_text", words.REFUND_TYPE),
        reason_code=_reason(),
        refunded_at=pl.when(status == "success")
        .then(pl.coalesce("money_back_at", "closed_at", "updated_at")),
    )  # fmt: skip
    return {"refund_line": refund}


def _file_stage() -> pl.Expr:
    """发货状态; without a word for it goods that come back must have left."""
    returned = (
        pl.when(pl.col("refund_type_text").is_in(words.GOODS_RETURN))
        .then(pl.lit("after_shipment"))
        .otherwise(pl.lit("unknown"))
    )
    return pl.coalesce(
        pl.col("goods_shipped_text").replace_strict(words.STAGE, default=None, return_dtype=pl.String),
        returned,
    )


def _stage() -> pl.Expr:
    """Before shipment: the line had not left when the after-sale was applied for.

    Without its order: a return is after, some causes are before.
    """
    told = pl.col("order_told_text").is_not_null() & pl.col("line_sku_text").is_not_null()
    before = pl.col("shipped_at").is_null() | (pl.col("shipped_at") > pl.col("applied_at"))
    returned = pl.col("refund_type_text").is_in(words.GOODS_RETURN) | (
        pl.col("received_text") == "1"
    ).fill_null(False)
    return (
        pl.when(told & before)
        .then(pl.lit("before_shipment"))
        .when(told | returned)
        .then(pl.lit("after_shipment"))
        .when(pl.col("cause_text").is_in(words.CAUSE_BEFORE))
        .then(pl.lit("before_shipment"))
        .otherwise(pl.lit("unknown"))
    )


def _reason() -> pl.Expr:
    """The text first: later reasons have no speaking code any more (official note on ``reason``)."""
    label = pl.coalesce(
        pl.when(pl.col("reason_label_text").str.contains(pattern)).then(pl.lit(code))
        for code, pattern in words.REASON_PATTERNS
    )
    code = pl.col("reason_text").replace_strict(words.REASON, default=None, return_dtype=pl.String)
    silent = pl.col("reason_label_text").is_null() & pl.col("reason_text").is_null()
    return pl.when(silent).then(pl.lit("unknown")).otherwise(pl.coalesce(label, code, pl.lit("other")))


def _funds(bronze: pl.DataFrame) -> Frames:
    """One ``fund_entry`` per movement.

    收支类型 gives the sign; a number told twice in one export keeps both movements.
    """
    size = pl.col("amount_fen").abs()
    out, into = (
        pl.col("direction_text").is_in(way).fill_null(False) for way in (words.MONEY_OUT, words.MONEY_IN)
    )
    one = ("merchant_id", "shop_id", "_export_id", "fund_entry_id")
    other = pl.struct("moved_at", "fund_type_text", "order_id", "amount_fen").rank("dense").over(one)
    fund = bronze.select(
        *LINEAGE, "order_id", "refund_id", "moved_at", "balance_fen",
        fund_entry_id=pl.when(other == 1).then("fund_entry_id")
        .otherwise(pl.concat_str("fund_entry_id", other, separator=":")),
        fund_type_code=_code("fund_type_text", words.FUND_TYPE),
        moved_fen=pl.when(out).then(-size).when(into).then(size).otherwise("amount_fen"),
        scene_name=pl.coalesce("scene_name", pl.col("fund_type_text").replace(words.FUND_SCENE)),
    )  # fmt: skip
    return {"fund_entry": fund}


def _live_sessions(bronze: pl.DataFrame) -> Frames:
    """One ``live_session`` per row.

    The shop's API lists sessions of accounts authorised to the shop, which are its own side's.
    """
    own = pl.when(pl.col("live_account_id").is_not_null()).then(pl.lit("own"))
    session = bronze.select(
        *LINEAGE, "live_session_id", "live_account_id", "session_name", "started_at", "viewers_qty",
        "product_exposure_qty", "product_click_qty",
        "reported_gmv_fen", "reported_orders_qty", "reported_refund_fen",
        seller_code=own,
        ended_at=pl.col("started_at") + pl.duration(seconds=pl.col("duration_qty")),
    )  # fmt: skip
    return {"live_session": session}


def _products(bronze: pl.DataFrame) -> Frames:
    product = bronze.select(
        *LINEAGE, "product_id", "product_name", "sku_code", "unit_price_fen", "stock_qty",
        platform_sku_id=pl.coalesce("platform_sku_id", "product_id"),
        style_code=pl.coalesce("style_code", "spu_code"),
        color_name=pl.col("properties_text").str.extract(_COLOR).str.strip_chars(),
        size_name=pl.col("properties_text").str.extract(_SIZE).str.strip_chars(),
        is_on_sale=pl.col("status_text") == words.ON_SALE,
    )  # fmt: skip
    return {"product": product}


_CONFORM: dict[str, Callable[[pl.DataFrame], Frames]] = {
    "orders": _orders,
    "after_sales": _after_sales,
    "funds": _funds,
    "live_sessions": _live_sessions,
    "products": _products,
}


def _code(column: str, mapping: dict[str, str]) -> pl.Expr:
    return pl.col(column).replace_strict(mapping, default="unknown", return_dtype=pl.String)


def _order_status() -> pl.Expr:
    paid, told = pl.col("paid_at").is_not_null(), _code("order_status_text", words.ORDER_STATUS)
    closed = pl.when(paid).then(pl.lit("closed_refunded")).otherwise(pl.lit("closed_unpaid"))
    shipped = (
        pl.col("goods_shipped_text")
        .replace_strict(words.GOODS_SHIPPED, default="paid", return_dtype=pl.String)
        .fill_null("paid")
    )
    untold = pl.when(paid).then(shipped).otherwise(pl.lit("unpaid"))
    return (
        pl.when(pl.col("order_status_text").is_null())
        .then(untold)
        .when(told == "closed")
        .then(closed)
        .otherwise(told)
    )


def _is_gift() -> pl.Expr:
    """Marked so (API), or a row without price and money beside one with a price (the file has no mark)."""
    free = (
        (pl.col("unit_price_fen") == 0)
        & (pl.col("real_fen") == 0)
        & (pl.col("unit_price_fen").max().over(ORDER) > 0)
    )
    return (pl.col("gift_text") == "1").fill_null(False) | (
        free.fill_null(False) & (pl.col("layout_name") != "api")
    )


def _api_after_sale() -> pl.Expr:
    """Pieces in an after-sale now, pieces done with one; what it was, only the after-sale tells."""
    opened, done = pl.col("open_after_qty").fill_null(0) > 0, pl.col("done_after_qty").fill_null(0) > 0
    return (
        pl.when(opened).then(pl.lit("pending")).when(done).then(pl.lit("success")).otherwise(pl.lit("none"))
    )


def _file_after_sale() -> pl.Expr:
    none = pl.col("after_sale_text").is_null() | pl.col("after_sale_text").is_in(words.NO_AFTER_SALE)
    return pl.when(none).then(pl.lit("none")).otherwise(_code("after_sale_text", words.AFTER_SALE))


def _content(by_api: pl.Expr) -> pl.Expr:
    """What carried the sale.

    A file that does not say is silent (null), so that it takes nothing from what the API has told.
    """
    told = pl.coalesce("scene_text", "sold_by_text").replace_strict(
        words.CONTENT, default=None, return_dtype=pl.String
    )
    return pl.when(by_api).then(told.fill_null("unknown")).otherwise(told)


def _api_seller() -> pl.Expr:
    """The SKU's own row of source_infos.

    Without one a commission proves a creator, and nothing at all is the shop itself.
    """
    return (
        pl.when(pl.col("sale_channel_text").is_not_null())
        .then(_code("sale_channel_text", words.SALE_CHANNEL))
        .when(pl.col("commission_text").is_not_null())
        .then(pl.lit("creator"))
        .otherwise(pl.lit("own"))
    )


def _file_seller() -> pl.Expr:
    """带货账号类型, then 带货方式, then a fee paid to somebody.

    A row crediting nobody (``-``) is the shop's own sale. Null where it does not say.
    """
    account = pl.col("account_type_text").replace_strict(
        words.ACCOUNT_TYPE, default=None, return_dtype=pl.String
    )
    sold_by = pl.col("sold_by_text").replace_strict(words.SALE_CHANNEL, default=None, return_dtype=pl.String)
    nobody = (
        pl.col("layout_name").is_in(_FULL_FILES)
        & pl.col("sold_by_text").is_null()
        & pl.col("creator_name").is_null()
    )
    paid_for = pl.when(pl.col("commission_fen") > 0).then(pl.lit("creator")).when(nobody).then(pl.lit("own"))
    return pl.coalesce(account, sold_by, paid_for)
