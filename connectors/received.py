"""Single rows of an export as they were received, header by header, for whoever wants to see where a figure
comes from. Nothing is typed here.

Personal columns, and columns no layout knows, which may be personal, are stars; in all other text what looks
personal is, as in what is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from connectors.base import Layout, Platform
from connectors.files.personal import mask_texts
from connectors.reading import Aliases, recognise
from connectors.typed import fold
from contracts.intake import SHEET_STEP
from contracts.personal import STARS

#: Row number → header → cell.
Cells = dict[int, dict[str, str]]


def rows_of_file(
    data: bytes, numbers: Iterable[int], *, mappings: Sequence[Platform] = (), aliases: Aliases | None = None
) -> Cells:
    """The rows of a file with these numbers (``_row_number`` as bronze has it).

    Raises FileRefusedError when the file is no export any more.
    """
    found = recognise(data, mappings=mappings, aliases=aliases)
    told: Cells = {}
    for place, sheet in enumerate((found, *found.others)):
        wanted = [number - place * SHEET_STEP for number in numbers if number // SHEET_STEP == place]
        if wanted:
            table, _ = sheet.sheet.read(sheet.header_row)
            rows = table.filter(pl.col("_row_number").is_in(wanted))
            cells = rows.drop("_row_number").rename(
                {str(index): name for index, name in enumerate(_distinct(sheet.header))}
            )
            told |= {
                number + place * SHEET_STEP: row
                for number, row in zip(rows["_row_number"], _masked(found.layout, cells), strict=True)
            }
    return told


def rows_of_page(
    platform: Platform, kind: str, records: Sequence[Mapping[str, object]], numbers: Iterable[int]
) -> Cells:
    """The records of an API page with these numbers, which count from 1."""
    layout = next(item for item in platform.layouts if item.kind == kind and item.source == "api")
    wanted = [number for number in numbers if number <= len(records)]
    headers = list(dict.fromkeys(name for number in wanted for name in records[number - 1]))
    cells = pl.DataFrame(
        [[_text(records[number - 1].get(name)) for name in headers] for number in wanted],
        schema=dict.fromkeys(headers, pl.String),
        orient="row",
    )
    return dict(zip(wanted, _masked(layout, cells), strict=True))


def _masked(layout: Layout, cells: pl.DataFrame) -> list[dict[str, str]]:
    shown = {fold(column.header) for column in layout.columns if not column.personal}
    texts = cells.with_columns(pl.col(name).fill_null("") for name in cells.columns)
    hidden = [name for name in texts.columns if fold(name) not in shown]
    texts = texts.with_columns(
        pl.when(pl.col(name) == "").then(pl.lit("")).otherwise(pl.lit(STARS)).alias(name) for name in hidden
    )
    return mask_texts(texts, [name for name in texts.columns if name not in hidden])[0].to_dicts()


def _distinct(header: Sequence[str]) -> list[str]:
    """Headers that may stand for columns of a table: a repeated or empty one is numbered by its place."""
    seen: set[str] = set()
    names = []
    for place, cell in enumerate(header, 1):
        name = cell.strip() or f"#{place}"
        names.append(f"{name} #{place}" if name in seen else name)
        seen.add(name)
    return names


def _text(value: object) -> str:
    return "" if value is None else str(value)
