"""Who stands behind a release that takes two people: one signed document for each approval, and for each
proposal that was withdrawn. Both name the proposal by its sha256, and are kept for good.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path

from warehouse.place import Place
from warehouse.signed.entry import Document, Entry, read_entry, sign_document, write_once

#: What a document says that takes two people, and how many that is.
TWO, _PEOPLE = "two", 2
_FORMAT, _WITHDRAWAL = "baiyun-approval/1", "baiyun-withdrawal/1"
#: Who proposes when nobody does by hand; nobody's account counts under this name.
NOBODY = "baiyun"


@dataclass(frozen=True)
class Approvals:
    """The approvals of one installation, under ``district/`` of its home."""

    place: Place

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self.place.district / "approvals"

    def add(self, entry: Entry, by: str, at: dt.datetime) -> bool:
        """Keep that ``by`` approves exactly this proposal; False where that is kept already."""
        document = _about(_FORMAT, entry) | {"approved_by": by, "approved_at": at.isoformat()}
        person = hashlib.sha256(by.encode()).hexdigest()[:16]
        return write_once(self.folder / f"{_stem(entry)}.{person}.json", sign_document(self.place, document))

    def given(self, entry: Entry) -> list[Document]:
        """The approvals of exactly this document under the key that signed it, the first one first."""
        found = [read_entry(path) for path in self.folder.glob(f"{_stem(entry)}.*.json")]
        told = [
            item.document
            for item in found
            if item
            and (item.document.get("format"), item.document.get("sha256")) == (_FORMAT, entry.sha256)
            and item.signature.public_key == entry.signature.public_key
            and item.is_signed
        ]
        return sorted(told, key=lambda item: str(item["approved_at"]))

    def people(self, entry: Entry) -> frozenset[str]:
        """Who stands behind it: who proposed it by hand, and whoever approved it."""
        approved = {item["approved_by"] for item in self.given(entry)}
        return frozenset(approved | ({entry.document["made_by"]} - {NOBODY}))

    def hold(self, entry: Entry) -> bool:
        """Whether as many people stand behind a release as it says it takes."""
        if "approval" not in entry.document:
            return True
        return entry.document["approval"] == TWO and are_enough(self.people(entry))


@dataclass(frozen=True)
class Withdrawals:
    """The proposals that were withdrawn, beside the approvals."""

    place: Place

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self.place.district / "withdrawn"

    def add(self, entry: Entry, by: str, why: str, at: dt.datetime) -> None:
        """Keep that ``by`` withdrew a proposal; the first who did is who did."""
        told = {"withdrawn_by": by, "withdrawn_at": at.isoformat(), "why": why}
        document = _about(_WITHDRAWAL, entry) | told
        write_once(self.folder / f"{_stem(entry)}.json", sign_document(self.place, document))

    def by_month(self) -> dict[str, Document]:
        """Month → the newest withdrawal of it."""
        found = [item.document for path in self.folder.glob("*.json") if (item := read_entry(path))]
        return {item["month"]: item for item in sorted(found, key=lambda item: str(item["withdrawn_at"]))}


def are_enough(people: frozenset[str]) -> bool:
    """Whether these are as many as a release takes."""
    return missing(people) == 0


def missing(people: frozenset[str]) -> int:
    """How many more it takes."""
    return max(_PEOPLE - len(people), 0)


def _about(kind: str, entry: Entry) -> Document:
    number, month = entry.document["number"], entry.document["month"]
    return {"format": kind, "number": number, "month": month, "sha256": entry.sha256}


def _stem(entry: Entry) -> str:
    return f"{entry.name}.{entry.sha256[:16]}"
