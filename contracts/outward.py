"""Tables on their way out of the house: every CSV we write goes through here, so that no cell of a merchant's
becomes a formula.

A product title or nickname is stored as it came; a spreadsheet that opens it would run ``=cmd|…``. Source:
OWASP ASVS 5.0, 1.2.10; RFC 4180.
"""

from __future__ import annotations

import polars as pl

#: What a line of a cell may begin with to be taken for a formula, also in full width and behind blanks and
#: marks nobody sees.
_FORMULA = r"(?m)^([\s\x00\u{feff}\u{200b}\u{200e}\u{200f}\u{202a}-\u{202e}]*[=+\-@＝＋－＠|%]|[\t\r\x00])"
_NUMBER = r"^[+-]?[0-9][0-9,]*(\.[0-9]+)?%?$"


def neutralised(frame: pl.DataFrame) -> pl.DataFrame:
    """``frame`` with an apostrophe before each line of text that a spreadsheet might run.

    Text that is a plain number stays one.
    """
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    return frame.with_columns(
        pl.when(pl.col(name).str.contains(_NUMBER))
        .then(pl.col(name))
        .otherwise(pl.col(name).str.replace_all(_FORMULA, "'$1"))
        .alias(name)
        for name in texts
    )


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """A CSV as a spreadsheet opens it rightly in China: UTF-8 with its mark, every text cell neutralised,
    nested values as JSON.
    """
    return (
        b"\xef\xbb\xbf"
        + neutralised(_flat(frame)).write_csv(quote_style="necessary", line_terminator="\r\n").encode()
    )


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    nested = [name for name, dtype in frame.schema.items() if dtype.is_nested()]
    return frame.with_columns(pl.struct(name).struct.json_encode().alias(name) for name in nested)
