"""The dictionary: one entry per meaning. Every stored column of every layer is one of these fields.

Naming law: ``_fen`` integer fen (CNY) · ``_qty`` count · ``_rate`` fraction 0-1 · ``_at`` instant (Asia/Shanghai) ·
``_date`` business date in the shop's time zone · ``_id`` and ``_code`` text · ``_name`` text · ``is_`` flag ·
a leading ``_`` marks lineage. A field's kind, and so its type and unit, is read from its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import dataframely as dy

from contracts import codes

TIME_ZONE = "Asia/Shanghai"
MONEY_LIMIT_FEN = 10**13  # one cell above 100 billion yuan is a broken file, and sums stay far from int64
QTY_LIMIT = 10**10

_UNITS = {"fen": "fen", "qty": "count", "rate": "fraction", "at": "instant", "date": "date"}


@dataclass(frozen=True)
class Field:
    """One meaning: machine name, Chinese and English label, what it is, and optionally its code list or bounds."""

    name: str
    zh: str
    en: str
    about: str = ""
    codes: codes.CodeList | None = None
    minimum: int | None = None

    @property
    def kind(self) -> str:
        """The last part of the name (``fen``, ``qty``, ``at`` …), ``flag`` for ``is_``/``has_``, else ``text``."""
        if self.name.startswith(("is_", "has_")):
            return "flag"
        suffix = self.name.rsplit("_", 1)[-1]
        return suffix if suffix in {*_UNITS, "number", "json"} else "text"

    @property
    def unit(self) -> str:
        """Unit shown to people; empty for text."""
        return _UNITS.get(self.kind, "")

    def column(self, *, key: bool = False, nullable: bool = True) -> dy.Column:
        """The dataframely column: type, bounds, codes, and labels as metadata."""
        common: dict[str, Any] = {
            "nullable": nullable and not key,
            "primary_key": key,
            "metadata": {"zh": self.zh, "en": self.en, "unit": self.unit, "about": self.about},
        }
        match self.kind:
            case "fen":
                return dy.Int64(min=self.minimum, max=MONEY_LIMIT_FEN, **common)
            case "qty":
                return dy.Int64(min=0 if self.minimum is None else self.minimum, max=QTY_LIMIT, **common)
            case "number":
                return dy.Int64(min=self.minimum, **common)
            case "rate":
                return dy.Float64(min=0.0, **common)
            case "at":
                return dy.Datetime(time_zone=TIME_ZONE, time_unit="us", **common)
            case "date":
                return dy.Date(**common)
            case "flag":
                return dy.Bool(**common)
            case _:
                return dy.String(**common)


def _f(name: str, zh: str, en: str, about: str = "", *, code: codes.CodeList | None = None, low: int | None = None) -> Field:
    return Field(name, zh, en, about, code, low)


_ALL = [
    # who and where
    _f("merchant_id", "商家", "merchant", "Tenant. One merchant never sees another's rows."),
    _f("merchant_name", "商家名称", "merchant name"),
    _f("owner_id", "持有人", "owner", "Holding: the person or group behind several merchants; disclosure control counts owners."),
    _f("owner_name", "持有人名称", "owner name"),
    _f("shop_id", "店铺", "shop"),
    _f("shop_name", "店铺名称", "shop name"),
    _f("platform_code", "平台", "platform", code=codes.PLATFORM),
    _f("platform_shop_id", "平台店铺号", "platform shop number", "The shop's number on the platform, where known."),
    _f("credential_ref", "凭据位置", "credential reference", "Where the secret is kept (connection or environment name), never the secret."),
    _f("live_account_id", "直播账号", "live account", "Platform id of the account on air (抖音号, 达人ID, 代播id)."),
    _f("live_account_name", "直播账号名称", "live account name"),
    # orders
    _f("order_id", "主订单号", "order id", "Platform order number, text for ever."),
    _f("order_line_id", "子订单号", "order line id", "Platform sub-order number; derived where a file has none (see connector README)."),
    _f("order_status_code", "订单状态", "order status", code=codes.ORDER_STATUS),
    _f("created_at", "下单时间", "created at"),
    _f("paid_at", "支付时间", "paid at", "Empty = never paid."),
    _f("shipped_at", "发货时间", "shipped at"),
    _f("finished_at", "完成时间", "finished at"),
    _f("created_date", "下单日期", "created date"),
    _f("paid_date", "支付日期", "paid date"),
    _f("business_date", "业务日期", "business date", "Each measure of the row names its own clock."),
    _f("business_month", "业务月份", "business month", "YYYY-MM."),
    _f("province_name", "省份", "province"),
    _f("buyer_key", "买家键", "buyer key", "HMAC of the platform's masked buyer id; never joined across platforms."),
    _f("is_shipment_told", "发货可知", "shipment told", "The source tells shipment of every line: without ``shipped_at`` the goods have not left."),
    _f("is_gift", "赠品", "gift line", "Zero-price gift line: kept for cost, not counted as an order."),
    _f("is_order_head", "订单首行", "order head", "True on exactly one line per order, so orders can be counted by summing."),
    _f("is_order_level", "订单级行", "order-level line", "The source told the order only, not its lines; one line stands for the order."),
    # product
    _f("product_id", "商品ID", "product id"),
    _f("product_name", "商品名称", "product name"),
    _f("style_code", "款号", "style code", "Merchant's style number (货号), else the platform product id."),
    _f("sku_code", "商家编码", "SKU code"),
    _f("color_name", "颜色", "colour"),
    _f("size_name", "尺码", "size"),
    _f("category_name", "品类", "category"),
    # money on the line; refunds are positive numbers
    _f("unit_price_fen", "单价", "unit price", low=0),
    _f("line_qty", "件数", "units", "Units on the line; empty where the source tells orders only."),
    _f("placed_fen", "应付金额", "placed value", "What the buyer was to pay, paid or not (M01).", low=0),
    _f("paid_fen", "支付金额", "paid value", "What the buyer paid, later refunds NOT removed (M02). 0 when never paid.", low=0),
    _f("freight_fen", "运费", "freight", low=0),
    _f("discount_platform_fen", "平台承担优惠", "discount borne by platform"),
    _f("discount_merchant_fen", "商家承担优惠", "discount borne by merchant"),
    _f("discount_creator_fen", "达人承担优惠", "discount borne by creator"),
    _f(
        "stated_refund_fen",
        "订单所载退款",
        "refund stated on the order",
        "Cumulative refund the order row itself states; empty = the source does not tell.",
        low=0,
    ),
    # refunds
    _f("refund_id", "售后单号", "refund id"),
    _f("refund_status_code", "退款状态", "refund status", code=codes.REFUND_STATUS),
    _f("refund_stage_code", "退款阶段", "refund stage", "Before or after shipment.", code=codes.REFUND_STAGE),
    _f("refund_type_code", "售后类型", "after-sale type", code=codes.REFUND_TYPE),
    _f("reason_code", "退款原因", "refund reason", code=codes.REFUND_REASON),
    _f("refund_fen", "退款金额", "refunded", "Money returned to the buyer, positive.", low=0),
    _f("refund_qty", "退款件数", "units refunded"),
    _f("applied_at", "退款申请时间", "refund applied at"),
    _f("refunded_at", "退款成功时间", "refunded at", "Empty where the source does not tell when."),
    _f("refund_date", "退款日期", "refund date"),
    _f("refund_before_fen", "发货前退款", "refunded before shipment", low=0),
    _f("refund_after_fen", "发货后退款", "refunded after shipment", low=0),
    _f("refund_unstaged_fen", "阶段不明退款", "refund of untold stage", low=0),
    _f("refund_undated_fen", "日期不明退款", "refund of untold date", "Refund known in amount, not in date: left out of the refund clock.", low=0),
    # channel
    _f("content_code", "内容形式", "content form", code=codes.CONTENT),
    _f("seller_code", "带货方", "seller side", "Who sold by the platform's word; own accounts of the registry decide over it.", code=codes.SELLER),
    _f("channel_code", "渠道", "channel", code=codes.CHANNEL),
    _f("is_paid_traffic", "付费流量", "paid traffic", "Advertising brought the buyer; empty = the source does not tell."),
    _f("creator_id", "达人ID", "creator id"),
    _f("creator_name", "达人昵称", "creator name"),
    _f("traffic_code", "流量", "traffic", code=codes.TRAFFIC),
    # live sessions
    _f("live_session_id", "直播场次", "live session"),
    _f("session_name", "直播标题", "session title"),
    _f("started_at", "开播时间", "started at"),
    _f("ended_at", "下播时间", "ended at"),
    _f("start_date", "开播日期", "start date", "The day that owns the session, also over midnight."),
    _f("is_own_account", "自有账号", "own account"),
    _f("exposure_qty", "直播间曝光次数", "room exposures"),
    _f("views_qty", "观看次数", "views", "Times watched (人次), the denominator of GPM."),
    _f("viewers_qty", "观看人数", "viewers", "People (人数); never use for GPM."),
    _f("product_exposure_qty", "商品曝光次数", "product exposures"),
    _f("product_click_qty", "商品点击次数", "product clicks"),
    _f("reported_gmv_fen", "平台所示成交金额", "GMV as the platform shows it"),
    _f("reported_orders_qty", "平台所示成交订单", "orders as the platform shows them"),
    _f("reported_refund_fen", "平台所示退款", "refunds as the platform shows them"),
    _f("reported_hour_refund_fen", "平台所示1小时退款", "refunds within one hour as the platform shows them"),
    _f("reported_net_fen", "平台所示净成交", "net GMV as the platform shows it", "GMV minus refunds within the hour."),
    _f("minute_at", "分钟", "minute", "Start of the minute."),
    _f("online_qty", "在线人数", "people online"),
    # settlement, funds, insurance, advertising: amounts are signed from the merchant's side unless a field says otherwise
    _f("currency_code", "币种", "currency", "ISO 4217; empty = CNY. Money of a silver row in another currency is in its hundredths until gold converts it."),
    _f("rate_date", "汇率日期", "rate date"),
    _f("cny_e8_number", "汇率", "rate", "Yuan for one unit of the currency, in hundred-millionths.", low=1),
    _f("settlement_entry_id", "结算单号", "settlement entry", "The platform's entry number, or derived from order, type and moment (see connector README)."),
    _f("settlement_type_code", "结算类型", "settlement type", code=codes.SETTLEMENT_TYPE),
    _f("settled_at", "结算时间", "settled at"),
    _f("settled_fen", "结算金额", "settled", "Paid out to the merchant (+) or taken back (-)."),
    _f("income_fen", "收入合计", "income of the entry", "Signed. settled = income + expense."),
    _f("expense_fen", "支出合计", "expense of the entry", "Signed: an expense is negative."),
    _f("platform_fee_fen", "平台服务费", "platform fee", "Positive = charged to the merchant."),
    _f("commission_creator_fen", "达人佣金", "creator commission", "Positive = charged to the merchant."),
    _f("commission_leader_fen", "团长/招商佣金", "team leader commission", "Positive = charged to the merchant."),
    _f("commission_service_fen", "服务商佣金", "service provider commission", "Positive = charged to the merchant."),
    _f("other_fee_fen", "其他费用", "other fees", "Positive = charged to the merchant."),
    _f("subsidy_platform_fen", "平台补贴", "platform subsidy", "Positive = paid to the merchant for the buyer."),
    _f("subsidy_creator_fen", "达人补贴", "creator subsidy", "Positive = paid to the merchant for the buyer."),
    _f("settled_refund_fen", "结算内退款", "refund inside the entry", "Positive = given back to the buyer."),
    _f("fund_entry_id", "资金流水号", "fund entry", "The ledger's own number."),
    _f("fund_type_code", "资金类型", "fund movement type", code=codes.FUND_TYPE),
    _f("moved_at", "动账时间", "moved at"),
    _f("moved_fen", "动账金额", "moved", "Signed: into the account (+) or out of it (-)."),
    _f("balance_fen", "账户余额", "balance after"),
    _f("account_name", "账户", "account", "Which of the shop's wallets."),
    _f("scene_name", "动账场景", "scene", "The platform's own word for the movement."),
    _f("insurance_id", "保单号", "insurance number"),
    _f("insured_at", "承保时间", "insured at"),
    _f("premium_fen", "保费", "premium", "Whole premium.", low=0),
    _f("premium_merchant_fen", "商家承担保费", "premium borne by merchant", low=0),
    _f("premium_platform_fen", "平台承担保费", "premium borne by platform", low=0),
    _f("ad_entry_id", "推广记录", "advertising entry", "Day x report family x plan, product or material."),
    _f("ad_family_code", "推广报表", "report family", "Which report of the platform; families overlap and are never summed together."),
    _f("ad_date", "推广日期", "advertising date"),
    _f("ad_object_id", "推广对象", "advertised object", "Plan, product or material id."),
    _f("ad_object_name", "推广对象名称", "advertised object name"),
    _f("spent_fen", "推广消耗", "spent", "Cash and grants together.", low=0),
    _f("spent_cash_fen", "现金消耗", "cash spent", low=0),
    _f("spent_grant_fen", "赠款消耗", "grants spent", low=0),
    _f("impressions_qty", "展示次数", "impressions"),
    _f("clicks_qty", "点击次数", "clicks"),
    # products
    _f("platform_sku_id", "平台规格ID", "platform SKU id"),
    _f("unit_cost_fen", "成本价", "unit cost", low=0),
    _f("stock_qty", "库存", "stock"),
    _f("is_on_sale", "在售", "on sale"),
    # additive measures of the marts
    _f("paid_orders_qty", "支付订单数", "paid orders"),
    _f("units_qty", "支付件数", "units paid"),
    _f("units_untold_qty", "件数不明行", "lines of untold units", "Paid lines whose source does not tell the units."),
    _f("cohort_refund_fen", "退款(订单日)", "refunds on the paid clock", "Refunds to date on orders paid that day.", low=0),
    _f("cohort_refund_before_fen", "发货前退款(订单日)", "before-shipment refunds, paid clock", low=0),
    _f("cohort_refund_after_fen", "发货后退款(订单日)", "after-shipment refunds, paid clock", low=0),
    _f("dated_refund_fen", "退款(退款日)", "refunds on the refund clock", "Refunds done that day, whenever the order was paid.", low=0),
    _f("cohort_refund_unstaged_fen", "阶段不明退款(订单日)", "refunds of untold stage, paid clock", low=0),
    _f("cohort_refund_undated_fen", "日期不明退款(订单日)", "refunds of untold date, paid clock", low=0),
    _f("session_paid_fen", "场次支付金额", "paid value of the day's sessions", "Session clock: lines of that day's sessions whose views are told.", low=0),
    _f("session_refund_fen", "场次退款", "refunds of the day's sessions", "Session clock, as session_paid_fen.", low=0),
    _f("session_views_qty", "场次观看次数", "views of the day's sessions", "Session clock."),
    # association
    _f("owners_qty", "持有人数", "holdings in the cell"),
    _f("paid_share_rate", "支付占比", "share of paid value", "Rounded to one point before release."),
    _f("kept_share_rate", "净成交占比", "share of kept value", "Rounded to one point before release."),
    _f("kept_rate", "留存率", "kept rate", "Kept over paid, rounded to one point before release."),
    _f("is_released", "可公开", "released", "Passed disclosure control."),
    # lineage and operations
    _f("_export_id", "文件指纹", "export id", "sha256 of the bytes as received."),
    _f("_row_number", "行号", "row number", "Row in the file as a person sees it (header is row 1), or item in the API page.", low=1),
    _f("_observed_at", "观测时间", "observed at", "Moment the platform was in this state by the export's own word."),
    _f("_last_observed_at", "最后观测", "last observed at"),
    _f("row_number", "行号", "row number", "Row in the file as a person sees it (header is row 1), or item in the API page.", low=1),
    _f("export_id", "文件指纹", "export id", "sha256 of the bytes as received."),
    _f("export_name", "原文件名", "original name"),
    _f("kind_code", "导出种类", "export kind"),
    _f("layout_name", "版式", "layout"),
    _f("layout_key_name", "版式全名", "full layout name", "platform/kind/layout."),
    _f("known_column_name", "已知表头", "known header"),
    _f("is_in_force", "有效", "in force"),
    _f("source_code", "来源", "source", "file or api.", code=codes.SOURCE),
    _f("received_at", "收到时间", "received at"),
    _f("received_by_name", "经手人", "received by"),
    _f("observed_at", "观测时间", "observed at"),
    _f("loaded_at", "入库时间", "loaded at"),
    _f("bytes_qty", "字节数", "bytes"),
    _f("landing_name", "原始文件位置", "landing path", "Relative to the landing folder."),
    _f("expired_at", "原始文件到期删除于", "raw file expired at"),
    _f("withdrawn_at", "撤回于", "withdrawn at", "Nothing of it is published any more; given again, it counts again."),
    _f("withdrawn_by_name", "撤回人", "withdrawn by"),
    _f("raw_days_qty", "原始文件保留天数", "days raw files are kept", "0 = only until the build that reads them."),
    _f("first_date", "最早日期", "first date covered"),
    _f("last_date", "最晚日期", "last date covered"),
    _f("rows_read_qty", "读取行数", "rows read"),
    _f("published_qty", "发布行数", "rows published"),
    _f("quarantined_qty", "隔离行数", "rows quarantined"),
    _f("superseded_qty", "被取代行数", "rows superseded"),
    _f("duplicate_qty", "重复行数", "duplicate rows"),
    _f("verdict_code", "结论", "verdict", code=codes.VERDICT),
    _f("rule_name", "规则", "rule"),
    _f("column_name", "列", "column"),
    _f("cell_name", "原值", "cell as read", "Never a personal column."),
    _f("row_json", "原行", "row as read", "Personal columns removed."),
    _f("message_name", "说明", "message"),
    _f("next_step_name", "下一步", "next step"),
    _f("details_json", "详情", "details"),
    _f("dropped_columns_name", "移除的个人信息列", "personal columns removed"),
    _f("release_number", "发布号", "release number", low=1),
    _f("snapshot_number", "快照号", "snapshot number", low=0),
    _f("build_number", "构建号", "build number", "Fencing token, grows with every build.", low=1),
    _f("release_status_code", "发布状态", "release status", code=codes.RELEASE_STATUS),
    _f("is_pinned", "已固定", "pinned"),
    _f("changed_at", "更改时间", "changed at"),
    _f("severity_code", "级别", "severity", code=codes.SEVERITY),
    _f("is_passed", "通过", "passed"),
    _f("failed_qty", "不合格数", "failing rows"),
    _f("checked_qty", "检查数", "rows checked"),
    _f("table_name", "表", "table"),
    _f("content_id", "内容指纹", "content fingerprint"),
    _f("rows_qty", "行数", "rows"),
    _f("covered_until_at", "已采集至", "covered until", "Collection cursor: moves only with the data it covers."),
    _f("run_name", "运行", "run"),
    _f("window_start_at", "采集起点", "window start", "Start of the update window a collection asked for, inclusive."),
    _f("window_end_at", "采集终点", "window end", "End of the update window a collection asked for, exclusive."),
    _f("begun_at", "构建开始时间", "build begun at"),
    _f("outcome_code", "采集结果", "outcome", code=codes.CodeList("outcome", {"ok": ("成功", "ok"), "failed": ("失败", "failed")})),
    _f("pages_qty", "页数", "pages", "Raw API bodies landed by one attempt."),
    _f("event_number", "序号", "sequence number", "Order of append-only events; two may share a moment.", low=1),
]

FIELDS: dict[str, Field] = {field.name: field for field in _ALL}
