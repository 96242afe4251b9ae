"""How a DuckDB connection comes to see the warehouse: extensions from wheels, session settings, ATTACH."""

from __future__ import annotations

import importlib.resources
from pathlib import Path

import duckdb

from contracts.fields import TIME_ZONE
from warehouse.place import Place
from warehouse.settings import Settings
from warehouse.sql import literal

#: No download at run time: extensions come as PyPI wheels and are loaded by path.
EXTENSIONS = ("ducklake", "sqlite_scanner")
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
}
#: Extension files whose signature this process has checked, each as it was then.
_checked: set[tuple[Path, int, int, int]] = set()


def connect(
    place: Place, config: dict[str, str | int], *, write: bool = False, snapshot: int | None = None
) -> duckdb.DuckDBPyConnection:
    """A new in-memory DuckDB that sees the warehouse as ``lake``.

    Raises ``duckdb.Error``, and then nothing stays open.

    DuckDB checks an extension's signature whenever it loads one, which is four fifths of what opening costs
    (0.2 s of CPU for 70 MB): a process checks each file once, and again when it has changed.
    """
    files = {_state(path) for path in _extension_files(place)}
    connection = duckdb.connect(
        ":memory:", config={**CONFIG, **config, "allow_unsigned_extensions": files <= _checked}
    )
    try:
        for statement in attach_statements(place, write=write, snapshot=snapshot):
            connection.execute(statement)
    except duckdb.Error:
        connection.close()
        raise
    _checked.update(files)
    return connection


def limits(threads: int | None, memory: str | None) -> dict[str, str | int]:
    """What a connection may use, by DuckDB's names: where nothing is asked for, as this installation says."""
    if threads is None or memory is None:
        chosen = Settings()
        threads, memory = threads or chosen.threads, memory or chosen.memory
    return {"threads": threads, "memory_limit": memory}


def attach_statements(place: Place, *, write: bool = False, snapshot: int | None = None) -> list[str]:
    """The SQL that turns a bare DuckDB connection into one that sees the warehouse as ``lake`` and loads
    nothing unsigned from then on.
    """
    kind = place.catalog_address.partition(":")[0]
    options = [
        f"DATA_PATH {literal(place.data_address)}",
        "OVERRIDE_DATA_PATH true",
        "DATA_INLINING_ROW_LIMIT 0",
    ]
    if kind == "sqlite":
        options += ["META_JOURNAL_MODE 'WAL'", "META_BUSY_TIMEOUT 5000"]
    if not write:
        options.append("READ_ONLY")
    if snapshot is not None:
        options.append(f"SNAPSHOT_VERSION {int(snapshot)}")
    return [
        *(f"LOAD {literal(str(path))}" for path in _extension_files(place)),
        "SET allow_unsigned_extensions = false",
        f"SET TimeZone = {literal(TIME_ZONE)}",
        f"ATTACH {literal('ducklake:' + place.catalog_address)} AS lake ({', '.join(options)})",
        "USE lake",
    ]


def _extension_files(place: Place) -> list[Path]:
    wanted = [*EXTENSIONS] if place.catalog_file else ["ducklake", "postgres_scanner"]
    if place.data_address.startswith("s3://"):
        wanted.append("httpfs")
    return [_extension_file(name) for name in wanted]


def _extension_file(name: str) -> Path:
    folder = importlib.resources.files(f"duckdb_extension_{name}")
    return Path(str(folder / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"))


def _state(path: Path) -> tuple[Path, int, int, int]:
    found = path.stat()
    return path, found.st_ino, found.st_size, found.st_mtime_ns
