"""Closed code lists with zh/en labels. A platform's own spellings live in its connector, never here."""

from __future__ import annotations

from contracts.code_list import CodeList as CodeList
from contracts.ledger_codes import FUNDING as FUNDING
from contracts.ledger_codes import LEDGER as LEDGER
from contracts.ledger_codes import MATCH as MATCH
from contracts.ledger_codes import OPEN_REASON as OPEN_REASON
from contracts.ledger_codes import OPEN_STEP as OPEN_STEP
from contracts.report_codes import REPORT as REPORT

PLATFORM = CodeList(
    "platform",
    {
        "douyin": ("抖音", "Douyin"),
        "taobao": ("淘宝/天猫", "Taobao/Tmall"),
        "kuaishou": ("快手", "Kuaishou"),
        "wechat_channels": ("视频号", "WeChat Channels"),
        "xiaohongshu": ("小红书", "Xiaohongshu"),
        "pinduoduo": ("拼多多", "Pinduoduo"),
        "jd": ("京东", "JD"),
        "tiktok_shop": ("TikTok Shop", "TikTok Shop"),
        "vipshop": ("唯品会", "Vipshop"),
        "other": ("其他来源", "other source"),
    },
)

ORDER_STATUS = CodeList(
    "order_status",
    {
        "unpaid": ("待支付", "awaiting payment"),
        "paid": ("已支付待发货", "paid, to ship"),
        "part_shipped": ("部分发货", "part shipped"),
        "shipped": ("已发货", "shipped"),
        "finished": ("已完成", "finished"),
        "closed_unpaid": ("未付款关闭", "closed, never paid"),
        "closed_refunded": ("退款关闭", "closed by refund"),
        "unknown": ("未知", "unknown"),
    },
)

#: Of one article a claim closed may be followed by another; money back is where it ends.
REFUND_STATUS = CodeList(
    "refund_status",
    {
        "none": ("无售后", "none"),
        "pending": ("处理中", "in progress"),
        "closed": ("已关闭", "closed without refund"),
        "exchanged": ("换货/补寄", "exchanged or resent"),
        "success": ("退款成功", "refunded"),
        "unknown": ("未知", "unknown"),
    },
)

REFUND_STAGE = CodeList(
    "refund_stage",
    {
        "before_shipment": ("发货前", "before shipment"),
        "after_shipment": ("发货后", "after shipment"),
        "unknown": ("未知", "unknown"),
    },
)

REFUND_TYPE = CodeList(
    "refund_type",
    {
        "refund_only": ("仅退款", "refund only"),
        "return_refund": ("退货退款", "return and refund"),
        "exchange": ("换货", "exchange"),
        "price_protection": ("价保/小额", "price protection or small payment"),
        "other": ("其他", "other"),
        "unknown": ("未知", "unknown"),
    },
)

ROW_TYPE = CodeList(
    "row_type",
    {
        "sale": ("销售", "sale"),
        "return": ("退货", "return"),
        "exchange": ("换货", "exchange"),
        "unknown": ("未知", "unknown"),
    },
)

REFUND_REASON = CodeList(
    "refund_reason",
    {
        "size": ("尺码不合", "size"),
        "look": ("与描述/图片不符", "not as shown"),
        "quality": ("质量问题", "quality"),
        "changed_mind": ("不想要/拍错", "changed mind"),
        "price": ("价格/优惠", "price"),
        "late": ("发货慢", "late"),
        "other": ("其他", "other"),
        "unknown": ("未知", "unknown"),
    },
)

CONTENT = CodeList(
    "content",
    {
        "live": ("直播", "live"),
        "short_video": ("短视频", "short video"),
        "product_card": ("商品卡/商城", "product card / mall"),
        "search": ("搜索", "search"),
        "other": ("其他", "other"),
        "unknown": ("未知", "unknown"),
    },
)

