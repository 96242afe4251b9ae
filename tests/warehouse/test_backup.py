"""Backups of a small home: what is in one, and everything that is refused with a next step."""

from __future__ import annotations

import datetime as dt
import os
import stat
from pathlib import Path

import polars as pl
import pytest

from contracts.errors import BaiyunError
from pipeline.house import reading, writing
from pipeline.intake.registering import register_shop
from warehouse import accounts, keys, landing
from warehouse.backup import Backup, back_up, restore
from warehouse.ops import MERCHANT
from warehouse.place import Place
from warehouse.settings import Settings

NOW = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)


def quiet(zh: str, en: str) -> None:
    del zh, en


@pytest.fixture
def home(tmp_path: Path) -> Place:
    settings = Settings(home=tmp_path / "home")
    with writing(settings) as lake:
        register_shop(lake, "m1", "s1", "douyin", at=NOW)
    place = settings.place
    landing.keep(
        place, b"raw", platform="douyin", shop="s1", kind="orders", received_date=NOW.date(), suffix="csv"
    )
    accounts.add(place, "boss", "a long password 1", role="merchant", merchant_id="m1")
    (place.district / "releases").mkdir(parents=True)
    (place.district / "releases" / "000001.json").write_bytes(b"{}")
    (place.inbox / "m1").mkdir(parents=True)
    (place.inbox / "m1" / "later.csv").write_bytes(b"waiting")
    return place


def copy(home: Place, target: Path) -> Backup:
    return back_up(home, target, at=NOW, say=quiet)


def refused(rule: str, words: str) -> pytest.RaisesExc[BaiyunError]:
    return pytest.RaisesExc(BaiyunError, check=lambda error: error.rule == rule and words in error.sentence())


def test_what_is_restored_is_what_was_copied(home: Place, tmp_path: Path) -> None:
    made = copy(home, tmp_path / "copy")
    again = Place(tmp_path / "again")
    assert restore(tmp_path / "copy", again, say=quiet) == made
    with reading(Settings(home=again.home)) as lake:
        assert lake.read(MERCHANT)["merchant_id"].to_list() == ["m1"]
        assert lake.snapshot() == made.snapshot
    (landed,) = [path for path in again.landing.rglob("*.csv")]
    assert landing.read_landed(again, landed.relative_to(again.landing).as_posix()) == b"raw"
    assert (again.inbox / "m1" / "later.csv").read_bytes() == b"waiting"
    assert (again.district / "releases" / "000001.json").read_bytes() == b"{}"
    left = {path.name for path in home.home.iterdir()} - {path.name for path in again.home.iterdir()}
    assert left <= {"scratch", "writer.lock"}, "all but these belongs in a backup"
    assert keys.find(again, "landing", "s1") == keys.find(home, "landing", "s1") is not None
    assert accounts.verify(again, "boss", "a long password 1").merchant_id == "m1"


def test_secrets_lie_apart_and_nobody_else_may_read(home: Place, tmp_path: Path) -> None:
    copy(home, tmp_path / "copy")
    assert {path.name for path in (tmp_path / "copy").iterdir()} == {"home", "secrets", "manifest.json"}
    assert not list((tmp_path / "copy" / "home").rglob("*.key"))
    assert not list((tmp_path / "copy").rglob("*-wal")), "a log beside a database would be no part of it"
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o700
    for path in (tmp_path / "copy").rglob("*.key"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_a_folder_that_is_there_is_never_written_to(home: Place, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    with refused("BACKUP_EXISTS", "换一个新的文件夹名"):
        copy(home, tmp_path / "copy")
    copy(home, tmp_path / "other")
    with refused("HOME_NOT_EMPTY", "BAIYUN_HOME"):
        restore(tmp_path / "other", home, say=quiet)


def test_an_attempt_that_was_cut_off_is_no_backup_and_in_nobodys_way(home: Place, tmp_path: Path) -> None:
    def pull_the_plug(zh: str, en: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(home, tmp_path / "copy", at=NOW, say=pull_the_plug)
    assert not (tmp_path / "copy").exists()
    copy(home, tmp_path / "copy")
    with pytest.raises(KeyboardInterrupt):
        restore(tmp_path / "copy", Place(tmp_path / "again"), say=pull_the_plug)
    assert not (tmp_path / "again").exists()
    restore(tmp_path / "copy", Place(tmp_path / "again"), say=quiet)
    with refused("NO_BACKUP", "baiyun backup"):
        restore(home.home, Place(tmp_path / "third"), say=quiet)


@pytest.mark.parametrize(
    "which", ["home/lake/data/**/*.parquet", "home/landing/**/*.csv", "home/accounts.sqlite"]
)
@pytest.mark.parametrize("harm", ["lost", "changed"])
def test_a_damaged_copy_is_refused_by_the_name_of_its_file(
    home: Place, tmp_path: Path, which: str, harm: str
) -> None:
    copy(home, tmp_path / "copy")
    path = next((tmp_path / "copy").glob(which))
    if harm == "lost":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    with refused("BACKUP_DAMAGED", path.name):
        restore(tmp_path / "copy", Place(tmp_path / "again"), say=quiet)
    assert not (tmp_path / "again").exists()


def test_a_lost_parquet_file_is_told_when_it_is_copied_and_not_when_it_is_needed(
    home: Place, tmp_path: Path
) -> None:
    path = next((home.home / "lake" / "data").rglob("*.parquet"))
    path.unlink()
    with refused("DATA_FILE_LOST", path.name):
        copy(home, tmp_path / "copy")
    assert not list(tmp_path.glob("*copy*"))


def test_a_home_on_servers_is_backed_up_there(tmp_path: Path) -> None:
    with refused("KEPT_ELSEWHERE", "database"):
        copy(Place(tmp_path, catalog="postgres:dbname=lake"), tmp_path / "copy")
    with refused("NO_HOME", "no home"):
        copy(Place(tmp_path / "nothing"), tmp_path / "copy")


def test_every_snapshot_a_release_may_need_is_in_it(home: Place, tmp_path: Path) -> None:
    settings = Settings(home=home.home)
    with reading(settings) as lake:
        before = lake.snapshot()
    with writing(settings) as lake:
        register_shop(lake, "m2", "s2", "douyin", at=NOW)
    copy(home, tmp_path / "copy")
    again = Place(tmp_path / "again")
    restore(tmp_path / "copy", again, say=quiet)
    with reading(Settings(home=again.home), before) as lake:
        assert lake.read(MERCHANT).select("merchant_id").equals(pl.DataFrame({"merchant_id": ["m1"]}))


def test_what_waits_is_as_old_as_it_was(home: Place, tmp_path: Path) -> None:
    """A file of the inbox that bears the moment it was restored is taken for one still being written."""
    waits = home.inbox / "m1" / "later.csv"
    os.utime(waits, ns=(1_700_000_000_000_000_000, 1_700_000_000_000_000_000))
    copy(home, tmp_path / "copy")
    again = Place(tmp_path / "again")
    restore(tmp_path / "copy", again, say=quiet)
    assert (again.inbox / "m1" / "later.csv").stat().st_mtime_ns == 1_700_000_000_000_000_000
