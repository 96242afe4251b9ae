"""The tables every platform must speak (silver).

A row is one distinct state ever observed; what was observed last is current.
"""

from __future__ import annotations

from contracts.tables import Table

SHOP = ("merchant_id", "shop_id", "platform_code")
#: What tells an order in a list a merchant writes: a shop is on one platform.
LISTED_ORDER = ("merchant_id", "shop_id", "order_id")
LINEAGE = ("_export_id", "_row_number", "_observed_at", "_last_observed_at")

ORDER = Table(
    "silver",
    "order",
    "订单",
    "orders",
    "One observed state of one main order. Filled only by sources that tell order-level facts apart from "
    "lines (Taobao).",
    key=(*SHOP, "order_id", "_observed_at", "_export_id", "_row_number"),
    required=("order_status_code", "_last_observed_at"),
    optional=(
        "created_at", "paid_at", "shipped_at", "finished_at", "placed_fen", "paid_fen", "freight_fen",
        "stated_refund_fen",
        "line_qty", "product_name", "province_name", "buyer_key", "currency_code",
    ),
)  # fmt: skip

ORDER_LINE = Table(
    "silver",
    "order_line",
    "子订单",
    "order lines",
    "One observed state of one sub-order (子订单). ``layout_name``: the mapped table it is read from, null "
    "where the platform itself reports it.",
    key=(*SHOP, "order_line_id", "_observed_at", "_export_id", "_row_number"),
    required=("order_id", "order_status_code", "is_gift", "_last_observed_at"),
    optional=(
        "created_at", "paid_at", "shipped_at", "finished_at", "product_id", "product_name", "style_code",
        "sku_code",
        "color_name", "size_name", "unit_price_fen", "line_qty", "placed_fen", "paid_fen", "freight_fen",
        "discount_platform_fen", "discount_merchant_fen", "discount_creator_fen", "stated_refund_fen",
        "refund_status_code",
        "content_code", "seller_code", "creator_id", "creator_name", "live_session_id", "is_paid_traffic",
        "province_name",
        "buyer_key", "currency_code", "is_shipment_told", "layout_name", "erp_order_id", "file_end_code",
    ),
)  # fmt: skip

REFUND_LINE = Table(
    "silver",
    "refund_line",
    "售后行",
    "refund lines",
    "One observed state of one after-sale × sub-order. A source that names the order only (Taobao refund "
    "files) puts the order's number in "
    "``order_line_id`` and, where it can, the goods' codes beside it; gold finds the line.",
    key=(*SHOP, "refund_id", "order_line_id", "_observed_at", "_export_id", "_row_number"),
    required=(
        "order_id",
        "refund_status_code",
        "refund_stage_code",
        "refund_type_code",
        "refund_fen",
        "_last_observed_at",
    ),
    optional=(
        "product_id",
        "sku_code",
        "reason_code",
        "refund_qty",
        "applied_at",
        "refunded_at",
        "currency_code",
    ),
)

LIVE_SESSION = Table(
    "silver",
    "live_session",
    "直播场次",
    "live sessions",
    "One observed state of one livestream session.",
    key=(*SHOP, "live_session_id", "_observed_at", "_export_id", "_row_number"),
    required=("started_at", "_last_observed_at"),
    optional=(
        "live_account_id", "seller_code", "ended_at", "live_account_name", "session_name", "exposure_qty",
        "views_qty", "viewers_qty", "product_exposure_qty",
        "product_click_qty", "reported_gmv_fen", "reported_orders_qty", "reported_refund_fen",
        "reported_hour_refund_fen",
        "reported_net_fen", "exposure_viewers_qty", "product_exposure_viewers_qty",
        "product_click_viewers_qty", "reported_buyers_qty",
        "average_watch_qty",
    ),
)  # fmt: skip

LINE_CHANNEL = Table(
    "silver",
    "line_channel",
    "子订单渠道",
    "line channels",
    "One observed state of what a separate report says about where a sub-order was sold (Taobao "
    "直播订单明细).",
    key=(*SHOP, "order_line_id", "_observed_at", "_export_id", "_row_number"),
    required=("order_id", "content_code", "_last_observed_at"),
    optional=("seller_code", "creator_id", "creator_name", "live_session_id"),
)

