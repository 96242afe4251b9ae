"""Kuaishou's words → our codes.

An export's Chinese word and the API's number for the same thing stand side by side, so both give one code.

A word that is not listed becomes ``unknown`` and stays visible as such; it is never taken for the nearest
one. Sources stand in README.md. Words marked UNVERIFIED were not seen in a real export.
"""

from __future__ import annotations

import polars as pl

#: 订单状态 · orderBaseInfo.status. ``closed`` is split by whether anything was paid; 80 holds cancelled
#: orders too.
ORDER_STATUS = {
    "待付款": "unpaid", "10": "unpaid",
    "待发货": "paid", "30": "paid",
    "已发货": "shipped", "40": "shipped",
    "已收货": "finished", "50": "finished",
    "交易成功": "finished", "70": "finished",
    "交易关闭": "closed", "80": "closed",
}  # fmt: skip

#: 售后状态 of the order file and of the after-sale file (the words of the second are UNVERIFIED beyond those
#: of the first) · status, refundStatus.
AFTER_SALE = {
    "售后处理中": "pending", "退款执行中": "pending", "买家仅退款申请": "pending",
    "买家退货退款申请": "pending",
    "退款成功": "success", "60": "success",
    "售后关闭": "closed", "售后失败": "closed", "退款失败": "closed", "退款关闭": "closed", "70": "closed",
    "10": "pending", "11": "pending", "12": "pending", "20": "pending", "21": "pending", "22": "pending",
    "30": "pending", "40": "pending",
    "45": "pending", "50": "pending",
}  # fmt: skip

#: 售后类型 · handlingWay.
REFUND_TYPE = {
    "退货退款": "return_refund", "1": "return_refund",
    "仅退款": "refund_only", "10": "refund_only",
    "换货": "exchange", "3": "exchange",
}  # fmt: skip
#: Ways that send goods back, so the goods had been sent.
SENDS_BACK = ["return_refund", "exchange"]
RECEIVED = "2"  # receiptStatus 已收到货; 1 未收到货 covers parcels under way as well as goods never sent

#: 渠道 · cpsType.
SELLER = {"分销": "creator", "2": "creator", "自营": "own", "1": "own"}

#: 订单载体 (直播间 from the analytics page; the export's own words are UNVERIFIED) · orderBaseInfo.channel.
CONTENT = {
    "直播": "live", "直播间": "live", "live": "live",
    "短视频": "short_video", "shortVideo": "short_video",
    "商品卡": "product_card", "itemCard": "product_card",
    "其他": "other", "other": "other",
}  # fmt: skip
#: carrierType, read only where ``channel`` is missing: 直播间, 短视频, 个人店铺页 ×2, 搜索. Replays, feeds
#: and shares are other places.
CARRIER = {
    "2": "live", "1": "short_video", "3": "product_card", "29": "product_card", "10008": "search",
    "7": "other", "100010": "other", "311": "other",
    "201": "other", "478": "other",
}  # fmt: skip
CARRIER_LIVE = "2"
#: orderSellerRoleInfo.roleType of whoever is not the owner of the goods: 达人, 授权号.
ROLE_CREATOR, ROLE_AUTHORISED = "2", "3"

#: allActivityType of what is given away: 0元抽奖, 福袋, 赠品.
GIVEN_ACTIVITIES = r"(?:^|;)(?:2|5|19)(?:;|$)"
#: The same in 活动订单 (words UNVERIFIED).
GIVEN_WORDS = r"赠品|抽奖|福袋"

#: payStepType of a deposit presale.
DEPOSIT = "1"

#: refundReasonDesc → reason, first match wins; the buyer's own sentence (refundDesc) is never read. The list
#: of reasons was NOT FOUND, so these are keywords, and a reason without one is ``other``.
REASON_PATTERNS = (
    ("size", r"尺码|尺寸|码数|偏大|偏小|太大|太小|不合身|大小"),
    ("quality", r"质量|做工|破损|瑕疵|污渍|起球|开线|掉色|异味|变形|假货|假冒"),
    ("look", r"不符|色差|颜色|图案|款式|材质|面料|实物|不好看|效果"),
    ("price", r"价格|降价|差价|买贵|优惠|价保|运费|红包"),
    ("late", r"发货|物流|快递|未收到|没收到|配送|缺货|无货"),
    ("changed_mind", r"不想要|不想买|拍错|错拍|多拍|拍多|不喜欢|无理由|信息填|填错|不需要|重复"),
)
PRICE_ADJUSTED = r"差价|价保"

#: 账务方向 / 财务方式 → sign. Only 收 and 支 are known from real files.
DIRECTION = {"收": 1, "收入": 1, "支": -1, "支出": -1}

#: 业务类型 of the fund flow → type, first match wins. The words are not publicly known except 资金冻结, so
#: these are keywords; others stay ``unknown``.
FUND_PATTERNS = (
    ("deposit", r"保证金"),
    ("insurance", r"运费险|保险"),
    ("compensation", r"赔付|赔偿|补偿"),
    ("withdrawal", r"提现"),
    ("advertising", r"推广|磁力|广告|投放"),
    ("refund", r"退款"),
    ("commission", r"佣金"),
    ("subsidy", r"补贴|红包"),
    ("fee", r"服务费|手续费"),
    ("freight", r"运费"),
    ("transfer", r"转账|划转"),
    ("sale", r"结算|货款"),
)


def coded(column: str, mapping: dict[str, str]) -> pl.Expr:
    """Word or number → code; not listed, or nothing told → ``unknown``."""
    word = pl.col(column).str.replace_all(r"\s", "")
    return word.replace_strict(mapping, default="unknown", return_dtype=pl.String).fill_null("unknown")


def matched(column: str, patterns: tuple[tuple[str, str], ...], default: str) -> pl.Expr:
    """The code of the first pattern that occurs in the text.

    ``default`` where none does, ``unknown`` where there is no text.
    """
    found = pl.coalesce(
        *(pl.when(pl.col(column).str.contains(pattern)).then(pl.lit(code)) for code, pattern in patterns),
        pl.lit(default),
    )
    return pl.when(pl.col(column).is_null()).then(pl.lit("unknown")).otherwise(found)
