"""The log of the district's releases: signed documents in a row, each naming the one before, never written
twice.

Documents only, all that anybody is shown. What they were made of is kept by ``pipeline.district.kept``.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.errors import UsageError
from warehouse.place import Place
from warehouse.signed.signing import Signature, canonical, holds, sign

Document = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One release as it is kept."""

    document: Document
    signature: Signature

    @property
    def sha256(self) -> str:
        """By which the next release names this one."""
        return hashlib.sha256(canonical(self.document)).hexdigest()

    @property
    def name(self) -> str:
        """How its files are called, without an ending."""
        return _name(self.document["number"])


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

        Raises ``UsageError`` LOG_DAMAGED when a signature, the chain or a number does not hold.
        """
        found: list[Entry] = []
        for number, path in enumerate(self.files(), start=1):
            entry = _read(path)
            last = found[-1].sha256 if found else None
            is_whole = (
                entry is not None
                and path.stem == _name(number)
                and entry.document["number"] == number
                and entry.document["previous_sha256"] == last
                and (not found or entry.signature.public_key == found[0].signature.public_key)
                and holds(entry.signature, canonical(entry.document))
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

    def signed(self, document: Document) -> Entry:
        """``document`` with the signature of this house, not kept yet."""
        return Entry(document, sign(self.place, canonical(document)))

    def append(self, entry: Entry) -> None:
        """Keep a signed document for good.

        Raises ``UsageError`` ALREADY_RELEASED when another process took its number.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = {
            "document": entry.document,
            "signature": {"public_key": entry.signature.public_key, "value": entry.signature.value},
        }
        part, whole = (self.folder / f"{entry.name}.{ending}" for ending in (f"{os.getpid()}.part", "json"))
        part.write_bytes(canonical(kept))
        try:
            os.link(part, whole)
        except FileExistsError:
            raise UsageError(
                "ALREADY_RELEASED",
                "同时有另一个发布先完成了",
                "another release was made at the same moment",
                step_zh="看一下它，再决定要不要发布",
                step_en="look at it, then decide again",
                number=entry.document["number"],
            ) from None
        finally:
            part.unlink()
        whole.chmod(0o444)


def _name(number: int) -> str:
    return f"{number:06d}"


def _read(path: Path) -> Entry | None:
    """The entry of a file; None for anything that is none."""
    try:
        kept = json.loads(path.read_bytes())
        return Entry(kept["document"], Signature(kept["signature"]["public_key"], kept["signature"]["value"]))
    except (ValueError, KeyError, TypeError):
        return None
