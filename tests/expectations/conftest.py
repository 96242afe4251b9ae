"""Fixtures: one clean market made once, and a copy of it per test to plant a fault in."""

# ruff: noqa: S608 - the faults are SQL

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest
from expectation_cases import EVERY_TABLE, fill, rebuild

from contracts.fields import TIME_ZONE
from expectations.snapshot import SHOP_TOTAL, add_current_states, add_previous_totals
from warehouse.lake import Lake
from warehouse.place import Place


@pytest.fixture(scope="session")
def clean_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home holding the clean market in its newest snapshot. Do not write to it."""
    home = tmp_path_factory.mktemp("clean") / "home"
    with Lake.open(Place(home), write=True) as lake:
        lake.ensure(EVERY_TABLE)
        fill(lake)
    return home


@pytest.fixture
def place(tmp_path: Path, clean_home: Path) -> Place:
    """A copy of the clean market."""
    shutil.copytree(clean_home, tmp_path / "home")
    return Place(tmp_path / "home")


@pytest.fixture(scope="session")
def _memory(clean_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(":memory:")
    connection.execute(f"SET TimeZone = '{TIME_ZONE}'")
    for layer in ("bronze", "silver", "gold", "ops", "now", "before"):
        connection.execute(f"CREATE SCHEMA {layer}")
    with Lake.open(Place(clean_home)) as lake:
        newest = lake.snapshot()
    with Lake.open(Place(clean_home), snapshot=newest) as lake:
        for table in EVERY_TABLE:
            connection.register("_rows", lake.read(table))
            connection.execute(f'CREATE TABLE {table.layer}."{table.name}" AS SELECT * FROM _rows')
    connection.unregister("_rows")
    yield connection
    connection.close()


@pytest.fixture
def memory(_memory: duckdb.DuckDBPyConnection) -> Iterator[Callable[..., duckdb.DuckDBPyConnection]]:
    """Plant faults (SQL statements) in an in-memory copy of the clean market, undone after the test.

    ``told``: a source told it so, and gold is made anew from silver; otherwise the fault is the house's own.
    ``totals`` are those of a previous release.
    """

    def plant(
        *statements: str, told: bool = False, totals: pl.DataFrame | None = None
    ) -> duckdb.DuckDBPyConnection:
        for statement in statements:
            _memory.execute(statement)
        if told:
            rebuild(_memory)
        add_current_states(_memory)
        add_previous_totals(_memory, pl.DataFrame(schema=SHOP_TOTAL) if totals is None else totals)
        return _memory

    _memory.execute("BEGIN TRANSACTION")
    yield plant
    _memory.execute("ROLLBACK")
