"""Metrics of goods on hand (metrics.md 2.3): of one shop at one moment, judged on what was kept and never on
what was merely paid.
"""

from __future__ import annotations

from metrics.model.metric import Metric

_SHARED_ZH = "两个店铺可能卖同一批货：只按店铺看，不相加。"
_SHARED_EN = "Two shops may sell the same pieces: read it by shop, never added up."

STOCK = (
    Metric(
        id="closing_stock",
        zh="期末库存",
        en="closing stock",
        unit="count",
        clock="stock",
        numerator={"closing_stock_qty": 1},
        notes=("STOCK_UNTOLD", "STOCK_STALE"),
        told=("closing_stock_qty", "stock_kept_qty", "stocked_skus_qty"),
        about_zh=(
            "月末（最近的月份到数据截至那天）手上的件数：商家盘点过的 SKU "
            "从盘点那天起只听盘点，其余用平台商品列表最近一次说的。"
        ),
        about_en="Units on hand at the end of the month, or as far as the data reach: of SKUs a merchant "
        "counted, the count alone from its day on; of the "
        "others, what the platform's list said last.",
        trap_zh=(
            f"库存不能跨月相加。{_SHARED_ZH}同一 SKU "
            "在一个店铺有几个链接的，相加；各链接都同步全部库存的，请录盘点。"
        ),
        trap_en=(
            f"Never add stock over months. {_SHARED_EN} Several listings of a SKU in one shop are added "
            "up; where each shows all there is, enter a count."
        ),
    ),
    Metric(
        id="kept_units_30",
        zh="近 30 天净销件数",
        en="kept units of 30 days",
        unit="count",
        clock="stock",
        numerator={"stock_kept_qty": 1, "stock_untold_qty": 1},
        about_zh="近 30 天（含当天）支付、没有取消也没有退回来的件数，不管有没有库存记录。",
        about_en=(
            "Units paid in the last 30 days, that day included, neither cancelled nor come back, "
            "whether or not their stock is told."
        ),
        trap_zh="近 30 天的还会退。来源没说件数的不在里面。",
        trap_en="Young sales are still to return. Lines of untold units are not in it.",
    ),
    Metric(
        id="sold_out_skus",
        zh="售罄 SKU 数",
        en="SKUs sold out",
        unit="count",
        clock="stock",
        numerator={"sold_out_skus_qty": 1},
        notes=("STOCK_UNTOLD", "STOCK_STALE"),
        told=("closing_stock_qty", "stock_kept_qty", "stocked_skus_qty"),
        about_zh="库存记录为 0、近 30 天还留存过的 SKU：该补货的候选。",
        about_en=(
            "SKUs whose stock is told as 0 and of which a unit was kept in 30 days: candidates for a "
            "new order."
        ),
        trap_zh="库存记录旧了会误报；盘点之后退回来的货不在里面。",
        trap_en="An old word on stock misleads; goods that came back after a count are not in it.",
    ),
    Metric(
        id="unsold_skus",
        zh="压货 SKU 数",
        en="SKUs that lie",
        unit="count",
        clock="stock",
        numerator={"stocked_skus_qty": 1, "moving_30_skus_qty": -1},
        notes=("STOCK_UNTOLD", "STOCK_STALE"),
        told=("closing_stock_qty", "stock_kept_qty", "stocked_skus_qty"),
        about_zh="在售有货、近 30 天一件都没留存的 SKU。",
        about_en="SKUs on sale with stock of which no unit was kept in 30 days.",
        trap_zh="刚上架的也在里面；卖出又全退的也算没动。",
        trap_en="What was just listed is in it, and so is what was sold and all came back.",
    ),
    Metric(
        id="received_units",
        zh="累计到货件数",
        en="units received to date",
        unit="count",
        clock="stock",
        numerator={"received_qty": 1},
        about_zh="录入的到货，从第一次到那天。",
        about_en="What was entered as received, from the first to that day.",
        trap_zh="只有录了的：没录的到货不在里面，也不猜。",
        trap_en="Of what was entered: a receipt nobody entered is not in it, nor guessed.",
    ),
    Metric(
        id="sell_through",
        zh="售罄率",
        en="sell-through",
        unit="fraction",
        clock="stock",
        numerator={"sold_of_received_qty": 1},
        denominator="received_qty",
        notes=("RECEIPTS_UNTOLD", "OVERSOLD"),
        about_zh="录了到货的商品，开卖以来留存的件数除以累计到货件数。",
        about_en="Of goods whose receipt was entered: units kept since launch over units received to date.",
        trap_zh=(
            "按支付件数算会高估：退回来的没有卖掉。我们的数据之前卖掉的不在里面，到货也请从那时录起。"
            f"{_SHARED_ZH}"
        ),
        trap_en=(
            "On units paid it is too high: what came back is not sold. Sales before our data begin are "
            f"not in it: enter receipts from then. {_SHARED_EN}"
        ),
    ),
    Metric(
        id="stock_to_sales",
        zh="库销比",
        en="stock to sales",
        unit="ratio",
        clock="stock",
        numerator={"closing_stock_qty": 1},
        denominator="stock_kept_qty",
        notes=("STOCK_UNTOLD", "STOCK_STALE"),
        about_zh="期末库存除以近 30 天（含当天）留存的件数：现在的货还够卖几个 30 天。",
        about_en=(
            "Closing stock over the units kept of the last 30 days, that day included: for how many "
            "times 30 days there are goods."
        ),
        trap_zh=f"没看到还在路上的退货：同时看含在途退货的库销比。近 30 天的还会退，比值会再升。{_SHARED_ZH}",
        trap_en=(
            "It does not see returns on their way: read it with the one that does. Young sales are "
            f"still to return and will raise it. {_SHARED_EN}"
        ),
    ),
    Metric(
        id="stock_to_sales_with_returns",
        zh="库销比（含在途退货）",
        en="stock to sales, returns in transit included",
        unit="ratio",
        clock="stock",
        numerator={"closing_stock_qty": 1, "stock_returning_qty": 1},
        denominator="stock_kept_qty",
        notes=("RETURNS_UNTOLD", "STOCK_UNTOLD", "STOCK_STALE"),
        whole="returns_untold_qty",
        about_zh="期末库存加上买家申请退货退款、还没退款的件数，除以近 30 天留存的件数。",
        about_en=(
            "Closing stock and the units of return-and-refund claims not refunded yet, over the units "
            "kept of the last 30 days."
        ),
        trap_zh=(
            "平台不说货到没到仓：申请了的算在途（最多 60 "
            f"天），退了款的算已回来；先退款后寄回的会少算，撤销的会多算。{_SHARED_ZH}"
        ),
        trap_en="No platform tells whether goods arrived: claimed is in transit (60 days at most), refunded "
        "is back. Refunds ahead of the goods make it too "
        f"low, claims later withdrawn too high. {_SHARED_EN}",
    ),
    Metric(
        id="returns_in_transit",
        zh="在途退货",
        en="returns in transit",
        unit="count",
        clock="stock",
        numerator={"returning_qty": 1},
        notes=("RETURNS_UNTOLD",),
        whole="returns_untold_qty",
        about_zh="发货后申请退货退款、当天结束时还没退款也没关闭的件数，按金额比例折算。",
        about_en=(
            "Units of claims for return after shipment, neither refunded nor closed by the end of the "
            "day, by share of money."
        ),
        trap_zh=(
            "含还没寄出的和以后会撤销的申请，是上限；退款先到、货还在路上的不在里面。"
            "过去月份里后来关闭的申请不知道哪天关的，不算。"
        ),
        trap_en="It includes goods not sent yet and claims to be withdrawn: an upper bound. Goods refunded "
        "ahead of their arrival are not in it, nor, of past "
        "months, claims closed since: nobody tells when.",
    ),
    Metric(
        id="turnover_days",
        zh="周转天数",
        en="days of turnover",
        unit="days",
        clock="stock",
        numerator={"stock_days_qty": 1},
        denominator="days_kept_qty",
        notes=("STOCK_UNTOLD",),
        about_zh="近 30 天平均库存除以平均每天留存的件数；只算 30 天里每天都有库存记录的 SKU。",
        about_en=(
            "Average stock of the last 30 days over the units kept a day; of SKUs whose stock is told "
            "on every one of the 30 days."
        ),
        trap_zh=f"两次记录之间按前一次算。刚开始有库存记录的头 30 天为空，不是 0。{_SHARED_ZH}",
        trap_en=(
            "Between two words the earlier one stands. It is empty, not 0, in the first 30 days of "
            f"words on stock. {_SHARED_EN}"
        ),
    ),
    Metric(
        id="moving_rate_30",
        zh="动销率（30天）",
        en="share of SKUs that sell, 30 days",
        unit="fraction",
        clock="stock",
        numerator={"moving_30_skus_qty": 1},
        denominator="stocked_skus_qty",
        notes=("STOCK_UNTOLD", "STOCK_STALE"),
        about_zh="在售有货的 SKU 里，近 30 天至少留存 1 件的占比。",
        about_en="Of SKUs on sale with stock, the share of which at least one unit was kept in 30 days.",
        trap_zh="按支付算会高估：卖出又全退的不算动销。售罄的 SKU 不在分母里。平台没说下架的当在售。",
        trap_en=(
            "On paid units it is too high: sold and all returned is no sale. SKUs sold out are not in "
            "it. What nobody called off sale is on sale."
        ),
    ),
    Metric(
        id="new_style_rate",
        zh="上新率",
        en="share of new styles",
        unit="fraction",
        clock="stock",
        numerator={"new_styles_qty": 1},
        denominator="selling_styles_qty",
        about_zh="在售的款里，近 30 天第一次有人付款的占比。在售：有货且没说下架，或近 30 天留存过。",
        about_en=(
            "Of styles on sale, the share first paid for in the last 30 days. On sale: in stock and not "
            "called off sale, or a unit was kept in 30 days."
        ),
        trap_zh="按 SKU 看没有意义：一个款只记在它第一个 SKU 上。店铺数据头 14 天里第一次卖的不算上新。",
        trap_en=(
            "Asked by SKU it means nothing: a style stands on its first SKU alone. What first sold in "
            "the first 14 days of a shop's data is not new."
        ),
    ),
    Metric(
        id="moving_rate_7",
        zh="动销率（7天）",
        en="share of SKUs that sell, 7 days",
        unit="fraction",
        clock="stock",
        numerator={"moving_7_skus_qty": 1},
        denominator="stocked_skus_qty",
        notes=("STOCK_UNTOLD", "STOCK_STALE"),
        about_zh="在售有货的 SKU 里，近 7 天至少留存 1 件的占比。",
        about_en="Of SKUs on sale with stock, the share of which at least one unit was kept in 7 days.",
        trap_zh="最近 7 天的货多半还没退完，现在偏高。",
        trap_en="Most goods of the last 7 days have not come back yet: it is too high at first.",
    ),
)
