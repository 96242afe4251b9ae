"""Extensions are loaded signed or not at all, though a process checks a signature once."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

from warehouse import attach
from warehouse.lake import Lake
from warehouse.place import Place


@pytest.fixture
def forged(tmp_path: Path) -> Path:
    """The real extension with one bit of its signature turned over."""
    path = tmp_path / "forged.duckdb_extension"  # a name that is loaded already would not be looked at
    data = bytearray(attach._extension_file("sqlite_scanner").read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    return path


def test_a_forged_extension_is_refused_though_its_name_was_checked_before(
    lake: Lake, forged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = attach._extension_file
    monkeypatch.setattr(
        attach, "_extension_file", lambda name: forged if name == "sqlite_scanner" else real(name)
    )
    with pytest.raises(duckdb.IOException, match="signature"):
        Lake.open(lake.place, alone=True)


def test_an_open_connection_loads_nothing_unsigned(lake: Lake, forged: Path) -> None:
    for statement in (f"LOAD '{forged}'", "SET allow_unsigned_extensions = true"):
        # this process has checked the real files: it opens without checking them again
        with Lake.open(lake.place) as again, pytest.raises(duckdb.Error, match=r"signature|unsigned"):
            again.connection.execute(statement)


def test_a_file_that_changed_is_checked_again(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sqlite_scanner.duckdb_extension"
    path.write_bytes(attach._extension_file("sqlite_scanner").read_bytes())
    real = attach._extension_file
    monkeypatch.setattr(
        attach, "_extension_file", lambda name: path if name == "sqlite_scanner" else real(name)
    )
    Lake.open(lake.place, alone=True).close()
    with path.open("r+b") as stream:
        stream.seek(-1, os.SEEK_END)
        stream.write(b"\x00")
    with pytest.raises(duckdb.IOException, match="signature"):
        Lake.open(Place(lake.place.home), alone=True)
