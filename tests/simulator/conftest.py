"""One market for all simulator tests: small enough to build in half a second, large enough for shares to
settle.
"""

import pytest
from simulator_cases import NOW

from simulator.history.market import Market, build_market


@pytest.fixture(scope="session")
def market() -> Market:
    return build_market(seed=5, merchants=12, days=60, lines=40_000, now=NOW, platforms=("douyin", "taobao"))
