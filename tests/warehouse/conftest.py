"""Fixtures of the warehouse tests: an empty place, and a writer on it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from warehouse_cases import SALES

from warehouse.lake import Lake
from warehouse.ops import OPS
from warehouse.place import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "home")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with empty ops tables and ``SALES``, made once: creating a catalog costs a second, copying one
    nothing.
    """
    home = tmp_path_factory.mktemp("template") / "home"
    with Lake.open(Place(home), write=True) as opened:
        opened.ensure([*OPS.values(), SALES])
    return home


@pytest.fixture
def lake(place: Place, template: Path) -> Iterator[Lake]:
    """A writer on a fresh warehouse with the ops tables and ``SALES``."""
    shutil.copytree(template, place.home, dirs_exist_ok=True)
    with Lake.open(place, write=True) as opened:
        yield opened
