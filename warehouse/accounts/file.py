"""The accounts file: who may sign in, who is signed in, who guessed, and what happened, in one small SQLite
file apart from business data.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from warehouse.place import Place

_TABLES = (
    """CREATE TABLE IF NOT EXISTS account (
        name TEXT PRIMARY KEY, password_hash TEXT NOT NULL, role TEXT NOT NULL, merchant_id TEXT,
        stamp TEXT NOT NULL DEFAULT '', language TEXT NOT NULL DEFAULT '',
        duty TEXT NOT NULL DEFAULT ''
    ) STRICT""",
    "CREATE TABLE IF NOT EXISTS look (name TEXT PRIMARY KEY, release_number INTEGER NOT NULL) STRICT",
    """CREATE TABLE IF NOT EXISTS session (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, stamp TEXT NOT NULL, device TEXT NOT NULL,
        address TEXT NOT NULL, is_kept INTEGER NOT NULL, begun_at REAL NOT NULL, seen_at REAL NOT NULL,
        device_id TEXT NOT NULL DEFAULT ''
    ) STRICT""",
    """CREATE TABLE IF NOT EXISTS device (
        id TEXT NOT NULL, name TEXT NOT NULL, begun_at REAL NOT NULL, PRIMARY KEY (id, name)
    ) STRICT""",
    """CREATE TABLE IF NOT EXISTS guess (
        name_id TEXT NOT NULL, source TEXT NOT NULL, failures INTEGER NOT NULL, failed_at REAL NOT NULL,
        wait_until REAL NOT NULL, PRIMARY KEY (name_id, source)
    ) STRICT""",
    """CREATE TABLE IF NOT EXISTS event (
        number INTEGER PRIMARY KEY, at REAL NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
        address TEXT NOT NULL, device TEXT NOT NULL
    ) STRICT""",
)

#: Columns that files from before them lack.
_ADDED = (("account", "stamp"), ("session", "device_id"), ("account", "language"), ("account", "duty"))
#: Of the tables above; raise it with every change to them.
_VERSION = 3


@contextmanager
def opened(place: Place) -> Iterator[sqlite3.Connection]:
    """One transaction on the accounts file, which is born readable by its owner only."""
    place.accounts_file.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(place.accounts_file, os.O_RDWR | os.O_CREAT, 0o600))
    place.accounts_file.chmod(0o600)  # also when it was restored from a backup with other rights
    connection = sqlite3.connect(place.accounts_file, timeout=10, isolation_level="IMMEDIATE")
    connection.row_factory = sqlite3.Row
    try:
        if connection.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
            _prepare(connection)
        with connection:
            yield connection
    finally:
        connection.close()


def secret_id(secret: str) -> str:
    """What is kept of a secret, or of a name somebody typed: enough to know it again, not to use it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def seconds(at: dt.datetime | None) -> float:
    """``at`` as the file keeps it; now when None."""
    return (at or dt.datetime.now(dt.UTC)).timestamp()


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")  # kept in the file
    for table in _TABLES:
        connection.execute(table)
    for table, column in _ADDED:
        _add_column(connection, table, column)
    connection.execute(f"PRAGMA user_version = {_VERSION}")


def _add_column(connection: sqlite3.Connection, table: str, column: str) -> None:
    if column not in {row["name"] for row in connection.execute(f"PRAGMA table_info({table})")}:
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
