"""A backup taken while a file is on its way holds it, wherever it stands: in the inbox, landed, or loaded."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.house import derived_tables, reading, writing
from pipeline.intake.registering import register_shop
from pipeline.steps import build_and_release, scan_inbox
from warehouse import backup
from warehouse.settings import Settings

DOUYIN = Path(__file__).parents[2] / "connectors" / "douyin" / "samples" / "1792375211_orders_2025_75.csv"
NOW = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def house(tmp_path: Path) -> Settings:
    """A merchant who keeps no raw file longer than needed, with a file in the inbox."""
    settings = Settings(home=tmp_path / "home", raw_days=0)
    with writing(settings) as lake:
        register_shop(lake, "m1", "s1", "douyin", at=NOW)
    folder = settings.place.inbox / "m1" / "s1"
    folder.mkdir(parents=True)
    os.utime(shutil.copy(DOUYIN, folder), (0, 0))
    return settings


def computed(settings: Settings) -> dict[str, str]:
    with reading(settings) as lake:
        return {table.full_name: lake.content_hash(table) for table in derived_tables()}


def scan(settings: Settings) -> None:
    assert [item.verdict for item in scan_inbox(settings, at=NOW)] == ["accepted"]


def build(settings: Settings) -> None:
    build_and_release(settings, at=NOW)


@pytest.mark.parametrize(
    ("before", "during"), [([], scan), ([scan], build)], ids=["it is landed", "it is loaded"]
)
def test_a_file_that_moves_on_meanwhile_is_in_it(
    house: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: list[Callable[[Settings], None]],
    during: Callable[[Settings], None],
) -> None:
    for step in before:
        step(house)
    copy_database = backup._copy_database

    def copied_and_then(source: Path, target: Path) -> None:
        """The catalog is copied; before anything else is, somebody works."""
        copy_database(source, target)
        monkeypatch.setattr(backup, "_copy_database", copy_database)
        during(house)

    monkeypatch.setattr(backup, "_copy_database", copied_and_then)
    made = backup.back_up(house.place, tmp_path / "copy", at=NOW, say=lambda zh, en: None)
    assert made.snapshot
    again = Settings(home=tmp_path / "again", raw_days=0)
    backup.restore(tmp_path / "copy", again.place, say=lambda zh, en: None)
    for settings in (house, again):
        scan_inbox(settings, at=NOW)
        build(settings)
    assert computed(again) == computed(house)
    with reading(again) as lake:
        assert lake.sql("SELECT count(*) AS n FROM gold.fct_order_line")["n"].item() > 0
    assert not [path for path in again.place.inbox.rglob("*") if path.is_file()]
