"""The archive: of every release its briefing, as it was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from metrics.query.access import Viewer
from metrics.reports.association.releases import Month, as_of, entries_of, log_of
from warehouse.signed.briefings import Briefings, Kept

__all__ = ["Issue", "Kept", "issues", "read_briefing"]


@dataclass(frozen=True, eq=False)
class Issue:
    """A release and, by format (``html``, ``pdf``, ``docx``), the files of its briefing in one language: none
    before it is made, and of a month of which not one cell is published.

    ``months``: what was released when it was made, its own month last.
    """

    months: tuple[Month, ...]
    files: Mapping[str, Kept]

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
        )
        for entry in entries
    ]
    return sorted(found, key=lambda item: (item.month.name, item.month.number), reverse=True)


def read_briefing(viewer: Viewer, file: Kept) -> bytes:
    """A file's bytes. Raises as ``releases.released`` does, ``NotFoundError`` where there is no such file."""
    log_of(viewer)
    return Briefings(viewer.place).read(file)
