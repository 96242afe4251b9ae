"""Removing a demo's data."""

from __future__ import annotations

import shutil
from pathlib import Path

from contracts.errors import UsageError
from pipeline.demo.home import DemoHome
from warehouse.settings import Settings
from warehouse.slot import writer_slot

#: What an installation keeps in its home. Anything else there is not ours to remove.
PARTS = (
    "airflow", "demo", "inbox", "lake", "landing", "logs", "scratch", "secrets", "simulator",
    "accounts.sqlite", "accounts.sqlite-shm", "accounts.sqlite-wal", "writer.lock",
)  # fmt: skip


def clean(settings: Settings) -> list[str]:
    """Remove everything this installation keeps in its home; the names of what was removed. A home without data gives an empty list.

    Raises ``UsageError`` while a demo is running there or when the home holds data but never held a demo, ``WriterBusyError`` while something writes.
    """
    home = DemoHome.of(settings)
    if not _present(home):
        return []
    if not home.has_begun:
        raise UsageError(
            "NOT_A_DEMO",
            "这里的数据不是演示数据,没有删除",
            "the data here is not a demo's; nothing was removed",
            step_zh="确认后自行删除该文件夹",
            step_en="remove the folder yourself if you mean it",
            home=home.home,
        )
    with home.running(), writer_slot(settings.place, 1, what="clean"):
        present = _present(home)
        for path in present:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    if not any(home.home.iterdir()):
        home.home.rmdir()
    return [path.name for path in present]


def _present(home: DemoHome) -> list[Path]:
    return [home.home / name for name in PARTS if (home.home / name).exists()]
