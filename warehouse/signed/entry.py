"""A signed document as a file: written once, never changed."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.place import Place
from warehouse.signed.signing import Signature, canonical, holds, sign

Document = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """A numbered document and its signature."""

    document: Document
    signature: Signature

    @property
    def sha256(self) -> str:
        """By which others name this one."""
        return hashlib.sha256(canonical(self.document)).hexdigest()

    @property
    def name(self) -> str:
        """How its files are called, without an ending."""
        return name_of(self.document["number"])

    @property
    def is_signed(self) -> bool:
        """Whether the signature is this document's, whoever's it is."""
        return holds(self.signature, canonical(self.document))


def name_of(number: int) -> str:
    """How files of a number are called: ``000012``."""
    return f"{number:06d}"


def sign_document(place: Place, document: Document) -> Entry:
    """``document`` with the signature of this house, not kept yet."""
    return Entry(document, sign(place, canonical(document)))


def write_once(path: Path, entry: Entry) -> bool:
    """Keep a signed document at ``path`` for good; False where one is kept already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {
        "document": entry.document,
        "signature": {"public_key": entry.signature.public_key, "value": entry.signature.value},
    }
    part = path.with_name(f"{path.stem}.{os.getpid()}.part")
    part.write_bytes(canonical(kept))
    try:
        os.link(part, path)
    except FileExistsError:
        return False
    finally:
        part.unlink()
    path.chmod(0o444)
    return True


def read_entry(path: Path) -> Entry | None:
    """The entry of a file; None for anything that is none."""
    try:
        kept = json.loads(path.read_bytes())
        return Entry(kept["document"], Signature(kept["signature"]["public_key"], kept["signature"]["value"]))
    except (ValueError, KeyError, TypeError):
        return None
