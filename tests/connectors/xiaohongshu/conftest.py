"""One small market and a served dialect for the API tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from xiaohongshu_cases import NOW, Shop

from connectors.xiaohongshu import simulate
from simulator.history.market import Market, build_market
from simulator.server import make_app, serve_in_thread

SHOP = "yunshan-xiaohongshu"


@pytest.fixture(scope="session")
def market() -> Market:
    """Three shops; the first has about 450 lines."""
    return build_market(seed=7, merchants=3, days=20, lines=800, now=NOW, platforms=("xiaohongshu",))


@pytest.fixture
def shop(market: Market) -> Iterator[Shop]:
    """A shop behind a fresh server that stands at the market's last moment."""
    app = make_app(market, NOW, [simulate.dialect()])
    url, stop = serve_in_thread(app)
    yield Shop(app, url, SHOP)
    stop()
