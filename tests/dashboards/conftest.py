"""Fixtures of the dashboards' tests: houses made once, and copies to change."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import pytest
from dashboards_cases import make_accounts, make_house
from streamlit.components.v2 import manifest_scanner

from warehouse.place import Place

#: Streamlit looks through every installed package for components whenever an application starts: a third of
#: what a page's test took.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A house with a published release, and a newer build that is held back. Read only: but it notes who
    looked where they may not, so that ``own_house`` is of a copy that nobody looked at.
    """
    folder = tmp_path_factory.mktemp("dashboards")
    made = make_house(folder / "house", is_held=True)
    shutil.copytree(made.home, folder / "untouched")
    return made


@pytest.fixture
def house(built: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """``built``, which the application takes for its home."""
    monkeypatch.setenv("BAIYUN_HOME", str(built.home))
    return built


@pytest.fixture
def own_house(built: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A copy of ``built``, as it was made, to change."""
    shutil.copytree(built.home.parent / "untouched", tmp_path / "house")
    monkeypatch.setenv("BAIYUN_HOME", str(tmp_path / "house"))
    return Place(tmp_path / "house")


@pytest.fixture
def empty_house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Accounts, and nothing else: no warehouse, no release."""
    place = Place(tmp_path / "empty")
    make_accounts(place)
    monkeypatch.setenv("BAIYUN_HOME", str(place.home))
    return place