SELLER = CodeList(
    "seller",
    {"own": ("自营", "own"), "creator": ("达人", "creator"), "unknown": ("未知", "unknown")},
)

CHANNEL = CodeList(
    "channel",
    {
        "own_live": ("自播", "own live"),
        "creator_live": ("达播", "creator live"),
        "short_video": ("短视频", "short video"),
        "product_card": ("商品卡/商城", "product card / mall"),
        "search": ("搜索", "search"),
        "other": ("其他", "other"),
        "own": ("自营（没分形式）", "own side, form not reported"),
        "creator": ("达人带货（没分形式）", "creator, form not reported"),
        "unknown": ("未知", "unknown"),
    },
)
#: Channels of which nothing tells whether a sale was live: they take no part in shares of live sales.
FORM_UNREPORTED = ("own", "creator", "unknown")

#: What a line's channel was judged by, the strongest first. A weaker one only speaks where all stronger are
#: silent; none contradicts another (``transforms.gold.orders.channel``).
CHANNEL_BASIS = CodeList(
    "channel_basis",
    {
        "account": ("自有账号清单", "the list of own accounts"),
        "report": ("平台的带货订单报表", "the platform's own report of such orders"),
        "order": ("订单上写明", "the order's own words"),
        "commission": ("账单扣了达人佣金", "a creator's commission in a bill"),
        "unknown": ("没有依据", "nothing tells"),
    },
)

TRAFFIC = CodeList(
    "traffic",
    {
        "paid": ("付费流量", "paid traffic"),
        "free": ("自然流量", "organic traffic"),
        "unknown": ("未知", "unknown"),
    },
)

SETTLEMENT_TYPE = CodeList(
    "settlement_type",
    {
        "sale": ("货款结算", "payout of a sale"),
        "refund_after": ("结算后退款", "refund after settlement"),
        "fee": ("单独计费", "fee charged apart"),
        "subsidy": ("补贴", "subsidy"),
        "compensation": ("赔付", "compensation"),
        "insurance": ("保险", "insurance"),
        "adjustment": ("调账", "adjustment"),
        "other": ("其他", "other"),
        "unknown": ("未知", "unknown"),
    },
)

FUND_TYPE = CodeList(
    "fund_type",
    {
        "sale": ("货款", "sale proceeds"),
        "refund": ("退款", "refund"),
        "fee": ("平台服务费", "platform fee"),
        "commission": ("佣金", "commission"),
        "subsidy": ("补贴", "subsidy"),
        "insurance": ("保险", "insurance"),
        "compensation": ("赔付", "compensation"),
        "freight": ("运费", "freight"),
        "advertising": ("推广费", "advertising"),
        "deposit": ("保证金", "deposit"),
        "withdrawal": ("提现", "withdrawal"),
        "transfer": ("转账", "transfer"),
        "other": ("其他", "other"),
        "unknown": ("未知", "unknown"),
    },
)

SOURCE = CodeList("source", {"file": ("文件", "file"), "api": ("接口", "API")})
VERDICT = CodeList(
    "verdict",
    {
        "accepted": ("已接收", "accepted"),
        "warned": ("已接收，有提醒", "accepted with warnings"),
        "unusable": ("没有一行可用，什么都没计入", "no usable row: nothing was counted"),
        "duplicate": ("重复文件", "duplicate file"),
        "refused": ("已拒收", "refused"),
        "withdrawn": ("已撤回", "withdrawn"),
    },
)
SEVERITY = CodeList("severity", {"stop": ("阻断", "stop"), "warn": ("提醒", "warn")})
RELEASE_STATUS = CodeList(
    "release_status",
    {"published": ("已发布", "published"), "held": ("未放行", "held")},
)

