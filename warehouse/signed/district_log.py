"""The log of the district's releases: signed documents in a row, each naming the one before, never written
twice.

Documents only, all that anybody is shown. What they were made of is kept by ``pipeline.district.kept``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from contracts.errors import UsageError
from warehouse.place import Place
from warehouse.signed.approvals import Approvals
from warehouse.signed.entry import Document, Entry, name_of, read_entry, write_once
from warehouse.signed.proposals import taken

__all__ = ["Document", "Entry", "ReleaseLog"]


@dataclass(frozen=True)
class ReleaseLog:
    """The releases of one installation, under ``district/`` of its home."""

    place: Place

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self.place.district / "releases"

    def files(self) -> list[Path]:
        """The documents' files, the first release first."""
        return sorted(self.folder.glob("*.json"))

    def months(self) -> set[str]:
        """Which months were released. Raises as ``entries`` does."""
        return {entry.document["month"] for entry in self.entries()}

    def entries(self) -> list[Entry]:
        """Every release, the first one first.

        Raises ``UsageError`` LOG_DAMAGED when a signature, the chain or a number does not hold, or when too
        few people stand behind a release that takes two.
        """
        found: list[Entry] = []
        approvals = Approvals(self.place)
        for number, path in enumerate(self.files(), start=1):
            entry = read_entry(path)
            last = found[-1].sha256 if found else None
            is_whole = (
                entry is not None
                and path.stem == name_of(number)
                and entry.document["number"] == number
                and entry.document["previous_sha256"] == last
                and (not found or entry.signature.public_key == found[0].signature.public_key)
                and entry.is_signed
                and approvals.hold(entry)
            )
            if entry is None or not is_whole:
                raise UsageError(
                    "LOG_DAMAGED",
                    "协会发布记录被改动或不完整",
                    "the district's release log was changed or is incomplete",
                    step_zh="从备份恢复 district 文件夹",
                    step_en="restore the district folder from backup",
                    file=path.name,
                )
            found.append(entry)
        return found

    def append(self, entry: Entry) -> None:
        """Keep a signed document for good.

        Raises ``UsageError`` ALREADY_RELEASED when another process took its number.
        """
        if not write_once(self.folder / f"{entry.name}.json", entry):
            raise taken(entry.document["number"])
