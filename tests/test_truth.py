"""The truth test: whatever way and order a market's figures come in, every metric equals what the simulator knows, to the fen."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from truth_cases import LATER, MONEY, NOW, TELL_CHANNELS, differences, downloads, lookup, settle, small_market

from pipeline.house import reading
from pipeline.steps import build_and_release, collect, ingest, scan_inbox
from simulator.handout import credentials_of as keys
from simulator.market import Market
from simulator.server import make_app, serve_in_thread
from transforms.gold import gold_tables
from warehouse.settings import Settings

EARLIER = NOW - dt.timedelta(days=9)
MOMENTS = (EARLIER, NOW, LATER)


@pytest.fixture(scope="module")
def market() -> Market:
    return small_market()


@pytest.fixture(scope="module")
def moments(market: Market, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, list[Path]]]:
    """What every shop downloads at each moment, oldest first; each overlaps the one before. Written once: a workbook's bytes tell when it was made."""
    return [downloads(market, tmp_path_factory.mktemp("downloads"), at) for at in MOMENTS]


def gold(settings: Settings) -> dict[str, str]:
    """Content hash of every gold table."""
    with reading(settings) as lake:
        return {name: lake.content_hash(table) for name, table in gold_tables().items()}


def merchant_of(market: Market) -> dict[str, str]:
    return dict(market.shops.select("shop_id", "merchant_id").iter_rows())


def drop_files(settings: Settings, market: Market, files: dict[str, list[Path]]) -> None:
    """Put every shop's files into the inbox, settled long ago."""
    owner = merchant_of(market)
    for shop, paths in files.items():
        folder = settings.place.inbox / owner[shop] / shop
        folder.mkdir(parents=True, exist_ok=True)
        for path in paths:
            os.utime(shutil.copy(path, folder), (0, 0))


@pytest.fixture(scope="module")
def by_files(market: Market, moments: list[dict[str, list[Path]]], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The downloads dropped into the inbox in order; one build a moment."""
    settings = Settings(home=tmp_path_factory.mktemp("files"))
    settle(settings, market)
    for files in moments:
        drop_files(settings, market, files)
        assert {item.verdict for item in scan_inbox(settings, at=LATER)} <= {"accepted", "duplicate"}  # an unchanged list may be the same bytes again
        built, _ = build_and_release(settings, at=LATER)
        for item in built.receipts:
            assert item.verdict == "accepted", item
            assert item.rows_read == item.published + item.quarantined + item.superseded + item.duplicate
    return settings


@pytest.fixture(scope="module")
def by_shuffled_files(market: Market, moments: list[dict[str, list[Path]]], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The same files newest first, shops mixed, some twice and under other names, all of a shop's in one build or one by one."""
    settings = Settings(home=tmp_path_factory.mktemp("shuffled"))
    settle(settings, market)
    dice = random.Random(7)
    owner = merchant_of(market)
    for shop in dice.sample(sorted(owner), len(owner)):
        paths = list(itertools.chain.from_iterable(moment.get(shop, []) for moment in reversed(moments)))
        dice.shuffle(paths)
        half = len(paths) // 2
        for some in (paths[:half], paths[half:]):
            if some:
                again = some[0].with_name(f"副本 {some[0].name}")
                again.write_bytes(some[0].read_bytes())
                ingest(settings, owner[shop], shop, [*some, again, some[-1]], at=LATER)
    return settings


@pytest.fixture(scope="module")
def by_api(market: Market, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Three collections at three moments, each re-reading the window of the one before."""
    settings = Settings(home=tmp_path_factory.mktemp("api"), http_wait_scale=0.01)
    settle(settings, market)
    app = make_app(market, EARLIER)
    base, stop = serve_in_thread(app)
    try:
        for number, at in enumerate(MOMENTS):
            app.state.world.at = at
            secrets = keys(market, app.state.world, base)  # tokens live a week: the shops authorise anew
            collected = collect(settings, sorted(secrets), run_name=f"run-{number}", credentials=lookup(secrets), until=at)
            assert {item.outcome_code for item in collected} == {"ok"}, collected
            build_and_release(settings, at=LATER)
    finally:
        stop()
    yield settings


@pytest.mark.parametrize("metric", MONEY)
def test_files_tell_the_truth(by_files: Settings, market: Market, metric: str) -> None:
    assert differences(by_files, market, LATER, metric, TELL_CHANNELS).is_empty()


@pytest.mark.parametrize("metric", MONEY)
def test_any_order_of_arrival_tells_the_truth(by_shuffled_files: Settings, market: Market, metric: str) -> None:
    assert differences(by_shuffled_files, market, LATER, metric, TELL_CHANNELS).is_empty()


@pytest.mark.parametrize("metric", MONEY)
def test_the_api_tells_the_truth(by_api: Settings, market: Market, metric: str) -> None:
    """By shop and day for all; by channel where the API tells it (Taobao's orders carry no channel)."""
    assert differences(by_api, market, LATER, metric, ("shop", "date")).is_empty()
    split = differences(by_api, market, LATER, metric, TELL_CHANNELS)
    assert split.filter(pl.col("shop").str.ends_with("-douyin")).is_empty()


@pytest.mark.parametrize("metric", ["gpm", "net_gpm"])
def test_sessions_tell_the_truth(by_files: Settings, market: Market, metric: str) -> None:
    """By shop, channel and day where the platform tells a session's views: Taobao lists the shop's own rooms only."""
    wrong = differences(by_files, market, LATER, metric, TELL_CHANNELS)
    assert wrong.filter(pl.col("shop").str.ends_with("-douyin") | (pl.col("channel") == "own_live")).is_empty()


def test_an_older_release_answers_as_it_did(by_api: Settings, market: Market) -> None:
    """The release after the first collection still tells the truth of that moment."""
    for metric in ("paid_gmv", "refunds", "net_by_refund_date", "paid_orders"):
        assert differences(by_api, market, EARLIER, metric, ("shop", "date"), as_of=1).is_empty()
        assert differences(by_api, market, EARLIER, metric, ("shop", "date")).height


def test_order_of_arrival_leaves_no_trace(by_files: Settings, by_shuffled_files: Settings) -> None:
    assert gold(by_files) == gold(by_shuffled_files)


@pytest.mark.parametrize("way", ["by_files", "by_api"])
def test_increments_equal_a_rebuild_from_landing(way: str, request: pytest.FixtureRequest, market: Market) -> None:
    settings: Settings = request.getfixturevalue(way)
    increments = gold(settings)
    build_and_release(settings, at=LATER, from_landing=True)
    assert gold(settings) == increments
    assert differences(settings, market, LATER, "net_by_order_date", ("shop", "date")).is_empty()


def test_collecting_again_changes_no_total(by_api: Settings, market: Market) -> None:
    before = gold(by_api)
    app = make_app(market, LATER)
    base, stop = serve_in_thread(app)
    try:
        secrets = keys(market, app.state.world, base)
        collect(by_api, sorted(secrets), run_name="again", credentials=lookup(secrets), until=LATER)
    finally:
        stop()
    built, _ = build_and_release(by_api, at=LATER)
    assert all(item.published == 0 for item in built.receipts)
    assert gold(by_api) == before
