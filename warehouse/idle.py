"""Connections that wait for the next who asks for just the same: to open one costs 50 ms, most of it
DuckLake's look at a catalog of a hundred tables.

Each serves one reader, or the writer, at a time and is rolled back in between, so that the next sees the
newest commit (or its snapshot) as on a new one.
"""

from __future__ import annotations

import os
import threading
import weakref
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.place import Place

#: One installation's writer, its newest state and the release in force; what was asked for least lately is
#: closed.
KEPT = 3


class Held:
    """A file itself.

    While this lives, no other file can get its number, as the next one made after it was deleted would.

    Holding it so takes no part in locks: to close it gives up none that SQLite has on it.
    """

    def __init__(self, path: Path) -> None:
        handle = os.open(path, os.O_PATH)
        weakref.finalize(self, os.close, handle)
        found = os.fstat(handle)
        self.number = (found.st_dev, found.st_ino)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Held) and self.number == other.number

    def __hash__(self) -> int:
        return hash(self.number)


@dataclass(frozen=True)
class Wanted:
    """What is asked for.

    ``catalog`` is the catalog's file itself, not its name: a home that was wiped and made anew is another
    one.
    """

    place: Place
    catalog: Held
    write: bool
    snapshot: int | None
    config: tuple[tuple[str, str | int], ...]


_idle: list[tuple[Wanted, duckdb.DuckDBPyConnection]] = []
_lock = threading.Lock()


def wanted(place: Place, config: dict[str, str | int], *, write: bool, snapshot: int | None) -> Wanted | None:
    """None where connections are not kept: a catalog on a server counts them, and one that is not there yet
    cannot be told from the next.

    Nor where the system (not Linux) cannot hold a file without opening it.
    """
    if place.catalog_file is None or not place.catalog_file.exists() or not hasattr(os, "O_PATH"):
        return None
    return Wanted(place, Held(place.catalog_file), write, snapshot, tuple(sorted(config.items())))


def take(asked: Wanted | None) -> duckdb.DuckDBPyConnection | None:
    """A connection that waits for just this, if there is one and its snapshot is still there.

    Nobody else has it from now on.
    """
    with _lock:
        number = next((number for number, (key, _) in enumerate(_idle) if key == asked), None)
        if asked is None or number is None:
            return None
        found = _idle.pop(number)[1]
    if _stands(found, asked.snapshot):
        return found
    found.close()
    return None


def give(
    asked: Wanted | None,
    connection: duckdb.DuckDBPyConnection,
    failure: type[BaseException] | None = None,
    *_: object,
) -> None:
    """Have the connection wait for the next; close it after a ``failure``.

    Called as ``__exit__`` is, when whoever had it is done.
    """
    if asked is None or failure is not None or not _rolled_back(connection, asked):
        connection.close()
        return
    with _lock:
        _idle.append((asked, connection))
        closing = [_idle.pop(0)[1] for _ in range(len(_idle) - KEPT)]
    for each in closing:
        each.close()


def _rolled_back(connection: duckdb.DuckDBPyConnection, asked: Wanted) -> bool:
    """Whether it is in no transaction any more.

    A reader is in one always, the writer in none unless something went wrong: then it can begin none.
    """
    try:
        if asked.write:
            connection.execute("BEGIN TRANSACTION")
        connection.execute("ROLLBACK")
    except duckdb.Error:
        return False
    return True


def _stands(connection: duckdb.DuckDBPyConnection, snapshot: int | None) -> bool:
    try:
        return snapshot is None or bool(
            connection.execute(
                # the catalog's own table: DuckLake's list of snapshots takes six times as long
                "SELECT 1 FROM __ducklake_metadata_lake.ducklake_snapshot WHERE snapshot_id = ?",
                [snapshot],
            ).fetchall()
        )
    except duckdb.Error:
        return False


def _close_all() -> None:
    with _lock:
        closing = [connection for _, connection in _idle]
        _idle.clear()
    for connection in closing:
        connection.close()


# a forked child has their files and memory but not their threads and locks: it could neither use nor close
# them
os.register_at_fork(before=_close_all)
