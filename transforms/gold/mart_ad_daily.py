"""Advertising by day, cash and grants apart. Reports of one platform tell the same money again, so each stands alone and they are never added up."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table

TABLE = Table(
    "gold",
    "mart_ad_daily",
    "推广消耗日表",
    "advertising spend by day",
    "One shop × report family × day, in CNY. ``ad_untold_fen`` is spend of which nobody told whether it was cash or a grant; the three add up to ``spent_fen`` "
    "where the source's own do. Families overlap: never sum across them.",
    key=(*SHOP, "ad_family_code", "business_date"),
    required=("spent_fen", "spent_cash_fen", "spent_grant_fen", "ad_untold_fen"),
)

_KEY = list(TABLE.key)
_CASH, _GRANT = pl.col("spent_cash_fen"), pl.col("spent_grant_fen")


def build(spend: pl.DataFrame) -> pl.DataFrame:
    """``spend`` is the current state of silver's ad_spend. Foreign money is left out: no rate is told for a day of advertising."""
    here = spend.filter(pl.col("currency_code").fill_null("CNY") == "CNY")
    is_silent = _CASH.is_null() & _GRANT.is_null()
    rows = here.with_columns(business_date="ad_date", ad_untold_fen=pl.when(is_silent).then("spent_fen").otherwise(0))
    sums = rows.group_by(_KEY).agg(pl.col("spent_fen", "spent_cash_fen", "spent_grant_fen", "ad_untold_fen").sum())
    return TABLE.shape(sums.sort(_KEY))
