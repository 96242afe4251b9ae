"""Which day's orders each day's refunds came from: what the two clocks of kept money differ by."""

from __future__ import annotations

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import COUNT, Additive, From
from transforms.gold.measures import DATED
from transforms.gold.orders import fct_refund_line

TABLE = Table(
    "gold",
    "mart_refund_flow_daily",
    "退款流向日表",
    "refund flow: paid day × refund day",
    "Dated refunds of one shop × channel, by the day their orders were paid and the day the money went back. "
    "Refunds without a date are not in it: they stand "
    "as cohort_refund_undated_fen in mart_shop_channel_daily.",
    key=(*SHOP, "channel_code", "paid_date", "refund_date"),
    required=("dated_refund_fen",),
    optional=(COUNT,),
)

ASSET = Additive(TABLE, (From(fct_refund_line.TABLE, "refund_date", DATED),))
