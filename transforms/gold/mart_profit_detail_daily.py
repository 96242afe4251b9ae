"""Profit by what was sold, who sold it and in which session: as mart_profit_daily, at the grain that splits further."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.gold import mart_profit_daily
from transforms.gold.measures import total

TABLE = Table(
    "gold",
    "mart_profit_detail_daily",
    "利润明细日表",
    "profit × SKU, creator, session × day",
    "One shop × style × SKU × creator × session × channel × day: never more rows than paid lines and days of costs charged once. What a line does not tell "
    "is ``untold``: a line outside any session, one nobody was paid a commission for. Measures as in mart_profit_daily.",
    key=(*SHOP, "style_code", "sku_code", "creator_id", "live_session_id", "channel_code", "business_date"),
    required=mart_profit_daily.TABLE.required,
)


def build(lines: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """The mart's rows for the days found in order-line facts and the cost facts of the same days."""
    return TABLE.shape(total([*contributions(lines, facts), TABLE.empty()], list(TABLE.key)))


def contributions(lines: pl.DataFrame, facts: pl.DataFrame) -> list[pl.DataFrame]:
    """What each fact adds to the mart, beside the id of its line."""
    return mart_profit_daily.contributions(lines, facts, TABLE.key)
