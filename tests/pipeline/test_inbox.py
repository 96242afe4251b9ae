"""The drop folder against whoever may write into it: one bad entry stops no other merchant, and nothing is
followed out of the folder.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from superuser import files_modes_count

from pipeline.house import reading, writing
from pipeline.intake.registering import register_shop
from pipeline.steps import now, scan_inbox
from warehouse.ops import EXPORT
from warehouse.settings import Settings

ORDERS = Path(__file__).parents[2] / "connectors" / "douyin" / "samples" / "1792375211_orders_2025_75.csv"
#: Sorted before the good merchant's, so that what stops a scan stops it before him.
ODD_NAMES = (
    b"\x1b[2J\x1b]0;t\x07.csv",
    b"a\nb [OK] accepted.csv",
    b"\xff\xfe\xb0\xa1.csv",
    "\u202egpj.csv".encode(),
    b"-rf.csv",
    b"refused",
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of two merchants with a shop each, made once."""
    settings = Settings(home=tmp_path_factory.mktemp("template") / "home")
    with writing(settings) as lake:
        for merchant in ("evil", "good"):
            register_shop(lake, merchant, f"{merchant}-shop", "douyin", at=now())
            folder(settings, merchant).mkdir(parents=True)
    return settings.home


@pytest.fixture
def settings(template: Path, tmp_path: Path) -> Settings:
    return Settings(home=shutil.copytree(template, tmp_path / "home"))


def folder(settings: Settings, merchant: str) -> Path:
    return settings.place.inbox / merchant / f"{merchant}-shop"


def drop(path: Path, content: bytes) -> Path:
    """A file that has lain there for long."""
    path.write_bytes(content)
    os.utime(path, (0, 0))
    return path


def test_odd_names_links_and_special_files_are_refused_one_by_one_and_stop_nobody(
    settings: Settings, tmp_path: Path
) -> None:
    evil, secret = folder(settings, "evil"), drop(tmp_path / "secret.csv", ORDERS.read_bytes())
    for name in ODD_NAMES:
        drop(Path(os.fsdecode(os.fsencode(evil) + b"/" + name)), b"hello\n")
    (evil / "link.csv").symlink_to(secret)
    os.mkfifo(evil / "pipe.csv")
    for name in ("link.csv", "pipe.csv"):
        os.utime(evil / name, (0, 0), follow_symlinks=False)
    good = drop(folder(settings, "good") / "good.csv", ORDERS.read_bytes())

    receipts = scan_inbox(settings)

    assert [item.verdict for item in receipts] == [*["refused"] * 8, "accepted"]
    assert {item.name: item.rule for item in receipts if item.rule == "NOT_A_FILE"} == {
        "link.csv": "NOT_A_FILE",
        "pipe.csv": "NOT_A_FILE",
    }
    assert all(f"{item.name}{item.message}".isprintable() for item in receipts)
    assert secret.read_bytes() == ORDERS.read_bytes() and not good.exists()
    assert [path.name for path in evil.iterdir()] == ["refused"]
    aside = sorted(path.name for path in (evil / "refused").iterdir())
    assert len(aside) == 16 and all(name.isprintable() for name in aside)
    assert sum(name.endswith(".txt") for name in aside) == 8


def test_a_link_in_place_of_a_folder_leads_nowhere(settings: Settings, tmp_path: Path) -> None:
    """Neither are another merchant's files taken as one's own, nor files elsewhere forgotten after their
    days.
    """
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    theirs, old = drop(folder(settings, "good") / ".not yet.csv", b"x"), drop(elsewhere / "old.csv", b"x")
    (settings.place.inbox / "evil" / "mine").symlink_to(folder(settings, "good"))
    (settings.place.inbox / "more").symlink_to(settings.place.inbox / "good")
    (folder(settings, "evil") / "refused").symlink_to(elsewhere)
    os.utime(folder(settings, "evil") / "refused", (0, 0), follow_symlinks=False)
    drop(folder(settings, "good") / "b.csv", b"")

    receipts = scan_inbox(settings.model_copy(update={"raw_days": 0}))

    assert [(item.merchant_id, item.shop_id, item.rule) for item in receipts] == [
        ("evil", "evil-shop", "NOT_A_FILE"),
        ("good", "good-shop", "EMPTY_FILE"),
    ]
    assert theirs.exists() and old.exists()


def test_a_file_that_cannot_be_read_is_refused_and_a_closed_folder_left_alone(settings: Settings) -> None:
    drop(folder(settings, "evil") / "closed.csv", ORDERS.read_bytes()).chmod(0)
    drop(folder(settings, "good") / "good.csv", ORDERS.read_bytes())
    closed = settings.place.inbox / "evil" / "closed"
    closed.mkdir(mode=0o000)
    with files_modes_count():
        receipts = scan_inbox(settings)
    assert [(item.name, item.verdict, item.rule) for item in receipts] == [
        ("closed.csv", "refused", "UNREADABLE"),
        ("good.csv", "accepted", ""),
    ]


def test_a_folder_that_cannot_be_written_keeps_its_files_which_count_once(settings: Settings) -> None:
    good = drop(folder(settings, "good") / "good.csv", ORDERS.read_bytes())
    good.parent.chmod(0o500)
    with files_modes_count():
        assert [item.verdict for _ in range(2) for item in scan_inbox(settings)] == ["accepted", "accepted"]
    assert good.exists()
    with reading(settings) as lake:
        assert lake.read(EXPORT).height == 1
