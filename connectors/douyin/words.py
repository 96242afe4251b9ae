"""Douyin's words → our codes.

An export's Chinese word and the API's number for the same thing stand side by side, so both give one code.

A word that is not listed becomes ``unknown`` and stays visible as such; it is never taken for the nearest
one. Sources stand in README.md. Words marked UNVERIFIED were not seen in a real export.
"""

from __future__ import annotations

#: 订单状态 · order_status. ``closed`` is split by whether anything was paid.
ORDER_STATUS = {
    "待支付": "unpaid", "待确认": "unpaid", "1": "unpaid",  # 待支付 as an export word: UNVERIFIED
    "已支付": "paid", "105": "paid",
    "待发货": "paid", "备货中": "paid", "2": "paid",
    "部分发货": "part_shipped", "101": "part_shipped",
    "已发货": "shipped", "3": "shipped",
    "已完成": "finished", "已收货": "finished", "5": "finished",
    "已关闭": "closed", "已取消": "closed", "4": "closed",
}  # fmt: skip

#: 售后状态 in the order file and in the after-sale file, two vocabularies of one thing. A refusal by the
#: merchant is not the end: the buyer may apply again or call the platform, and only 售后关闭 ends it.
AFTER_SALE = {
    "退款成功": "success", "已全额退款": "success", "同意退款，退款成功": "success",
    "退款中": "pending", "待收退货": "pending", "售后待处理": "pending", "待退货": "pending",
    "售后已拒绝": "pending",
    "待商家处理": "pending", "待商家收货": "pending", "待买家退货": "pending", "待买家退货处理": "pending",
    "待买家退货(处理)": "pending",
    "售后处理中": "pending", "拒绝售后申请": "pending", "拒绝售后": "pending", "退货后拒绝退款": "pending",
    "同意退款，退款中": "pending",
    "同意退款，退款失败": "pending", "发货前退款待处理": "pending", "发货后仅退款待处理": "pending",
    "退货待处理": "pending",
    "换货待处理": "pending", "待商家上传凭证": "pending", "仲裁中": "pending", "等待用户收货": "pending",
    "售后关闭": "closed", "退款关闭": "closed",
    "换货成功": "exchanged", "补寄成功": "exchanged",
}  # fmt: skip

#: after_sale_status / aftersale_status numbers that say an after-sale is under way. 12 and 53 are done, but
#: whether money moved is refund_status' word.
AFTER_SALE_OPEN = ["6", "7", "8", "11", "12", "13", "27", "29", "51", "53"]
#: refund_status numbers that say the money is with the buyer: 3 退款成功, 5 追缴成功 (the platform paid first
#: and has recovered it).
MONEY_RETURNED = ["3", "5"]
#: 退款方式 · aftersale_refund_type of an after-sale that returns no money.
NO_MONEY = ["无需退款", "4"]

#: 售后类型 · aftersale_type.
REFUND_TYPE = {
    "退货退款": "return_refund", "售后退货退款": "return_refund", "0": "return_refund",
    "已发货退款": "refund_only", "已发货仅退款": "refund_only", "售后仅退款": "refund_only",
    "仅退款": "refund_only", "1": "refund_only",
    "未发货退款": "refund_only", "未发货仅退款": "refund_only", "发货前退款": "refund_only",
    "2": "refund_only",
    "换货": "exchange", "3": "exchange",
    "价保": "price_protection", "6": "price_protection",
    "补寄": "other", "维修": "other", "7": "other", "8": "other",
}  # fmt: skip

#: 售后类型 · aftersale_type that tell the stage by themselves.
TYPE_STAGE = {
    "未发货退款": "before_shipment", "未发货仅退款": "before_shipment", "发货前退款": "before_shipment",
    "2": "before_shipment",
    "退货退款": "after_shipment", "售后退货退款": "after_shipment", "已发货退款": "after_shipment",
    "已发货仅退款": "after_shipment",
    "换货": "after_shipment", "补寄": "after_shipment", "维修": "after_shipment",
    "0": "after_shipment", "1": "after_shipment", "3": "after_shipment", "7": "after_shipment",
    "8": "after_shipment",
}  # fmt: skip

