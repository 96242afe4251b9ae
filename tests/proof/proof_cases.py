"""A small market's files over three moments, then one taken back, an own account forgotten, and everything made anew."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

import polars as pl
from truth_cases import LATER, NOW, downloads, settle, small_market

from connectors.recognising import recognise
from metrics.access import Viewer
from pipeline.house import reading, writing
from pipeline.steps import build_and_release, scan_inbox, withdraw
from warehouse import registry
from warehouse import release as releasing
from warehouse.ops import EXPORT
from warehouse.settings import Settings

EARLIER = NOW - dt.timedelta(days=9)
MOMENTS = (EARLIER, NOW, LATER)
#: Ledgers and lists go the same way, and would only make every build longer.
_KINDS = {"orders", "order_items", "after_sales", "refunds", "live_sessions"}
#: What each release of the house came of.
FIRST, SECOND, THIRD, WITHDRAWN, FORGOTTEN, ANEW = range(6)


def make_house(folder: Path) -> Settings:
    """Two merchants on Douyin and Taobao."""
    market = small_market(seed=5, lines=200, merchants=2)
    settings = Settings(home=folder / "home")
    settle(settings, market)
    owner = dict(market.shops.select("shop_id", "merchant_id").iter_rows())
    for at in MOMENTS:
        for shop, paths in downloads(market, folder, at).items():
            inbox = settings.home / "inbox" / owner[shop] / shop
            inbox.mkdir(parents=True, exist_ok=True)
            for path in (item for item in paths if recognise(item.read_bytes()).layout.kind in _KINDS):
                os.utime(shutil.copy(path, inbox), (0, 0))
        scan_inbox(settings, at=at)
        build_and_release(settings, at=at)
    with reading(settings) as lake:
        orders = lake.read(EXPORT).filter(pl.col("kind_code").is_in(["orders", "order_items"])).sort("received_at", "export_id")
    withdraw(settings, orders["merchant_id"][-1], orders["export_id"][-1], by="test", at=LATER)
    with writing(settings) as lake:
        own = registry.live_accounts(lake).row(0, named=True)
        registry.remove_live_account(lake, own["merchant_id"], own["shop_id"], own["live_account_id"])
    build_and_release(settings, at=LATER)
    build_and_release(settings, at=LATER, from_landing=True)
    return settings


def published(settings: Settings) -> list[releasing.Release]:
    with reading(settings) as lake:
        return [item for item in releasing.releases(lake) if item.status == releasing.PUBLISHED]


def merchants(settings: Settings) -> list[str]:
    """Both merchants' ids, sorted."""
    with reading(settings) as lake:
        return sorted(registry.merchants(lake)["merchant_id"])


def owner_of(settings: Settings, number: int = 0) -> Viewer:
    """Who reads for one of the merchants."""
    return Viewer(settings.place, "test", "merchant", merchants(settings)[number])
