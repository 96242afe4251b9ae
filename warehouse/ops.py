"""The ops layer: what was received, loaded, refused, judged and released, and who owns which shop.

Declared like any other table.
"""

from __future__ import annotations

from contracts.tables import Table

SHOP_OF_KIND = ("merchant_id", "shop_id", "platform_code", "kind_code")

EXPORT = Table(
    "ops",
    "export",
    "文件清单",
    "manifest of exports",
    "One received file or API body × shop × kind. The same bytes for the same shop and kind are the same "
    "row.",
    key=("export_id", *SHOP_OF_KIND),
    required=("source_code", "export_name", "bytes_qty", "landing_name", "received_at", "observed_at"),
    optional=(
        "layout_name", "received_by_name", "run_name", "window_start_at", "window_end_at", "first_date",
        "last_date", "expired_at",
        "withdrawn_at", "withdrawn_by_name",
    ),
)  # fmt: skip

LOAD = Table(
    "ops",
    "load",
    "入库回执",
    "load receipts",
    "What became of one export: rows read = published + quarantined + superseded + duplicate. An export "
    "without a row here is still to be loaded.",
    key=("export_id", *SHOP_OF_KIND),
    required=(
        "build_number", "loaded_at", "verdict_code", "rows_read_qty", "published_qty", "quarantined_qty",
        "superseded_qty", "duplicate_qty",
    ),
    optional=("layout_name", "first_date", "last_date", "dropped_columns_name", "details_json"),
)  # fmt: skip

QUARANTINE = Table(
    "ops",
    "quarantine",
    "隔离行",
    "quarantined rows",
    "One broken rule × row of an export, with the cell and the next step; column is empty text when the "
    "whole row is at fault. No personal columns.",
    key=("export_id", *SHOP_OF_KIND, "row_number", "rule_name", "column_name"),
    required=("message_name",),
    optional=("cell_name", "next_step_name", "row_json"),
)

BUILD = Table(
    "ops",
    "build",
    "构建",
    "builds",
    "One build that began. Its number is the fencing token: who holds a lower one may no longer publish.",
    key=("build_number",),
    required=("begun_at", "snapshot_number"),
    optional=("run_name",),
)

RECIPE = Table(
    "ops",
    "recipe",
    "算法指纹",
    "what made the data",
    "One build that made everything derived, and the fingerprint of the code and tables it made it by.",
    key=("build_number",),
    required=("content_id", "changed_at"),
    optional=("details_json",),
)

RELEASE = Table(
    "ops",
    "release",
    "发布",
    "releases",
    "One judged snapshot: published, or held with the rules that failed.",
    key=("release_number",),
    required=("snapshot_number", "build_number", "release_status_code", "changed_at"),
    optional=("details_json",),
)

HOLD = Table(
    "ops",
    "hold",
    "单独扣住的商家",
    "merchants held alone",
    "One merchant whose rows of a published release nobody may read: the rules that failed in them, with a "
    "row of each. It goes on reading the newest release before it that does not hold it.",
    key=("release_number", "merchant_id"),
    required=("details_json",),
)

RESTATEMENT = Table(
    "ops",
    "restatement",
    "数字变动",
    "restatements",
    "One figure of one shop × channel × day that a release moved against the published one before it, by one "
    "reason. A figure that stands has no row; "
    "the rows of one figure sum to exactly the difference of the two releases.",
    key=(
        "release_number",
        "merchant_id",
        "shop_id",
        "platform_code",
        "channel_code",
        "business_date",
        "metric_id",
        "restatement_code",
    ),
    required=("restated_number", "orders_qty"),
)

PIN = Table(
    "ops",
    "pin",
    "发布固定",
    "release pins",
    "One decision to hold the dashboards on a release, or to let them follow again. Append-only; the highest "
    "number is in force.",
    key=("event_number",),
    required=("changed_at", "is_pinned"),
    optional=("release_number", "received_by_name"),
)

