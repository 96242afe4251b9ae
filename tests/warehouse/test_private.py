"""Nobody else on the machine reads what a home holds (R46)."""

from __future__ import annotations

import datetime as dt
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.house import writing
from pipeline.intake.registering import register_shop
from warehouse import accounts, keys, landing
from warehouse.settings import Settings
from warehouse.signed.district_log import ReleaseLog

NOW = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(params=[0, 0o022], ids=["no umask", "usual umask"])
def settings(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    before = os.umask(request.param)
    yield Settings(home=tmp_path / "home")
    os.umask(before)


def fill(settings: Settings) -> None:
    """Something of everything a home holds."""
    place = settings.place
    with writing(settings) as lake:
        register_shop(lake, "m1", "s1", "douyin", at=NOW)
    landing.keep(
        place, b"raw", platform="douyin", shop="s1", kind="orders", received_date=NOW.date(), suffix="csv"
    )
    keys.key(place, "buyer", "m1")
    accounts.add(place, "boss", "a long password 1", role="merchant", merchant_id="m1")
    ReleaseLog(place).folder.mkdir(parents=True, exist_ok=True)


def seen_by_others(folder: Path) -> list[str]:
    """What somebody else may read, by going through every folder that is open."""
    found: list[str] = []
    for path in sorted(folder.iterdir()):
        mode = stat.S_IMODE(path.stat().st_mode)
        if path.is_dir():
            found += seen_by_others(path) if mode & 0o077 else []
        elif mode & 0o077:
            found.append(path.relative_to(folder).as_posix())
    return found


def test_only_its_own_user_reads_a_home(settings: Settings) -> None:
    fill(settings)
    assert {path.name for path in settings.home.iterdir() if path.is_dir()} >= {"lake", "landing", "secrets"}
    assert list(settings.home.glob("lake/data/**/*.parquet"))
    assert seen_by_others(settings.home) == []


def test_a_home_of_before_is_closed_by_its_next_write_and_its_inbox_stays_open(settings: Settings) -> None:
    fill(settings)
    inbox = settings.place.inbox / "m1"
    inbox.mkdir(parents=True)
    for name in ("lake", "landing", "district"):
        (settings.home / name).chmod(0o755)
    inbox.chmod(0o775)
    assert seen_by_others(settings.home)
    with writing(settings):
        pass
    assert seen_by_others(settings.home) == [] and stat.S_IMODE(inbox.stat().st_mode) == 0o775
