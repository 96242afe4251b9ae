"""One small market of Pinduoduo shops and a served dialect for the API tests."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest
from pinduoduo_cases import NOW, Shop

from connectors.pinduoduo import simulate
from simulator.history.market import Market, build_market
from simulator.server import make_app, serve_in_thread


@pytest.fixture(scope="session")
def market() -> Market:
    """Three shops, each of which ticks other columns."""
    return build_market(seed=3, merchants=3, days=20, lines=3_000, now=NOW, platforms=("pinduoduo",))


@pytest.fixture(scope="session")
def shop_ids(market: Market) -> list[str]:
    return market.shops.filter(pl.col("platform_code") == "pinduoduo")["shop_id"].to_list()


@pytest.fixture
def shop(market: Market, shop_ids: list[str]) -> Iterator[Shop]:
    """The first shop behind a fresh server that stands at the market's last moment."""
    app = make_app(market, NOW, [simulate.dialect()])
    url, stop = serve_in_thread(app)
    yield Shop(app, url, shop_ids[0])
    stop()
