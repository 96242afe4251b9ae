"""A small market's files over three moments, then one taken back, an own account forgotten, and everything made anew."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from pathlib import Path

import polars as pl
from truth_cases import LATER, NOW, downloads, settle, small_market

from connectors.recognising import recognise
from metrics.access import Viewer
from metrics.ask import ask
from pipeline.house import reading, writing
from pipeline.steps import build_and_release, scan_inbox, withdraw
from simulator.market import Market
from warehouse import registry
from warehouse import release as releasing
from warehouse.costs import save_costs
from warehouse.ops import EXPORT, FIXED_COST
from warehouse.settings import Settings

EARLIER = NOW - dt.timedelta(days=9)
MOMENTS = (EARLIER, NOW, LATER)
#: Ledgers and lists go the same way, and would only make every build longer.
_KINDS = {"orders", "order_items", "after_sales", "refunds", "live_sessions", "settlements"}
#: The day from which entered costs hold.
FROM = EARLIER.date() - dt.timedelta(days=10)
#: What each release of the house came of.
FIRST, SECOND, THIRD, WITHDRAWN, FORGOTTEN, ANEW = range(6)


#: What is asked of every release, by what.
ASKED = (["paid_gmv", "refunds", "net_by_order_date", "net_by_refund_date", "paid_orders", "return_rate_value"], ["shop", "channel", "date"])


def make_house(folder: Path) -> Settings:
    """Two merchants on Douyin and Taobao. ``answers.json`` beside the home tells what each release said on its day."""
    market = small_market(seed=5, lines=200, merchants=2)
    settings = Settings(home=folder / "home")
    settle(settings, market)
    _enter_costs(settings, market)
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
        refunds = lake.read(EXPORT).filter(pl.col("kind_code") == "after_sales").sort("received_at", "export_id")
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


def _enter_costs(settings: Settings, market: Market) -> None:
    """What two of three SKUs cost, what a parcel does, and a slot of each shop."""
    owner = market.shops.select("shop_id", "merchant_id")
    goods = market.skus.join(owner, on="shop_id").unique(["shop_id", "sku_code"], keep="first", maintain_order=True)
    goods = goods.with_row_index().filter(pl.col("index") % 3 > 0).drop("index")
    parcel = {"cost_kind_code": "freight_out", "cost_basis_code": "per_order", "cost_amount_fen": 350}
    slot = {"cost_kind_code": "slot_fee", "cost_basis_code": "once", "cost_amount_fen": 10_001, "creator_id": "c", "valid_until_date": NOW.date()}
    with writing(settings) as lake:
        for (merchant,), mine in goods.with_columns(valid_from_date=FROM, style_code=None).partition_by("merchant_id", as_dict=True).items():
            others = [parcel, *(slot | {"shop_id": shop} for shop in mine["shop_id"].unique().sort())]
            told = pl.DataFrame([dict.fromkeys(FIXED_COST.columns) | {"valid_from_date": FROM} | row for row in others], schema=FIXED_COST.dtypes)
            save_costs(lake, merchant, mine.select("valid_from_date", "shop_id", "sku_code", "style_code", "unit_cost_fen"), told, by="test", at=NOW)


def said(settings: Settings, as_of: int | None = None) -> dict[str, str]:
    """Merchant → everything asked of the current release, or of ``as_of``, as text."""
    viewers = [owner_of(settings, number) for number in range(len(merchants(settings)))]
    return {str(viewer.merchant_id): ask(viewer, ASKED[0], by=ASKED[1], as_of=as_of).rows.write_csv() for viewer in viewers}


def answers(settings: Settings) -> dict[int, dict[str, str]]:
    """Release → what was said on its day."""
    path = settings.home.parent / "answers.json"
    return {int(number): told for number, told in json.loads(path.read_text()).items()} if path.exists() else {}


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
