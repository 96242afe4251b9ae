"""Metrics of orders and units: how many stay, how many come back (metrics.md 2.3).

Sources tell refunds in money; units follow its share.
"""

from __future__ import annotations

from metrics.model.metric import Metric

#: What tells a refund's stage at all, see ``Metric.told``.
STAGES = ("cohort_refund_before_fen", "cohort_refund_after_fen")

KEPT_GOODS = (
    Metric(
        id="merchant_paid",
        zh="商家口径支付额",
        en="paid value, merchant basis",
        unit="fen",
        clock="paid",
        decision="0017-the-value-ladder",
        numerator={"merchant_paid_fen": 1},
        notes=("SUBSIDY_UNTOLD",),
        told=("merchant_paid_fen",),
        about_zh=(
            "买家实付加上平台、达人承担的优惠：商家卖这单能收到的收入（M02b），退款不扣。"
            "只算来源说明了优惠由谁承担的子订单。"
        ),
        about_en="What buyers paid and what platform and creator bear of the price: the merchant's side of "
        "the sale (M02b), refunds not removed. Only of lines "
        "whose source tells who bore the discount.",
        trap_zh=(
            "它比支付金额大，两个数都对，不能混着比；退款是退给买家的钱，不能直接从它里面减出净成交。视频号、"
            "小红书的订单不说达人承担的部分，只含平台的。"
        ),
        trap_en="It exceeds paid GMV; both are right and never to be mixed. Refunds are money to buyers: net "
        "is not this less refunds. Orders of WeChat "
        "Channels and Xiaohongshu tell the platform's part alone.",
    ),
    Metric(
        id="kept_units",
        zh="留存件数",
        en="units kept",
        unit="count",
        clock="paid",
        numerator={"kept_units_qty": 1},
        notes=("UNITS_UNTOLD",),
        told=("units_qty",),
        about_zh="这段时间支付的件数，减去发货前取消和退回来的。",
        about_en="Units paid for in the period less those cancelled before shipment or come back.",
        trap_zh=(
            "来源说的是退多少钱，件数按金额比例四舍五入；仅退款、价保的货还在买家手里，算留存。新近的还会退。"
        ),
        trap_en="Sources tell refunds in money: units follow its share, half up. Goods refunded without "
        "coming back count as kept. Young orders are still to "
        "return.",
    ),
    Metric(
        id="units_per_order",
        zh="连带率",
        en="units per order",
        unit="ratio",
        clock="paid",
        numerator={"units_qty": 1},
        denominator="paid_orders_qty",
        notes=("UNITS_UNTOLD",),
        told=("units_qty",),
        about_zh="支付件数除以支付订单数。",
        about_en="Units paid over paid orders.",
        trap_zh="一次买两个码、退一个会把它抬高：同时看净连带率。有的报表按人数算，不能比。",
        trap_en=(
            "Buying two sizes to return one raises it: read it with kept units per order. Some reports "
            "divide by buyers; do not compare."
        ),
    ),
    Metric(
        id="kept_units_per_order",
        zh="净连带率",
        en="kept units per order",
        unit="ratio",
        clock="paid",
        decision="0017-the-value-ladder",
        numerator={"kept_units_qty": 1},
        denominator="kept_orders_qty",
        notes=("UNITS_UNTOLD",),
        told=("units_qty",),
        about_zh="留存件数除以至少留下一件的订单数：买两个码退一个，只算一件。",
        about_en=(
            "Units kept over the orders of which at least one is kept: two sizes bought, one returned, "
            "is one."
        ),
        trap_zh="全退的订单上下都不算；用支付订单数作分母会把退货率混进来。",
        trap_en=(
            "Orders returned whole are in neither part; over paid orders it would mix in the return rate."
        ),
    ),
    Metric(
        id="order_refund_rate",
        zh="订单退款率",
        en="order refund rate",
        unit="fraction",
        clock="paid",
        numerator={"refunded_orders_qty": 1},
        denominator="paid_orders_qty",
        about_zh="这段时间支付的订单里，迄今有过退款的订单占比，退一分也算。",
        about_en="Share of the period's paid orders with any refund to date, however small.",
        trap_zh="部分退款也按一整单算，所以它和按金额的退款率不是一回事。",
        trap_en="A partial refund counts as a whole order: it is not the rate by value.",
    ),
    Metric(
        id="refund_rate_after_shipment",
        zh="发货后退款率",
        en="refund rate after shipment",
        unit="fraction",
        clock="paid",
        decision="0017-the-value-ladder",
        numerator={"cohort_refund_after_fen": 1},
        denominator="shipped_fen",
        notes=("REFUND_STAGE_UNTOLD", "SHIPMENT_UNTOLD"),
        told=STAGES,
        about_zh="这段时间支付的订单，发货后退掉的金额除以已发货的金额。",
        about_en="Of the period's orders: refunded after shipment over the value that was shipped.",
        trap_zh="分母是已发货金额，不是支付金额：除以支付金额会被发货前退款拉低，看起来更好。",
        trap_en=(
            "Its denominator is shipped value, not paid value: refunds before shipment would make it "
            "look better than it is."
        ),
    ),
    Metric(
        id="unit_return_rate",
        zh="退货率（件）",
        en="unit return rate",
        unit="fraction",
        clock="paid",
        numerator={"returned_units_qty": 1},
        denominator="sent_units_qty",
        notes=("REFUND_STAGE_UNTOLD", "SHIPMENT_UNTOLD", "UNITS_UNTOLD"),
        told=STAGES,
        about_zh="已发货的件数里退回来的占比。",
        about_en="Share of the units shipped that came back.",
        trap_zh="贵的退得多时它低于按金额的退款率。没退货的退款不算退货；来源不说售后种类的按退回算。",
        trap_en=(
            "Lower than the rate by value where dear goods return more. Refunds without goods are no "
            "returns; of untold kind they count as come back."
        ),
    ),
)
