"""A bill tells a channel whenever it comes, and no longer once it is taken back."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from truth_cases import LATER, downloads, small_market
from truth_cases import settle as register

from connectors.recognising import recognise
from pipeline.build.withdrawing import mark
from pipeline.house import reading, writing
from pipeline.intake.land import land_files
from pipeline.steps import build_and_release, now
from simulator.history.market import Market
from transforms.gold import gold_tables
from warehouse.settings import Settings

pytestmark = pytest.mark.slow
Files = dict[str, list[Path]]


@pytest.fixture(scope="module")
def market() -> Market:
    return small_market(seed=4, lines=150, merchants=1, platforms=["taobao"])


@pytest.fixture(scope="module")
def files(market: Market, tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Kind → files of the shop; the report of live orders is not among them."""
    found: Files = {}
    for paths in downloads(market, tmp_path_factory.mktemp("downloads"), LATER).values():
        for path in paths:
            found.setdefault(recognise(path.read_bytes()).layout.kind, []).append(path)
    return {kind: found[kind] for kind in ("orders", "order_items", "funds")}


def opened(home: Path, market: Market) -> Settings:
    settings = Settings(home=home)
    register(settings, market)
    return settings


def take(settings: Settings, market: Market, files: Files, *kinds: str) -> list[str]:
    (shop,) = market.shops["shop_id"]
    paths = [path for kind in kinds for path in files[kind]]
    with writing(settings) as lake:
        landed = land_files(lake, settings.place, market.merchants["merchant_id"][0], shop, paths)
    build_and_release(settings, at=LATER)
    return [item.export_id for item in landed]


def channels(settings: Settings) -> pl.DataFrame:
    with reading(settings) as lake:
        lines = lake.read(gold_tables()["fct_order_line"])
    return lines.select("order_line_id", "channel_code", "channel_basis_code").sort(pl.all())


def test_whenever_the_bill_comes_it_tells_and_taken_back_it_does_not(
    market: Market, files: Files, tmp_path: Path
) -> None:
    settings, other, whole = (opened(tmp_path / name, market) for name in ("one", "other", "whole"))
    take(settings, market, files, "orders", "order_items")
    before = channels(settings)
    assert set(before["channel_basis_code"]) == {"unknown"}
    bills = take(settings, market, files, "funds")
    after = channels(settings)
    found = after.filter(channel_basis_code="commission")
    creators = market.lines.filter(seller_code="creator")["order_line_id"]
    assert found.height and set(found["order_line_id"]) <= set(creators)
    assert set(found["channel_code"]) == {"creator"}
    take(other, market, files, "funds")
    take(other, market, files, "orders", "order_items")
    take(whole, market, files, *files)
    assert channels(other).equals(after) and channels(whole).equals(after)
    build_and_release(settings, at=LATER, from_landing=True)
    assert channels(settings).equals(after)
    with writing(settings) as lake:
        for bill in bills:
            mark(lake, market.merchants["merchant_id"][0], bill, by="", at=now())
    build_and_release(settings, at=LATER)
    assert channels(settings).equals(before)
