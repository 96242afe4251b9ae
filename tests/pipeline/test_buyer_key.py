"""A lost key of a merchant's buyers is told, and never replaced while rows made under it stand (R48)."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from inbox_cases import drop
from truth_cases import NOW, downloads, settle, small_market

from contracts.errors import UsageError
from pipeline.house import reading, writing
from pipeline.steps import build_and_release, scan_inbox
from warehouse import landing
from warehouse.settings import Settings

MERCHANT, OTHER = "tinglan", "yunshan"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one release of two merchants, and the files of a later day in its inbox."""
    market = small_market(seed=5, lines=200, merchants=2, platforms=("xiaohongshu",))
    settings = Settings(home=tmp_path_factory.mktemp("buyers") / "home")
    settle(settings, market)
    for at in (NOW - dt.timedelta(days=9), NOW):
        files = downloads(market, settings.home.parent / f"{at:%d}", at)
        drop(settings.home, market, {shop: _orders(paths) for shop, paths in files.items()})
        if at != NOW:
            scan_inbox(settings, at=at)
            build_and_release(settings, at=at)
    return settings.home


def _orders(paths: list[Path]) -> list[Path]:
    """The files that tell buyers apart."""
    return [path for path in paths if "订单查询" in path.name]


@pytest.fixture
def house(template: Path, tmp_path: Path) -> Settings:
    return Settings(home=shutil.copytree(template, tmp_path / "home"))


def key(settings: Settings) -> Path:
    return settings.home / "secrets" / "keys" / f"buyer.{MERCHANT}.key"


def buyers(settings: Settings) -> set[str]:
    with reading(settings) as lake:
        found = lake.sql("SELECT buyer_key FROM silver.order_line WHERE merchant_id = ?", [MERCHANT])
    return set(found["buyer_key"].drop_nulls())


def test_nobody_becomes_a_second_buyer(house: Settings) -> None:
    before, kept = buyers(house), key(house).read_bytes()
    assert before
    key(house).unlink()
    told = {(item.merchant_id, item.verdict, item.rule) for item in scan_inbox(house, at=NOW)}
    assert told == {(MERCHANT, "refused", "BUYER_KEY_LOST"), (OTHER, "accepted", "")}
    build_and_release(house, at=NOW)
    assert buyers(house) == before and not key(house).exists()
    key(house).write_bytes(kept)
    for path in (house.home / "inbox" / MERCHANT).rglob("refused/*"):
        if path.suffix != ".txt":
            path.rename(path.parents[1] / path.name.partition("-")[2])
    assert {item.verdict for item in scan_inbox(house, at=NOW)} == {"accepted"}
    build_and_release(house, at=NOW)
    assert buyers(house) > before


def test_what_was_landed_before_the_key_was_lost_waits_for_it(house: Settings) -> None:
    scan_inbox(house, at=NOW)
    before, kept = buyers(house), key(house).read_bytes()
    key(house).unlink()
    with pytest.raises(UsageError, match="BUYER_KEY_LOST") as told:
        build_and_release(house, at=NOW)
    assert told.value.facts == {"merchant": MERCHANT} and key(house).name in told.value.step_en
    assert buyers(house) == before and not key(house).exists()
    build_and_release(house, at=NOW, merchant_id=OTHER)
    key(house).write_bytes(kept)
    build_and_release(house, at=NOW)
    assert buyers(house) > before


def test_made_anew_from_the_raw_files_all_buyers_are_new_and_as_many(house: Settings) -> None:
    build_and_release(house, at=NOW)
    before = buyers(house)
    key(house).unlink()
    build_and_release(house, at=NOW, merchant_id=MERCHANT, from_landing=True)
    after = buyers(house)
    assert len(after) == len(before) > 0 and not after & before and key(house).exists()


def test_where_raw_files_have_expired_only_the_key_helps(house: Settings) -> None:
    with writing(house) as lake:
        assert landing.expire(lake, house.place, days=0, now=NOW + dt.timedelta(days=1))
    key(house).unlink()
    with pytest.raises(UsageError, match="BUYER_KEY_LOST"):
        build_and_release(house, at=NOW, from_landing=True)
    assert not key(house).exists()
