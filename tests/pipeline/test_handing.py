"""Rows that wait for their build lie on disk; what commits wrote is what whole tables differ by."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path

import pytest

from pipeline.house import writing
from pipeline.intake.handing import Handed, handing, put_down
from pipeline.intake.land import land_files
from pipeline.steps import now
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
    with handing(settings.place) as folder:
        thin = partial(put_down, folder)(export, whole.reading)
        assert thin.bronze.height == 1 and thin.rows_read == whole.reading.rows_read
        handed = Handed(folder, {export: thin})
        assert list(handed) == [export] and handed[export].bronze.equals(whole.reading.bronze)
    assert not folder.exists()
    with pytest.raises(KeyError):
        handed["s1", "another"]


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
