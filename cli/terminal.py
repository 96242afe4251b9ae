"""Where the terminal's words go: sentences, tables whose ids can be copied, JSON for programs."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

OUT = Console(highlight=False)

#: Columns of what people copy: a table becomes wider than the screen rather than break one of these.
_WHOLE = {
    "号 / no.",
    "编号 / id",
    "店铺 / shop",
    "商家 / merchant",
    "规则 / rule",
    "表 / table",
    "种类 / kind",
    "凭据 / credential",
}
#: Other columns are folded, but not narrower than this.
_READABLE = 16


def print_json(document: object) -> None:
    """One JSON document; days and instants in ISO 8601."""
    print(json.dumps(document, ensure_ascii=False, default=_plain, indent=1))


def _plain(value: object) -> str:
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    raise TypeError(f"not JSON: {type(value).__name__}")


def print_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], whole: Collection[str] = ()
) -> None:
    """A table as wide as the screen, or as what must not be broken in it: ``_WHOLE`` columns and those named
    ``whole``.
    """
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    table = Table(title=title, title_justify="left", show_lines=False)
    least, unbroken = 1, _WHOLE.union(whole)
    for place, column in enumerate(columns):
        numeric = bool(rows) and all(
            isinstance(row[place], int | float) or row[place] is None for row in rows
        )
        widest = max((cell_len(row[place]) for row in cells), default=1)
        width = max(cell_len(column), widest if column in unbroken else min(widest, _READABLE))
        least += width + 3
        table.add_column(
            column,
            justify="right" if numeric else "left",
            overflow="fold",
            min_width=width,
            no_wrap=column in unbroken,
        )
    for row in cells:
        table.add_row(*map(Text, row))
    Console(highlight=False, width=max(OUT.width, least)).print(table)
