"""The merchant's daily sheet: shop × channel × traffic × day."""

from __future__ import annotations

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import COUNT, Additive, Among, From
from transforms.gold.measures import DATED, PAID
from transforms.gold.orders import dim_live_session, fct_order_line, fct_refund_line

SESSION = ("session_paid_fen", "session_refund_fen", "session_views_qty")

TABLE = Table(
    "gold",
    "mart_shop_channel_daily",
    "店铺渠道日表",
    "shop × channel × day",
    "One shop × channel × traffic × day. Paid measures on the payment day, dated_refund_fen on the refund "
    "day, session measures on the day a session began; "
    "sessions whose views no source tells are left out of these, so that their sales never stand over other "
    "rooms' views.",
    key=(*SHOP, "channel_code", "traffic_code", "business_date"),
    required=(*PAID, "dated_refund_fen", *SESSION),
    optional=(COUNT,),
)

_KNOWN_VIEWS = "views_qty IS NOT NULL"
ASSET = Additive(
    TABLE,
    (
        From(fct_order_line.TABLE, "paid_date", PAID),
        From(fct_refund_line.TABLE, "refund_date", DATED),
        From(
            fct_order_line.TABLE,
            "start_date",
            {"session_paid_fen": "paid_fen", "session_refund_fen": "cohort_refund_fen"},
            where="paid_date IS NOT NULL",
            among=Among(dim_live_session.TABLE, _KNOWN_VIEWS),
        ),
        # rooms are watched by both kinds of traffic
        From(
            dim_live_session.TABLE,
            "start_date",
            {"session_views_qty": "views_qty"},
            {"traffic_code": "'unknown'"},
            _KNOWN_VIEWS,
        ),
    ),
)
