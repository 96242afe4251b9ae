"""What advertising took, cash and grants apart, one report at a time: reports of one platform tell the same
money again (metrics.md 2.3).
"""

from __future__ import annotations

import polars as pl

from contracts.errors import no_such_page
from metrics.query.access import Viewer, open_desk, require
from metrics.query.question import Period
from metrics.query.released import AsOf
from transforms.gold.advertising.mart_ad_daily import SUMS, TABLE


def ad_spend(viewer: Viewer, *, period: Period | None = None, as_of: AsOf = None) -> pl.DataFrame:
    """Per shop, report and use of the viewer's merchant: spend, cash, grants and what is untold (``SUMS``),
    ``days_qty``, largest first.

    ``ad_use_code`` tells whether they count as the shop's spend: a report that counts on some days and not on
    others has a row for each. Only rows that count may be added up. Nothing for an operator who named no
    merchant. Raises ``NotFoundError`` for the association.
    """
    require(viewer)
    if viewer.role == "association":
        raise no_such_page()
    desk = open_desk(viewer, as_of)
    rows = desk.sql(f"SELECT * FROM {TABLE.full_name}") if viewer.merchant_id else TABLE.empty()  # noqa: S608 - names are declared
    if period:
        rows = rows.filter(pl.col("business_date").is_between(*period))
    group = ["shop_id", "platform_code", "ad_family_code", "ad_use_code"]
    return (
        rows.group_by(group)
        .agg(pl.col(SUMS).sum(), days_qty=pl.col("business_date").n_unique())
        .sort("spent_fen", *group, descending=[True, *([False] * len(group))])
    )
