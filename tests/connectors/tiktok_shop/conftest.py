"""One small market of TikTok shops and a served dialect for the API tests."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest
from tiktok_cases import MARKET_NOW, Shop

from connectors.tiktok_shop import simulate
from simulator.history.market import Market, build_market
from simulator.server import make_app, serve_in_thread


@pytest.fixture(scope="session")
def market() -> Market:
    """Three shops; the second is signed in in Thai and downloads workbooks."""
    return build_market(seed=7, merchants=3, days=45, lines=6_000, now=MARKET_NOW, platforms=("tiktok_shop",))


@pytest.fixture(scope="session")
def shop_ids(market: Market) -> list[str]:
    return market.shops.filter(pl.col("platform_code") == "tiktok_shop")["shop_id"].to_list()


@pytest.fixture
def shop(market: Market, shop_ids: list[str]) -> Iterator[Shop]:
    """The first shop behind a fresh server that stands at the market's last moment."""
    app = make_app(market, MARKET_NOW, [simulate.dialect()])
    url, stop = serve_in_thread(app)
    yield Shop(app, url, shop_ids[0])
    stop()
