"""The drop folder: ``inbox/<merchant>/<shop>/<file>``. A landed file leaves it; a refused one moves aside with its reason beside it.

What was set aside lies there as it was given, for a person to look at, and goes after as many days as raw files are kept.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from contracts.errors import FileRefusedError, NotFoundError, UsageError
from pipeline.house import writing
from pipeline.intake import Landed, land_files
from pipeline.parsing import Limits
from pipeline.receipts import FileReceipt, refused
from warehouse.lake import Lake
from warehouse.settings import Settings

REFUSED = "refused"
#: A file still being copied grows; one untouched for this long is whole.
SETTLED_SECONDS = 2.0


def scan(settings: Settings, *, at: dt.datetime | None = None) -> list[FileReceipt]:
    """Land every settled file and say what became of it: ``accepted`` (waits for the build), ``duplicate`` or ``refused``. Other folders are left alone."""
    folder = settings.place.inbox
    _forget(folder, settings.raw_days)
    waiting = sorted(path for path in folder.glob("*/*/*") if path.is_file() and not path.name.startswith(".") and _is_settled(path))
    if not waiting:
        return []
    with writing(settings) as lake, lake.transaction():
        taken = [(path, _take(lake, settings, path, at)) for path in waiting]
    # a file leaves the folder only once the manifest that names it is committed
    for path, receipts in taken:
        refusals = [receipt for receipt in receipts if receipt.verdict == "refused"]
        if refusals:
            _set_aside(path, refusals)
        else:
            path.unlink()
    return [receipt for _, receipts in taken for receipt in receipts]


def _is_settled(path: Path) -> bool:
    """Untouched for a while. A file copied from a machine whose clock is ahead bears a time to come: then the moment it arrived here counts."""
    now, status = time.time(), path.stat()
    touched = status.st_mtime if status.st_mtime <= now else status.st_ctime
    return not 0 <= now - touched < SETTLED_SECONDS


def _forget(folder: Path, days: int) -> None:
    limit = time.time() - days * 24 * 3600
    for path in folder.glob(f"*/*/{REFUSED}/*"):
        if path.is_file() and path.stat().st_ctime < limit:  # since it was set aside, whatever time it bears
            path.unlink()


def _take(lake: Lake, settings: Settings, path: Path, at: dt.datetime | None) -> list[FileReceipt]:
    merchant_id, shop_id = path.parts[-3], path.parts[-2]
    try:
        landed = land_files(lake, settings.place, merchant_id, shop_id, [path], by="inbox", at=at, limits=Limits.of(settings))
    except (NotFoundError, UsageError) as error:
        refusal = FileRefusedError(error.rule, error.zh, error.en, step_zh=error.step_zh, step_en=error.step_en)
        return [refused(path.name, refusal, merchant_id=merchant_id, shop_id=shop_id)]
    return [item.receipt or _waiting(item, merchant_id, shop_id) for item in landed]


def _waiting(landed: Landed, merchant_id: str, shop_id: str) -> FileReceipt:
    """The receipt of a file that waits for its build."""
    assert landed.reading is not None  # noqa: S101 - a file without a receipt has been read
    layout = landed.reading.layout
    receipt = FileReceipt(landed.name, layout.platform, layout.kind, layout.name, "accepted", merchant_id=merchant_id, shop_id=shop_id)
    return replace(receipt, rows_read=landed.reading.rows_read, export_id=landed.export_id, notices=landed.reading.notices)


def _set_aside(path: Path, refusals: Sequence[FileReceipt]) -> None:
    folder = path.parent / REFUSED
    folder.mkdir(exist_ok=True)
    # two refused files of one name are both kept; the name is cut where the file system would refuse it, which counts bytes
    kept = path.name.encode()[-150:].decode(errors="ignore")
    name = f"{dt.datetime.now():%Y%m%dT%H%M%S%f}-{kept}"  # noqa: DTZ005 - a name for people at this machine
    path.replace(folder / name)
    told = [f"[{receipt.rule}] {receipt.message}\n→ {receipt.next_step}\n" for receipt in refusals]
    (folder / f"{name}.txt").write_text("".join(told), encoding="utf-8")
