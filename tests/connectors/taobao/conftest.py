"""A small market with Taobao shops, and a loopback server speaking Taobao's dialect."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest
from taobao_cases import NOW, Gateway

from connectors.taobao.simulate import dialect
from simulator.history.market import Market, build_market
from simulator.server import FaultPlan, make_app, serve_in_thread


@pytest.fixture(scope="session")
def market() -> Market:
    return build_market(seed=3, merchants=3, days=20, lines=2_500, now=NOW, platforms=("douyin", "taobao"))


@pytest.fixture(scope="session")
def shop_ids(market: Market) -> list[str]:
    return market.shops.filter(pl.col("platform_code") == "taobao")["shop_id"].to_list()


@pytest.fixture
def gateway(market: Market) -> Iterator[Gateway]:
    faults = FaultPlan()
    app = make_app(market, NOW, [dialect()], faults)
    base, stop = serve_in_thread(app)
    yield Gateway(base, app.state.world, faults, market)
    stop()