CHECK = Table(
    "ops",
    "check",
    "检查结果",
    "check outcomes",
    "One rule judged on one table of one build's snapshot.",
    key=("build_number", "table_name", "rule_name"),
    required=("snapshot_number", "severity_code", "is_passed", "failed_qty", "checked_qty", "changed_at"),
    optional=("message_name", "details_json"),
)

CURSOR = Table(
    "ops",
    "cursor",
    "采集进度",
    "collection cursors",
    "How far one shop's one kind has been collected. Moves in the transaction that records the pages it "
    "covers, also when they are empty.",
    key=SHOP_OF_KIND,
    required=("covered_until_at", "changed_at"),
    optional=("run_name",),
)

COLLECTION = Table(
    "ops",
    "collection",
    "采集记录",
    "collection attempts",
    "One attempt to collect one kind of one shop, and how it ended.",
    key=(*SHOP_OF_KIND, "run_name"),
    required=("outcome_code", "changed_at"),
    optional=("window_start_at", "window_end_at", "pages_qty", "rule_name", "message_name", "next_step_name"),
)

OWNER = Table(
    "ops",
    "owner",
    "持有人",
    "owners",
    "One person or group behind merchants.",
    key=("owner_id",),
    required=("owner_name", "changed_at"),
)

MERCHANT = Table(
    "ops",
    "merchant",
    "商家",
    "merchants",
    "One merchant, the tenant of the house.",
    key=("merchant_id",),
    required=("merchant_name", "owner_id", "changed_at"),
    optional=("raw_days_qty",),
)

MEMBER = Table(
    "ops",
    "member",
    "协会成员",
    "members of the association",
    "From when to when a merchant contributes to the district's figures: whole months between the two. The "
    "day of leaving is none any more.",
    key=("merchant_id", "joined_date"),
    required=("changed_at",),
    optional=("left_date",),
)

SHOP = Table(
    "ops",
    "shop",
    "店铺",
    "shops",
    "One shop of a merchant on one platform. A shop belongs to one merchant only.",
    key=("merchant_id", "shop_id"),
    required=("platform_code", "shop_name", "changed_at"),
    optional=("platform_shop_id", "credential_ref"),
)

LIVE_ACCOUNT = Table(
    "ops",
    "live_account",
    "自有直播账号",
    "own live accounts",
    "One account on air that is the shop's own: its sales are own live, everyone else's are creator live.",
    key=("merchant_id", "shop_id", "platform_code", "live_account_id"),
    required=("changed_at",),
    optional=("live_account_name", "received_by_name"),
    is_entered=True,
)

CURRENCY_RATE = Table(
    "ops",
    "currency_rate",
    "汇率",
    "exchange rates",
    "One day's rate of one currency. An order of a foreign shop is converted by the rate of the day it was "
    "created.",
    key=("rate_date", "currency_code"),
    required=("cny_e8_number", "changed_at"),
    optional=("received_by_name",),
    is_entered=True,
)

ASIDE_ORDER = Table(
    "ops",
    "aside_order",
    "剔除名单",
    "orders set aside",
    "One entry by which a merchant set an order aside (brushing, a sample) or took that back. Append-only; "
    "of one order the highest number counts.",
    key=("merchant_id", "event_number"),
    required=("shop_id", "order_id", "is_aside", "reason_name", "received_by_name", "changed_at"),
)

UNIT_COST = Table(
    "ops",
    "unit_cost",
    "商品成本",
    "unit costs",
    "One entry of what one unit costs from a day on: of a SKU, else of a style; in one shop, else in all. "
    "Append-only; of the same goods, shop and day "
    "the highest number counts, without a cost it is taken back.",
    key=("merchant_id", "event_number"),
    required=("valid_from_date", "received_by_name", "changed_at"),
    optional=("shop_id", "sku_code", "style_code", "unit_cost_fen"),
    is_entered=True,
)

