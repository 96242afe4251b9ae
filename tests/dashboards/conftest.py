"""Fixtures of the dashboards' tests: houses made once, and copies to change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from dashboards_cases import make_accounts, make_house

from warehouse.place import Place


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A house with a published release, and a newer build that is held back. Read only."""
    return make_house(tmp_path_factory.mktemp("dashboards") / "house", is_held=True)


@pytest.fixture
def house(built: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """``built``, which the application takes for its home."""
    monkeypatch.setenv("BAIYUN_HOME", str(built.home))
    return built


@pytest.fixture
def own_house(built: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A copy of ``built`` to change."""
    shutil.copytree(built.home, tmp_path / "house")
    monkeypatch.setenv("BAIYUN_HOME", str(tmp_path / "house"))
    return Place(tmp_path / "house")


@pytest.fixture
def empty_house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Accounts, and nothing else: no warehouse, no release."""
    place = Place(tmp_path / "empty")
    make_accounts(place)
    monkeypatch.setenv("BAIYUN_HOME", str(place.home))
    return place
