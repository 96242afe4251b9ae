"""What a Xiaohongshu file says outside its cells: the moment of export in its name, and rows that are not
data.
"""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import polars as pl

from contracts.fields import TIME_ZONE

_STAMP = re.compile(r"(20\d{2}-\d{2}-\d{2})[-_ ](\d{2})_(\d{2})_")
_TOTALS = ("总计", "合计", "汇总")
_BROKEN_DOWN_BY = ("投放类型", "计划名称", "单元名称", "创意ID", "笔记ID")


def exported_at(name: str) -> dt.datetime | None:
    """The moment in names like ``小红书订单查询2026-06-08-15_11_383f4ff8.xlsx``, to the minute: what follows
    it may be seconds or a fingerprint.
    """
    found = _STAMP.search(name)
    if found is None:
        return None
    try:
        return dt.datetime.strptime(" ".join(found.groups()), "%Y-%m-%d %H %M").replace(
            tzinfo=ZoneInfo(TIME_ZONE)
        )
    except ValueError:
        return None


def clean(kind: str, layout: str, table: pl.DataFrame) -> pl.DataFrame:
    """Without total rows; a total under an amount could be taken for money. ``_row_number`` keeps its gaps.

    An advertising report broken down by plan or note writes a total below each day too, in the column it is
    broken down by.
    """
    del layout
    names = [name for name in table.columns if name != "_row_number"]
    places = (
        names[:1]
        if kind != "ads"
        else [name for name in names if name == names[0] or name.strip() in _BROKEN_DOWN_BY]
    )
    said = [pl.col(name).str.strip_chars().fill_null("") for name in places]
    return table.filter(~pl.any_horizontal(cell.str.starts_with(word) for cell in said for word in _TOTALS))
