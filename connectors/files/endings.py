"""A text whose last row no line break ends (RFC 4180 allows it): is that row whole, is it cut off, or can
nobody know?

A cut row has fewer cells than the header, or an open quote. What is left to judge is the last cell, and it
counts as whole only where no honest cell of its column could go on behind it: it is quoted, its kind has an
end (``12.50``, ``20:15:03``, ``5%``), it is as long as all others of a column of one length, or it is a word
the column has elsewhere and no longer one begins with it. A number without such an end is never taken for
whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import polars as pl

from connectors.files import oddities
from connectors.files.delimited import MISFITS
from connectors.files.spelling import EDGES
from contracts.intake import refuse

Verdict = Literal["whole", "cut", "unknown"]


@dataclass(frozen=True)
class Ending:
    """Where a text ends: its last row and last byte before a line break, whether one was there, and the
    column its last cell is of.

    ``place`` and ``header`` are the column's; ``kind`` is one of ``connectors.base.CELLS``, None for a column
    nobody reads.
    """

    row: int
    byte: bytes
    is_open: bool
    place: str
    header: str
    kind: str | None


#: Kinds of cell with an end of their own.
_ENDS = {
    "yuan": re.compile(r"\.[0-9]{2}\s*元?$"),
    "time": re.compile(r"[0-9]:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?$"),
    "time_dmy": re.compile(r"[AP]M$"),
    "time_mdy": re.compile(r"[AP]M$"),
    "date": re.compile(r"^[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}$|^[0-9]{8}$"),
    "epoch_s": re.compile(r"^[0-9]{10}$"),
    "epoch_ms": re.compile(r"^[0-9]{13}$"),
    "rate": re.compile(r"%$"),
}
#: Kinds whose cells are often all of one length; numbers are not among them, for a longer one may come at any
#: time.
_OF_ONE_LENGTH = {"id", "text", "time", "time_dmy", "time_mdy", "date"}
_LONG = 8


def judge_last_cell(cell: str, others: pl.Series, kind: str) -> Verdict:
    """Whether ``cell``, with which a text ends, is all that stood there.

    ``others`` are the column's other cells, ``kind`` one of ``CELLS``.
    """
    told = others.str.strip_chars(EDGES)
    known, bare = told.filter(told != ""), cell.strip(EDGES)
    if not bare:
        return (
            "unknown"
            if others.is_empty() or 0 < known.len() < told.len()
            else "cut"
            if known.len()
            else "whole"
        )
    end = _ENDS.get(kind)
    if end and end.search(bare):
        # a fraction of a second may follow where others have one
        return (
            "unknown"
            if kind == "time" and "." not in bare and known.str.contains(".", literal=True).any()
            else "whole"
        )
    lengths = known.str.len_chars().unique()
    if kind in _OF_ONE_LENGTH and lengths.len() == 1 and lengths[0] >= _LONG and len(bare) <= lengths[0]:
        return "whole" if len(bare) == lengths[0] else "cut"
    if end and known.len() > 1 and known.str.contains(end.pattern).all():
        return "cut"
    if kind == "text" and (known == bare).any() and not (known.str.starts_with(bare) & (known != bare)).any():
        return "whole"
    return "unknown"


def check_last_row(
    table: pl.DataFrame, misfits: pl.DataFrame, ending: Ending
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``table`` and ``misfits`` (as ``Sheet.read``) of a text that may be cut off: a row whose last cell may
    not be whole becomes a misfit (CUT_OFF).

    Raises FileRefusedError TRUNCATED for a row that is cut.
    """
    ragged = misfits.filter((pl.col("_row_number") == ending.row) & (pl.col("rule_name") == "RAGGED_ROW"))
    if ending.is_open and ragged.height and oddities.misfit_notices(ragged)[0].height:
        raise refuse("TRUNCATED", row=ending.row)
    is_last = table["_row_number"] == ending.row
    if ragged.height or not is_last.any():  # a footer, a blank line
        return table, misfits
    cell, others = table.filter(is_last)[ending.place][0], table.filter(~is_last)[ending.place]
    if cell.endswith("\n") and (
        ending.byte != b'"' or cell.endswith('"\n')
    ):  # the line break behind a quote nobody closed
        raise refuse("TRUNCATED", row=ending.row, column=ending.header)
    is_quoted = ending.byte == b'"' and not others.str.contains('"', literal=True).any()
    if not ending.is_open or ending.kind is None or is_quoted:
        return table, misfits
    verdict = judge_last_cell(cell, others, ending.kind)
    if verdict == "cut":
        raise refuse("TRUNCATED", row=ending.row, column=ending.header)
    if verdict == "whole":
        return table, misfits
    doubtful = pl.DataFrame([(ending.row, cell, "CUT_OFF")], schema=MISFITS, orient="row")
    return table.filter(~is_last), pl.concat([misfits, doubtful])
