"""The archive: of every release its briefing, as it was written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from metrics.query.access import Viewer
from metrics.reports.association.releases import Month, as_of, entries_of, log_of
from warehouse.signed.approvals import NOBODY, Approvals
from warehouse.signed.briefings import Briefings, Kept
from warehouse.signed.district_log import Entry

__all__ = ["Issue", "Kept", "issues", "read_briefing"]


@dataclass(frozen=True, eq=False)
class Issue:
    """A release and, by format (``html``, ``pdf``, ``docx``), the files of its briefing in one language: none
    before it is made, and of a month of which not one cell is published.

    ``months``: what was released when it was made, its own month last. ``approved``: who approved it and
    when, where it took two people; ``made_by`` who proposed it, empty where nobody did by hand.
    """

    months: tuple[Month, ...]
    files: Mapping[str, Kept]
    made_by: str = ""
    approved: tuple[tuple[str, dt.datetime], ...] = ()

    @property
    def month(self) -> Month:
        """Its month, as this release has it."""
        return self.months[-1]


def issues(viewer: Viewer, language: str) -> list[Issue]:
    """Every release, the newest month's newest first. Raises as ``releases.released`` does."""
    entries = entries_of(viewer)
    kept = [file for file in Briefings(viewer.place).kept() if file.language == language]
    found = [
        Issue(
            as_of(entries, entry.document["number"]),
            {file.ending: file for file in kept if file.number == entry.document["number"]},
            *_people(viewer, entry),
        )
        for entry in entries
    ]
    return sorted(found, key=lambda item: (item.month.name, item.month.number), reverse=True)


def read_briefing(viewer: Viewer, file: Kept) -> bytes:
    """A file's bytes. Raises as ``releases.released`` does, ``NotFoundError`` where there is no such file."""
    log_of(viewer)
    return Briefings(viewer.place).read(file)


def _people(viewer: Viewer, entry: Entry) -> tuple[str, tuple[tuple[str, dt.datetime], ...]]:
    made_by = entry.document["made_by"]
    given = [
        (str(item["approved_by"]), dt.datetime.fromisoformat(item["approved_at"]))
        for item in Approvals(viewer.place).given(entry)
    ]
    return "" if made_by == NOBODY else str(made_by), tuple(given)
