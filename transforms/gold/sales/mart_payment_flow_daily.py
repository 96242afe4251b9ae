"""What was ordered, by the day it was placed and the day it was paid: from placed value (M01) to paid
value.
"""

from __future__ import annotations

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import COUNT, Additive, From
from transforms.gold.orders import fct_order_line

TABLE = Table(
    "gold",
    "mart_payment_flow_daily",
    "下单支付日表",
    "payment flow: placed day × paid day",
    "Order lines of one shop × channel, by the day they were placed (``business_date``) and paid. What was "
    "never paid stands on its placed day twice; what is "
    "paid and of untold placed day stands on its paid day twice, in created_untold_fen and paid_fen alone.",
    key=(*SHOP, "channel_code", "business_date", "paid_date"),
    required=("placed_fen", "placed_unpaid_fen", "created_untold_fen", "paid_fen"),
    optional=(COUNT,),
)

_PLACED = {
    "placed_fen": "coalesce(placed_fen, 0)",
    "placed_unpaid_fen": "CASE WHEN paid_date IS NULL THEN coalesce(placed_fen, 0) ELSE 0 END",
    "paid_fen": "paid_fen",
}
ASSET = Additive(
    TABLE,
    (
        From(
            fct_order_line.TABLE, "created_date", _PLACED, {"paid_date": "coalesce(paid_date, created_date)"}
        ),
        From(
            fct_order_line.TABLE,
            "paid_date",
            {"created_untold_fen": "paid_fen", "paid_fen": "paid_fen"},
            where="created_date IS NULL",
        ),
    ),
)
