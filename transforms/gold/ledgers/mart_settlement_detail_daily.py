"""What came through by what was sold, who sold it and in which session: as mart_settlement_daily, at the
grain that splits further.
"""

from __future__ import annotations

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import Additive
from transforms.gold.ledgers import mart_settlement_daily
from transforms.gold.sales.mart_order_detail_daily import CELL, DETAIL

TABLE = Table(
    "gold",
    "mart_settlement_detail_daily",
    "结算到账明细日表",
    "settlement × cuts × day",
    "Entries and movements of one shop × day alike in style, SKU, size, colour, province, creator, session, "
    "hour of payment and channel of the line they are "
    "about. One that names an order of several lines, or none, tells only what these agree on: the rest "
    "stands under ``untold``.",
    key=(*SHOP, *DETAIL, "channel_code", "business_date"),
    required=mart_settlement_daily.TABLE.required,
)

ASSET = Additive(TABLE, mart_settlement_daily.parts(CELL), is_stored=False)
