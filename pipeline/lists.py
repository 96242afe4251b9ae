"""A list a person fills in (CSV) on its way in: cells as text by our names, each with the row it stands in."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence

import polars as pl

from connectors.encodings import to_utf8
from contracts.errors import FileRefusedError

#: A list of some ten thousand entries.
MAX_BYTES = 4 * 1024 * 1024


def read_list(name: str, data: bytes, header: Mapping[str, str], bad_file: Callable[..., FileRefusedError]) -> pl.DataFrame:
    """The cells below ``header`` (as written → our name), in any order of columns, trimmed, empty ones null, beside ``row`` (the header is row 1).

    Blank rows are left out. Raises what ``bad_file(name, **facts)`` makes for an unreadable or too large file, another header, or a row of another width.
    """
    if len(data) > MAX_BYTES:
        raise bad_file(name, bytes=len(data), limit=MAX_BYTES)
    try:
        text, _ = to_utf8(data)
        lines = list(csv.reader(io.StringIO(text.decode()), strict=True))
    except (csv.Error, UnicodeDecodeError) as error:
        raise bad_file(name, detail=str(error)[:80]) from None
    head = [cell.strip() for cell in lines[0]] if lines else []
    if sorted(head) != sorted(header):
        raise bad_file(name, missing="、".join(sorted(set(header) - set(head))), unknown="、".join(sorted(set(head) - set(header)))[:200])
    told = [(number, cells) for number, cells in enumerate(lines[1:], start=2) if any(cell.strip() for cell in cells)]
    odd = [number for number, cells in told if len(cells) != len(head)]
    if odd or not told:
        raise bad_file(name, **({"row": odd[0]} if odd else {}))
    columns = {header[cell]: [cells[place].strip() or None for _, cells in told] for place, cell in enumerate(head)}
    return pl.DataFrame({"row": [number for number, _ in told], **columns}, schema={"row": pl.Int64, **dict.fromkeys(columns, pl.String)})


def template(header: Mapping[str, str], examples: Sequence[tuple[str, ...]]) -> str:
    """The list to fill in, as CSV with examples."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([tuple(header), *examples])
    return out.getvalue()
