"""Whatever SQL a page runs, it reaches its own viewer's rows only (R33)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb
import polars as pl
import pytest
from warehouse_cases import SALES, lines

from warehouse.attach import attach_statements
from warehouse.lake import Lake
from warehouse.place import Place
from warehouse.viewer import tenant_instance


@pytest.fixture
def instance(lake: Lake, place: Place) -> Iterator[duckdb.DuckDBPyConnection]:
    """Merchant m1's instance beside a lake that holds a canary of m2."""
    lake.append(SALES, pl.concat([lines(3), lines(1, "m2-canary")]))
    with Lake.open(place) as reader:
        own = reader.read(SALES, where={"merchant_id": "m1"})
    connection = tenant_instance({"gold.sales": own, "notes": pl.DataFrame({"a": [1]})})
    yield connection
    connection.close()


def test_it_holds_the_frames_with_their_types(instance: duckdb.DuckDBPyConnection) -> None:
    assert (
        instance.execute("SELECT * FROM gold.sales")
        .pl()
        .sort("order_line_id")
        .cast(SALES.dtypes)
        .equals(lines(3))
    )
    assert instance.execute("SELECT a FROM notes").fetchall() == [(1,)]
    assert instance.execute("SELECT min(CAST(paid_at AS DATE)) FROM gold.sales").fetchone() == (
        dt.date(2026, 3, 8),
    )


def attacks(place: Place) -> list[str]:
    parquet = next((place.home / "lake" / "data").rglob("*.parquet"))
    return [
        *attach_statements(place),
        f"ATTACH '{place.catalog_file}' AS x (TYPE sqlite)",
        f"ATTACH '{place.home}/own.duckdb'",
        "SELECT * FROM duckdb_extensions()",
        "INSTALL ducklake",
        "LOAD ducklake",
        "LOAD sqlite_scanner",
        f"SELECT * FROM read_parquet('{parquet}')",  # noqa: S608
        f"SELECT * FROM '{parquet}'",  # noqa: S608
        f"SELECT * FROM parquet_metadata('{parquet}')",  # noqa: S608
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/etc/passwd')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_json('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        f"SELECT * FROM sqlite_scan('{place.catalog_file}', 'ducklake_table')",  # noqa: S608
        f"COPY notes TO '{place.home}/leak.csv'",
        "COPY notes FROM '/etc/passwd'",
        f"EXPORT DATABASE '{place.home}/leak'",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "RESET enable_external_access",
        "SET GLOBAL memory_limit = '100GB'",
        "SET TimeZone = 'UTC'",
        "SET autoinstall_known_extensions = true",
        "SET python_enable_replacements = true",
        "PRAGMA enable_logging",
        "CREATE SECRET (TYPE s3)",
        "SELECT getenv('HOME')",
        "SELECT * FROM canary",
    ]


def test_every_way_out_is_refused(instance: duckdb.DuckDBPyConnection, place: Place) -> None:
    canary = pl.DataFrame({"secret": ["a Python variable"]})
    open_doors = []
    for attack in attacks(place):
        try:
            instance.execute(attack).fetchall()
        except duckdb.Error:
            continue
        open_doors.append(attack)
    assert open_doors == []
    assert canary.height == 1
    assert not list(place.home.glob("leak*"))
    cursor = instance.cursor()
    with pytest.raises(duckdb.Error):
        cursor.execute("SELECT * FROM read_text('/etc/passwd')")


def test_two_viewers_share_nothing() -> None:
    one = tenant_instance({"a": pl.DataFrame({"x": [1]})})
    two = tenant_instance({"b": pl.DataFrame({"x": [2]})})
    with pytest.raises(duckdb.CatalogException):
        two.execute("SELECT * FROM a")
    assert one.execute("SELECT * FROM a").fetchall() == [(1,)]
    one.close()
    two.close()


def test_frames_without_rows_keep_their_columns() -> None:
    connection = tenant_instance({"gold.sales": SALES.empty()})
    assert [row[0] for row in connection.execute("DESCRIBE gold.sales").fetchall()] == SALES.columns
    connection.close()


def test_every_cursor_tells_the_time_of_the_shops() -> None:
    evening = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)
    with (
        tenant_instance({"a": pl.DataFrame({"moment": [evening]})}) as connection,
        connection.cursor() as cursor,
    ):
        assert cursor.execute("SELECT strftime(moment, '%H:%M') FROM a").fetchall() == [("20:00",)]
