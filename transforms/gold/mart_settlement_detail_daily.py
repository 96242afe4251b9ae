"""What came through by what was sold, who sold it and in which session: as mart_settlement_daily, at the grain that splits further."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import COUNT, Additive, From
from transforms.gold import fct_fund_entry, fct_settlement_entry, mart_settlement_daily
from transforms.gold.mart_order_detail_daily import DETAIL, detailed

TABLE = Table(
    "gold",
    "mart_settlement_detail_daily",
    "结算到账明细日表",
    "settlement × cuts × day",
    "Entries and movements of one shop × day alike in style, SKU, size, colour, province, creator, session, hour of payment and channel of the line they are "
    "about. One that names an order of several lines, or none, tells only what these agree on: the rest stands under ``untold``.",
    key=(*SHOP, *DETAIL, "channel_code", "business_date"),
    required=mart_settlement_daily.TABLE.required,
    optional=(COUNT,),
)


def _settled(entries: pl.DataFrame) -> pl.DataFrame:
    return mart_settlement_daily.settled(detailed(entries), TABLE.key)


def _moved(funds: pl.DataFrame) -> pl.DataFrame:
    return mart_settlement_daily.moved(detailed(funds), TABLE.key)


ASSET = Additive(TABLE, (From(fct_settlement_entry.TABLE, "settled_date", _settled), From(fct_fund_entry.TABLE, "moved_date", _moved)))
