"""Briefings beside the log of the releases they are of: written once, never changed."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from contracts.errors import NotFoundError
from warehouse.place import Place

LANGUAGES, FORMATS = ("zh", "en"), ("html", "pdf", "docx")
_NAME = re.compile(r"(\d{6})-(\d{4}-\d{2})\.([a-z]+)\.([a-z]+)")


@dataclass(frozen=True)
class Kept:
    """One file: of which release, of which month, in which language and format."""

    number: int
    month: str
    language: str
    ending: str

    @property
    def name(self) -> str:
        """How the file is called: ``000003-2026-09.zh.pdf``."""
        return f"{self.number:06d}-{self.month}.{self.language}.{self.ending}"


@dataclass(frozen=True)
class Briefings:
    """The briefings of one installation, under ``district/`` of its home."""

    place: Place

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self.place.district / "briefings"

    def kept(self) -> list[Kept]:
        """Every file, the oldest release's first."""
        found = (_NAME.fullmatch(path.name) for path in sorted(self.folder.glob("*")))
        return [
            Kept(int(match[1]), match[2], match[3], match[4])
            for match in found
            if match and match[3] in LANGUAGES and match[4] in FORMATS
        ]

    def read(self, file: Kept) -> bytes:
        """A file's bytes. Raises ``NotFoundError`` where it was never written."""
        try:
            return (self.folder / file.name).read_bytes()
        except FileNotFoundError:
            raise NotFoundError(
                "NO_BRIEFING",
                "没有这份简报",
                "there is no such briefing",
                step_zh="运行 baiyun district briefing 月份",
                step_en="run `baiyun district briefing MONTH`",
                briefing=file.name,
            ) from None

    def write(self, file: Kept, data: bytes) -> None:
        """Keep a file for good; one that is there already stays as it is."""
        self.folder.mkdir(parents=True, exist_ok=True)
        part, whole = self.folder / f"{file.name}.{os.getpid()}.part", self.folder / file.name
        part.write_bytes(data)
        part.chmod(0o444)
        try:
            os.link(part, whole)
        except FileExistsError:
            return
        finally:
            part.unlink()
