"""One house with six releases, made by the real pipeline of a simulated market and shared by every test that
only reads it.
"""

from __future__ import annotations

import pytest
from proof_cases import make_house

from warehouse.settings import Settings


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Do not write to it."""
    return make_house(tmp_path_factory.mktemp("proof"))


@pytest.fixture
def at_home(house: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """``house``, which the command line takes for its home."""
    monkeypatch.setenv("BAIYUN_HOME", str(house.home))
    return house
