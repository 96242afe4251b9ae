"""What sold and what of it stayed, by everything an order line tells of itself at once: one sheet for SKU,
size, colour, province, hour and creator.

Its grain is nearly a line, so its size follows the lines and any of these can be asked together (the sizes of
a style, the provinces of an hour).
"""

from __future__ import annotations

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import Additive, From
from transforms.gold.measures import DATED, PAID, PAID_HOUR, or_untold
from transforms.gold.orders import fct_order_line, fct_refund_line

#: What a line tells of itself, beside its channel; what it does not tell stands under ``untold``.
CUTS = ("style_code", "sku_code", "size_name", "color_name", "province_name", "creator_id", "paid_hour_code")

TABLE = Table(
    "gold",
    "mart_breakdown_daily",
    "细分日表",
    "breakdown × day",
    "Lines of one shop × day alike in style, SKU, size, colour, province, creator, hour of payment (Beijing "
    "time) and channel. Paid measures on the payment "
    "day, dated_refund_fen on the refund day, by the line it was for. What a line does not tell stands under "
    "``untold``.",
    key=(*SHOP, *CUTS, "channel_code", "business_date"),
    required=(*PAID, "dated_refund_fen"),
)

ASSET = Additive(
    TABLE,
    (
        From(fct_order_line.TABLE, "paid_date", PAID, or_untold(*CUTS) | PAID_HOUR),
        From(fct_refund_line.TABLE, "refund_date", DATED, or_untold(*CUTS)),
    ),
    is_stored=False,
)
