"""What in the demo's home is not the demo's, and removing the rest: nothing that a real merchant gave is ever
mixed in, or removed.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from contracts.errors import NotFoundError, UsageError
from demo.home import DemoHome, own_settings
from pipeline.house import reading
from warehouse import registry
from warehouse.settings import Settings
from warehouse.slot import writer_slot

#: What an installation keeps in its home. Anything else there is not ours to remove.
PARTS = (
    "airflow", "district", "inbox", "lake", "landing", "logs", "scratch", "secrets", "simulator", "state",
    "accounts.sqlite", "accounts.sqlite-shm", "accounts.sqlite-wal", "writer.lock",
)  # fmt: skip
_MOST_NAMED = 5


def clean(settings: Settings) -> list[str]:
    """Remove the data of the installation's demo; the names of what was removed.

    Without a demo's home the list is empty.

    Raises ``UsageError`` while a demo is running, when the folder never held a demo, or when somebody's own
    data lies in it; ``WriterBusyError`` while something writes.
    """
    settings = own_settings(settings)
    home = DemoHome.of(settings)
    if not _present(home):
        return []
    if not home.has_begun:
        raise _kept("NOT_A_DEMO", "这里的数据不是演示数据", "the data here is not a demo's", home)
    with home.running(), writer_slot(settings.place, 1, what="clean"):
        if merchants := _own_merchants(settings, home):
            raise _kept(
                "REAL_MERCHANTS",
                "这里还有演示以外的商家",
                "merchants beside the demo's are here",
                home,
                merchants=_named(merchants),
            )
        if files := _own_files(settings, home):
            raise _kept(
                "REAL_FILES",
                "投递文件夹里还有您放的文件",
                "files you dropped are in the inbox",
                home,
                files=_named(files),
            )
        present = _present(home)
        for path in present:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    if not any(home.home.iterdir()):
        home.home.rmdir()
    return [path.name for path in present]


def check_unmixed(settings: Settings, home: DemoHome) -> None:
    """Raise ``UsageError`` naming the merchants in the demo's home that are not of its simulated market: a
    market is never put beside them.
    """
    if merchants := _own_merchants(settings, home):
        raise UsageError(
            "REAL_MERCHANTS",
            "演示文件夹里有演示以外的商家,演示不和真实数据放在一起",
            "merchants beside the demo's are in its folder; the demo does not start beside real data",
            step_zh="另设 BAIYUN_HOME 再启动演示;这里的数据原样不动",
            step_en="start the demo with another BAIYUN_HOME; nothing here is touched",
            home=home.home,
            merchants=_named(merchants),
        )


def _own_merchants(settings: Settings, home: DemoHome) -> list[str]:
    try:
        with reading(settings) as lake:
            return sorted(set(registry.merchants(lake)["merchant_id"]) - home.market_merchants())
    except NotFoundError:
        return []


def _own_files(settings: Settings, home: DemoHome) -> list[str]:
    """Files in the inbox, by merchant, shop and name, that a person put there: once the demo's own have been
    taken, all are.
    """
    inbox, simulated = settings.place.inbox, set() if home.is_done("inbox") else home.market_merchants()
    files = (
        path.relative_to(inbox) for path in sorted(inbox.rglob("*")) if path.is_symlink() or not path.is_dir()
    )
    return [str(path) for path in files if path.parts[0] not in simulated]


def _named(names: list[str]) -> str:
    more = f" … ({len(names)})" if len(names) > _MOST_NAMED else ""
    return "、".join(names[:_MOST_NAMED]) + more


def _kept(rule: str, zh: str, en: str, home: DemoHome, **facts: object) -> UsageError:
    return UsageError(
        rule,
        f"{zh},没有删除任何东西",
        f"{en}; nothing was removed",
        step_zh="要的先移走或备份,确认后自行删除该文件夹",
        step_en="keep what you need elsewhere, then remove the folder yourself if you mean it",
        home=home.home,
        **facts,
    )


def _present(home: DemoHome) -> list[Path]:
    return [home.home / name for name in PARTS if (home.home / name).exists()]
