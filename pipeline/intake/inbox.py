"""The drop folder: ``inbox/<merchant>/<shop>/<file>``.

A landed file leaves it; a refused one moves aside with its reason beside it.

What was set aside lies there as it was given, for a person to look at, and goes after as many days as raw
files are kept. Whoever drops files chooses their names and kinds, so nothing here is followed out of the
folder: no link, neither to a file nor in place of a folder.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import stat
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from contracts.errors import FileRefusedError, NotFoundError, UsageError
from contracts.intake import refuse
from pipeline.house import writing
from pipeline.intake.handing import Handed, without_rows
from pipeline.intake.land import Landed, land_files
from pipeline.intake.names import plain_name
from pipeline.intake.receipts import FileReceipt, refused, rule_counts, verdict_of, with_reason
from pipeline.intake.sandbox.parsing import Limits
from pipeline.intake.unfinished import marked
from warehouse.lake import Lake
from warehouse.settings import Settings

_LOG = logging.getLogger(__name__)

REFUSED = "refused"
#: Verdicts on which a file is set aside with its reason: nobody looks for one that left the folder.
_ASIDE = ("refused", "unusable")
#: A file still being copied grows; one untouched for this long is whole.
SETTLED_SECONDS = 2.0


def scan(
    settings: Settings,
    *,
    at: dt.datetime | None = None,
    handed: Handed | None = None,
    progress: Callable[[str], None] = lambda name: None,
) -> list[FileReceipt]:
    """Land every settled file and say what became of it: ``accepted`` (waits for the build), ``unusable``,
    ``duplicate`` or ``refused``.

    ``handed`` takes what was read, for a build that follows at once; ``progress`` is told each name before it
    is read.

    Other folders are left alone. One bad entry stops no other: links, special files and files that cannot be
    read are refused like any other.
    """
    folder = settings.place.inbox
    _forget(folder, settings.raw_days)
    settled = [
        path
        for path, status in _entries(folder, "*/*/*")
        if not path.name.startswith(".") and _is_settled(status)
    ]
    waiting = [path for path in map(_plainly_named, settled) if path]
    if not waiting:
        return []
    with writing(settings) as lake, lake.transaction():
        taken = [
            item
            for _, paths in groupby(waiting, lambda path: path.parent)
            for item in _take(lake, settings, list(paths), at, handed, progress)
        ]
    # a file leaves the folder only once the manifest that names it is committed
    for path, receipts in taken:
        _clear(path, [receipt for receipt in receipts if receipt.verdict in _ASIDE])
    return [receipt for _, receipts in taken for receipt in receipts]


def _entries(folder: Path, pattern: str) -> Iterator[tuple[Path, os.stat_result]]:
    """What lies there and is no folder, each with its own status.

    What is reached through a link in place of a folder is not looked at.
    """
    for path in sorted(folder.resolve().glob(pattern)):
        try:
            status = path.lstat()
        except OSError:  # gone meanwhile, or in a folder that is closed to us
            continue
        if not stat.S_ISDIR(status.st_mode) and path.parent.resolve() == path.parent:
            yield path, status


def _is_settled(status: os.stat_result) -> bool:
    """Untouched for a while.

    A file copied from a machine whose clock is ahead bears a time to come: then the moment it arrived here
    counts.
    """
    now = time.time()
    touched = status.st_mtime if status.st_mtime <= now else status.st_ctime
    return not 0 <= now - touched < SETTLED_SECONDS


def _forget(folder: Path, days: int) -> None:
    limit = time.time() - days * 24 * 3600
    for path, status in _entries(folder, f"*/*/{REFUSED}/*"):
        if status.st_ctime < limit:  # since it was set aside, whatever time it bears
            path.unlink(missing_ok=True)


def _plainly_named(path: Path) -> Path | None:
    """The entry under a name that can be printed, stored and told from the folder of refusals.

    None where it cannot be renamed.
    """
    name = plain_name(path.name)
    name = f"{name}.file" if name == REFUSED else name
    if name == path.name:
        return path
    while os.path.lexists(path.with_name(name)):
        name = f"_{name}"
    try:
        return path.rename(path.with_name(name))
    except OSError as error:
        _stuck(error)
    return None


def _take(
    lake: Lake,
    settings: Settings,
    paths: Sequence[Path],
    at: dt.datetime | None,
    handed: Handed | None,
    progress: Callable[[str], None],
) -> list[tuple[Path, list[FileReceipt]]]:
    """What became of each entry of one shop's folder."""
    merchant_id, shop_id = paths[0].parts[-3], paths[0].parts[-2]
    files = (
        path for path in paths if _is_plain(path)
    )  # each looked at just before it is read: meanwhile it may have become a link
    told: dict[str, list[FileReceipt]] = defaultdict(list)
    try:
        landed = land_files(
            lake,
            settings.place,
            merchant_id,
            shop_id,
            files,
            by="inbox",
            at=at,
            limits=Limits.of(settings),
            rows=handed.put_down if handed is not None else without_rows,
            progress=progress,
        )
        if handed is not None:
            handed.add(shop_id, landed)
        for item in marked(lake, landed):
            told[item.name.partition("/")[0]].append(item.receipt or _waiting(item, merchant_id, shop_id))
        refusal = refuse("NOT_A_FILE")  # of the others
    except FileRefusedError as error:
        refusal = error
    except (NotFoundError, UsageError) as error:
        refusal = FileRefusedError(
            error.rule, error.zh, error.en, step_zh=error.step_zh, step_en=error.step_en
        )
    return [
        (path, told[path.name] or [refused(path.name, refusal, merchant_id=merchant_id, shop_id=shop_id)])
        for path in paths
    ]


