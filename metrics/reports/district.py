"""The association's figures: released cells of the district and nothing else."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from contracts.errors import NotFoundError
from metrics.query.access import Viewer, open_desk
from metrics.query.released import AsOf
from transforms.gold.sales import mart_district_channel_monthly

_TABLE = mart_district_channel_monthly.TABLE
_COLUMNS = [name for name in _TABLE.columns if name != "is_released"]


@dataclass(frozen=True, eq=False)
class District:
    """``rows``: released cells only (month × platform × channel with shares rounded to one point), sorted.

    Cells held back are not there at all.
    """

    rows: pl.DataFrame
    release: int
    as_of: dt.datetime


def district(viewer: Viewer, as_of: AsOf = None) -> District:
    """Released cells for the association, or for an operator who named no merchant.

    Raises ``NotFoundError`` for anybody else.
    """
    if viewer.role == "merchant" or viewer.merchant_id is not None:
        raise NotFoundError(
            "NO_SUCH_PAGE",
            "没有这个页面",
            "no such page",
            step_zh="返回首页",
            step_en="go back to the overview",
        )
    desk = open_desk(viewer, as_of)
    rows = desk.sql(f"SELECT {', '.join(_COLUMNS)} FROM {_TABLE.full_name} ORDER BY ALL")  # noqa: S608
    return District(rows, desk.release.number, desk.release.as_of)
