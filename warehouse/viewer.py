"""One tenant, one instance: the only database a page's SQL may reach holds that viewer's rows and nothing
else.
"""

from __future__ import annotations

import duckdb
import polars as pl

from contracts.fields import TIME_ZONE
from warehouse.sql import literal, quote

#: Set after the data is in and before the lock. Everything that reads or writes outside the instance's own
#: tables is refused.
_CLOSE = (
    # a cursor is a session of its own, and has only what is global
    f"SET GLOBAL TimeZone = {literal(TIME_ZONE)}",
    "SET allow_community_extensions = false",
    "SET allow_persistent_secrets = false",
    "SET temp_directory = ''",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


def tenant_instance(
    frames: dict[str, pl.DataFrame], *, threads: int = 1, memory: str = "512MB"
) -> duckdb.DuckDBPyConnection:
    """A fresh in-memory DuckDB that never loaded an extension, holding ``frames`` (``name`` or ``layer.name``
    → rows), then closed for good.

    A detached and locked lake connection is not enough: with its extensions loaded it can still ATTACH the
    lake (reliability R33). Python variables are not visible to its SQL either. The caller closes it.
    """
    connection = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
            "threads": threads,
            "memory_limit": memory,
        },
    )
    try:
        for name, frame in frames.items():
            _fill(connection, name, frame)
        for statement in _CLOSE:
            connection.execute(statement)
    except duckdb.Error:
        connection.close()
        raise
    return connection


def _fill(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    layer, _, bare = name.rpartition(".")
    if layer:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quote(layer)}")
    connection.register("_frame", frame)
    connection.execute(f"CREATE TABLE {quote(layer or 'main')}.{quote(bare)} AS SELECT * FROM _frame")  # noqa: S608
    connection.unregister("_frame")
