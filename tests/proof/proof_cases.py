"""A small market's files over three moments, then one taken back, an own account forgotten, and everything
made anew.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from pathlib import Path

import polars as pl
from truth_cases import LATER, NOW, downloads, enter_costs, enter_stock, settle, small_market

from connectors.recognising import recognise
from metrics.query.access import Viewer
from metrics.query.ask import ask
from pipeline.house import reading, writing
from pipeline.steps import build_and_release, scan_inbox, withdraw
from warehouse import registry
from warehouse import release as releasing
from warehouse.ops import EXPORT
from warehouse.settings import Settings

EARLIER = NOW - dt.timedelta(days=9)
MOMENTS = (EARLIER, NOW, LATER)
#: Ledgers and lists go the same way, and would only make every build longer.
_KINDS = {"orders", "order_items", "after_sales", "refunds", "live_sessions", "settlements"}
#: What each release of the house came of.
FIRST, SECOND, THIRD, WITHDRAWN, FORGOTTEN, ANEW = range(6)


#: What is asked of every release, by what.
ASKED = (
    ["paid_gmv", "refunds", "net_by_order_date", "net_by_refund_date", "paid_orders", "return_rate_value"],
    ["shop", "channel", "date"],
)


def make_house(folder: Path) -> Settings:
    """Two merchants on Douyin and Taobao.

    ``answers.json`` beside the home tells what each release said on its day.
    """
    market = small_market(seed=5, lines=200, merchants=2)
    settings = Settings(home=folder / "home")
    settle(settings, market)
    enter_costs(settings, market)
    enter_stock(settings, market)
    owner = dict(market.shops.select("shop_id", "merchant_id").iter_rows())
    for at in MOMENTS:
        for shop, paths in downloads(market, folder, at).items():
            inbox = settings.home / "inbox" / owner[shop] / shop
            inbox.mkdir(parents=True, exist_ok=True)
            for path in (item for item in paths if recognise(item.read_bytes()).layout.kind in _KINDS):
                os.utime(shutil.copy(path, inbox), (0, 0))
        scan_inbox(settings, at=at)
        build_and_release(settings, at=at)
        _keep_answers(settings)
    with reading(settings) as lake:
        # not by the export's id: it is of the file's bytes, and these tell when it was written
        refunds = (
            lake.read(EXPORT)
            .filter(pl.col("kind_code") == "after_sales")
            .sort("received_at", "merchant_id", "shop_id")
        )
    withdraw(settings, refunds["merchant_id"][-1], refunds["export_id"][-1], by="test", at=LATER)
    _keep_answers(settings)
    with writing(settings) as lake:
        own = registry.live_accounts(lake).row(0, named=True)
        registry.remove_live_account(lake, own["merchant_id"], own["shop_id"], own["live_account_id"])
    build_and_release(settings, at=LATER)
    _keep_answers(settings)
    build_and_release(settings, at=LATER, from_landing=True)
    _keep_answers(settings)
    return settings


def said(settings: Settings, as_of: int | None = None) -> dict[str, str]:
    """Merchant → everything asked of the current release, or of ``as_of``, as text."""
    viewers = [owner_of(settings, number) for number in range(len(merchants(settings)))]
    return {
        str(viewer.merchant_id): ask(viewer, ASKED[0], by=ASKED[1], as_of=as_of).rows.write_csv()
        for viewer in viewers
    }


def answers(settings: Settings) -> dict[int, dict[str, str]]:
    """Release → what was said on its day."""
    path = settings.home.parent / "answers.json"
    return (
        {int(number): told for number, told in json.loads(path.read_text()).items()} if path.exists() else {}
    )


def _keep_answers(settings: Settings) -> None:
    told = {**answers(settings), published(settings)[-1].number: said(settings)}
    (settings.home.parent / "answers.json").write_text(json.dumps(told))


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
