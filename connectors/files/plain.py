"""Many columns of one table read in one pass: cells of the one usual spelling as expressions, only the others
by the parsers that know every spelling.

Nearly all cells of an export are of one spelling, and a parser for all is several times slower; a call per
column and step costs more than its work.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from connectors.files import clocks
from connectors.files.cells import READERS
from connectors.files.spelling import BLANKS, EDGES, ID_EDGES


@dataclass(frozen=True)
class Cells:
    """One column as read: the typed ``value``, which cells are ``bad`` (None: none is), and whether every
    cell is of the usual spelling or empty.
    """

    value: pl.Series
    bad: pl.Series | None = None
    is_plain: bool = False


@dataclass(frozen=True)
class _Usual:
    """The usual spelling of one kind: a cell's ``step`` on the way to its ``value``, and whether the cell is
    ``odd``: not for this spelling to say.

    ``odd`` is asked of the cell, the step and the value (None: no cell ever is). A cell without a value that
    is not odd is empty.
    """

    step: Callable[[pl.Expr], pl.Expr]
    value: Callable[[pl.Expr], pl.Expr]
    odd: Callable[[pl.Expr, pl.Expr, pl.Expr], pl.Expr] | None


_YUAN = r"^(?:-?(?:[0-9]{1,13}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.[0-9]{1,2})?|-?)$"
_WHOLE = _Usual(
    lambda raw: raw.cast(pl.Int64, strict=False),
    lambda number: number,
    lambda raw, _number, _value: ~raw.str.contains(r"^(?:-?[0-9]{1,15}|-?)$"),
)
_USUAL = {
    "text": _Usual(
        lambda raw: raw.str.strip_chars(EDGES), lambda text: pl.when(~text.is_in(BLANKS)).then(text), None
    ),
    "id": _Usual(
        lambda raw: raw.str.strip_chars(ID_EDGES),
        lambda text: pl.when(~text.is_in(["", "-"])).then(text),
        lambda _raw, text, _value: ~text.str.contains(r"^(?:[0-9]{1,40}|-?)$"),
    ),
    "yuan": _Usual(
        lambda raw: raw.str.replace_all(",", "", literal=True),
        lambda number: number.cast(pl.Decimal(18, 2), strict=False).to_physical().cast(pl.Int64),
        lambda raw, _number, _value: ~raw.str.contains(_YUAN),
    ),
    "fen": _WHOLE,
    "int": _WHOLE,
    "time": _Usual(
        lambda raw: raw.str.to_datetime(clocks.USUAL, time_unit="us", strict=False),
        clocks.on_the_clock,
        lambda raw, _wall, value: value.is_null() & ~raw.is_in(["", "-"]),
    ),
}

_Stages = tuple[list[pl.Expr], list[pl.Expr], list[pl.Expr]]


@lru_cache(maxsize=256)
def _stages(wanted: tuple[tuple[str, str], ...]) -> _Stages:
    """Steps, values and oddities of the columns that have a usual spelling.

    Making the expressions takes longer than reading a small file by them.
    """
    usual = [(place, header, _USUAL[kind]) for place, (header, kind) in enumerate(wanted) if kind in _USUAL]
    return (
        [spelt.step(pl.col(header)).alias(f"step {place}") for place, header, spelt in usual],
        [spelt.value(pl.col(f"step {place}")).alias(f"value {place}") for place, _, spelt in usual],
        [
            spelt.odd(pl.col(header), pl.col(f"step {place}"), pl.col(f"value {place}"))
            .fill_null(True)
            .alias(f"odd {place}")
            for place, header, spelt in usual
            if spelt.odd
        ],
    )


def read_columns(table: pl.DataFrame, wanted: Sequence[tuple[str, str]]) -> list[Cells]:
    """Columns of text (header, kind of cell) as typed values with a mask of what could not be read, in the
    order of ``wanted``.
    """
    steps, values, odds = _stages(tuple(wanted))
    # stages are written out and nothing is left to find: looking for it costs as much as reading a small file
    asked = table.lazy().with_columns(steps).with_columns(values).with_columns(odds)
    found = asked.collect(engine="in-memory", optimizations=pl.QueryOptFlags.none())
    is_odd = found.select(pl.col("^odd .*$").any()).row(0, named=True) if odds else {}
    return [
        _read(table[header], kind, place, found, is_odd.get(f"odd {place}", False))
        for place, (header, kind) in enumerate(wanted)
    ]


def _read(raw: pl.Series, kind: str, place: int, found: pl.DataFrame, is_odd: bool) -> Cells:
    """One column: as ``found``, its odd cells by the parser that knows every spelling.

    All of them where a kind has no usual one.
    """
    if kind not in _USUAL:
        return Cells(*READERS[kind](raw))
    value = found[f"value {place}"]
    if not is_odd:
        return Cells(value, is_plain=True)
    odd = found[f"odd {place}"].arg_true()
    values, bad = READERS[kind](raw.gather(odd))
    bad = bad.fill_null(False)
    return Cells(
        value.scatter(odd, values),
        pl.repeat(False, len(raw), eager=True).scatter(odd, bad) if bad.any() else None,
    )
