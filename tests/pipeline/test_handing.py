"""Rows that wait for their build lie on disk; what commits wrote is what whole tables differ by."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.build import loading
from pipeline.house import writing
from pipeline.intake.handing import handing
from pipeline.intake.land import land_files
from pipeline.steps import build_and_release, ingest, now, scanned, settled
from warehouse import registry
from warehouse.changes import Since
from warehouse.ops import LIVE_ACCOUNT, MERCHANT, SHOP
from warehouse.settings import Settings

ORDERS = Path(__file__).parents[2] / "connectors" / "douyin" / "samples" / "1792375211_orders_2025_75.csv"


def test_rows_wait_on_disk_and_are_gone_with_their_folder(settings: Settings) -> None:
    with writing(settings) as lake:
        (whole,) = land_files(lake, settings.place, "m1", "s1", [ORDERS], register=True)
    assert whole.reading is not None and whole.reading.bronze.height > 1
    export = ("s1", whole.export_id)
    with handing(settings.place) as handed:
        thin = handed.put_down(export, whole.reading)
        assert thin.bronze.height == 1 and thin.rows_read == whole.reading.rows_read
        handed.add("s1", [replace(whole, reading=thin)])
        assert list(handed) == [export] and handed[export].bronze.equals(whole.reading.bronze)
    assert not any(settings.place.scratch.iterdir())
    with pytest.raises(KeyError):
        handed["s1", "another"]


def test_a_scan_hands_what_it_read_to_the_build_that_follows(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The build reads no file again, and publishes what an ingest of the same file does."""
    with writing(settings) as lake:
        registry.add_owner(lake, "o1", "持有人", at=now())
        registry.add_merchant(lake, "m1", "商家", owner_id="o1", at=now())
        registry.add_shop(lake, "m1", "s1", platform_code="douyin", shop_name="店", at=now())
    folder = settings.place.inbox / "m1" / "s1"
    folder.mkdir(parents=True)
    os.utime(shutil.copy(ORDERS, folder), (0, 0))
    named: list[str] = []
    with scanned(settings, say=lambda zh, en: named.append(zh)) as (taken, known):
        assert [item.verdict for item in taken] == ["accepted"] and len(known) == 1
        assert named == [f"读取 {ORDERS.name}"]
        monkeypatch.setattr(loading, "read_apart", None)
        built, _ = build_and_release(settings, known=known)
    (receipt,) = settled(settings, taken)
    assert receipt.published == taken[0].rows_read > 0 and built.has_changes
    other = Settings(home=settings.home / "other")
    monkeypatch.undo()
    assert ingest(other, "m1", "s1", [ORDERS], register=True).receipts[0].published == receipt.published


def test_what_commits_wrote_is_what_differs_also_when_one_is_forgotten(settings: Settings) -> None:
    with writing(settings) as lake:
        registry.add_owner(lake, "o1", "持有人", at=now())
        for merchant in ("m1", "m2"):
            registry.add_merchant(lake, merchant, "商家", owner_id="o1", at=now())
            name = f"s{merchant[1]}"
            registry.add_shop(lake, merchant, name, platform_code="douyin", shop_name="店", at=now())
        registry.add_live_account(lake, "m1", "s1", "7001", at=now())
        then = lake.snapshot()
        # said again as it was, by a later moment; added; taken away
        registry.add_live_account(lake, "m1", "s1", "7001", at=now() + dt.timedelta(days=1))
        registry.add_live_account(lake, "m2", "s2", "7002", at=now())
        registry.add_live_account(lake, "m2", "s2", "7003", at=now())
        registry.remove_live_account(lake, "m2", "s2", "7003")
        registry.remove_live_account(lake, "m1", "s1", "7001")

        def found() -> tuple[list[str], list[str], set[str], set[str]]:
            since = Since(lake, then)
            gone, come = (side["live_account_id"].to_list() for side in since.rows(LIVE_ACCOUNT))
            return gone, come, since.owners(LIVE_ACCOUNT), since.owners(SHOP) | since.owners(MERCHANT)

        by_commits = found()
        assert by_commits == (["7001"], ["7002"], {"m1", "m2"}, set())
        assert Since(lake, None).rows(LIVE_ACCOUNT)[1]["live_account_id"].to_list() == ["7002"]
        lake.connection.execute(f"CALL ducklake_expire_snapshots('lake', versions => [{then + 2}])")
        assert Since(lake, then)._written is None
        assert found() == by_commits
