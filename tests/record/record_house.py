"""One fixed world put through the house: shops of eight platforms by files and by APIs, lists entered by
hand, a stranger's files in every layout the parsers know, damaged and corrected files, three releases.

Moments, seeds and secrets are fixed, so that it comes out alike on every machine and day.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import time_machine
from conformance_cases import file_samples
from record_corrections import confirm, correct, receipts
from record_lines import Record, plain_lines
from truth_cases import LATER, NOW, downloads, enter_costs, enter_stock, lookup, settle, small_market

from connectors.base import platforms
from pipeline import steps
from pipeline.house import writing
from pipeline.intake.registering import register_shop
from simulator.handout import credentials_of
from simulator.history.market import Market
from simulator.history.platforms import FACTS
from simulator.server import make_app, serve_in_thread
from warehouse.settings import Settings

#: Shops that give files.
BY_FILES = (
    "yunshan-douyin", "yunshan-taobao", "yunshan-kuaishou", "yunshan-xiaohongshu", "tinglan-wechat_channels",
    "shiliuxiang-pinduoduo", "mailong-tiktok_shop", "dukou-jd",
)  # fmt: skip
#: Shops an API is read of, at the first moment and at the last: some gave files before.
API_FIRST = ("tinglan-douyin", "shiliuxiang-taobao", "xinggang-kuaishou")
API_LAST = (
    "tinglan-douyin", "yunshan-xiaohongshu", "tinglan-wechat_channels", "shiliuxiang-pinduoduo",
    "mailong-tiktok_shop", "dukou-jd",
)  # fmt: skip
#: A merchant with a shop on each platform, whose files are the connectors' samples.
STRANGER = "stranger"


@dataclass(frozen=True)
class House:
    """What stands at the end, and what every step said."""

    settings: Settings
    market: Market
    said: Record = field(default_factory=dict)

    @property
    def owners(self) -> dict[str, str]:
        """Shop → merchant of the market."""
        return dict(self.market.shops.select("shop_id", "merchant_id").iter_rows())


def build_house(home: Path) -> House:
    """Put the world through a house under ``home``."""
    with _fixed():
        market = small_market(lines=300, merchants=6, platforms=tuple(FACTS))
        house = House(Settings(home=home / "house", hit_units=3, http_wait_scale=0.01), market)
        with _at(LATER):
            settle(house.settings, market)
            enter_costs(house.settings, market)
            enter_stock(house.settings, market)
            files = downloads(market, home / "given", NOW)
            later = downloads(market, home / "given", LATER)
        with _collecting(house) as collect:
            collect("first", API_FIRST, NOW)
            _take(house, "first", {shop: files[shop] for shop in BY_FILES}, NOW)
            built, _ = steps.build_and_release(house.settings, run_name="first", at=NOW)
            house.said.update(receipts("built", built.receipts))
            correct(house.settings, market, files, house.said)
            collect("last", API_LAST, LATER)
            _take(house, "last", {shop: later[shop] for shop in BY_FILES[:4]}, LATER)
            confirm(house.settings, house.said, LATER)
    return house


@contextmanager
def _fixed() -> Iterator[None]:
    """A merchant's secrets are the same every time: buyers' keys are made with them."""
    alike = SimpleNamespace(token_bytes=lambda count: b"k" * count, token_hex=secrets.token_hex)
    with patch("warehouse.keys.secrets", alike):
        yield


def _at(moment: dt.datetime) -> Any:  # noqa: ANN401
    """The clock stands at ``moment``, in its time zone."""
    return time_machine.travel(moment, tick=False)


@contextmanager
def _collecting(house: House) -> Iterator[Callable[[str, Iterable[str], dt.datetime], None]]:
    app = make_app(house.market, NOW)
    base, stop = serve_in_thread(app)

    def collect(name: str, shops: Iterable[str], at: dt.datetime) -> None:
        app.state.world.at = at
        keys = credentials_of(house.market, app.state.world, base)
        got = steps.collect(house.settings, sorted(shops), run_name=name, credentials=lookup(keys), until=at)
        house.said[f"collected {name}"] = plain_lines(
            {
                f"{each.shop_id} {each.kind_code}": f"{each.outcome_code} {each.pages_qty} {each.rule_name}"
                for each in got
            }
        )

    try:
        yield collect
    finally:
        stop()


def _take(house: House, name: str, files: dict[str, list[Path]], at: dt.datetime) -> None:
    """Put files into the inbox, in the first step the stranger's too, and scan it."""
    for shop, paths in files.items():
        _drop(house, house.owners[shop], shop, {path.name: path.read_bytes() for path in paths})
    if name == "first":
        _drop_samples(house)
    house.said.update(receipts(f"scanned {name}", steps.scan_inbox(house.settings, at=at)))


def _drop(house: House, merchant: str, shop: str, files: dict[str, bytes]) -> None:
    folder = house.settings.place.inbox / merchant / shop
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
        os.utime(folder / name, (0, 0))


def _drop_samples(house: House) -> None:
    """The samples of each platform in a shop of its own, those of the house's mappings beside them."""
    for code in platforms():
        shop = f"{STRANGER}-{code}"
        with writing(house.settings) as lake:
            register_shop(lake, STRANGER, shop, code, at=NOW, shop_name=shop, merchant_name="远客")
        mine = [sample for sample in file_samples() if sample.platform.code == code]
        _drop(house, STRANGER, shop, {sample.name: sample.data for sample in mine})
