"""WeChat's words and numbers → our codes.

A word that is not listed becomes ``unknown`` and stays visible as such.

Numbers are the API's (WXJ enums, official field tables); Chinese words beside them are the API
documentation's labels of the same numbers or words seen in public importers. Which words the export really
writes into 带货方式 and 带货账号类型 is UNVERIFIED.
"""

from __future__ import annotations

#: order.status · 订单状态. ``closed`` is split by whether anything was paid (190: oversold, cancelled by the
#: shop).
ORDER_STATUS = {
    "10": "unpaid", "待付款": "unpaid",
    "12": "paid", "礼物待收下": "paid", "13": "paid", "凑单买凑团中": "paid", "一起买待成团": "paid",
    "20": "paid", "待发货": "paid",
    "21": "part_shipped", "部分发货": "part_shipped",
    "30": "shipped", "待收货": "shipped", "已发货": "shipped",
    "100": "finished", "完成": "finished", "已完成": "finished", "订单完成": "finished",
    "190": "closed", "200": "closed", "250": "closed", "已取消": "closed", "订单取消": "closed",
    "已关闭": "closed",
}  # fmt: skip

#: 商品发货 of a row whose file tells no order status (2024).
GOODS_SHIPPED = {"已发货": "shipped", "部分发货": "part_shipped", "未发货": "paid", "待发货": "paid"}

#: after_sale_order.status (a string enum, USER_CANCELD spelled so) · 商品售后 · 退款状态. A refusal is not
#: the end: the buyer may apply again or dispute.
AFTER_SALE = {
    "MERCHANT_REFUND_SUCCESS": "success", "退款完成": "success", "MERCHANT_RETURN_SUCCESS": "success",
    "退货退款完成": "success",
    "MERCHANT_EXCHANGE_SUCCESS": "exchanged", "换货完成": "exchanged",
    "USER_CANCELD": "closed", "用户取消申请": "closed", "RETURN_CLOSED": "closed", "退货退款关闭": "closed",
    "MERCHANT_FAIL": "closed", "售后关闭": "closed",
    "MERCHANT_REFUND_RETRY_FAIL": "closed", "商家打款失败，客服关闭售后": "closed",
    "MERCHANT_PROCESSING": "pending", "商家受理中": "pending", "MERCHANT_REJECT_REFUND": "pending",
    "商家拒绝退款": "pending",
    "MERCHANT_REJECT_RETURN": "pending", "商家拒绝退货退款": "pending", "USER_WAIT_RETURN": "pending",
    "待买家退货": "pending",
    "MERCHANT_WAIT_RECEIPT": "pending", "待商家收货": "pending", "MERCHANT_OVERDUE_REFUND": "pending",
    "商家逾期未退款": "pending",
    "PLATFORM_REFUNDING": "pending", "平台退款中": "pending", "PLATFORM_REFUND_FAIL": "pending",
    "平台退款失败": "pending",
    "USER_WAIT_CONFIRM": "pending", "待用户确认": "pending", "USER_WAIT_CONFIRM_UPDATE": "pending",
    "待用户处理商家协商": "pending",
    "USER_WAIT_HANDLE_MERCHANT_AFTER_SALE": "pending", "待用户处理商家代发起的售后申请": "pending",
    "WAIT_PACKAGE_INTERCEPT": "pending", "物流线上拦截中": "pending", "MERCHANT_REJECT_EXCHANGE": "pending",
    "商家拒绝换货": "pending",
    "MERCHANT_REJECT_RESHIP": "pending", "商家拒绝发货": "pending", "USER_WAIT_RECEIPT": "pending",
    "待用户收货": "pending",
}  # fmt: skip
#: 商品售后 cells that mean there is none (besides an empty one).
NO_AFTER_SALE = ["无"]

#: after_sale_order.type · 退款类型. Which words the file uses is UNVERIFIED.
REFUND_TYPE = {
    "REFUND": "refund_only", "仅退款": "refund_only", "退款": "refund_only", "RETURN": "return_refund",
    "退货退款": "return_refund",
    "EXCHANGE": "exchange", "换货": "exchange",
}  # fmt: skip
GOODS_RETURN = ["RETURN", "EXCHANGE", "退货退款", "换货"]
#: 发货状态 of an after-sale's goods.
STAGE = {
    "未发货": "before_shipment",
    "待发货": "before_shipment",
    "已发货": "after_shipment",
    "部分发货": "after_shipment",
}
#: refund_info.refund_reason that only happen before shipment: 4 未发货售后平台自动同意, 8 商家发货超时.
CAUSE_BEFORE = ["4", "8"]

