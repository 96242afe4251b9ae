"""One small market and a served dialect for the API tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from douyin_cases import MARKET_NOW, Shop

from connectors.douyin import simulate
from simulator.history.market import Market, build_market
from simulator.server import make_app, serve_in_thread


@pytest.fixture(scope="session")
def market() -> Market:
    """Six Douyin shops, the fourth of them with the older layouts."""
    return build_market(
        seed=8, merchants=8, days=30, lines=9_000, now=MARKET_NOW, platforms=("douyin", "taobao")
    )


def _served(market: Market, shop_id: str) -> Iterator[Shop]:
    app = make_app(market, MARKET_NOW, [simulate.dialect()])
    url, stop = serve_in_thread(app)
    yield Shop(app, url, shop_id)
    stop()


@pytest.fixture
def shop(market: Market) -> Iterator[Shop]:
    """A medium Douyin shop behind a fresh server that stands at the market's last moment."""
    yield from _served(market, "yunshan-douyin")


@pytest.fixture
def giant(market: Market) -> Iterator[Shop]:
    """The market's largest shop, likewise."""
    yield from _served(market, "xinggang-douyin")
