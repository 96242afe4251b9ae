"""Taobao's own words → the house's codes.

Chinese words are those of the export files, upper-case words those of the open API.

A word that is not listed becomes ``unknown``: never paid, never refunded, never guessed.
"""

from __future__ import annotations

import polars as pl

#: 订单状态 and TOP trade status. ``交易关闭`` is missing on purpose: whether it was ever paid is told by
#: other columns of the row.
ORDER_STATUS = {
    "等待买家付款": "unpaid",
    "付款确认中": "unpaid",
    "买家已付款，等待卖家发货": "paid",
    "卖家部分发货": "part_shipped",
    "卖家已发货，等待买家确认": "shipped",
    "卖家已发货，等待买家确认收货": "shipped",
    "买家已签收": "shipped",
    "交易成功": "finished",
    "TRADE_NO_CREATE_PAY": "unpaid",
    "WAIT_BUYER_PAY": "unpaid",
    "PAY_PENDING": "unpaid",
    "WAIT_PRE_AUTH_CONFIRM": "unpaid",
    "WAIT_SELLER_SEND_GOODS": "paid",
    "PAID_FORBID_CONSIGN": "paid",
    "SELLER_CONSIGNED_PART": "part_shipped",
    "WAIT_BUYER_CONFIRM_GOODS": "shipped",
    "TRADE_BUYER_SIGNED": "shipped",
    "TRADE_FINISHED": "finished",
    "TRADE_CLOSED": "closed_refunded",
    "TRADE_CLOSED_BY_TAOBAO": "closed_unpaid",
}
CLOSED_WORD = "交易关闭"

#: 退款状态 of files and of TOP; a refused application may still end in a refund, so it is pending.
REFUND_STATUS = {
    "没有申请退款": "none",
    "无退款申请": "none",
    "NO_REFUND": "none",
    "买家已经申请退款，等待卖家同意": "pending",
    "卖家已经同意退款，等待买家退货": "pending",
    "买家已经退货，等待卖家确认收货": "pending",
    "卖家拒绝退款": "pending",
    "退款关闭": "closed",
    "退款成功": "success",
    "WAIT_SELLER_AGREE": "pending",
    "WAIT_BUYER_RETURN_GOODS": "pending",
    "WAIT_SELLER_CONFIRM_GOODS": "pending",
    "SELLER_REFUSE_BUYER": "pending",
    "WAIT_BUYER_CONFIRM_EXCHANGE_SELLER_SEND_GOODS": "pending",
    "EXCHANGE_TRANSFORM_TO_REFUND": "pending",
    "WAIT_SELLER_CONSIGN_GOODS": "pending",
    "CLOSED": "closed",
    "SUCCESS": "success",
}

#: 售后类型 / TOP dispute_type / 是否需要退货 / TOP has_good_return. The dispute_type values are UNVERIFIED
#: (see README).
REFUND_TYPE = {
    "仅退款": "refund_only",
    "我要退款(无需退货)": "refund_only",
    "未发货仅退款": "refund_only",
    "已发货仅退款": "refund_only",
    "退货退款": "return_refund",
    "我要退货退款": "return_refund",
    "换货": "exchange",
    "我要换货": "exchange",
    "补寄": "exchange",
    "维修": "exchange",
    "价保": "price_protection",
    "REFUND": "refund_only",
    "REFUND_AND_RETURN": "return_refund",
    "TMALL_EXCHANGE": "exchange",
    "TAOBAO_EXCHANGE": "exchange",
    "RESHIPPING": "exchange",
    "REPAIR": "exchange",
    "OTHERS": "other",
}
NEEDS_RETURN = {
    "是": "return_refund",
    "需要": "return_refund",
    "true": "return_refund",
    "否": "refund_only",
    "不需要": "refund_only",
    "false": "refund_only",
}

#: 售中 only means "before the buyer confirmed receipt", so the goods' whereabouts decide together with it
#: (see ``conform``).
ON_SALE = ("售中", "onsale")
AFTER_SALE = ("售后", "aftersale")
NOT_RECEIVED = ("买家未收到货", "未发货", "BUYER_NOT_RECEIVED")
GOODS_AWAY = (
    "买家已收到货",
    "买家已退货",
    "卖家已收到退货",
    "BUYER_RECEIVED",
    "BUYER_RETURNED_GOODS",
    "SELLER_RECEIVED",
)

#: First pattern that is found wins. The reasons are picked from a menu; free text (退款说明) never gets this
#: far.
_REASONS = [
    ("size", r"尺码|大小|尺寸|不合身|偏大|偏小"),
    ("look", r"不符|色差|款式|图片"),
    ("quality", r"质量|瑕疵|做工|破损|污渍|起球|掉色|开线|异味|材质|面料"),
    ("price", r"差价|价保|降价|优惠|红包|价格"),
    ("late", r"发货|缺货|物流|快递|未收到|未送达|签收"),
    ("changed_mind", r"七天|7天|不想要|不喜欢|效果不好|拍错|多拍|不需要|买错|无理由"),
    ("other", r"协商|运费|发票|少件|漏发|发错|假冒|其他|其它|空包"),
]
PRICE_ADJUSTED = r"差价|价保"

