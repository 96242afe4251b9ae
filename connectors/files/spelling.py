"""How exports spell nothing, and what stands round a cell and means nothing.

The ground under every parser of cells.
"""

from __future__ import annotations

import polars as pl

#: Spellings of an empty cell seen in real exports (platform documents, rule 4).
BLANKS = ["", "-", "--", "—", "——", "/", "null", "'null", "NULL", "N/A"]
#: Blanks of every kind, BOM and marks of no width.
EDGES = (
    " \t\r\n\x0b\x0c\x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
#: What wraps an id besides: apostrophe, backtick, ``="…"``, and a separator that was left behind when ids
#: were listed.
ID_EDGES = EDGES + "='\"`;；,，、|｜"


def trim(raw: pl.Series) -> pl.Series:
    """Text without ``EDGES``; the spellings of nothing become null."""
    text = raw.str.strip_chars(EDGES)
    return text.set(text.is_in(BLANKS), None)


def trim_typed(raw: pl.Series) -> pl.Series:
    """``trim`` for numbers and times, of which 无 says that there is none."""
    text = trim(raw)
    return text.set(text == "无", None)


def to_ascii(text: pl.Series) -> pl.Series:
    """Full-width digits and signs folded to ASCII, only where there is anything to fold."""
    return text.str.normalize("NFKC") if (text.str.len_bytes() != text.str.len_chars()).any() else text
