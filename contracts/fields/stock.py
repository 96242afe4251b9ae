"""The dictionary's entries of stock: goods received and counted as a merchant enters them, and what the sheet
of stock makes of them.
"""

from __future__ import annotations

from contracts import codes
from contracts.field import Field
from contracts.field import entry as _f

#: What tells one entered word on stock from another; of the same, the newest counts.
SAME_STOCK = ("merchant_id", "shop_id", "sku_code", "stock_kind_code", "stock_date")

STOCK_FIELDS: tuple[Field, ...] = (
    # as entered
    _f("stock_kind_code", "库存记录", "word on stock", code=codes.STOCK_KIND),
    _f("stock_date", "库存日期", "day of the word", "A count is of the end of the day."),
    _f(
        "entered_qty",
        "录入件数",
        "units as entered",
        "Units received that day, or counted at its end; empty = the entry of this very day is taken back.",
    ),
    # claims for return
    _f("applied_date", "退款申请日期", "day of the claim"),
    _f(
        "back_date",
        "视为退回日期",
        "day it counts as back",
        "The day of the refund, or 60 days after the claim.",
    ),
    # measures of the sheet of stock, each as of the end of its day
    _f("received_qty", "累计到货件数", "units received to date"),
    _f(
        "sold_of_received_qty",
        "到货商品累计净销",
        "kept units since launch, received goods",
        "Of SKUs of which anything was ever received.",
    ),
    _f(
        "sold_unreceived_qty",
        "没录到货的累计净销",
        "kept units since launch, receipts untold",
        "Of SKUs of which nobody entered a receipt.",
    ),
    _f(
        "closing_stock_qty",
        "期末库存",
        "closing stock",
        "The newest word at or before the day: the merchant's count from its day on, else the platform's.",
    ),
    _f(
        "returning_qty",
        "在途退货",
        "returns in transit",
        "Units of return-and-refund claims open at the end of the day, 60 days at most.",
    ),
    _f(
        "stock_returning_qty",
        "有库存记录的在途退货",
        "returns in transit, stock told",
        "Of SKUs whose stock is told.",
    ),
    _f(
        "returns_untold_qty",
        "退货申请不明的 SKU",
        "SKUs whose shop tells no returns",
        "No file of the shop ever told a claim for return with its day.",
    ),
    _f("stock_kept_qty", "近30天净销（有库存记录）", "kept units of 30 days, stock told"),
    _f("stock_untold_qty", "近30天净销（库存不明）", "kept units of 30 days, stock untold"),
    _f(
        "stock_days_qty",
        "近30天每日库存之和",
        "sum of 30 days' stock",
        "Of SKUs whose stock is told of every one of the 30 days.",
    ),
    _f("days_kept_qty", "近30天净销（30天库存都有）", "kept units of 30 days, every day's stock told"),
    _f(
        "stocked_skus_qty",
        "在售有货 SKU 数",
        "SKUs on sale with stock",
        "Stock above 0 and not said to be off sale.",
    ),
    _f(
        "moving_7_skus_qty",
        "7天动销 SKU 数",
        "SKUs on sale with stock that sold in 7 days",
        "At least one kept unit.",
    ),
    _f(
        "moving_30_skus_qty",
        "30天动销 SKU 数",
        "SKUs on sale with stock that sold in 30 days",
        "At least one kept unit.",
    ),
    _f("sold_out_skus_qty", "售罄 SKU 数", "SKUs sold out", "Stock told as 0, and a kept unit in 30 days."),
    _f(
        "stale_skus_qty",
        "库存记录过旧的 SKU",
        "SKUs of old stock",
        "The newest word is more than 30 days old.",
    ),
    _f(
        "oversold_skus_qty",
        "卖出多于到货的 SKU",
        "SKUs sold beyond receipts",
        "Receipts are missing, or their units went through another shop.",
    ),
    _f(
        "selling_styles_qty",
        "在售款数",
        "styles on sale",
        "Any SKU on sale with stock, or of which a unit was kept in 30 days; on the style's first SKU.",
    ),
    _f(
        "new_styles_qty",
        "30天内上新的在售款数",
        "styles on sale launched in 30 days",
        "First paid for within the 30 days; on the style's first SKU.",
    ),
    # measures of launches, on the day a style was first paid for
    _f("launched_qty", "上新款数", "styles launched"),
    _f("judged_launches_qty", "满14天的上新款数", "launches 14 days old"),
    _f("launch_kept_qty", "头14天净销件数", "kept units of the first 14 days"),
    _f(
        "launch_untold_qty",
        "上新日不明的款数",
        "styles of untold launch",
        "First sold in the first 14 days of the shop's data.",
    ),
    _f(
        "hit_launches_qty",
        "爆款数",
        "hits among launches",
        "Launches that kept at least ``hit_units_qty`` in their first 14 days.",
    ),
    _f("hit_units_qty", "爆款门槛件数", "units that make a hit"),
)