SETTLEMENT_ENTRY = Table(
    "silver",
    "settlement_entry",
    "结算明细",
    "settlement entries",
    "One observed state of one settlement entry: a payout of a sub-order (or of an order, where the bill "
    "names no sub-order), a take-back, a fee.",
    key=(*SHOP, "settlement_entry_id", "_observed_at", "_export_id", "_row_number"),
    required=("settlement_type_code", "settled_fen", "_last_observed_at"),
    optional=(
        "order_id", "order_line_id", "refund_id", "product_id", "settled_at", "income_fen", "expense_fen",
        "freight_fen", "platform_fee_fen",
        "commission_creator_fen", "commission_leader_fen", "commission_service_fen", "other_fee_fen",
        "subsidy_platform_fen", "subsidy_creator_fen",
        "settled_refund_fen", "creator_id", "currency_code",
    ),
)  # fmt: skip

FUND_ENTRY = Table(
    "silver",
    "fund_entry",
    "资金流水",
    "fund entries",
    "One observed state of one movement of one of the shop's accounts.",
    key=(*SHOP, "fund_entry_id", "_observed_at", "_export_id", "_row_number"),
    required=("fund_type_code", "moved_at", "moved_fen", "_last_observed_at"),
    optional=(
        "order_id",
        "order_line_id",
        "refund_id",
        "balance_fen",
        "account_name",
        "scene_name",
        "currency_code",
    ),
)

INSURANCE_ENTRY = Table(
    "silver",
    "insurance_entry",
    "运费险",
    "shipping insurance",
    "One observed state of one shipping insurance of an order.",
    key=(*SHOP, "insurance_id", "_observed_at", "_export_id", "_row_number"),
    required=("premium_fen", "_last_observed_at"),
    optional=("order_id", "order_line_id", "insured_at", "premium_merchant_fen", "premium_platform_fen"),
)

AD_SPEND = Table(
    "silver",
    "ad_spend",
    "推广消耗",
    "advertising spend",
    "One observed state of one day of one plan, product or material of one report family. Families tell the "
    "same money again: never sum across them.",
    key=(*SHOP, "ad_entry_id", "_observed_at", "_export_id", "_row_number"),
    required=("ad_family_code", "ad_date", "spent_fen", "_last_observed_at"),
    optional=(
        "ad_object_id", "ad_object_name", "product_id", "live_session_id", "spent_cash_fen",
        "spent_grant_fen", "impressions_qty", "clicks_qty",
        "reported_gmv_fen", "reported_orders_qty", "reported_net_fen", "currency_code",
    ),
)  # fmt: skip

PRODUCT = Table(
    "silver",
    "product",
    "商品",
    "products",
    "One observed state of one SKU of one product (the product itself, where a list names no SKU: its number "
    "stands in ``platform_sku_id``).",
    key=(*SHOP, "product_id", "platform_sku_id", "_observed_at", "_export_id", "_row_number"),
    required=("_last_observed_at",),
    optional=(
        "product_name", "style_code", "sku_code", "category_name", "color_name", "size_name",
        "unit_price_fen", "unit_cost_fen", "stock_qty",
        "is_on_sale", "currency_code",
    ),
)  # fmt: skip

#: Tables whose rows stand for an order in gold; the others are ledgers and lists beside them.
OF_ORDERS = (ORDER, ORDER_LINE, REFUND_LINE, LINE_CHANNEL)

SILVER: dict[str, Table] = {
    table.name: table
    for table in (*OF_ORDERS, LIVE_SESSION, SETTLEMENT_ENTRY, FUND_ENTRY, INSURANCE_ENTRY, AD_SPEND, PRODUCT)
}

_OBSERVATION = {"_observed_at", "_last_observed_at", "_export_id", "_row_number"}


def entity_key(table: Table) -> list[str]:
    """The key of the thing observed: the table's key without the observation columns."""
    return [name for name in table.key if name not in _OBSERVATION]


def content_columns(table: Table) -> list[str]:
    """The columns whose change makes a new state."""
    return [name for name in table.columns if name not in _OBSERVATION and name not in entity_key(table)]
