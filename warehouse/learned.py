"""What was learned of a catalog at one of its snapshots, for the next who sees that snapshot.

A snapshot never changes, and to ask for its columns and sizes takes longer than most questions of rows. A
catalog is known by its file itself, as connections that wait are.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

import duckdb

from warehouse.idle import Held

Value = TypeVar("Value")

#: One installation's newest snapshots and the releases people look at.
KEPT = 16


class Learned(Generic[Value]):
    """Catalog and snapshot → what it holds; nothing is kept of a catalog on a server."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[Held, int], Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, catalog: Held | None, snapshot: Callable[[], int]) -> Value | None:
        """What is known; not to be changed."""
        if catalog is None or not self._known:
            return None
        key = (catalog, snapshot())
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def keep(self, catalog: Held | None, snapshot: Callable[[], int], value: Value) -> None:
        """Keep ``value``, and of what was asked for least lately no more than ``KEPT``."""
        if catalog is None:
            return
        key = (catalog, snapshot())
        with self._lock:
            self._known[key] = value
            self._known.move_to_end(key)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)


#: Table by full name → its columns and their DuckDB types.
columns: Learned[dict[str, dict[str, str]]] = Learned()
#: Table by name → bytes of its files.
sizes: Learned[dict[str, int]] = Learned()


def ask_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """The columns of every table there is, as ``connection`` sees them."""
    found: dict[str, dict[str, str]] = {}
    query = (
        "SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = 'lake'"
    )
    for name, column, kind in connection.execute(query).fetchall():
        found.setdefault(name, {})[column] = kind
    return found


def ask_sizes(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Bytes of every table that has a file, as ``connection`` sees them."""
    query = (
        "SELECT table_name, sum(file_size_bytes)::BIGINT FROM ducklake_table_info('lake') WHERE "
        "file_count > 0 GROUP BY table_name"
    )
    return dict(connection.execute(query).fetchall())