#: Movements of the account by what 业务描述, 业务类型, 入账类型 or the purpose in a note say; the first
#: pattern that is found wins. Only the receipt (0010001), the alliance's commission and the two deposits are
#: words of real files; the others are UNVERIFIED.
_FUNDS = [
    ("deposit", r"^(天猫|消费者)?保证金-充值（代扣）$|保证金(充值|缴存|缴纳|解冻|释放)"),
    ("compensation", r"保证金-|赔付|赔款|违约金|罚"),
    ("commission", r"淘宝联盟佣金|淘宝客佣金|佣金代扣"),
    ("insurance", r"运费险|保险|保费"),
    ("advertising", r"阿里妈妈|万相台|直通车|引力魔方|超级直播|推广"),
    ("withdrawal", r"提现"),
    ("refund", r"退款"),
    ("fee", r"服务费|手续费|软件服务|类目佣金|积分|公益宝贝|天猫佣金"),
    ("subsidy", r"补贴|返还|红包"),
    ("freight", r"运费|物流"),
    ("sale", r"交易收款|交易付款|订单收款|货款|收款"),
    ("transfer", r"转账|转入|转出|划转|余利宝|余额宝"),
]
#: What a note (备注) may tell beside an order's number: a closed list, so nothing else of the note gets any
#: further.
PURPOSES = (
    "淘宝联盟佣金代扣",
    "天猫保证金",
    "消费者保证金",
    "运费险",
    "公益宝贝",
    "阿里妈妈",
    "万相台",
    "直通车",
    "提现",
    "退款",
)
#: Kinds of movement that settle something of an order → type of settlement entry.
SETTLEMENT = {
    "sale": "sale", "refund": "refund_after", "commission": "fee", "fee": "fee", "subsidy": "subsidy",
    "compensation": "compensation",
    "insurance": "insurance", "freight": "other", "unknown": "unknown",
}  # fmt: skip
#: 商品状态 of 生参's list (UNVERIFIED).
ON_SALE_LIST = {"当前在线": True, "在线": True, "出售中": True, "已下架": False, "仓库中": False}

_PLAIN = (
    "北京市 天津市 上海市 重庆市 河北省 山西省 辽宁省 吉林省 黑龙江省 江苏省 浙江省 安徽省 福建省 "
    "江西省 山东省 河南省 湖北省 湖南省 广东省 海南省 四川省 贵州省 云南省 陕西省 甘肃省 青海省 台湾省"
)
_LONG = {
    "内蒙古": "内蒙古自治区", "广西": "广西壮族自治区", "西藏": "西藏自治区", "宁夏": "宁夏回族自治区",
    "新疆": "新疆维吾尔自治区",
    "香港": "香港特别行政区", "澳门": "澳门特别行政区",
}  # fmt: skip
#: Every spelling of a province-level division → its full name. A closed list: nothing else of an address can
#: pass through it.
PROVINCES = (
    {name[:-1]: name for name in _PLAIN.split()}
    | _LONG
    | {name: name for name in [*_PLAIN.split(), *_LONG.values()]}
)
PROVINCE_PATTERN = "^(" + "|".join(sorted(PROVINCES, key=lambda name: (-len(name), name))) + ")"


def fold_word(text: pl.Expr) -> pl.Expr:
    """A status word as the tables spell it: full-width comma, half-width brackets, no blanks."""
    return (
        text.str.replace_all(r"\s", "")
        .str.replace_all(",", "，", literal=True)
        .str.replace_all("（", "(", literal=True)
        .str.replace_all("）", ")", literal=True)
    )


def coded(text: pl.Expr, table: dict[str, str]) -> pl.Expr:
    """Word → code; a word that is not in ``table`` → ``unknown``, no word → null."""
    folded = fold_word(text)
    return pl.when(folded.is_not_null()).then(
        folded.replace_strict(table, default="unknown", return_dtype=pl.String)
    )


def reason(text: pl.Expr) -> pl.Expr:
    """Menu text of a refund's reason → code; text no pattern knows → ``unknown``, none → null."""
    found = pl.lit("unknown")
    for code, pattern in reversed(_REASONS):
        found = pl.when(text.str.contains(pattern)).then(pl.lit(code)).otherwise(found)
    return pl.when(text.is_not_null()).then(found)


def fund_type() -> pl.Expr:
    """Code of a movement: what its description says, else the purpose in its note, else its type.

    ``unknown`` when none of them is known.
    """
    found = [_first(name) for name in ("description_text", "purpose_text", "entry_type_text")]
    return pl.coalesce(*found, pl.lit("unknown"))


def _first(column: str) -> pl.Expr:
    """Code of the first pattern of ``_FUNDS`` that is found in the text (behind a leading ``0010001|``), else
    null.
    """
    bare = (
        fold_word(pl.col(column))
        .str.replace(r"^[0-9]+\|", "")
        .str.replace_all("(", "（", literal=True)
        .str.replace_all(")", "）", literal=True)
    )
    return pl.coalesce(pl.when(bare.str.contains(pattern)).then(pl.lit(code)) for code, pattern in _FUNDS)


def province(text: pl.Expr) -> pl.Expr:
    """Full name of the province an address or province cell begins with; null when it begins with none."""
    return (
        text.str.strip_chars()
        .str.extract(PROVINCE_PATTERN, 1)
        .replace_strict(PROVINCES, default=None, return_dtype=pl.String)
    )
