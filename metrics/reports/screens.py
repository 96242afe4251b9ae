"""The numbers a platform's own pages and files show, and what each of them counts: one entry per number whose
definition is known.

A definition is never guessed: what no source tells completely stands in ``UNKNOWN``, and cannot be matched.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

#: What a number can count, as (property of ``Counting``, value) → Chinese and English of that, and of the
#: step that takes it away (none for our own way).
WAYS: dict[tuple[str, str], tuple[str, str, str, str]] = {
    ("rows", "line"): ("每行是自己的金额", "each row bears its own money", "", ""),
    ("rows", "order_each_row"): (
        "每行都是整单金额",
        "each row bears its whole order's money",
        "一单多行，金额重复",
        "order totals repeated on rows",
    ),
    ("status", "paid"): (
        "付过款的，后来退款或关闭的也算",
        "whatever was paid, also if refunded or closed later",
        "",
        "",
    ),
    ("status", "all"): (
        "全部订单，没付款的也算",
        "all orders, also those never paid",
        "没有付款的订单",
        "orders never paid",
    ),
    ("money", "paid"): ("实付金额", "what was paid", "", ""),
    ("money", "payable"): ("应付金额", "what was to be paid", "应付与实付的差", "payable against paid"),
    ("subsidy", "none"): ("不含平台补贴", "without the platform's subsidy", "", ""),
    ("subsidy", "platform"): ("含平台补贴", "with the platform's subsidy", "平台补贴", "platform subsidy"),
    ("zone", "house"): ("北京时间", "Beijing time", "", ""),
    ("zone", "shop"): (
        "店铺当地时间",
        "the shop's local time",
        "店铺当地的一天改为北京的一天",
        "days in Beijing, not at the shop",
    ),
    ("clock", "paid"): ("按支付日", "by the day of payment", "", ""),
    ("clock", "created"): (
        "按下单日",
        "by the day of order",
        "下单日改为支付日",
        "day of payment, not of order",
    ),
    ("clock", "session"): (
        "按开播日",
        "by the day the session began",
        "开播日改为支付日",
        "day of payment, not of the session",
    ),
    ("scope", "shop"): ("整个店铺", "the whole shop", "", ""),
    ("scope", "live"): ("只有直播间", "live rooms only", "直播间以外的成交", "sales outside live rooms"),
    ("refunds", "kept"): ("退款不扣", "refunds not taken off", "", ""),
    ("refunds", "off"): ("扣除退款", "refunds taken off", "退款（订单日）", "refunds, order cohort"),
}


@dataclass(frozen=True)
class Counting:
    """What a number counts; as it stands, our paid GMV.

    Properties are walked in this order, one at a time (values: ``WAYS``).
    """

    rows: str = "line"
    status: str = "paid"
    money: str = "paid"
    subsidy: str = "none"
    zone: str = "house"
    clock: str = "paid"
    scope: str = "shop"
    refunds: str = "kept"

    def words(self) -> list[tuple[str, str]]:
        """Chinese and English of each property."""
        return [WAYS[item.name, getattr(self, item.name)][:2] for item in fields(self)]


PAID = Counting()
NET = replace(PAID, refunds="off")


def walk(start: Counting) -> list[tuple[str, str, str, Counting]]:
    """From ``start`` to our paid GMV: (property, Chinese, English, what is counted after the step), only
    properties in which they differ.
    """
    steps, now = [], start
    for item in fields(Counting):
        told = WAYS[item.name, getattr(now, item.name)]
        now = replace(now, **{item.name: getattr(PAID, item.name)})
        if told[2]:
            steps.append((item.name, told[2], told[3], now))
    return steps


@dataclass(frozen=True)
class Screen:
    """One number a merchant can read off.

    ``where_*`` says on which page or in which column, ``source_*`` who tells that it is counted so.
    """

    id: str
    platform: str
    zh: str
    en: str
    counts: Counting
    where_zh: str
    where_en: str
    source_zh: str
    source_en: str


#: Every row of an export summed up: a merchant's own check. A column of what was paid is summed over rows
#: with a payment time only.
_PLACED = Counting(status="all", money="payable", clock="created")
_ORDERED = Counting(clock="created")
_FINENGINE = "KevinFan1/FinEngine@f7a33b65"

SCREENS: dict[str, Screen] = {
    screen.id: screen
    for screen in (
        Screen(
            "douyin_live_gmv", "douyin", "罗盘 · 直播间成交金额", "Compass · live GMV",
            Counting(subsidy="platform", clock="session", scope="live"),
            "罗盘 → 直播 → 直播间列表，所选日期内开播的各场相加",
            "Compass → Live → list of rooms: the sessions that began on the days, added up",
            "直播间列表 55 列：成交金额与用户支付金额并列，差额是平台补贴（一场真实直播 61,045.30 与 "
            "59,847.17)，退款另成一列",
            "list of rooms, 55 columns: beside the paid amount, higher by the platform's subsidy (a real "
            "session: 61,045.30 and 59,847.17); refunds apart",
        ),
        Screen(
            "douyin_live_paid", "douyin", "罗盘 · 直播间用户支付金额",
            "Compass · paid by buyers in live rooms", Counting(clock="session", scope="live"),
            "罗盘 → 直播 → 直播间列表，所选日期内开播的各场相加",
            "Compass → Live → list of rooms: the sessions that began on the days, added up",
            "直播间列表 55 列：用户支付金额不含平台补贴，退款另成一列",
            "list of rooms, 55 columns: without the platform's subsidy; refunds stand in a column of their "
            "own",
        ),
        Screen(
            "douyin_orders", "douyin", "订单导出 · 订单应付金额合计", "order export · sum of the payable "
                "amounts",
            _PLACED,
            "抖店 → 订单管理 → 按订单提交时间导出，整列相加",
            "Shop → Orders, exported by 订单提交时间: the column added up",
            f"{_FINENGINE} 的订单表：一行一个子订单，待支付与已关闭也在表里",
            f"{_FINENGINE}, order export: a row per sub-order, also of orders unpaid or closed",
        ),
        Screen(
            "taobao_paid", "taobao", "生意参谋 · 支付金额", "Sycm · paid amount", PAID,
            "生意参谋 → 首页或交易 → 支付金额", "Sycm → Home or Trade → 支付金额",
            "haomu.top/25777.html "
            "引生意参谋的指标解释：付给您的金额，未剔除事后退款，含邮费，预售在付清当天计入",
            "haomu.top/25777.html quotes Sycm: what was paid to you, later refunds not removed, with "
            "postage; pre-sales on the day of full payment",
        ),
        Screen(
            "taobao_orders", "taobao", "订单报表 · 总金额合计", "order report · sum of 总金额", _PLACED,
            "千牛 → 已卖出的宝贝 → 按创建时间导出订单报表，整列相加",
            "Qianniu → sold items, exported by 订单创建时间: the column added up",
            "订单报表 2016 至 2022 各版：一行一个主订单，总金额是应付货款加应付邮费",
            "order report, versions of 2016 to 2022: a row per order, 总金额 is goods and postage to be paid",
        ),
        Screen(
            "kuaishou_orders", "kuaishou", "订单导出 · 实付款合计", "order export · sum of 实付款", _ORDERED,
            "快手小店 → 订单查询 → 按创建时间导出，有支付时间的行相加",
            "Kuaishou shop → Orders, exported by 订单创建时间: rows with a payment time added up",
            f"{_FINENGINE} 的 61 列订单表：一行一单，平台补贴、主播补贴另成列",
            f"{_FINENGINE}, order export of 61 columns: a row per order, subsidies in columns of their own",
        ),
        Screen(
            "wechat_orders", "wechat_channels", "订单导出 · 订单实际支付金额合计",
            "order export · sum of 订单实际支付金额",
            replace(_ORDERED, rows="order_each_row"),
            "微信小店 → 订单 → 按下单时间导出，有支付时间的行相加",
            "WeChat shop → Orders, exported by 下单时间: rows with a payment time added up",
            "57 与 64 列订单表：一行一件商品，整单的金额每行重复",
            "order exports of 57 and 64 columns: a row per item, each with its whole order's amounts",
        ),
        Screen(
            "xiaohongshu_orders", "xiaohongshu", "订单导出 · 商家应收金额合计",
            "order export · sum of 商家应收金额", replace(_ORDERED, subsidy="platform"),
            "千帆 → 订单 → 按创建时间导出，整列相加",
            "Ark → Orders, exported by 订单创建时间: the column added up",
            "开放平台 "
            "merchantActualReceiveAmount（公开程序称之为商家应收金额）：实付加定金加平台优惠；没付款的行金额为空",
            "open platform, merchantActualReceiveAmount (商家应收金额 in public code): paid, deposit and the "
            "platform's discount; unpaid rows are empty",
        ),
        Screen(
            "pinduoduo_orders", "pinduoduo", "订单导出 · 用户实付金额合计",
            "order export · sum of 用户实付金额", PAID,
            "拼多多商家后台 → 订单查询 → 按订单成交时间导出，有成交时间的行相加",
            "PDD back office → Orders, exported by 订单成交时间: rows that have one added up",
            "23 与 82 列订单表：一行一单，买家付的钱自成一列，平台优惠另成列",
            "order exports of 23 and 82 columns: a row per order, what the buyer paid in a column of its "
            "own, the platform's discount in another",
        ),
        Screen(
            "jd_orders", "jd", "订单导出 · 应付金额与余额支付合计",
            "order export · sum of 应付金额 and 余额支付",
            replace(_PLACED, rows="order_each_row"),
            "京麦 → 订单管理 → 按下单时间导出，去掉已拆分的父单，两列相加",
            "Jingmai → Orders, exported by 下单时间, without orders JD has split: both columns added up",
            "30 列订单表：一行一个商品，金额是整单的，每行重复",
            "order export of 30 columns: a row per item, each with its whole order's amount",
        ),
        Screen(
            "tiktok_revenue", "tiktok_shop", "卖家中心 · Revenue", "Seller Center · Revenue",
            Counting(zone="shop"),
            "Seller Center → Home → Data proposal → Revenue",
            "Seller Center → Home → Data proposal → Revenue",
            "seller-th.tiktok.com 商家大学 "
            "6837814453454593：所选期间收到的金额，含已退款订单；tt123.com/ask/6aeWvHmf：含运费，平台补贴不计入",
            "seller-th.tiktok.com, essay 6837814453454593: received in the period, refunded orders included; "
            "tt123.com/ask/6aeWvHmf: with freight, no subsidy",
        ),
        Screen(
            "tiktok_orders", "tiktok_shop", "订单导出 · Order Amount 合计",
            "order export · sum of Order Amount",
            replace(_PLACED, rows="order_each_row", zone="shop"),
            "Seller Center → Orders → 按 Created Time 导出，整列相加",
            "Seller Center → Orders, exported by Created Time: the column added up",
            "OrderSKUList 54 列：一行一个订单 × SKU,Order Amount 每行重复，时间是店铺当地时间",
            "OrderSKUList, 54 columns: a row per order and SKU, Order Amount repeated on each, times of the "
            "shop's own zone",
        ),
    )
}  # fmt: skip

#: (platform, what it shows, why it cannot be matched): numbers merchants ask about whose definition no source
#: tells completely.
UNKNOWN: tuple[tuple[str, str, str, str, str], ...] = (
    (
        "douyin",
        "罗盘净成交金额、千川成交金额",
        "net sales of Compass, sales of Qianchuan",
        "扣哪些退款、归因多久没有可靠来源",
        "no source tells which refunds it takes off, or how long it attributes",
    ),
    (
        "kuaishou",
        "生意通成交金额",
        "sales of Shengyitong",
        "是否含平台补贴、主播补贴没有可靠来源",
        "no source tells whether it holds the platform's and the host's subsidies",
    ),
    (
        "wechat_channels",
        "电商罗盘成交金额",
        "sales of the shop compass",
        "接口文档只有名字，没有口径",
        "the documentation names it and does not define it",
    ),
    (
        "xiaohongshu",
        "千帆数据中心支付金额",
        "paid value of the Qianfan data centre",
        "没有可靠来源说明口径",
        "no source defines it",
    ),
    (
        "pinduoduo",
        "商家后台经营数据、订单表的商家实收",
        "figures of the back office, merchant's receipts of the order file",
        "含不含平台优惠、扣不扣费用，各家说法不一",
        "sources differ on whether it holds the platform's discount or fees",
    ),
    ("jd", "京东商智成交金额", "sales of JD Shangzhi", "没有可靠来源说明口径", "no source defines it"),
)


def screens_of(platform: str) -> list[Screen]:
    """The numbers of one platform, the one most looked at first."""
    return [screen for screen in SCREENS.values() if screen.platform == platform]
