"""What differs between two snapshots of a table, told by the commits in between."""

from __future__ import annotations

import polars as pl

from contracts.tables import Table
from warehouse.lake import Lake
from warehouse.sql import selection


def changes(lake: Lake, table: Table, since: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of ``table`` that commits after snapshot ``since`` took away, and those they brought, as far as
    ``lake`` sees.

    A row that came and went in between, or was written anew as it was, stands on both sides. What a clean-up
    has forgotten is missing: whoever asks holds the sides against a sum he knows.
    """
    found = lake.columns(table)
    first = lake.connection.execute(
        "SELECT min(snapshot_id) FROM ducklake_snapshots('lake') WHERE snapshot_id > ?", [since]
    ).fetchone()
    if not found or first is None or first[0] is None or first[0] > lake.snapshot():
        return table.empty(), table.empty()
    rows = lake.sql(
        f"SELECT change_type, {selection(table, table.columns, found)} FROM ducklake_table_changes('lake', "  # noqa: S608
        "?, ?, ?, ?) AS t",
        [table.layer, table.name, first[0], lake.snapshot()],
    )
    is_gone = pl.col("change_type").is_in(["delete", "update_preimage"])
    return tuple(rows.filter(which).select(table.columns).cast(table.dtypes) for which in (is_gone, ~is_gone))  # type: ignore[return-value,arg-type]
