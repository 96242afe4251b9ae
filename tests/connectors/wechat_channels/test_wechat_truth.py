"""From the downloads and from the API all the way to the metrics: what a merchant is told is what the market knows, to the fen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from truth_cases import DAYS, LATER, MONEY, NOW, TELL_CHANNELS, differences, downloads, lookup, settle

from pipeline.steps import build_and_release, collect, ingest
from simulator.handout import credentials_of
from simulator.market import Market, build_market
from simulator.server import make_app, serve_in_thread
from warehouse.settings import Settings

MOMENTS = (NOW - dt.timedelta(days=9), LATER)


@pytest.fixture(scope="module")
def market() -> Market:
    """Two shops of two merchants."""
    return build_market(3, 2, DAYS, 160, now=NOW, platforms=("wechat_channels",))


@pytest.fixture(scope="module")
def by_files(market: Market, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Every shop's downloads of two moments; the second overlaps the first."""
    folder = tmp_path_factory.mktemp("files")
    settings = Settings(home=folder / "home")
    settle(settings, market)
    owner = dict(market.shops.select("shop_id", "merchant_id").iter_rows())
    for at in MOMENTS:
        for shop, paths in downloads(market, folder, at).items():
            ingest(settings, owner[shop], shop, paths, at=LATER)
    return settings


@pytest.fixture(scope="module")
def by_api(market: Market, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Two collections; the second re-reads the window of the first."""
    settings = Settings(home=tmp_path_factory.mktemp("api"), http_wait_scale=0.01)
    settle(settings, market)
    app = make_app(market, MOMENTS[0])
    base, stop = serve_in_thread(app)
    try:
        for number, at in enumerate(MOMENTS):
            app.state.world.at = at
            secrets = credentials_of(market, app.state.world, base)
            collected = collect(settings, sorted(secrets), run_name=f"run-{number}", credentials=lookup(secrets), until=at)
            assert {item.outcome_code for item in collected} == {"ok"}, collected
            build_and_release(settings, at=LATER)
    finally:
        stop()
    yield settings


@pytest.mark.parametrize("metric", MONEY)
def test_files_tell_the_truth_by_shop_and_day(by_files: Settings, market: Market, metric: str) -> None:
    """By channel they cannot: the order file does not say where a line was sold."""
    assert differences(by_files, market, LATER, metric, ("shop", "date")).is_empty()


@pytest.mark.parametrize("metric", MONEY)
def test_the_api_tells_the_truth_by_channel_too(by_api: Settings, market: Market, metric: str) -> None:
    assert differences(by_api, market, LATER, metric, TELL_CHANNELS).is_empty()
