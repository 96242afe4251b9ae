"""How long what a merchant gave is kept: sealed, as many days as his setting says, and the drop folder keeps
nothing longer either.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import time
from pathlib import Path

import polars as pl
import pytest
from intake_files import ORDERS, data, orders
from typer.testing import CliRunner

from cli import app
from contracts.errors import NotFoundError, UsageError
from pipeline.house import reading, writing
from pipeline.intake import inbox
from pipeline.intake.registering import register_shop
from pipeline.steps import ingest
from warehouse import landing, registry
from warehouse.lake import Lake
from warehouse.ops import EXPORT, LOAD
from warehouse.settings import Settings

AT = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of two merchants with a shop each, made once."""
    home = tmp_path_factory.mktemp("template") / "home"
    with writing(Settings(home=home)) as lake:
        for merchant in ("m1", "m2"):
            register_shop(lake, merchant, f"{merchant}-shop", "douyin", at=AT)
    return home


@pytest.fixture
def settings(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    home = shutil.copytree(template, tmp_path / "home")
    monkeypatch.setenv("BAIYUN_HOME", str(home))
    return Settings(home=home)


def given(
    lake: Lake, settings: Settings, merchant: str, days_ago: int, verdict: str | None = "accepted"
) -> str:
    """A landed file, and what a build said of it; its name in landing."""
    shop, at = f"{merchant}-shop", AT - dt.timedelta(days=days_ago)
    content = f"{merchant} {days_ago} {verdict}".encode()
    where = {"platform": "douyin", "shop": shop, "kind": "orders", "suffix": ".csv"}
    kept = landing.keep(settings.place, content, received_date=at.date(), **where)
    told = {
        "export_id": kept.export_id,
        "merchant_id": merchant,
        "shop_id": shop,
        "platform_code": "douyin",
        "kind_code": "orders",
        "source_code": "file",
    }
    row = {
        **told,
        "export_name": "a.csv",
        "bytes_qty": 3,
        "landing_name": kept.landing_name,
        "received_at": at,
        "observed_at": at,
    }
    landing.record(lake, EXPORT.shape(pl.DataFrame([row])))
    counts = dict.fromkeys(
        ("rows_read_qty", "published_qty", "quarantined_qty", "superseded_qty", "duplicate_qty"), 0
    )
    if verdict:
        lake.append(
            LOAD,
            pl.DataFrame([{**told, **counts, "build_number": 1, "loaded_at": at, "verdict_code": verdict}]),
        )
    return kept.landing_name


def left(settings: Settings) -> set[str]:
    return {
        path.relative_to(settings.place.landing).as_posix()
        for path in settings.place.landing.rglob("*")
        if path.is_file()
    }


def say(*words: str) -> str:
    told = CliRunner().invoke(app, ["shops", "keep-raw", *words], catch_exceptions=False)
    assert told.exit_code == 0
    return told.stdout


def test_files_go_after_their_merchants_days_and_a_changed_setting_is_in_force_at_once(
    settings: Settings,
) -> None:
    with writing(settings) as lake:
        old = {
            merchant: [given(lake, settings, merchant, days) for days in (3, 10, 31)]
            for merchant in ("m1", "m2")
        }
        refused, waiting = given(lake, settings, "m1", 40, "refused"), given(lake, settings, "m1", 41, None)

    def expire() -> set[str]:
        with writing(settings) as lake:
            landing.expire(lake, settings.place, days=settings.raw_days, now=AT)
            told = lake.read(EXPORT).filter(pl.col("expired_at").is_null())["landing_name"]
        assert left(settings) == set(told), "the manifest says what is there"
        return left(settings)

    assert settings.raw_days == 30
    # a file no build has seen is kept whatever its age: nobody has its rows yet
    assert expire() == {*old["m1"][:2], *old["m2"][:2], waiting} and refused not in left(settings)
    assert "5 days" in say("-m", "m1", "5")
    assert expire() == {old["m1"][0], *old["m2"][:2], waiting}
    say("-m", "m2", "0")
    assert expire() == {old["m1"][0], waiting}
    assert "as the installation says" in say("-m", "m1")
    with reading(settings) as lake:
        assert registry.merchants(lake)["raw_days_qty"].to_list() == [None, 0]


def test_of_a_merchant_who_keeps_none_the_raw_file_is_gone_when_its_rows_are_loaded(
    settings: Settings, tmp_path: Path
) -> None:
    say("-m", "m2", "0")
    for number, merchant in enumerate(("m1", "m2")):
        (tmp_path / f"{merchant}.csv").write_bytes(data(orders(2, start=10 * number)))
        done = ingest(settings, merchant, f"{merchant}-shop", [tmp_path / f"{merchant}.csv"], at=AT)
        assert [receipt.published for receipt in done.receipts] == [2]
    with reading(settings) as lake:
        assert dict(lake.read(EXPORT).select("merchant_id", pl.col("expired_at").is_null()).iter_rows()) == {
            "m1": True,
            "m2": False,
        }
        kept = lake.read(EXPORT, where={"merchant_id": "m1"})["landing_name"].to_list()
    assert left(settings) == set(kept)


def test_a_setting_out_of_bounds_or_of_nobody_is_refused(settings: Settings) -> None:
    with writing(settings) as lake:
        for days in (-1, 366):
            with pytest.raises(UsageError, match="BAD_DAYS"):
                registry.keep_raw_for(lake, "m1", days, at=AT)
        with pytest.raises(NotFoundError):
            registry.keep_raw_for(lake, "nobody", 3, at=AT)


def test_every_raw_file_is_the_owners_alone_whatever_the_umask(settings: Settings) -> None:
    before = os.umask(0)
    try:
        with writing(settings) as lake:
            given(lake, settings, "m1", 1)
    finally:
        os.umask(before)
    (path,) = [path for path in settings.place.landing.rglob("*") if path.is_file()]
    assert path.stat().st_mode & 0o777 == 0o600 and b"m1 1 accepted" not in path.read_bytes()


def test_the_drop_folder_takes_a_file_from_a_clock_ahead_waits_for_one_that_grows_and_forgets_what_it_refused(
    settings: Settings,
) -> None:
    folder = settings.place.inbox / "m1" / "m1-shop"
    folder.mkdir(parents=True)
    ahead, growing, bad = (folder / name for name in ("ahead.csv", "growing.csv", "bad.csv"))
    for path, content in ((ahead, ORDERS.read_bytes()), (growing, ORDERS.read_bytes()), (bad, b"")):
        path.write_bytes(content)
    now = time.time()
    os.utime(bad, (now - 60, now - 60))
    os.utime(ahead, (now + 7200, now + 7200))
    assert [receipt.rule for receipt in inbox.scan(settings, at=AT)] == ["EMPTY_FILE"], (
        "what arrived this moment may still grow"
    )
    time.sleep(inbox.SETTLED_SECONDS)
    growing.touch()
    assert [(receipt.name, receipt.verdict) for receipt in inbox.scan(settings, at=AT)] == [
        ("ahead.csv", "accepted")
    ]
    assert growing.exists() and not ahead.exists()
    aside = folder / inbox.REFUSED
    assert len(list(aside.iterdir())) == 2
    inbox.scan(settings, at=AT)
    assert len(list(aside.iterdir())) == 2
    inbox.scan(settings.model_copy(update={"raw_days": 0}), at=AT)
    assert list(aside.iterdir()) == []
