"""Rows of cells with merged ones, as workbooks and marked-up tables have them: collected cell by cell, given
out as a frame of text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest

import polars as pl

from connectors.files.delimited import MAX_CELL_BYTES, MAX_COLUMNS
from connectors.files.spelling import EDGES
from contracts.intake import refuse

#: A spreadsheet's own limit of rows, and the cells of one table that are held at all.
MAX_ROWS = 1_048_576
_MAX_CELLS = 50_000_000


#: A cell that is a number, a moment or a number of something: no header has one.
_IS_VALUE = re.compile(r"^\W*[0-9]|[0-9]{4,}")


@dataclass(frozen=True)
class Merge:
    """Cells that are one: its first and last row (1-based in the file) and column (0-based), all included.

    The first one holds the value.
    """

    first_row: int
    last_row: int
    first_place: int
    last_place: int

    @property
    def name(self) -> str:
        """As a spreadsheet writes it: ``A2:A4``."""
        return f"{_letters(self.first_place)}{self.first_row}:{_letters(self.last_place)}{self.last_row}"


def _letters(place: int) -> str:
    text = ""
    while place >= 0:
        text, place = chr(ord("A") + place % 26) + text, place // 26 - 1
    return text


@dataclass
class Grid:
    """One table under way. ``unread`` are rows (1-based) with a cell that holds an error."""

    name: str = ""
    is_visible: bool = True
    rows: list[list[str | None]] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    unread: set[int] = field(default_factory=set)
    _covered: dict[int, int] = field(
        default_factory=dict
    )  # column → the last row a cell from above reaches down to

    def start_row(self, number: int | None = None) -> None:
        """Go on to the next row, or to row ``number`` (1-based)."""
        wanted = len(self.rows) + 1 if number is None else number
        if not len(self.rows) < wanted <= MAX_ROWS:
            raise refuse("BAD_WORKBOOK", row=wanted)
        self.rows += [[] for _ in range(wanted - len(self.rows))]

    def add(
        self, text: str, *, across: int = 1, down: int = 1, place: int | None = None, is_error: bool = False
    ) -> None:
        """Put a cell at the next free place of the row, or at ``place`` (0-based).

        Raises FileRefusedError for too many columns and an enormous cell.
        """
        if not self.rows:
            self.start_row()
        row, number = self.rows[-1], len(self.rows)
        at = len(row) if place is None else place
        while place is None and self._covered.get(at, 0) >= number:
            at += 1
        across, down = max(1, across), min(max(1, down), MAX_ROWS)
        if at + across > MAX_COLUMNS:
            raise refuse("TOO_MANY_COLUMNS", columns=at + across, limit=MAX_COLUMNS)
        if len(text) > MAX_CELL_BYTES:
            raise refuse("CELL_TOO_LARGE", limit=MAX_CELL_BYTES)
        row += [None] * (at + across - len(row))
        row[at] = text if text.strip(EDGES) else None
        if is_error:
            self.unread.add(number)
        if across > 1 or down > 1:
            self.merges.append(Merge(number, number + down - 1, at, at + across - 1))
            self._covered |= dict.fromkeys(range(at, at + across), number + down - 1)

    @property
    def width(self) -> int:
        """Columns of the widest row."""
        return max(map(len, self.rows), default=0)

    def frame(self) -> pl.DataFrame:
        """The cells as text, null where nothing stands; columns by their places.

        Raises FileRefusedError for more cells than can be held.
        """
        width = self.width
        if width * len(self.rows) > _MAX_CELLS:
            raise refuse("UNPACKED_TOO_LARGE", cells=width * len(self.rows), limit=_MAX_CELLS)
        columns = {
            str(place): [row[place] if place < len(row) else None for row in self.rows]
            for place in range(width)
        }
        return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def filled_head(head: Sequence[list[str]], merges: Sequence[Merge]) -> list[list[str]]:
    """The first rows of a table, a header over two lines as one: the word of a cell merged downwards stands
    in each row it reaches.

    So does a word above a blank cell of a second line that is words only.
    """
    rows = [list(row) for row in head]
    for merge in merges:
        for number in range(merge.first_row, min(merge.last_row, len(rows))):
            if (
                merge.first_row >= 1
                and merge.first_place < len(rows[number])
                and not rows[number][merge.first_place]
            ):
                rows[number][merge.first_place] = rows[merge.first_row - 1][merge.first_place]
    return [rows[0], *(_continued(above, row) for above, row in pairwise(rows))] if rows else []


def _continued(above: list[str], row: list[str]) -> list[str]:
    """A row of words with the words above its blank cells, where both are words only: a header may stand on
    two lines without merged cells.
    """
    said = [cell for cell in (*above, *row) if cell.strip(EDGES)]
    is_header = sum(bool(cell.strip(EDGES)) for cell in above) > 1 and any(cell.strip(EDGES) for cell in row)
    if not is_header or any(_IS_VALUE.search(cell) for cell in said):
        return row
    return [cell if cell.strip(EDGES) else higher for cell, higher in zip_longest(row, above, fillvalue="")][
        : max(len(row), len(above))
    ]


#: Kinds of cell that say the same of every row a merged cell stands beside; of an amount or a count nobody
#: knows whether it is each row's or all rows'.
_OF_EACH_ROW = {"text", "id", "time", "time_dmy", "time_mdy", "time_serial", "date", "epoch_s", "epoch_ms"}


def spread_merged(
    table: pl.DataFrame,
    merges: Sequence[Merge],
    read: Mapping[str, tuple[str, str]],
    repeated: Collection[str],
) -> pl.DataFrame:
    """``table`` (as ``Sheet.read``) with the value of each cell merged downwards in every row it reaches.

    ``read`` are the columns somebody reads: place → header and kind of cell; ``repeated`` the headers of
    amounts that are known to stand for all of an order's rows. Raises FileRefusedError MERGED_CELLS for any
    other amount or count over several rows.
    """
    numbers, values = table["_row_number"], dict[str, dict[int, str]]()
    for merge in merges:
        place = str(merge.first_place)
        header, kind = read.get(place, ("", ""))
        held = (
            table.filter(numbers == merge.first_row)[place]
            if header and merge.last_row > merge.first_row
            else None
        )
        if held is None or held.is_empty() or held[0] is None:
            continue
        if kind not in _OF_EACH_ROW and header not in repeated:
            raise refuse("MERGED_CELLS", cells=merge.name, column=header)
        values.setdefault(place, {}).update(
            dict.fromkeys(range(merge.first_row + 1, merge.last_row + 1), held[0])
        )
    told = [
        pl.col(place).fill_null(numbers.replace_strict(cells, default=None, return_dtype=pl.String))
        for place, cells in values.items()
    ]
    return table.with_columns(told) if told else table
