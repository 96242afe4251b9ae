"""JD's own words → the house's codes.

Chinese words are those of the files, upper-case words and numbers those of the open API.

A word that is not listed becomes ``unknown``: never paid, never refunded, never guessed. Sources and what is
UNVERIFIED stand in README.md.
"""

from __future__ import annotations

import polars as pl

#: 订单状态 without its literal prefix · orderState. ``closed`` is split by whether anything was paid. 锁定,
#: 暂停 and 调度中 do not tell whether the goods have left, so they are not listed.
ORDER_STATUS = {
    "等待付款": "unpaid", "未付款": "unpaid", "等待付款确认": "unpaid", "延迟付款确认": "unpaid",
    "NOT_PAY": "unpaid",
    "等待出库": "paid", "等待发货": "paid", "WAIT_SELLER_STOCK_OUT": "paid", "WAIT_SELLER_DELIVERY": "paid",
    "等待确认收货": "shipped", "WAIT_GOODS_RECEIVE_CONFIRM": "shipped",
    "完成": "finished", "已完成": "finished", "FINISHED_L": "finished",
    "取消": "closed", "已取消": "closed", "TRADE_CANCELED": "closed",
}  # fmt: skip
#: A cancelled order keeps its last status behind the prefix (删除); (锁定) stands before one that is on hold.
PREFIX = r"^[(（](删除|锁定)[)）]\s*"
DELETED = r"^[(（]删除[)）]"
#: What stands behind (删除) when the goods had not left the merchant.
NOT_SHIPPED = ["等待出库", "等待发货"]

#: returnOrder: 1 sent again, compensated or completed after a complaint, 2 exchanged. No sale of its own.
SENT_AGAIN = ["1", "2"]
#: What JOS writes for "has not happened".
NEVER = ("0001-01-01", "1970-01-01")

#: 费用项 / 费用名称 → settlement type. Goods money that is taken back is told by its sign.
FEE_TYPE = {
    "货款": "sale", "代收配送费": "sale",
    "价保扣款": "refund_after",
    "佣金": "fee", "交易服务费": "fee", "技术服务费": "fee", "直营服务费": "fee", "短信服务费": "fee",
    "随单送的京豆": "fee", "京豆": "fee",
    "代收白条网络推广技术服务费": "fee", "广告联合活动降扣佣金": "fee", "价保返佣": "fee",
    "平台券价保补贴佣金": "fee", "达额返佣": "fee",
    "返利框架费": "fee", "智能礼金新客推广费": "fee", "京准通代收款": "fee", "代收京麦市场服务费": "fee",
    "代收服务市场服务费": "fee",
    "商品保险服务费": "insurance", "运费保险服务费": "insurance",
    "综合违约金": "compensation", "售后卖家赔付费": "compensation",
    "平台券价保补贴": "subsidy",
}  # fmt: skip
GOODS, FREIGHT, PRICE_PROTECTED = "货款", "代收配送费", "价保扣款"
#: What JD itself takes for the sale, and what it gives back of it.
PLATFORM_FEES = [
    "佣金",
    "交易服务费",
    "技术服务费",
    "直营服务费",
    "广告联合活动降扣佣金",
    "价保返佣",
    "平台券价保补贴佣金",
    "达额返佣",
    "返利框架费",
]

SALE_DOCUMENT = "订单"
#: 单据类型 of goods money given back → stage: a cancelled order, and an after-sale service.
DOCUMENT_STAGE = {"取消退款单": "before_shipment", "售后服务单": "after_shipment"}
OUT, IN = "支出", "收入"
#: 结算状态 of a row that has not been paid out.
UNSETTLED = r"未结算|不结算|待结算"

#: status of a cancelled order's refund application (refundapply). 3 approved by JD's finance, 6 intercepted
#: and refunded, 9 closed by force and refunded.
APPLICATION = {
    "0": "pending", "1": "pending", "5": "pending", "7": "pending", "8": "pending", "10": "pending",
    "16": "pending", "17": "pending", "19": "pending",
    "27": "pending", "28": "pending", "40": "pending",
    "2": "closed", "4": "closed", "11": "closed", "18": "closed",
    "3": "success", "6": "success", "9": "success",
}  # fmt: skip
#: Applications on goods that were on their way: intercepted, refused at the door, sent back by agreement.
ON_THE_WAY = ["6", "7", "8", "10", "16", "17", "27"]
#: status of the refund of an after-sale service. A service without one says nothing about money.
SERVICE_REFUND = {"13": "success", "14": "pending"}

#: 交易备注 of the wallet → kind of movement, first match wins.
FUND_PATTERNS = (
    ("withdrawal", r"提现"),
    ("insurance", r"保险|退换无忧|运费险"),
    ("refund", r"直赔|退款|退货|价保"),
    ("compensation", r"违约|赔付|赔偿"),
    ("advertising", r"京准通|推广费|广告"),
    ("commission", r"联盟"),
    ("fee", r"服务费|佣金"),
    ("deposit", r"保证金"),
    ("sale", r"结算款|货款"),
)

#: 申请原因 → reason, first match wins; the buyer's own description is never read.
REASON_PATTERNS = (
    ("size", r"尺码|尺寸|大小|不合身|偏大|偏小"),
    ("look", r"不符|色差|款式|图片|效果"),
    ("quality", r"质量|做工|瑕疵|破损|污渍|起球|开线|掉色|异味|材质|面料|假"),
    ("price", r"价保|差价|降价|价格|优惠"),
    ("late", r"发货|物流|快递|未收到|缺货|无货"),
    ("changed_mind", r"七天|7天|无理由|不想要|不喜欢|拍错|多拍|买错|不需要"),
)

_CITIES = ["北京", "天津", "上海", "重庆"]
_PLAIN = [
    "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南",
    "湖北", "湖南", "广东", "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海", "台湾",
]  # fmt: skip
_LONG = {
    "内蒙古": "内蒙古自治区", "广西": "广西壮族自治区", "西藏": "西藏自治区", "宁夏": "宁夏回族自治区",
    "新疆": "新疆维吾尔自治区",
    "香港": "香港特别行政区", "澳门": "澳门特别行政区",
}  # fmt: skip
#: JD writes addresses without 省 and 市 at the province. A closed list: nothing else of an address can pass
#: through it.
PROVINCES = {name: f"{name}市" for name in _CITIES} | {name: f"{name}省" for name in _PLAIN} | _LONG
_PROVINCE = "^(" + "|".join(sorted(PROVINCES, key=lambda name: (-len(name), name))) + ")"


def coded(text: pl.Expr, table: dict[str, str]) -> pl.Expr:
    """Word → code; a word that is not in ``table``, or none → ``unknown``."""
    return (
        text.str.strip_chars()
        .replace_strict(table, default="unknown", return_dtype=pl.String)
        .fill_null("unknown")
    )


def matched(text: pl.Expr, patterns: tuple[tuple[str, str], ...], default: str) -> pl.Expr:
    """Text → code of the first pattern found in it; ``default`` for other text; no text → ``unknown``."""
    found = pl.coalesce(
        *(pl.when(text.str.contains(pattern)).then(pl.lit(code)) for code, pattern in patterns),
        pl.lit(default),
    )
    return pl.when(text.is_not_null()).then(found).otherwise(pl.lit("unknown"))


def province(text: pl.Expr) -> pl.Expr:
    """Full name of the province an address begins with; null when it begins with none."""
    return (
        text.str.strip_chars()
        .str.extract(_PROVINCE, 1)
        .replace_strict(PROVINCES, default=None, return_dtype=pl.String)
    )
