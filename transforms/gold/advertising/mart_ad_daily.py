"""Advertising by day, cash and grants apart.

Reports of one platform tell the same money again, so each stands alone; those that count are marked.
"""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.derived import Derived
from transforms.gold.advertising import fct_ad_spend

SUMS = ("spent_fen", "spent_cash_fen", "spent_grant_fen", "ad_untold_fen")

TABLE = Table(
    "gold",
    "mart_ad_daily",
    "推广消耗日表",
    "advertising spend by day",
    "One shop × report family × day, in CNY; what the merchant entered is a family of its own. "
    "``ad_untold_fen`` is spend of which nobody told whether it was "
    "cash or a grant; the three add up to ``spent_fen`` where the source's own do. Families overlap: never "
    "sum across them, but those that count may be.",
    key=(*SHOP, "ad_family_code", "business_date"),
    required=(*SUMS, "ad_use_code"),
)

_KEY = list(TABLE.key)


def build(facts: pl.DataFrame) -> pl.DataFrame:
    """The mart's rows for the days found in the facts of advertising.

    Whether a report counts is the same for all its rows of a day.
    """
    return TABLE.shape(facts.group_by(_KEY).agg(pl.col(SUMS).sum(), pl.col("ad_use_code").first()).sort(_KEY))


ASSET = Derived(
    TABLE,
    lambda of: build(of.read(fct_ad_spend.TABLE)),
    reads=(fct_ad_spend.TABLE,),
    stored_by=(*SHOP, "business_date"),
)
