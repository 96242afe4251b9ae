"""What advertising took, cash and grants apart, one report at a time: reports of one platform tell the same money again (metrics.md 2.3)."""

from __future__ import annotations

import polars as pl

from contracts.errors import NotFoundError
from metrics.access import Viewer, open_desk, require
from metrics.question import Period
from metrics.released import AsOf
from transforms.gold.mart_ad_daily import TABLE


def ad_spend(viewer: Viewer, *, period: Period | None = None, as_of: AsOf = None) -> pl.DataFrame:
    """Per shop and report of the viewer's merchant: ``spent_fen``, of it ``spent_cash_fen``, ``spent_grant_fen`` and ``ad_untold_fen``, largest first.

    Rows of one shop may tell the same money: they are not to be added up. Nothing for an operator who named no merchant. Raises ``NotFoundError`` for the
    association.
    """
    require(viewer)
    if viewer.role == "association":
        raise NotFoundError("NO_SUCH_PAGE", "没有这个页面", "no such page", step_zh="返回首页", step_en="go back to the overview")
    desk = open_desk(viewer, as_of)
    rows = desk.sql(f"SELECT * FROM {TABLE.full_name}") if viewer.merchant_id else TABLE.empty()  # noqa: S608 - names are declared
    if period:
        rows = rows.filter(pl.col("business_date").is_between(*period))
    group = ["shop_id", "platform_code", "ad_family_code"]
    return rows.group_by(group).agg(pl.col(TABLE.required).sum()).sort("spent_fen", *group, descending=[True, False, False, False])
