"""``duckdb+snapshot``: DuckDB, read only, as Great Expectations can use it through SQLAlchemy."""

from __future__ import annotations

from typing import Any

import duckdb_engine
import sqlalchemy as sa

from contracts.fields import TIME_ZONE
from warehouse.sql import quote


class SnapshotDialect(duckdb_engine.Dialect):
    """DuckDB, read only.

    GX fetches after the connection went back to the pool, whose rollback would clear DuckDB's pending result.
    """

    supports_statement_cache = False

    def connect(self, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - as SQLAlchemy calls it
        """A connection on which days begin where merchants live."""
        connection = super().connect(*arguments, **named)
        connection.execute(f"SET TimeZone = '{TIME_ZONE}'")
        return connection

    def do_begin(self, dbapi_connection: Any) -> None:  # noqa: ANN401 - a DBAPI connection
        """Nothing: every query of a snapshot reads the same."""

    def do_commit(self, dbapi_connection: Any) -> None:  # noqa: ANN401
        """Nothing: there is nothing to commit."""

    def do_rollback(self, dbapi_connection: Any) -> None:  # noqa: ANN401
        """Nothing: a rollback would drop rows GX has not fetched yet."""

    def get_columns(
        self,
        connection: sa.Connection,
        table_name: str,
        schema: str | None = None,
        **_: Any,  # noqa: ANN401 - as SQLAlchemy calls it
    ) -> list[dict[str, object]]:
        """Columns of a table or view. Without it GX asks for them by the name alone, without the schema."""
        name = f"{quote(schema)}.{quote(table_name)}" if schema else quote(table_name)
        rows = connection.exec_driver_sql(f"DESCRIBE {name}").fetchall()
        told = {"type": sa.types.NullType(), "nullable": True, "default": None}
        return [{"name": row[0], **told} for row in rows]


sa.dialects.registry.register("duckdb.snapshot", __name__, "SnapshotDialect")
