"""Fixtures of the benchmark's tests: a small set of generated exports, and one whole run on an even smaller
one.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.generate import Made, generate
from bench.report import Results
from bench.run import run

DAYS, SHOPS = 4, 4


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Made]]:
    """About 6,000 order rows of four days and one more."""
    out = tmp_path_factory.mktemp("exports")
    return out, generate(out, 6_000, seed=3, days=DAYS, shops=SHOPS)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Results]:
    """A run with every contender, and the folder it left."""
    place = tmp_path_factory.mktemp("run")
    return place, run(place, 2_000, days=3, shops=SHOPS, seed=5)
