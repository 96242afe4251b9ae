"""A small market of WeChat shops, and one of them behind a fresh server."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from wechat_cases import NOW, Shop

from connectors.wechat_channels import simulate
from simulator.history.market import Market, build_market
from simulator.server import make_app, serve_in_thread


@pytest.fixture(scope="session")
def market() -> Market:
    """Two shops: the first exports workbooks of 2026, the second GB18030 text of 2025."""
    return build_market(seed=7, merchants=2, days=20, lines=600, now=NOW, platforms=("wechat_channels",))


@pytest.fixture
def served(market: Market) -> Iterator[Callable[[int, simulate.WechatDialect | None], Shop]]:
    """A function that serves shop number n by a dialect."""
    stops = []

    def serve(position: int = 0, dialect: simulate.WechatDialect | None = None) -> Shop:
        app = make_app(market, NOW, [dialect or simulate.dialect()])
        url, stop = serve_in_thread(app)
        stops.append(stop)
        return Shop(app, url, market.shops["shop_id"][position])

    yield serve
    for stop in stops:
        stop()


@pytest.fixture
def shop(served: Callable[..., Shop]) -> Shop:
    return served(0)
