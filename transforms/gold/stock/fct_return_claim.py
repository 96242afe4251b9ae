"""Claims for return that lay open at the end of a month or lie open now: what the sheet of stock calls on its
way back, line by line.
"""

from __future__ import annotations

from contracts.canonical import SHOP
from contracts.tables import Table

TABLE = Table(
    "gold",
    "fct_return_claim",
    "在途退货事实",
    "return claim facts",
    "One claim for return × sub-order that was open at the end of some month, or is open now. Its units, by "
    "share of money, are on their way from the day of "
    "the claim to before ``back_date``: the day of the refund, or 60 days on.",
    key=(*SHOP, "refund_id", "order_line_id"),
    required=("order_id", "style_code", "sku_code", "applied_date", "back_date", "units_qty"),
)
