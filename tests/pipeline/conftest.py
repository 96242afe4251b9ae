"""A home with one release, made once a session and copied per test; and an empty one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.steps import ingest
from warehouse.settings import Settings

DOUYIN = Path(__file__).parents[2] / "connectors" / "douyin" / "samples" / "1792375211_orders_2025_75.csv"


@pytest.fixture(scope="session")
def _released_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("released") / "home"
    done = ingest(Settings(home=home), "m1", "s1", [DOUYIN], register=True)
    assert done.held is None and done.current and done.current.number == 1
    return home


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation nobody has used yet, as the environment tells it."""
    monkeypatch.setenv("BAIYUN_HOME", str(tmp_path / "home"))
    return Settings()


@pytest.fixture
def released(settings: Settings, _released_home: Path) -> Settings:
    """``settings`` with release 1: merchant m1, shop s1, the orders of ``DOUYIN``."""
    shutil.copytree(_released_home, settings.home)
    return settings