#: 商品发货状态 (``未发货``, ``1/1已发货``) · order_status of the related sub-order.
SHIP_BEFORE = r"^(未发货|待发货|0/.*|2)$"
SHIP_AFTER = r"已发货|部分发货|已收货|已完成|^(3|5|101|255)$"

#: 流量来源 · c_biz: who sold. 商城 and the rest of the merchant's own routes are ``own``; 0 is the platform's
#: own "unknown".
SELLER = {
    "精选联盟": "creator", "联盟": "creator", "2": "creator",
    "小店自卖": "own", "8": "own",
    "商城": "own", "值点商城": "own", "自主经营": "own", "抖音门店": "own", "鲁班广告": "own",
}  # fmt: skip

#: 流量体裁 · text of the tag compass_source_content_type_*. 图文 UNVERIFIED.
CONTENT = {
    "直播": "live",
    "短视频": "short_video",
    "商品卡": "product_card",
    "商城": "product_card",
    "搜索": "search",
    "其他": "other",
    "图文": "other",
}
#: Attribution is filled in the next day; until then 流量体裁, 流量类型 and 流量渠道 hold this sentence.
NEXT_DAY = "数据将于第二天更新"
#: 广告渠道 · ad_env_type: which content carried the advertisement.
AD_CONTENT = {"直播": "live", "live": "live", "短视频": "short_video", "video": "short_video"}
THEME_LIVE = "1"  # theme_type 下单来源: 直播间

#: 流量类型 · tags compass_source_ad_mark / compass_source_not_ad_mark.
PAID_TRAFFIC = {"广告": True, "非广告": False}

#: trade_type of lines that are given away: 寄样, 零元抽奖/福袋, 定金预售的赠品单.
GIVEN_TRADES = ["10", "11", "102"]

#: 售后原因 and 售后原因标签 → reason, first match wins; the buyer's own sentence (用户售后说明) is never
#: read. The platform's full list of reasons was NOT FOUND, so these are keywords, and a reason without one is
#: ``other``.
REASON_PATTERNS = (
    ("size", r"尺码|尺寸|码数|号型|偏大|偏小|太大|太小|不合身|偏长|偏短|大小"),
    ("quality", r"质量|做工|破损|瑕疵|污渍|起球|开线|掉色|异味|变形|坏了|假货|假冒"),
    ("look", r"不符|色差|颜色|图案|款式|材质|面料|实物|不好看|效果"),
    ("price", r"价格|降价|差价|买贵|优惠|价保|运费|红包"),
    ("late", r"发货|物流|快递|未收到|没收到|配送|缺货|无货"),
    ("changed_mind", r"不想要|不想买|拍错|错拍|多拍|拍多|不喜欢|无理由|信息填|填错|不需要|重复"),
)

#: 结算单类型 · trade_type. Which of the take-backs is paid from which account makes no difference to the
#: entry.
SETTLEMENT_TYPE = {
    "已结算": "sale", "0": "sale",
    "结算后退款-原路退回": "refund_after", "1": "refund_after",
    "保证金退款-支出退回": "refund_after", "2": "refund_after",
    "结算后退款-非原路退回": "refund_after", "3": "refund_after",
}  # fmt: skip

#: 动账方向 (fund flow) and 账户方向 (ledger).
MONEY_IN = ["入账", "收入"]
MONEY_OUT = ["出账", "支出"]

#: 动账场景. 退分账 gives charged shares back when an order is refunded, 分账 charges them, 退补贴 takes the
#: platform's subsidy back.
FUND_SCENE = {
    "货款结算入账": "sale", "福袋业务结算入账": "sale",
    "退款-结算后退款-退用户": "refund",
    "退款-订单退款触发-退分账": "fee", "退款-订单退款触发-分账": "fee",
    "退款-订单退款触发-退补贴": "subsidy",
    "抖音月付与商家联合贴息活动": "other",
    "消费者赔付": "compensation", "小额打款": "compensation",
    "退换货运费险": "insurance", "权益保险": "insurance",
    "上门取件运费": "freight", "上门取件-支付快递费": "freight",
    "充值基础保证金": "deposit",
    "提现": "withdrawal",
}  # fmt: skip
#: A scene that names the advertising product is its top-up; no whole word of that kind was seen (UNVERIFIED).
ADVERTISING = "千川"
