"""Count what is sent to a lake: statements, and the rows that come back.

Deterministic, where a clock is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

import duckdb
import polars as pl

from warehouse import idle, lake


@dataclass
class Sent:
    """Statements in their order, and how many rows came back as frames."""

    statements: list[str] = field(default_factory=list)
    rows: int = 0


class _Counted:
    """A connection that keeps count; everything else is the connection's own."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, sent: Sent) -> None:
        self._connection, self._sent = connection, sent

    def execute(self, query: str, *more: object) -> _Counted:
        self._sent.statements.append(query)
        self._connection.execute(query, *more)
        return self

    def pl(self) -> pl.DataFrame:
        frame = self._connection.pl()
        self._sent.rows += frame.height
        return frame

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)


@contextmanager
def counted() -> Iterator[Sent]:
    """What every lake opened inside is sent.

    Connections that waited from before are closed first, and none outlives it.
    """
    sent, connect = Sent(), lake.connect
    idle._close_all()
    with patch.object(lake, "connect", lambda *given, **named: _Counted(connect(*given, **named), sent)):
        yield sent
    idle._close_all()
