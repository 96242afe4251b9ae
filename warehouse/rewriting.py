"""Writing the lake's files anew without the rows that were deleted, and dropping tables whole."""

from __future__ import annotations

from collections.abc import Iterable

from warehouse.lake import Lake
from warehouse.sql import quote

_FILES = "CALL ducklake_rewrite_data_files('lake', delete_threshold => 0.0)"
#: Least and largest value of each column of a table, which a deletion leaves as they were. Without them
#: nothing is left out early; those of each file are kept.
_BOUNDS = """
    UPDATE __ducklake_metadata_lake.ducklake_table_column_stats SET min_value = NULL, max_value = NULL"""


def rewrite(lake: Lake) -> None:
    """Have nothing current hold what was deleted; older snapshots keep their files until they expire."""
    lake.connection.execute(_FILES)
    lake.connection.execute(_BOUNDS)


def drop(lake: Lake, names: Iterable[str]) -> None:
    """Drop the tables of these full names, as far as they are there; none of their rows is read, and older
    snapshots keep theirs.
    """
    for name in sorted(set(names) & lake.known().keys()):
        layer, _, table = name.partition(".")
        lake.connection.execute(f"DROP TABLE lake.{quote(layer)}.{quote(table)}")
        del lake.known()[name]
