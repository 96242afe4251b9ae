"""What the demo's merchants have in hand at its first start, as a tree of files: what they downloaded until
two days ago, what they downloaded today, and the lists they fill in.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from simulator.files import write_files
from simulator.history.clock import ZONE
from simulator.history.market import Market
from simulator.history.stock import write_stock
from simulator.server import simulators

HISTORY, LATER, LISTS = "history", "later", "lists"
_DAY = dt.timedelta(days=1)
#: Platforms of which no file tells advertising: their merchants enter it.
_ADS_UNREPORTED = ("kuaishou", "wechat_channels")
_COST_HEADER = (
    "成本项目", "店铺", "商家编码", "款号", "达人ID", "直播场次", "计费方式", "金额(元)", "生效日期",
    "结束日期",
)  # fmt: skip
#: What a parcel and a piece that came back cost: kind, way of charging, yuan.
_RATES = (
    ("打包费", "每单", "1.10"),
    ("发货运费", "每单", "3.20"),
    ("退货运费", "每单", "4.50"),
    ("退货折损", "每件", "3.00"),
)
_SLOT_YUAN = 3_000
_HELD_ROWS = 60


def history_ends(market: Market) -> dt.datetime:
    """The midnight a day before the day of the market's end: until then merchants have downloaded, what came
    after it is for the platforms' APIs to tell.
    """
    today = market.now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - _DAY


def write_downloads(market: Market, out: Path, days: int, leads: Sequence[str]) -> int:
    """Write everything under ``out``; returns how many files.

    ``history``/<merchant>/<shop>: of the last ``days``, as downloaded when the history ends, but of merchants
    not among ``leads``, who let nobody collect, at the market's end. ``later``: what ``leads`` downloaded at
    its end, of the days since. ``lists``/<merchant>: costs and stock of ``leads``.
    """
    ends, first = history_ends(market), market.now.date() - days * _DAY
    led = pl.col("merchant_id").is_in(list(leads))
    mine, others = (market.shops.filter(which)["shop_id"].to_list() for which in (led, ~led))
    written = [
        *write_files(market, out / HISTORY, ends, first, ends.date() - _DAY, mine),
        *write_files(market, out / HISTORY, market.now, first, market.now.date(), others),
        *write_files(market, out / LATER, market.now, ends.date() - _DAY, market.now.date(), mine),
        *(_write_held(market, out / HISTORY, ends, shop) for shop in mine[:1]),
    ]
    for merchant in leads:
        folder = out / LISTS / merchant
        folder.mkdir(parents=True, exist_ok=True)
        shops = market.shops.filter(merchant_id=merchant)
        with (folder / "costs.csv").open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream).writerows([_COST_HEADER, *_costs(market, shops, first)])
        for shop in shops["shop_id"]:
            write_stock(market, shop, folder / f"stock-{shop}.csv", [ends.date() - _DAY])
    return len(written)


def _write_held(market: Market, out: Path, at: dt.datetime, shop_id: str) -> Path:
    """An order file of the last days before ``at`` in which the amounts are lost, as when somebody hides
    columns before saving: paid orders of which every one was paid 0.
    """
    shop = market.shops.row(by_predicate=pl.col("shop_id") == shop_id, named=True)
    lines = market.lines.filter(pl.col("created_at") < at, shop_id=shop_id)
    first = lines["created_at"].dt.date().sort()[-min(_HELD_ROWS, lines.height)]
    emptied = replace(
        market,
        lines=market.lines.with_columns(
            pl.lit(0, pl.Int64).alias(name) for name in ("placed_fen", "paid_fen")
        ),
    )
    files = simulators()[shop["platform_code"]].export_files(emptied, shop_id, at, first, at.date() - _DAY)
    name, content = next(iter(files.items()))
    path: Path = out / shop["merchant_id"] / shop_id / f"补导_{name}"
    path.write_bytes(content)
    return path


def _costs(market: Market, shops: pl.DataFrame, first: dt.date) -> Iterable[tuple[object, ...]]:
    """Rows of a merchant's list of costs, from ``first`` on: goods by style, parcels, a slot a month for each
    creator who sold, and the advertising no platform reports.
    """
    mine = pl.col("shop_id").is_in(shops["shop_id"].to_list())
    goods = market.skus.filter(mine).unique("style_code").sort("style_code")
    for style, fen in goods.select("style_code", "unit_cost_fen").iter_rows():
        yield "商品成本", "", "", style, "", "", "每件", _yuan(fen), first, ""
    for kind, way, yuan in _RATES:
        yield kind, "", "", "", "", "", way, yuan, first, ""
    sold = (
        market.lines.filter(mine, channel_code="creator_live")
        .group_by("shop_id", "live_account_id", month=pl.col("created_at").dt.truncate("1mo").dt.date())
        .len()
        .sort("shop_id", "live_account_id", "month")
    )
    for shop, creator, month, _ in sold.iter_rows():
        start, until = max(month, first), _month_end(month)
        yield "坑位费", shop, "", "", creator, "", "一次性", f"{_SLOT_YUAN}.00", start, until
    ads = (
        market.ads.filter(mine, pl.col("platform_code").is_in(_ADS_UNREPORTED))
        .filter(pl.col("ad_date") < market.now.date())
        .group_by("shop_id", "ad_date")
        .agg(pl.col("spent_fen").sum())
        .sort("shop_id", "ad_date")
    )
    for shop, day, fen in ads.iter_rows():
        yield "推广现金", shop, "", "", "", "", "一次性", _yuan(fen), day, day


def _month_end(month: dt.date) -> dt.date:
    return (month + 31 * _DAY).replace(day=1) - _DAY


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
