"""What an import or an entry did to figures: before, after, and how far apart, a column for each figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from dashboards.parts.page.table import show_table
from metrics.query.access import Viewer
from metrics.reports.sheets import Column, Sheet

_TYPES = {"fen": pl.Int64, "count": pl.Int64, "fraction": pl.Float64, "ratio": pl.Float64}


def show_moves(
    viewer: Viewer,
    title: str,
    kinds: Mapping[str, str],
    lines: Mapping[str, Sequence[int | float | None]],
) -> None:
    """``kinds``: what each figure is called → its kind of column; ``lines``: before, after … → a value each,
    null where it is unknown.
    """
    columns = {"line": Column(title, title)} | {
        name: Column(name, name, kind) for name, kind in kinds.items()
    }
    schema = {"line": pl.String()} | {name: _TYPES[kind]() for name, kind in kinds.items()}
    rows = [(line, *values) for line, values in lines.items()]
    sheet = Sheet(title, columns, pl.DataFrame(rows, schema=schema, orient="row"))
    show_table(viewer, sheet, leads=["line"], is_released=False)
