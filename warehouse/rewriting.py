"""Writing the lake's files anew without the rows that were deleted."""

from __future__ import annotations

from warehouse.lake import Lake

_FILES = "CALL ducklake_rewrite_data_files('lake', delete_threshold => 0.0)"
#: Least and largest value of each column of a table, which a deletion leaves as they were. Without them
#: nothing is left out early; those of each file are kept.
_BOUNDS = """
    UPDATE __ducklake_metadata_lake.ducklake_table_column_stats SET min_value = NULL, max_value = NULL"""


def rewrite(lake: Lake) -> None:
    """Have nothing current hold what was deleted; older snapshots keep their files until they expire."""
    lake.connection.execute(_FILES)
    lake.connection.execute(_BOUNDS)
