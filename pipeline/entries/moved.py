"""Every list at once: what they have moved since the last judged build, and which of them changed between two
releases.
"""

from __future__ import annotations

import polars as pl

from pipeline.build.merging import Touched, together
from pipeline.entries.causes import Cause
from pipeline.entries.changes import Changed
from pipeline.entries.declaration import EntryList
from pipeline.entries.found import entry_lists
from warehouse.changes import Since
from warehouse.lake import Lake


def touched_by_entries(lake: Lake, since: Since, *, is_whole: bool = False) -> Touched:
    """What entries made ``since`` then have a build look at again. ``is_whole``: it makes everything anew."""
    is_first, found = since.snapshot is None, []
    for item in entry_lists():
        changed = Changed(_changed(since, item), is_first=is_first, is_whole=is_whole)
        if not changed.is_empty or is_first or is_whole:
            found.append(item.moves(lake, changed))
    return together(found)


def _changed(since: Since, item: EntryList) -> tuple[pl.DataFrame, ...]:
    """Entries of a list that are gone or have come, whoever entered them whenever, book by book."""
    return tuple(pl.concat(since.rows(book.table)) for book in item.books)


def causes_between(before: Lake, after: Lake) -> list[tuple[Cause, pl.DataFrame]]:
    """The reason of each list that figures are made of, with the entries only one of the two has.

    Of two that moved an order the first is named.
    """
    named = sorted(
        (item for item in entry_lists() if item.cause is not None), key=lambda item: not item.is_house
    )
    since = Since(after, before.snapshot())
    return [
        (
            item.cause,
            pl.concat(_changed(since, item), how="diagonal"),
        )
        for item in named
        if item.cause is not None
    ]
