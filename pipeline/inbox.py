"""The drop folder: ``inbox/<merchant>/<shop>/<file>``. A landed file leaves it; a refused one moves aside with its reason beside it."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace
from pathlib import Path

from contracts.errors import FileRefusedError, NotFoundError, UsageError
from pipeline.house import writing
from pipeline.intake import land_file
from pipeline.receipts import FileReceipt, refused
from warehouse.lake import Lake
from warehouse.settings import Settings

REFUSED = "refused"
#: A file still being copied grows; one untouched for this long is whole.
SETTLED_SECONDS = 2.0


def scan(settings: Settings, *, at: dt.datetime | None = None) -> list[FileReceipt]:
    """Land every settled file and say what became of it: ``accepted`` (waits for the build), ``duplicate`` or ``refused``. Other folders are left alone."""
    folder = settings.place.inbox
    waiting = sorted(path for path in folder.glob("*/*/*") if path.is_file() and not path.name.startswith(".") and _is_settled(path))
    if not waiting:
        return []
    with writing(settings) as lake, lake.transaction():
        taken = [(path, _take(lake, settings, path, at)) for path in waiting]
    # a file leaves the folder only once the manifest that names it is committed
    for path, receipt in taken:
        if receipt.verdict == "refused":
            _set_aside(path, receipt)
        else:
            path.unlink()
    return [receipt for _, receipt in taken]


def _is_settled(path: Path) -> bool:
    return time.time() - path.stat().st_mtime >= SETTLED_SECONDS


def _take(lake: Lake, settings: Settings, path: Path, at: dt.datetime | None) -> FileReceipt:
    merchant_id, shop_id = path.parts[-3], path.parts[-2]
    try:
        landed = land_file(lake, settings.place, merchant_id, shop_id, path, by="inbox", at=at)
    except (NotFoundError, UsageError) as error:
        refusal = FileRefusedError(error.rule, error.zh, error.en, step_zh=error.step_zh, step_en=error.step_en)
        return refused(path.name, refusal, merchant_id=merchant_id, shop_id=shop_id)
    if landed.receipt:
        return landed.receipt
    assert landed.reading is not None  # noqa: S101 - a file without a receipt has been read
    layout = landed.reading.layout
    receipt = FileReceipt(path.name, layout.platform, layout.kind, layout.name, "accepted", merchant_id=merchant_id, shop_id=shop_id)
    return replace(receipt, rows_read=landed.reading.rows_read, export_id=landed.export_id)


def _set_aside(path: Path, receipt: FileReceipt) -> None:
    folder = path.parent / REFUSED
    folder.mkdir(exist_ok=True)
    # two refused files of one name are both kept; the name is cut where the file system would refuse it
    name = f"{dt.datetime.now():%Y%m%dT%H%M%S%f}-{path.name[-80:]}"  # noqa: DTZ005 - a name for people at this machine
    path.replace(folder / name)
    (folder / f"{name}.txt").write_text(f"[{receipt.rule}] {receipt.message}\n→ {receipt.next_step}\n", encoding="utf-8")
