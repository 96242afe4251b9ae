"""A header that drifted: which known layout a refused file is nearest to, and which of its headers may be a
known one under a new name.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from connectors.base import Layout, Platform, platforms
from connectors.files.tabular import open_sheets
from connectors.reading import Aliases, fold, near_headers, recognise
from contracts.errors import FileRefusedError


class AliasOffer(BaseModel):
    """What a person may confirm: ``layout`` (``Layout.key``), its headers the file lacks, and their header →
    known ones it may stand for with a score.
    """

    model_config = ConfigDict(frozen=True)

    layout: str
    missing: tuple[str, ...]
    offered: dict[str, tuple[tuple[str, float], ...]]

    @property
    def renames(self) -> list[tuple[str, str, float]]:
        """Their header, a missing one it may stand for, and the score; surest first."""
        near = [
            (theirs, known, score)
            for theirs, names in self.offered.items()
            for known, score in names
            if known in self.missing
        ]
        return sorted(near, key=lambda item: (-item[2], item[:2]))

    @property
    def is_renamed(self) -> bool:
        """Whether nothing but names may be wrong: something near stands for every missing header.

        Otherwise it is another table, to be mapped.
        """
        return bool(self.missing) and {known for _, known, _ in self.renames} == set(self.missing)


def propose_aliases(
    data: bytes, *, mappings: Sequence[Platform] = (), aliases: Aliases | None = None
) -> AliasOffer | None:
    """The offer for a file whose layout is nearly known.

    None for one that is read as it is or is like nothing known. Nothing is learned by this.

    Raises FileRefusedError for what is no table at all.
    """
    sheets = open_sheets(data)
    try:
        found = recognise(data, mappings=mappings, aliases=aliases)
    except FileRefusedError as refused:
        if refused.rule != "MISSING_COLUMN" or "looks_like" not in refused.facts:
            return None
        layout = find_layout(str(refused.facts["looks_like"]), mappings)
        header = max(
            (row for sheet in sheets for row in sheet.head), key=lambda row: len(_common(row, layout))
        )
        return _offer(layout, header)
    # read as it is: a new name of a column nobody requires would only be missed quietly
    offer = _offer(found.layout, found.header)
    return offer if offer.offered else None


def _offer(layout: Layout, header: Sequence[str]) -> AliasOffer:
    present = {fold(cell) for cell in header}
    missing = tuple(
        column.header.strip()
        for column in layout.columns
        if column.required and fold(column.header) not in present
    )
    return AliasOffer(
        layout=layout.key,
        missing=missing,
        offered={theirs: tuple(names) for theirs, names in near_headers(header, layout).items()},
    )


def _common(row: Sequence[str], layout: Layout) -> set[str]:
    return {fold(cell) for cell in row} & {fold(column.header) for column in layout.columns}


def find_layout(key: str, mappings: Sequence[Platform] = ()) -> Layout:
    """The file layout of a full name (``Layout.key``). KeyError when there is none."""
    return {
        layout.key: layout
        for platform in (*platforms().values(), *mappings)
        for layout in platform.layouts
        if layout.source == "file"
    }[key]