FIXED_COST = Table(
    "ops",
    "fixed_cost",
    "其他成本",
    "other costs",
    "One entry of a cost beside the goods': for every unit or order from a day on, or once for the days "
    "between two. Append-only; of the same kind, "
    "shop, creator, session and day the highest number counts, without an amount it is taken back.",
    key=("merchant_id", "event_number"),
    required=("cost_kind_code", "cost_basis_code", "valid_from_date", "received_by_name", "changed_at"),
    optional=("shop_id", "creator_id", "live_session_id", "valid_until_date", "cost_amount_fen"),
    is_entered=True,
)

STOCK_ENTRY = Table(
    "ops",
    "stock_entry",
    "到货与盘点",
    "goods received and counted",
    "One entry of the units of a SKU a shop received on a day, or counted at its end. Append-only; of the "
    "same SKU, shop, kind and day the highest number "
    "counts, without units it is taken back.",
    key=("merchant_id", "event_number"),
    required=("shop_id", "sku_code", "stock_kind_code", "stock_date", "received_by_name", "changed_at"),
    optional=("entered_qty",),
    is_entered=True,
)

MAPPING = Table(
    "ops",
    "mapping",
    "映射",
    "mappings",
    "One saved version of a merchant's own mapping of one table, or its being taken back (``is_in_force`` "
    "false), with who and when. "
    "Append-only; the highest number of a name counts.",
    key=("merchant_id", "layout_name", "event_number"),
    required=("platform_code", "kind_code", "details_json", "received_by_name", "changed_at"),
    optional=("is_in_force",),
)

ALIAS = Table(
    "ops",
    "alias",
    "表头别名",
    "header aliases",
    "One decision of a person: in this merchant's files of this layout their header stands for a known one, "
    "or no longer does. Append-only.",
    key=("merchant_id", "layout_key_name", "column_name", "event_number"),
    required=("known_column_name", "is_in_force", "received_by_name", "changed_at"),
)

CONFIRMATION = Table(
    "ops",
    "confirmation",
    "人工确认",
    "confirmations",
    "One decision of a person: a held row of a file, or a marked line of that amount, is right as it stands, "
    "or is no longer said to be. Append-only; of "
    "the same thing the highest number counts.",
    key=("merchant_id", "event_number"),
    required=("shop_id", "rule_name", "is_in_force", "received_by_name", "changed_at"),
    optional=("export_id", "row_number", "order_line_id", "marked_fen"),
)

SECURITY_EVENT = Table(
    "ops",
    "security_event",
    "安全事件",
    "security events",
    "One attempt to give a merchant what is registered for another. Append-only; names no person and no file "
    "name.",
    key=("merchant_id", "shop_id", "export_id", "rule_name", "changed_at"),
    optional=("received_by_name",),
)

OUTLOOK = Table(
    "ops",
    "outlook",
    "成熟净成交预告",
    "what was said of matured net",
    "What one build said of one shop's orders paid in one week (from ``first_date``) when its data reached "
    "``last_date``: the back-test. Append-only.",
    key=("build_number", "merchant_id", "shop_id", "platform_code", "first_date"),
    required=(
        "last_date",
        "paid_fen",
        "kept_fen",
        "age_days_qty",
        "matured_fen",
        "matured_low_fen",
        "matured_high_fen",
    ),
    optional=("matured_noise_number", "matured_doubt_fen"),
)

OPS: dict[str, Table] = {
    table.name: table
    for table in (
        EXPORT, LOAD, QUARANTINE, BUILD, RECIPE, RELEASE, HOLD, RESTATEMENT, PIN, CHECK, CURSOR, COLLECTION,
        OWNER, MERCHANT, MEMBER, SHOP, LIVE_ACCOUNT, CURRENCY_RATE,
        ASIDE_ORDER, UNIT_COST, FIXED_COST, STOCK_ENTRY, MAPPING, CONFIRMATION, SECURITY_EVENT, ALIAS,
        OUTLOOK,
    )
}  # fmt: skip
