"""Which row of a sheet is the header of a table of some kind, and the sheet's rows as it has them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from connectors.files.grids import spread_merged
from connectors.files.tabular import Sheet
from connectors.mapping.dictionary import best_name
from connectors.mapping.kinds import needs_of


def continues(header: Sequence[str], known: int, sheet: Sheet, held: tuple[float, int, Sheet, int]) -> bool:
    """Whether a row says all of the header held so far, and more that is known: the second line of a header
    on two lines.
    """
    _, held_known, held_sheet, row = held
    return (
        sheet is held_sheet
        and known > held_known
        and {cell for cell in sheet.head[row] if cell.strip()} <= set(header)
    )


def spread(sheet: Sheet, row: int, kind: str) -> pl.DataFrame:
    """A sheet's rows with merged cells in every row they reach, but for amounts and counts, which may be of
    all these rows together.
    """
    table = sheet.read(row)[0]
    named = {
        str(place): (cell, best_name(cell, kind))
        for place, cell in enumerate(sheet.head[row])
        if cell.strip()
    }
    of_each = {
        place: (cell, "text")
        for place, (cell, best) in named.items()
        if best and not best[0].endswith(("_fen", "_qty"))
    }
    return spread_merged(table, sheet.merges, of_each, ()) if sheet.merges else table


def score_of(header: Sequence[str], kind: str) -> tuple[float, int]:
    """How much a row is like the header of a table of this kind: needed names first, then how much of the row
    is known at all; and the known headers.
    """
    met = [match for cell in header if cell.strip() and (match := best_name(cell, kind))]
    names = {name: max(score for other, score in met if other == name) for name, _ in met}
    needs = needs_of(kind)
    answered = sum(max((names.get(name, 0.0) for name in several), default=0.0) for several in needs) / len(
        needs
    )
    return answered + sum(names.values()) / max(10, len([cell for cell in header if cell.strip()])), sum(
        score == 1.0 for score in names.values()
    )
