"""What came through by what was sold, who sold it and in which session: as mart_settlement_daily, at the grain that splits further."""

from __future__ import annotations

import polars as pl
import polars.selectors as cs

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.gold import mart_settlement_daily
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
)

_KEY = list(TABLE.key)


def build(entries: pl.DataFrame, funds: pl.DataFrame) -> pl.DataFrame:
    """The mart's rows for the days found in the given facts."""
    parts = pl.concat([*contributions(entries, funds), TABLE.empty()], how="diagonal")
    return TABLE.shape(parts.group_by(_KEY).agg(cs.integer().sum()))


def contributions(entries: pl.DataFrame, funds: pl.DataFrame) -> list[pl.DataFrame]:
    """What each fact adds to the mart, on its clock: the mart's key and some of its measures, beside the id of the entry or movement."""
    return mart_settlement_daily.contributions(detailed(entries), detailed(funds), _KEY)
