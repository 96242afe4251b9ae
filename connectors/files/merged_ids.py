"""Cells of an id column that hold several ids: whoever merged the rows added their money up, and no one can
tell whose is whose.
"""

from __future__ import annotations

import polars as pl

from connectors.base import Column
from connectors.files.spelling import ID_EDGES, to_ascii

#: Ids of the things rows are matched by, besides those a layout demands of every row.
_NAMES = ("order_id", "order_line_id", "refund_id")
#: No platform writes these inside an id (full-width forms are folded first); ids do hold ``-``, ``_``, ``.``
#: and ``:``.
_SEPARATOR = r"[;,、|\t\r\n]"
_PART = r"[^;,、|\t\r\n]*[0-9][^;,、|\t\r\n]*"
#: Blanks and slashes may stand inside one id (``6931 5704``, ``SO/2026/17``), but not between stretches as
#: long as whole ids.
_WHOLE = r"[A-Za-z0-9_-]{10,}"
#: So many digits are an id by themselves: two such stretches are two, whatever stands between them.
_DIGITS = r"[0-9]{15,}"
_MERGED = (
    rf"^{_PART}(?:{_SEPARATOR}+{_PART})+$|^{_WHOLE}(?:[\s/+&]+{_WHOLE})+$|{_DIGITS}[^0-9A-Za-z]+{_DIGITS}"
)


def merged_ids(column: Column, raw: pl.Series) -> pl.Series | None:
    """Mask the cells of an id column that hold more than one id; None for a column whose ids match
    nothing.
    """
    if column.cell != "id" or not (column.filled or column.name in _NAMES):
        return None
    return holds_several_ids(raw)


def holds_several_ids(raw: pl.Series) -> pl.Series:
    """Which cells hold more than one id."""
    return to_ascii(raw).str.strip_chars(ID_EDGES).str.contains(_MERGED).fill_null(False)
