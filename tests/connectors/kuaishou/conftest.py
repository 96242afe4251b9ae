"""One small market of Kuaishou shops and a served dialect for the API tests."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator

import polars as pl
import pytest
from kuaishou_cases import MARKET_NOW, Shop

from connectors.kuaishou import simulate
from simulator.history.market import Market, build_market
from simulator.server import make_app, serve_in_thread


@pytest.fixture(scope="session")
def market() -> Market:
    """Eight shops, the fourth of them with the older order layout.

    Every app has a signing secret of its own beside its appSecret.
    """
    made = build_market(seed=7, merchants=8, days=30, lines=9_000, now=MARKET_NOW, platforms=("kuaishou",))
    both = [
        f"{secret}:{hashlib.sha256(f'{secret}:sign'.encode()).hexdigest()}"
        for secret in made.shops["app_secret"]
    ]
    return dataclasses.replace(made, shops=made.shops.with_columns(app_secret=pl.Series(both)))


def _served(market: Market, shop_id: str) -> Iterator[Shop]:
    app = make_app(market, MARKET_NOW, [simulate.dialect()])
    url, stop = serve_in_thread(app)
    yield Shop(app, url, shop_id)
    stop()


@pytest.fixture
def shop(market: Market) -> Iterator[Shop]:
    """A medium shop behind a fresh server that stands at the market's last moment."""
    yield from _served(market, "yunshan-kuaishou")


@pytest.fixture
def giant(market: Market) -> Iterator[Shop]:
    """The market's largest shop, likewise."""
    yield from _served(market, "xinggang-kuaishou")
