"""Many columns of one table read in one pass: cells of the one usual spelling as expressions, only the others by the parsers that know every spelling.

Nearly all cells of an export are of one spelling, and a parser for all is several times slower; a call per column and step costs more than its work.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from connectors import clocks
from connectors.cells import READERS
from connectors.spelling import BLANKS, EDGES, ID_EDGES


@dataclass(frozen=True)
class Cells:
    """One column as read: the typed ``value``, which cells are ``bad`` (None: none is), and whether every cell is of the usual spelling or empty."""

    value: pl.Series
    bad: pl.Series | None = None
    is_plain: bool = False


#: The value of a cell, and whether this is not for the usual spelling to say. A cell without a value that is not odd is empty.
_Plain = Callable[[pl.Expr], tuple[pl.Expr, pl.Expr]]


def _text(raw: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    text = raw.str.strip_chars(EDGES)
    return pl.when(~text.is_in(BLANKS)).then(text), pl.lit(False)


def _id(raw: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    text = raw.str.strip_chars(ID_EDGES)
    return pl.when(~text.is_in(["", "-"])).then(text), ~text.str.contains(r"^(?:[0-9]{1,40}|-?)$")


def _yuan(raw: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    fen = raw.str.replace_all(",", "", literal=True).cast(pl.Decimal(18, 2), strict=False).to_physical().cast(pl.Int64)
    return fen, ~raw.str.contains(r"^(?:-?(?:[0-9]{1,13}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.[0-9]{1,2})?|-?)$")


def _whole(raw: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    return raw.cast(pl.Int64, strict=False), ~raw.str.contains(r"^(?:-?[0-9]{1,15}|-?)$")


def _time(raw: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    value = clocks.on_the_clock(raw.str.to_datetime(clocks.USUAL, time_unit="us", strict=False))
    return value, value.is_null() & ~raw.is_in(["", "-"])


_PLAIN: dict[str, _Plain] = {"text": _text, "id": _id, "yuan": _yuan, "fen": _whole, "int": _whole, "time": _time}


@lru_cache(maxsize=256)
def _asked(wanted: tuple[tuple[str, str], ...]) -> tuple[list[pl.Expr], list[pl.Expr]]:
    """Values and oddities of the columns that have a usual spelling. Making the expressions takes longer than reading a small file by them."""
    plain = {place: _PLAIN[kind](pl.col(header)) for place, (header, kind) in enumerate(wanted) if kind in _PLAIN}
    return [value.alias(f"value {place}") for place, (value, _) in plain.items()], [
        odd.fill_null(True).alias(f"odd {place}") for place, (_, odd) in plain.items()
    ]


def read_columns(table: pl.DataFrame, wanted: Sequence[tuple[str, str]]) -> list[Cells]:
    """Columns of text (header, kind of cell) as typed values with a mask of what could not be read, in the order of ``wanted``."""
    values, odds = _asked(tuple(wanted))
    found = table.lazy().select(*values, *odds).collect(engine="in-memory")  # it is in memory: the streaming engine takes half as long again
    is_odd = found.select(pl.col("^odd .*$").any()).row(0, named=True) if odds else {}
    return [_read(table[header], kind, place, found, is_odd.get(f"odd {place}")) for place, (header, kind) in enumerate(wanted)]


def _read(raw: pl.Series, kind: str, place: int, found: pl.DataFrame, is_odd: bool | None) -> Cells:
    """One column: as ``found``, its odd cells by the parser that knows every spelling; all of them where a kind has no usual one (None)."""
    if is_odd is None:
        return Cells(*READERS[kind](raw))
    value = found[f"value {place}"]
    if not is_odd:
        return Cells(value, is_plain=True)
    odd = found[f"odd {place}"].arg_true()
    values, bad = READERS[kind](raw.gather(odd))
    bad = bad.fill_null(False)
    return Cells(value.scatter(odd, values), pl.repeat(False, len(raw), eager=True).scatter(odd, bad) if bad.any() else None)
