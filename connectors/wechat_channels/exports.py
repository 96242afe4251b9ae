"""What a WeChat file says outside its cells: the moment in its name, where one is written there, and rows
that are not data.
"""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import polars as pl

from contracts.fields import TIME_ZONE

_STAMP = re.compile(r"(?<!\d)(20\d{12})(?!\d)")

#: The column that names a row, per kind of file.
_NAMING = {"orders": "订单号", "after_sales": "售后单号", "funds": "流水单号"}
_TOTALS = ["合计", "总计", "汇总"]
_EDGES = " \t'\"`\ufeff"


def exported_at(name: str) -> dt.datetime | None:
    """A moment of 14 digits in the name (``…20261124120000.xlsx``, Beijing time); None where there is none.

    How the back-office names its downloads is not publicly known; a merchant may write the moment into the
    name.
    """
    for found in _STAMP.finditer(name):
        try:
            return dt.datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=ZoneInfo(TIME_ZONE))
        except ValueError:
            continue
    return None


def clean(kind: str, layout: str, table: pl.DataFrame) -> pl.DataFrame:
    """Without repeated header rows (two downloads pasted together), total rows and notes beginning with
    ``#``; ``_row_number`` keeps its gaps.
    """
    del layout
    naming = [name for name in table.columns if name.strip(_EDGES) == _NAMING[kind]]
    said = [pl.col(name).str.strip_chars(_EDGES) for name in naming]
    others = [
        (cell.is_in([_NAMING[kind], *_TOTALS]) | cell.str.starts_with("#")).fill_null(False) for cell in said
    ]
    return table.filter(~pl.any_horizontal(others)) if others else table