def _is_plain(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:  # gone meanwhile
        return False


def _waiting(landed: Landed, merchant_id: str, shop_id: str) -> FileReceipt:
    """The receipt of a file that waits for its build: accepted, or unusable where it is already known that no
    row can be used.
    """
    assert landed.reading is not None  # noqa: S101 - a file without a receipt has been read
    reading, layout = landed.reading, landed.reading.layout
    receipt = FileReceipt(
        landed.name, layout.platform, layout.kind, layout.name, merchant_id=merchant_id, shop_id=shop_id
    )
    receipt = replace(
        receipt, rows_read=reading.rows_read, export_id=landed.export_id, notices=reading.notices
    )
    bad = reading.quarantine["_row_number"].n_unique()
    if verdict_of(reading.rows_read, bad, ()) != "unusable":
        return receipt
    return with_reason(
        replace(receipt, verdict="unusable", quarantined=bad, rules=rule_counts(reading.quarantine))
    )


def _clear(path: Path, refusals: Sequence[FileReceipt]) -> None:
    """Move a refused file aside and remove one that landed.

    A folder that cannot be written keeps its files, which the next scan meets again.
    """
    try:
        if refusals:
            _set_aside(path, refusals)
        else:
            path.unlink()
    except OSError as error:
        _stuck(error)


def _stuck(error: OSError) -> None:
    _LOG.warning("投递文件夹里的文件移不动 / a dropped file cannot be moved: %s", error)


def _set_aside(path: Path, refusals: Sequence[FileReceipt]) -> None:
    folder = path.parent / REFUSED
    folder.mkdir(exist_ok=True)
    # two refused files of one name are both kept; the name is cut where the file system would refuse it,
    # which counts bytes
    kept = path.name.encode()[-150:].decode(errors="ignore")
    name = f"{dt.datetime.now():%Y%m%dT%H%M%S%f}-{kept}"  # noqa: DTZ005 - a name for people at this machine
    path.replace(folder / name)
    told = [f"[{receipt.rule}] {receipt.message}\n→ {receipt.next_step}\n" for receipt in refusals]
    (folder / f"{name}.txt").write_text("".join(told), encoding="utf-8")
