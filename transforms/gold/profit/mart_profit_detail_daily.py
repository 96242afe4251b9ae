"""Profit by what was sold, who sold it and in which session: as mart_profit_daily, at the grain that splits
further.
"""

from __future__ import annotations

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import Additive
from transforms.gold.profit import mart_profit_daily

TABLE = Table(
    "gold",
    "mart_profit_detail_daily",
    "利润明细日表",
    "profit × SKU, creator, session × day",
    "One shop × style × SKU × creator × session × channel × day: never more rows than paid lines and days of "
    "costs charged once. What a line does not tell "
    "is ``untold``: a line outside any session, one nobody was paid a commission for. Measures as in "
    "mart_profit_daily.",
    key=(*SHOP, "style_code", "sku_code", "creator_id", "live_session_id", "channel_code", "business_date"),
    required=mart_profit_daily.TABLE.required,
)

ASSET = Additive(
    TABLE, mart_profit_daily.parts("style_code", "sku_code", "creator_id", "live_session_id"), is_stored=False
)
