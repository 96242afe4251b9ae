"""A small market with Taobao shops, and a loopback server speaking Taobao's dialect."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl
import pytest
from taobao_cases import NOW

from connectors.http import Client, Credentials
from connectors.taobao.api import TaobaoApi
from connectors.taobao.simulate import dialect
from simulator.market import Market, build_market
from simulator.server import FaultPlan, World, make_app, serve_in_thread


@pytest.fixture(scope="session")
def market() -> Market:
    return build_market(seed=3, merchants=3, days=20, lines=6_000, now=NOW, platforms=("douyin", "taobao"))


@pytest.fixture(scope="session")
def shop_ids(market: Market) -> list[str]:
    return market.shops.filter(pl.col("platform_code") == "taobao")["shop_id"].to_list()


@dataclass
class Gateway:
    """The running server and a shop's way into it."""

    base: str
    world: World
    faults: FaultPlan
    market: Market
    waits: list[float] = field(default_factory=list)

    def credentials(self, shop_id: str) -> Credentials:
        shop = self.world.shop(shop_id)
        assert shop is not None
        return Credentials(f"{self.base}/taobao", shop["app_key"], shop["app_secret"], self.world.tokens.issue(shop_id).access_token)

    def api(self, shop_id: str, attempts: int = 8) -> TaobaoApi:
        return TaobaoApi(Client(attempts=attempts, sleep=self.waits.append), self.credentials(shop_id))

    @property
    def first(self) -> dt.datetime:
        return NOW - dt.timedelta(days=22)


@pytest.fixture
def gateway(market: Market) -> Iterator[Gateway]:
    faults = FaultPlan()
    app = make_app(market, NOW, [dialect()], faults)
    base, stop = serve_in_thread(app)
    yield Gateway(base, app.state.world, faults, market)
    stop()
