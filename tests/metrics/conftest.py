"""Fixtures of the metrics tests: an empty warehouse to publish in, and one with the hand-made release, shared
by tests that only read.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from metrics_cases import AT, OTHER, frames, publish

from transforms.gold import gold_tables
from warehouse import registry
from warehouse.lake import Lake
from warehouse.ops import OPS
from warehouse.place import Place


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with empty tables and two registered merchants, made once."""
    home = tmp_path_factory.mktemp("template") / "home"
    with Lake.open(Place(home), write=True) as lake:
        lake.ensure([*OPS.values(), *gold_tables().values()])
        for merchant in ("m1", OTHER):
            registry.add_owner(lake, f"{merchant}-owner", f"{merchant} 持有人", at=AT)
            registry.add_merchant(lake, merchant, f"商家 {merchant}", owner_id=f"{merchant}-owner", at=AT)
    return home


@pytest.fixture
def place(tmp_path: Path, template: Path) -> Place:
    """A warehouse without any release."""
    shutil.copytree(template, tmp_path / "home")
    return Place(tmp_path / "home")


@pytest.fixture(scope="session")
def released_home(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Path:
    home = tmp_path_factory.mktemp("released") / "home"
    shutil.copytree(template, home)
    publish(Place(home), frames())
    return home


@pytest.fixture
def shown(released_home: Path) -> Place:
    """The hand-made rows in release 1. Do not write to it."""
    return Place(released_home)


@pytest.fixture
def released(tmp_path: Path, released_home: Path) -> Place:
    """A copy of ``shown`` for tests that write."""
    shutil.copytree(released_home, tmp_path / "home")
    return Place(tmp_path / "home")
