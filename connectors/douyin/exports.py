"""What a Douyin file says outside its cells: the moment of export in its name, and rows that are not data."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import polars as pl

from contracts.fields import TIME_ZONE

_UNIX_PREFIX = re.compile(r"^([1-3]\d{9})_")
_WRITTEN_OUT = re.compile(r"^售后单-(\d{4}-\d{2}-\d{2} \d{2}_\d{2}_\d{2})\.")
_NAMING = {"orders": ["主订单编号"], "after_sales": ["售后单号"], "live_sessions": ["主播昵称", "主播抖音号"]}
_TOTALS = ["合计", "总计", "全部", "整体"]
_EDGES = " \t\ufeff"


def exported_at(name: str) -> dt.datetime | None:
    """The export moment in a file name: ``<unix seconds>_….csv`` of orders, ``售后单-YYYY-MM-DD HH_MM_SS.xlsx`` of after-sales. None where there is none.

    The live list's name only tells the days covered (``直播明细_自营账号_20260701_20260731.xlsx``).
    """
    if found := _UNIX_PREFIX.match(name):
        return dt.datetime.fromtimestamp(int(found[1]), ZoneInfo(TIME_ZONE))
    if found := _WRITTEN_OUT.match(name):
        try:
            return dt.datetime.strptime(found[1], "%Y-%m-%d %H_%M_%S").replace(tzinfo=ZoneInfo(TIME_ZONE))
        except ValueError:
            return None
    return None


def clean(kind: str, layout: str, table: pl.DataFrame) -> pl.DataFrame:
    """Without repeated header rows (two downloads pasted together) and total rows (合计, 总计, 全部, 整体); ``_row_number`` keeps its gaps."""
    del layout
    naming = [name for name in table.columns if any(known in name for known in _NAMING[kind])]
    said = [pl.col(name).str.strip_chars(_EDGES).is_in([*_NAMING[kind], *_TOTALS]).fill_null(False) for name in naming]
    return table.filter(~pl.any_horizontal(said)) if said else table
