"""Styles by day: what sold and what of it stayed."""

from __future__ import annotations

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import COUNT, Additive, From
from transforms.gold.measures import DATED, PAID, or_untold
from transforms.gold.orders import fct_order_line, fct_refund_line

TABLE = Table(
    "gold",
    "mart_style_daily",
    "款式日表",
    "style × day",
    "One shop × style × channel × day. Paid measures on the payment day, dated_refund_fen on the refund day. "
    "Lines without a style stand under ``untold``.",
    key=(*SHOP, "style_code", "channel_code", "business_date"),
    required=(*PAID, "dated_refund_fen"),
    optional=(COUNT,),
)

_STYLE = or_untold("style_code")
ASSET = Additive(
    TABLE,
    (
        From(fct_order_line.TABLE, "paid_date", PAID, _STYLE),
        From(fct_refund_line.TABLE, "refund_date", DATED, _STYLE),
    ),
)
