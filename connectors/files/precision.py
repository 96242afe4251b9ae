"""Ids that went through a spreadsheet: cut to 15 digits, or made the nearest number a float can hold."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from contracts.intake import refuse

#: A spreadsheet ruins a column from end to end, so two hundred cells from all over it bear witness as well as
#: all do.
_WITNESSES = 200
#: Shorter numbers are exact in a float; longer ones are no ids.
_SHORTEST, _LONGEST = 18, 38


def check_precision(ids: pl.DataFrame) -> None:
    """Refuse columns of ids (by header, text) that lost digits. Raises FileRefusedError.

    By chance one id in a thousand ends in 000, and a float holds one of 18 digits in 16 and one of 19 in 100:
    each witness counts as much as it proves. In a file of a few rows the columns bear witness together; there
    only 19 digits and more count. An id repeated on many rows is one witness.
    """
    together: set[str] = set()
    for column in ids:
        told = column.drop_nulls()
        long = _long(told.gather_every(1 + told.len() // _WITNESSES))
        if _are_ruined(long, fewest_exact=5):
            raise refuse("ID_PRECISION_LOST", column=column.name.strip())
        together |= long
    if _are_ruined({cell for cell in together if len(cell) > _SHORTEST}, fewest_exact=3):
        raise refuse("ID_PRECISION_LOST", column="、".join(header.strip() for header in ids.columns))


def check_lost(lost: pl.Series, kept: pl.Series, header: str) -> None:
    """Refuse a column most of whose ids are in scientific notation. Raises FileRefusedError."""
    count = int(lost.sum())
    if count > 1 and count >= kept.len() - kept.null_count():
        raise refuse("ID_PRECISION_LOST", column=header.strip())


def _long(cells: Iterable[str | None]) -> set[str]:
    return {
        cell
        for cell in cells
        if cell and _SHORTEST <= len(cell) <= _LONGEST and cell.isascii() and cell.isdigit()
    }


def _are_ruined(long: set[str], *, fewest_exact: int) -> bool:
    cut = sum(cell.endswith("000") for cell in long)
    exact = sum(str(int(float(cell))) == cell for cell in long)
    return (cut >= 2 and 2 * cut >= len(long)) or (exact >= fewest_exact and 5 * exact >= 4 * len(long))


def ruined_rows(ids: pl.DataFrame) -> pl.Series:
    """Rows whose every long id ends in zeros from its sixteenth digit on, as a spreadsheet leaves it: several
    ids, or one of nineteen digits and more.
    """
    suspect = pl.all().str.ends_with("000") & (pl.all().str.len_bytes() >= _SHORTEST)
    suspects = ids.select(pl.any_horizontal(suspect).arg_true()).to_series()
    ruined = [_is_ruined(_long(row)) for row in ids[suspects].iter_rows()]
    return pl.repeat(False, ids.height, eager=True).scatter(suspects, ruined)


def _is_ruined(long: set[str]) -> bool:
    whole = bool(long) and all(set(cell[15:]) == {"0"} for cell in long)
    return whole and (len(long) > 1 or any(len(cell) > _SHORTEST for cell in long))
