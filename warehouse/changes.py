"""What differs between two snapshots of a table, told by the commits in between."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from contracts.tables import Table
from warehouse.lake import Lake
from warehouse.sql import selection

#: Who and when: an entry that says the same says nothing new.
WHO_AND_WHEN = ("received_by_name", "changed_at")


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


@dataclass(frozen=True)
class Since:
    """What differs between ``lake`` and an earlier ``snapshot`` of it; without one, everything has come."""

    lake: Lake
    snapshot: int | None

    def rows(self, table: Table) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Rows of ``table`` that are gone, and those that have come, whoever entered them whenever.

        Only what commits in between wrote is read, unless a clean-up has forgotten one of them.
        """
        names = [name for name in table.columns if name not in WHO_AND_WHEN]
        if self.snapshot is None:
            return table.empty().select(names), self.lake.read(table, columns=names)
        if self._written is None:
            with Lake.open(self.lake.place, snapshot=self.snapshot) as then:
                gone, come = then.read(table, columns=names), self.lake.read(table, columns=names)
        elif table.name in self._written:
            gone, come = (side.select(names) for side in changes(self.lake, table, self.snapshot))
        else:
            return table.empty().select(names), table.empty().select(names)
        return _without(gone, come), _without(come, gone)

    def owners(self, table: Table) -> set[str]:
        """The merchants of those rows."""
        return {str(name) for side in self.rows(table) for name in side["merchant_id"].unique()}

    @cached_property
    def _written(self) -> set[str] | None:
        """Names of the tables that commits in between wrote; None when any of them is forgotten.

        By name only: the few names that two layers share stand for both.
        """
        last, wrote = self.lake.snapshot(), "changes['{}']"
        ids = " || ".join(
            f"coalesce({wrote.format(kind)}, [])" for kind in ("tables_inserted_into", "tables_deleted_from")
        )
        query = f"SELECT {ids} FROM ducklake_snapshots('lake') WHERE snapshot_id > ? AND snapshot_id <= ?"  # noqa: S608
        commits = self.lake.connection.execute(query, [self.snapshot, last]).fetchall()
        if len(commits) != last - (self.snapshot or 0):
            return None
        written = {int(number) for (numbers,) in commits for number in numbers}
        tables = "SELECT table_id, table_name FROM ducklake_table_info('lake')"
        return {name for number, name in self.lake.connection.execute(tables).fetchall() if number in written}


def _without(rows: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    return rows.join(others, on=rows.columns, how="anti", nulls_equal=True)
