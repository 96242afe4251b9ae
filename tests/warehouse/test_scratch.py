"""Where DuckDB may spill: a folder for each connection, and none left of processes that died."""

from __future__ import annotations

import os
from pathlib import Path

from warehouse.place import Place
from warehouse.scratch import clear_scratch, scratch_folder


def test_each_connection_has_a_folder_of_its_own_also_where_nothing_was_before(tmp_path: Path) -> None:
    place = Place(tmp_path / "no" / "home")
    first, second = scratch_folder(place), scratch_folder(place)
    assert first != second and first.parent == second.parent == place.scratch and place.scratch.is_dir()


def test_folders_of_the_living_stay(tmp_path: Path) -> None:
    place = Place(tmp_path)
    mine, dead, odd = scratch_folder(place), place.scratch / "99999999.0", place.scratch / "x.1"
    for folder in (mine, dead, odd, other := place.scratch / f"{os.getppid()}.7"):
        folder.mkdir()
    assert clear_scratch(place) == 2
    assert {folder.name for folder in place.scratch.iterdir()} == {mine.name, other.name}
