"""The warehouse: DuckDB with DuckLake.

One transaction is one snapshot; readers see a snapshot whole or not at all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from types import TracebackType

import duckdb
import polars as pl
import pyarrow as pa

from contracts.errors import UsageError
from contracts.tables import Table
from warehouse import idle, learned, slot
from warehouse.attach import connect, limits
from warehouse.lake_errors import absent, commit, not_installed, type_changed, unreachable
from warehouse.place import Place
from warehouse.points import reach
from warehouse.scratch import clear_scratch, scratch_folder
from warehouse.sql import (
    address,
    digests,
    kinds,
    matching,
    once,
    quote,
    selection,
    typed_keys,
    where_clauses,
)

#: A table of at most this much Parquet is small.
SMALL_BYTES = 1 << 20
#: Stands in ``Lake.written`` for whoever the rows are of.
EVERYBODY = "*"


class Lake:
    """A connection to the warehouse. Use as a context manager; a writer also holds the writer's slot.

    What it learns of the catalog stays true: nobody else writes beside a writer, and a reader reads
    everything from one snapshot, in one transaction. Frames come back with the table's own columns and
    dtypes; a table that was never created reads as empty, a column that was never added reads as null.
    """

    def __init__(
        self,
        place: Place,
        connection: duckdb.DuckDBPyConnection,
        stack: ExitStack,
        *,
        write: bool,
        catalog: idle.Held | None = None,
    ) -> None:
        self.place, self.connection, self.write = place, connection, write
        self._stack, self._open = stack, not write
        #: Table by full name → merchants of whom this transaction, or the last one, wrote rows.
        self.written: dict[str, set[str]] = {}
        self._columns: dict[str, dict[str, str]] | None = None
        self._sizes: dict[str, int] | None = None
        self._catalog = catalog

    @classmethod
    def open(
        cls,
        place: Place,
        *,
        write: bool = False,
        snapshot: int | None = None,
        threads: int | None = None,
        memory: str | None = None,
        slot_seconds: float = 600,
        alone: bool = False,
    ) -> Lake:
        """Attach the warehouse of ``place``; ``snapshot`` shows it as it was then (readers only).

        ``threads`` and ``memory``: else as this installation says.

        ``alone``: for a reader who changes the connection itself, which nobody gets after it; others leave
        theirs to the next one (``warehouse.idle``).

        Raises ``WriterBusyError`` when the slot is not free in time, ``NotFoundError`` when a reader asks for
        a warehouse or snapshot that is not there.
        """
        if write and snapshot is not None:
            raise UsageError(
                "SNAPSHOT_READ_ONLY",
                "历史快照只能读取",
                "a past snapshot can only be read",
                snapshot=snapshot,
            )
        with ExitStack() as stack:
            if write:
                if place.catalog_file:
                    place.catalog_file.parent.mkdir(parents=True, exist_ok=True)
                if not slot.holds_slot(place):
                    stack.enter_context(slot.writer_slot(place, slot_seconds))
            elif place.catalog_file and not place.catalog_file.exists():
                raise absent(snapshot)
            spill = str(scratch_folder(place))
            try:
                may = limits(threads, memory)
                asked = idle.wanted(place, may, write=write, snapshot=snapshot)
                key, catalog = None if alone else asked, asked.catalog if asked else None
                connection = idle.take(key) or connect(
                    place, {**may, "temp_directory": spill}, write=write, snapshot=snapshot
                )
            except ModuleNotFoundError as error:
                raise not_installed(str(error.name)) from None
            except duckdb.Error as error:
                if place.catalog_file is None:
                    raise unreachable() from None  # their words repeat the address, and with it the password
                if snapshot is not None and "snapshot" in str(error).lower():
                    raise absent(snapshot) from error
                raise
            stack.push(partial(idle.give, key, connection))
            if not write:
                connection.execute("BEGIN TRANSACTION")
            return cls(place, connection, stack.pop_all(), write=write, catalog=catalog)

    def close(self) -> None:
        """Roll back what is open, detach, and give the slot back."""
        self._stack.close()

    def __enter__(self) -> Lake:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    # shape
    def ensure(self, tables: Iterable[Table]) -> None:
        """Create schemas, tables and columns that are declared but not there.

        Never drops; raises ``UsageError`` when a type differs.
        """
        self._columns = self._columns if self._open else None  # it knows what it has made itself
        with self.transaction():
            for table in tables:
                found, wanted = self.columns(table), kinds(table)
                if not found:
                    self.connection.execute(f"CREATE SCHEMA IF NOT EXISTS lake.{quote(table.layer)}")
                    spec = ", ".join(
                        f"{quote(name)} {kind}{' NOT NULL' if name in table.key else ''}"
                        for name, kind in wanted.items()
                    )
                    self.connection.execute(f"CREATE TABLE {address(table)} ({spec})")
                for name, kind in wanted.items() if found else ():
                    if name not in found:
                        self.connection.execute(
                            f"ALTER TABLE {address(table)} ADD COLUMN {quote(name)} {kind}"
                        )
                    elif found[name] != kind:
                        raise type_changed(table, name, found[name], kind)
                self.known()[table.full_name] = found | wanted

    def columns(self, table: Table) -> dict[str, str]:
        """Stored column → DuckDB type; empty when the table does not exist."""
        return self.known().get(table.full_name, {})

    def known(self) -> dict[str, dict[str, str]]:
        """The columns of every table there is, asked of the catalog once a snapshot."""
        if self._columns is None:
            found = learned.columns.get(self._catalog, self.snapshot)  # what is made here is added to it
            self._columns = dict(learned.ask_columns(self.connection) if found is None else found)
            self._tell_columns()
        return self._columns

    def _tell_columns(self) -> None:
        """Have the next one know them, unless they may be taken back."""
        if self._columns is not None and not (self.write and self._open):
            learned.columns.keep(self._catalog, self.snapshot, dict(self._columns))

    def may_hold_rows(self, table: Table) -> bool:
        """False when the table surely holds none.

        DuckLake asks its catalog once per column of a table without files: dear for a wide, empty one.
        """
        return table.name in self._stored()

    def is_small(self, table: Table) -> bool:
        """Whether the table surely is at most a megabyte of Parquet: less than what it takes DuckLake to find
        out which of its files may be left out.
        """
        return self._stored().get(table.name, 0) <= SMALL_BYTES

    def _stored(self) -> dict[str, int]:
        """Table → bytes stored when first asked, and memory appended since.

        By name only: the few names that two layers share count together.
        """
        if self._sizes is None:
            found = learned.sizes.get(self._catalog, self.snapshot)
            if found is None:
                found = learned.ask_sizes(self.connection)
                if not self.write:
                    learned.sizes.keep(self._catalog, self.snapshot, found)
            self._sizes = dict(found)  # what is written here is added to it
        return self._sizes

    # transactions
    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside becomes one snapshot, or nothing does.

        Inside another transaction, as a reader always is, it simply joins that one.
        """
        if self._open:
            yield
            return
        self.connection.execute("BEGIN TRANSACTION")
        self._open, self.written = True, {}
        try:
            yield
            if self.write:
                reach("lake.before_commit")
            commit(self.connection)
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._open = False
        if self.write:
            self._tell_columns()
            reach("lake.after_commit")

    def _roll_back(self) -> None:
        try:
            self.connection.execute("ROLLBACK")
        except duckdb.TransactionException:
            return  # a failed COMMIT has already ended the transaction
        finally:
            self._columns = None  # tables created inside are gone again

    # reading
    def read(
        self,
        table: Table,
        *,
        keys: pl.DataFrame | None = None,
        where: dict[str, object] | None = None,
        columns: Sequence[str] | None = None,
    ) -> pl.DataFrame:
        """Rows of ``table``: those matching a row of ``keys`` on all its columns, and ``where`` (column →
        value, list of values, or None for null).
        """
        names = list(columns or table.columns)
        dtypes = {name: table.dtypes[name] for name in names}
        found = self.columns(table)
        if not found or (keys is not None and keys.is_empty()) or not self.may_hold_rows(table):
            return pl.DataFrame(schema=dtypes) if columns else table.empty()
        conditions, values = where_clauses(where or {})
        frames = {}
        if keys is not None and self.is_small(table):
            rows = self.read(
                table, where=where, columns=[*names, *(name for name in keys.columns if name not in names)]
            )
            return rows.join(
                typed_keys(table, keys), on=keys.columns, how="semi", nulls_equal=True, maintain_order="left"
            ).select(names)
        if keys is not None:
            frames["_keys"] = typed_keys(table, keys)
            conditions += matching(frames["_keys"])
        condition = " AND ".join(conditions) or "true"
        query = f"SELECT {selection(table, names, found)} FROM {address(table)} AS t WHERE {condition}"  # noqa: S608
        return self.sql(query, values, **frames).cast(dtypes)  # type: ignore[arg-type]

    def holds(self, table: Table, keys: pl.DataFrame) -> bool:
        """Whether any row of ``table`` matches a row of ``keys`` on all its columns."""
        if not self.columns(table) or keys.is_empty() or not self.may_hold_rows(table):
            return False
        wanted = typed_keys(table, keys)
        query = (
            f"SELECT 1 AS one FROM {address(table)} AS t WHERE "  # noqa: S608
            f"{' AND '.join(matching(wanted, bounded=not self.is_small(table)))} LIMIT 1"
        )
        return not self.sql(query, _keys=wanted).is_empty()

    def sql(self, query: str, params: Sequence[object] | None = None, **frames: pl.DataFrame) -> pl.DataFrame:
        """Any SELECT; ``frames`` can be named in it, tables are written ``layer.name``."""
        with self._registered(frames):
            return self.connection.execute(query, params).pl()

    @contextmanager
    def _registered(self, frames: Mapping[str, pl.DataFrame | pa.RecordBatchReader]) -> Iterator[None]:
        for name, frame in frames.items():
            self.connection.register(name, frame)
        try:
            yield
        finally:
            for name in frames:
                self.connection.unregister(name)

    # writing
    def append(self, table: Table, frame: pl.DataFrame) -> None:
        """Add rows. ``frame`` goes through ``table.shape``: strict casts, missing columns null."""
        if frame.is_empty():
            return
        self._stored()[table.name] = self._stored().get(table.name, 0) + int(frame.estimated_size())
        self._note(table, frame)
        names = ", ".join(quote(name) for name in table.columns)
        with self._registered({"_rows": once(table.shape(frame))}):
            self.connection.execute(f"INSERT INTO {address(table)} ({names}) SELECT {names} FROM _rows")  # noqa: S608

    def replace(self, table: Table, keys: pl.DataFrame, frame: pl.DataFrame) -> None:
        """Delete every row matching ``keys`` on its columns, then add ``frame``: the way a slice is rebuilt,
        in one snapshot.
        """
        with self.transaction():
            self.delete(table, keys)
            self.append(table, frame)

    def delete(self, table: Table, keys: pl.DataFrame) -> None:
        """Delete every row matching a row of ``keys`` on all its columns; nulls match nulls."""
        if keys.is_empty() or not self.columns(table) or not self.may_hold_rows(table):
            return
        wanted = typed_keys(table, keys)
        self._note(table, wanted)
        with self._registered({"_keys": wanted}):
            conditions = " AND ".join(matching(wanted, bounded=not self.is_small(table)))
            self.connection.execute(f"DELETE FROM {address(table)} AS t WHERE {conditions}")  # noqa: S608

    def _note(self, table: Table, rows: pl.DataFrame) -> None:
        whose = set(rows["merchant_id"].unique()) if "merchant_id" in rows.columns else {EVERYBODY}
        self.written.setdefault(table.full_name, set()).update(whose)

    # state
    def snapshot(self) -> int:
        """The snapshot this connection sees: the newest commit, or the one it was opened at."""
        row = self.connection.execute("SELECT id FROM lake.current_snapshot()").fetchone()
        return int(row[0]) if row else 0

    def content_hash(self, table: Table, ignore: Collection[str] = ()) -> str:
        """Fingerprint of all rows, whatever their order or files: count and two exact sums of the halves of
        each row's md5.

        Column order does not matter; columns in ``ignore`` do not count. The same in any process and any time
        zone.
        """
        names = sorted(set(table.columns) - set(ignore))
        found = self.columns(table)
        if not found or not self.may_hold_rows(table):
            return f"0-{0:x}-{0:x}"
        query = f"""
            SELECT count(*), coalesce(sum((digest >> 64)::UBIGINT), 0),
                coalesce(sum((digest & 18446744073709551615::UHUGEINT)::UBIGINT), 0)
            FROM ({digests(table, names, found)})"""  # noqa: S608
        row = self.connection.execute(query).fetchone() or (0, 0, 0)
        return f"{row[0]}-{int(row[1]):x}-{int(row[2]):x}"

    def maintain(
        self,
        keep_snapshots_from: int,
        *,
        keep: Collection[int] = (),
        grace: dt.timedelta = dt.timedelta(hours=1),
    ) -> None:
        """Expire snapshots older than ``keep_snapshots_from`` (but those in ``keep``), merge small files,
        delete files no snapshot needs.

        ``grace`` is the longest a reader may stay open: what was current or was written within it is spared.
        A reader whose snapshot is expired under it reads no rows and gets no error (measured), so nothing
        shorter than the longest reader is safe.
        """
        expire = self._expirable(keep_snapshots_from, set(keep), grace)
        if expire:
            self.connection.execute(f"CALL ducklake_expire_snapshots('lake', versions => {expire})")
        self.connection.execute("CALL ducklake_merge_adjacent_files('lake')")
        self.connection.execute("CALL ducklake_rewrite_data_files('lake', delete_threshold => 0.3)")
        when = (
            f"older_than => now() - INTERVAL {int(grace.total_seconds())} SECOND"
            if grace
            else "cleanup_all => true"
        )
        self.connection.execute(f"CALL ducklake_cleanup_old_files('lake', {when})")
        self.connection.execute(f"CALL ducklake_delete_orphaned_files('lake', {when})")
        clear_scratch(self.place)

    def _expirable(self, keep_from: int, keep: set[int], grace: dt.timedelta) -> list[int]:
        """Snapshots to expire, never the newest.

        A snapshot was last current when its successor was committed.
        """
        query = """
            SELECT snapshot_id FROM (
                SELECT snapshot_id, lead(snapshot_time) OVER (ORDER BY snapshot_id) AS superseded_at
                    FROM ducklake_snapshots('lake')
            ) WHERE snapshot_id < ? AND superseded_at <= now() - to_seconds(?)"""
        rows = self.connection.execute(query, [keep_from, grace.total_seconds()]).fetchall()
        return sorted({int(row[0]) for row in rows} - keep)