RESTATEMENT = CodeList(
    "restatement",
    {
        "late_refund": ("后来的退款", "refunds told later"),
        "new_file": ("新到的订单", "orders told by new files"),
        "withdrawn_file": ("撤回的文件", "a file was withdrawn"),
        "correction": ("同一批订单的更正", "the same orders told otherwise"),
        "registry_change": ("自有直播账号变更", "own live accounts changed"),
        "newer_data": ("新到的数据", "newer data came"),
        "cost_entered": ("成本录入", "costs were entered"),
        "rate_change": ("汇率变更", "exchange rates changed"),
        "list_entered": ("录入的清单变了", "an entered list changed"),
        "made_anew": ("从原始文件重算", "made anew from the raw files"),
        "several_causes": ("几件事一起", "several of these at once"),
        "definition_change": ("口径变更", "the definition changed"),
    },
)

_KINDS = {
    "orders": ("订单", "orders"),
    "order_heads": ("订单（一单一行）", "orders, one row each"),
    "order_items": ("订单商品明细", "order items"),
    "trades": ("交易", "trades"),
    "after_sales": ("售后", "after-sales"),
    "refunds": ("退款", "refunds"),
    "cancellations": ("取消", "cancellations"),
    "live_sessions": ("直播场次", "live sessions"),
    "live_orders": ("直播订单", "orders of live sessions"),
    "affiliate_orders": ("达人带货订单", "creators' orders"),
    "settlements": ("结算账单", "settlement bill"),
    "settlement_totals": ("结算汇总", "settlement totals"),
    "services": ("其他服务款", "service charges"),
    "promotions": ("优惠", "promotions"),
    "funds": ("资金流水", "fund flow"),
    "insurance": ("运费险", "shipping insurance"),
    "ads": ("投放", "ad spend"),
    "products": ("商品", "products"),
}
#: What an export may be of. Labels only, and not closed: a new platform's own kind shows as its code until it
#: has a line here.
KIND = CodeList(
    "kind",
    _KINDS | {f"mapped_{kind}": (f"{zh}（映射）", f"{en} (mapped)") for kind, (zh, en) in _KINDS.items()},
)

FILE_END = CodeList("file_end", {"first": ("第一单", "first order"), "last": ("最后一单", "last order")})

STOCK_KIND = CodeList(
    "stock_kind",
    {"received": ("到货", "goods received"), "counted": ("盘点", "stock counted")},
)

MATURITY_LEVEL = CodeList(
    "maturity_level",
    {
        "mature": ("已成熟", "mature: no estimate"),
        "goods": ("同渠道同品类同价位", "same channel, category and price band"),
        "channel": ("同平台同渠道", "same platform and channel"),
        "platform": ("同平台", "same platform"),
        "promotion": ("同为大促或平日", "promotion days, or all others"),
        "merchant": ("全部订单", "all orders of the merchant"),
        "unknown": ("尚无依据", "nothing to go by yet"),
    },
)

#: What a merchant enters as cost beside the platforms' bills (metrics.md 2.3: gross profit, contribution).
COST_KIND = CodeList(
    "cost_kind",
    {
        "goods": ("商品成本", "cost of goods"),
        "packing": ("打包费", "packing"),
        "freight_out": ("发货运费", "outbound freight"),
        "freight_back": ("退货运费", "return freight"),
        "write_down": ("退货折损", "write-down of returned goods"),
        "slot_fee": ("坑位费", "slot fee"),
        "sample": ("样品费", "samples"),
        "ad_cash": ("推广现金", "advertising (cash)"),
        "ad_grant": ("推广赠款", "advertising (grants)"),
    },
)
COST_BASIS = CodeList(
    "cost_basis",
    {"per_unit": ("每件", "per unit"), "per_order": ("每单", "per order"), "once": ("一次性", "once")},
)
AD_USE = CodeList(
    "ad_use",
    {
        "counted": ("计入", "counted"),
        "entered": ("按录入的算", "the entered counts"),
        "again": ("别的报表已计入", "told by another report"),
        "partial": ("说不全，没计入", "not known to be all, not counted"),
    },
)
