"""A small market of JD shops, and a loopback server speaking JOS."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from jd_cases import NOW, Jos

from connectors.jd.simulate import dialect
from simulator.history.market import Market, build_market
from simulator.server import FaultPlan, make_app, serve_in_thread


@pytest.fixture(scope="session")
def market() -> Market:
    """Three shops, thirty days."""
    return build_market(seed=5, merchants=3, days=25, lines=4_000, now=NOW, platforms=("jd",))


@pytest.fixture(scope="session")
def shop_ids(market: Market) -> list[str]:
    """The market's shops; they take turns with the wallet bill's layouts."""
    return market.shops["shop_id"].to_list()


@pytest.fixture
def jos(market: Market) -> Iterator[Jos]:
    """A fresh server that stands at the market's last moment."""
    faults = FaultPlan()
    app = make_app(market, NOW, [dialect()], faults)
    base, stop = serve_in_thread(app)
    yield Jos(base, app.state.world, faults, market)
    stop()
