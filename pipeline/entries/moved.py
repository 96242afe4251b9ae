"""Every list at once: what they have moved since the last judged build, and which of them changed between two
releases.
"""

from __future__ import annotations

from contextlib import ExitStack

import polars as pl

from pipeline.entries.causes import Cause
from pipeline.entries.changes import Changed, InputChanges, entries_changed, together
from pipeline.entries.found import entry_lists
from warehouse import release
from warehouse.lake import Lake


def input_changes(lake: Lake, *, is_whole: bool = False) -> InputChanges:
    """What entries made since the last judged build, or before any was judged, have a build make anew.

    ``is_whole``: it makes everything anew.
    """
    judged = release.releases(lake)
    found = [InputChanges()]
    with ExitStack() as stack:
        then = stack.enter_context(Lake.open(lake.place, snapshot=judged[-1].snapshot)) if judged else None
        for item in entry_lists():
            rows = tuple(entries_changed(then, lake, book.table) for book in item.books)
            changed = Changed(rows, is_first=not judged, is_whole=is_whole)
            if not changed.is_empty or changed.is_first or is_whole:
                found.append(item.moves(lake, changed))
    return together(found)


def causes_between(before: Lake, after: Lake) -> list[tuple[Cause, pl.DataFrame]]:
    """The reason of each list that figures are made of, with the entries only one of the two has.

    Of two that moved an order the first is named.
    """
    named = sorted(
        (item for item in entry_lists() if item.cause is not None), key=lambda item: not item.is_house
    )
    return [
        (
            item.cause,
            pl.concat([entries_changed(before, after, book.table) for book in item.books], how="diagonal"),
        )
        for item in named
        if item.cause is not None
    ]