#: Words of reason_text, then the enum. The buyer's own sentence (details.desc) is never read.
REASON_PATTERNS = (
    ("size", r"尺码|尺寸|码数|偏大|偏小|太大|太小|不合身|偏长|偏短|大小"),
    ("quality", r"质量|做工|破损|瑕疵|污渍|起球|开线|掉色|异味|变形|假冒|三无"),
    ("look", r"不符|色差|颜色|图案|款式|材质|面料|实物|效果"),
    ("price", r"价格|降价|差价|买贵|优惠|运费"),
    ("late", r"发货|物流|快递|未收到|未送达|配送|缺货"),
    ("changed_mind", r"不想要|拍错|多拍|不喜欢|无理由|不需要|拒签"),
)
REASON = {
    "INCORRECT_SELECTION": "changed_mind", "NO_LONGER_WANT": "changed_mind",
    "NO_REASON_7_DAYS": "changed_mind", "REJECT_RECEIVE_PACKAGE": "changed_mind",
    "NO_EXPRESS_INFO": "late", "NOT_DELIVERED_TOO_LONG": "late",
    "NOT_MATCH_PRODUCT_DESC": "look",
    "QUALITY_ISSUE": "quality", "THREE_NO_PRODUCT": "quality", "FAKE_PRODUCT": "quality",
    "EMPTY_PACKAGE": "other", "SEND_WRONG_GOODS": "other", "INITIATE_BY_PLATFORM": "other", "OTHERS": "other",
}  # fmt: skip

#: ext_info.order_scene · a 带货方式 or 来源渠道 that names the place in so many words.
CONTENT = {
    "2": "live", "直播间": "live", "直播": "live", "直播带货": "live",
    "3": "short_video", "短视频": "short_video", "短视频带货": "short_video",
    "5": "product_card", "商品橱窗主页": "product_card", "橱窗": "product_card", "橱窗带货": "product_card",
    "1": "other", "其他": "other", "4": "other", "商品分享": "other", "6": "other",
    "公众号文章商品卡片": "other",
}  # fmt: skip

#: source_infos[].sale_channel · 带货方式: whose account sold the SKU.
SALE_CHANNEL = {
    "0": "own", "关联账号": "own", "1": "own", "合作账号": "own", "2": "own", "授权号": "own",
    "100": "creator", "达人带货": "creator", "101": "creator", "带货机构推广": "creator",
    "102": "unknown",
}  # fmt: skip
#: 带货账号类型 whose owner is never the shop.
ACCOUNT_TYPE = {"带货达人": "creator", "带货机构": "creator"}
#: 带货费用渠道 of a fee that goes to an agency.
AGENCY_FEE = "机构服务费"

#: What the ledger calls its numbers (funds_flow.funds_type), for rows whose answer brings no description of
#: its own.
FUND_SCENE = {
    "1": "订单支付收入", "2": "订单手续费", "3": "退款", "4": "提现", "5": "提现失败退票", "6": "导购分账",
    "7": "联盟分账", "8": "运费险分账",
    "9": "联盟平台抽佣", "10": "联盟抽佣", "11": "平台抽佣", "12": "团长抽佣", "13": "返佣人气卡",
    "14": "极速退款垫付金", "15": "极速退款垫付金回款",
    "16": "运费险", "99": "分账",
}  # fmt: skip
_FUND_NUMBER = {
    "1": "sale", "2": "fee", "3": "refund", "4": "withdrawal", "5": "withdrawal", "6": "commission",
    "7": "commission", "8": "insurance", "9": "fee",
    "10": "commission", "11": "fee", "12": "commission", "13": "other", "14": "transfer", "15": "transfer",
    "16": "insurance", "99": "other",
}  # fmt: skip
#: funds_type · 动帐类型: the numbers, their labels, and the words public importers read in the file.
FUND_TYPE = {
    **_FUND_NUMBER,
    **{label: _FUND_NUMBER[number] for number, label in FUND_SCENE.items()},
    "订单支付": "sale", "订单退款": "refund", "技术服务费": "fee", "达人佣金": "commission",
    "带货机构服务费": "commission",
}  # fmt: skip
#: 收支类型 · flow_type: the amount itself carries no sign.
MONEY_IN, MONEY_OUT = ["1", "收入"], ["2", "支出"]

#: product.status: 5 is on sale; 0 new, 6 recycle bin, 11 taken off.
ON_SALE = "5"
