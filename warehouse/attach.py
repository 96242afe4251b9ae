"""How a DuckDB connection comes to see the warehouse: extensions from wheels, session settings, ATTACH."""

from __future__ import annotations

import importlib.resources

import duckdb

from contracts.fields import TIME_ZONE
from warehouse.place import Place
from warehouse.sql import literal

#: No download at run time: extensions come as PyPI wheels and are loaded by path.
EXTENSIONS = ("ducklake", "sqlite_scanner")
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
}


def attach_statements(place: Place, *, write: bool = False, snapshot: int | None = None) -> list[str]:
    """The SQL that turns a bare DuckDB connection into one that sees the warehouse as ``lake``; also for SQLAlchemy connect hooks."""
    kind = place.catalog_address.partition(":")[0]
    wanted = [*EXTENSIONS] if kind == "sqlite" else ["ducklake", "postgres_scanner"]
    if place.data_address.startswith("s3://"):
        wanted.append("httpfs")
    options = [f"DATA_PATH {literal(place.data_address)}", "OVERRIDE_DATA_PATH true", "DATA_INLINING_ROW_LIMIT 0"]
    if kind == "sqlite":
        options += ["META_JOURNAL_MODE 'WAL'", "META_BUSY_TIMEOUT 5000"]
    if not write:
        options.append("READ_ONLY")
    if snapshot is not None:
        options.append(f"SNAPSHOT_VERSION {int(snapshot)}")
    return [
        *(f"LOAD {literal(_extension_file(name))}" for name in wanted),
        f"SET TimeZone = {literal(TIME_ZONE)}",
        f"ATTACH {literal('ducklake:' + place.catalog_address)} AS lake ({', '.join(options)})",
        "USE lake",
    ]


def _extension_file(name: str) -> str:
    folder = importlib.resources.files(f"duckdb_extension_{name}")
    return str(folder / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension")
