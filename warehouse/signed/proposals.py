"""Releases that wait for people: signed like a release, each naming the one before, in files that go when it
is released or dropped.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from contracts.errors import UsageError
from warehouse.place import Place
from warehouse.signed.entry import Entry, name_of, read_entry, write_once
from warehouse.signed.signing import own_fingerprint


@dataclass(frozen=True)
class Proposals:
    """What waits in one installation, under ``district/`` of its home."""

    place: Place

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self.place.district / "proposed"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else proposes, approves or drops meanwhile, for moments; a holder who dies lets go. Not
        re-entrant.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def unmoved(self) -> Iterator[None]:
        """``locked`` where anything ever waited; where nothing did there is nothing to hold still."""
        with self.locked() if self.folder.exists() else nullcontext():
            yield

    def waiting(self, entries: Sequence[Entry]) -> list[Entry]:
        """What is chained on the last of the released ``entries``, in the order in which it may be released.

        Raises ``UsageError`` PROPOSAL_DAMAGED for a file that this house did not sign as it stands.
        """
        found: list[Entry] = []
        last = entries[-1].sha256 if entries else None
        for number in count(len(entries) + 1):
            path = self.folder / f"{name_of(number)}.json"
            if not path.exists():
                break
            entry = read_entry(path)
            if (
                entry is None
                or not entry.is_signed
                or entry.signature.fingerprint != own_fingerprint(self.place)
                or entry.document["number"] != number
            ):
                raise _damaged(path)
            if entry.document["previous_sha256"] != last:
                break
            found.append(entry)
            last = entry.sha256
        return found

    def append(self, entry: Entry) -> None:
        """Keep a signed document. Raises ``UsageError`` ALREADY_RELEASED where its number is taken."""
        if not write_once(self.folder / f"{entry.name}.json", entry):
            raise taken(entry.document["number"])

    def numbers(self) -> set[int]:
        """Of which numbers there are files, whatever they hold."""
        stems = {path.name.partition(".")[0] for path in self.folder.glob("[0-9]*.*")}
        return {int(stem) for stem in stems if stem.isdigit()}

    def drop(self, numbers: set[int]) -> None:
        """Remove every file of these numbers, the last first and documents first: cut off anywhere, what is
        left is a chain of whole ones.
        """
        for number in sorted(numbers, reverse=True):
            files = self.folder.glob(f"{name_of(number)}.*")
            for path in sorted(files, key=lambda path: path.suffix != ".json"):
                path.unlink(missing_ok=True)


def taken(number: int) -> UsageError:
    """What is said where a number is taken."""
    return UsageError(
        "ALREADY_RELEASED",
        "同时有另一个发布先完成了",
        "another release was made at the same moment",
        step_zh="看一下它，再决定要不要发布",
        step_en="look at it, then decide again",
        number=number,
    )


def _damaged(path: Path) -> UsageError:
    return UsageError(
        "PROPOSAL_DAMAGED",
        "等待批准的发布被改动过",
        "a release that waits was changed",
        step_zh="查明是谁改的，再用 baiyun district refuse 丢掉它，重新准备",
        step_en="find out who changed it, then drop it with `baiyun district refuse` and prepare it again",
        file=path.name,
    )
