"""A merchant's files into landing: read apart to be sure, judged, kept, and entered in the manifest.

A refused file changes nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from connectors.files.tabular import MAX_FILE_BYTES
from connectors.reading import Reading
from contracts.errors import FileRefusedError
from contracts.fields import TIME_ZONE
from contracts.intake import refuse
from pipeline.intake.desk import Desk
from pipeline.intake.receipts import FileReceipt, refused
from pipeline.intake.sandbox.ahead import AHEAD_BYTES, read_ahead
from pipeline.intake.sandbox.parsing import Limits, unpack_apart, warm
from warehouse import landing, registry
from warehouse.lake import Lake
from warehouse.place import Place

#: First bytes → the ending a landed file gets, whatever it was called.
_ENDINGS = {b"PK": ".xlsx", b"\xd0\xcf": ".xls"}


@dataclass(frozen=True)
class Landed:
    """One file after the door: its ``receipt`` when it is already settled (refused, duplicate), else the
    ``reading`` a build may reuse.
    """

    name: str
    export_id: str
    receipt: FileReceipt | None
    reading: Reading | None = None


def land_files(
    lake: Lake,
    place: Place,
    merchant_id: str,
    shop_id: str,
    paths: Iterable[Path],
    *,
    by: str = "",
    at: dt.datetime | None = None,
    register: bool = False,
    limits: Limits | None = None,
    rows: Callable[[tuple[str, str], Reading], Reading] = lambda export, reading: reading,
    progress: Callable[[str], None] = lambda name: None,
) -> list[Landed]:
    """Judge and land the files of one shop, in one transaction.

    ``progress`` is told each name before it is read.

    ``rows`` is given shop and id of each new file and its reading, and says what becomes of its rows
    (``pipeline.intake.handing``): kept, put down on disk, or left to a build that comes later.

    An archive counts as the files in it, named ``archive/file``. Refusals come back as receipts, never as
    exceptions; a file that breaks its reader, or is too much for ``limits``, is refused like any other.
    ``register`` enters an unknown merchant or shop on the platform the first file tells; otherwise
    NotFoundError. UsageError for a bad id.
    """
    registry.check_ids(merchant_id=merchant_id, shop_id=shop_id)
    now = at or dt.datetime.now(ZoneInfo(TIME_ZONE))
    warm(limits)  # it gets ready while the lake is asked
    landed: list[Landed] = []
    desk = Desk.open(lake, place, merchant_id, shop_id, at=now, by=by, register=register)
    with lake.transaction():
        for _, entries in read_ahead(
            partial(_begin, desk, limits),
            _opened(paths, progress),
            # the first file of an unknown shop says how the next is read
            is_alone=lambda file: (
                desk.shop is None or (isinstance(file[1], bytes) and len(file[1]) > AHEAD_BYTES)
            ),
        ):
            for name, given, found in entries:
                item = _land(desk, name, given, found, limits)
                landed.append(
                    replace(item, reading=rows((shop_id, item.export_id), item.reading))
                    if item.reading
                    else item
                )
        desk.close()
    return _with_gaps(desk, landed)


def _with_gaps(desk: Desk, landed: list[Landed]) -> list[Landed]:
    """The last new file of each kind tells of days that no file covers: parts come in any order, so it is
    known only when all are there.
    """
    last = {item.reading.layout.kind: place for place, item in enumerate(landed) if item.reading}
    for kind, place in last.items():
        item = landed[place]
        if item.reading and (gap := desk.gaps(kind)):
            landed[place] = replace(item, reading=replace(item.reading, notices=[*item.reading.notices, gap]))
    return landed


Given = bytes | FileRefusedError
Found = Reading | FileRefusedError


def _opened(paths: Iterable[Path], progress: Callable[[str], None]) -> Iterator[tuple[str, Given]]:
    """Each file's name and bytes, or instead of bytes why it cannot be taken, as it is when it is come to."""
    for path in paths:
        progress(path.name)
        name = path.name.encode("utf-8", "replace").decode("utf-8")
        try:
            yield name, _settled_bytes(path)
        except OSError:
            yield name, refuse("UNREADABLE")
        except FileRefusedError as error:
            yield name, error


def _begin(
    desk: Desk, limits: Limits | None, file: tuple[str, Given]
) -> list[tuple[str, Given, Found | None]]:
    """A file with what is read of it, or those of an archive, each of which is read in its turn (None)."""
    name, given = file
    if isinstance(given, FileRefusedError):
        return [(name, given, given)]
    try:
        files = unpack_apart(given, limits)
    except FileRefusedError as error:
        return [(name, error, error)]
    if files:
        return [(f"{name}/{entry}", content, None) for entry, content in files]
    return [(name, given, desk.begin(name, given, limits))]


def _settled_bytes(path: Path) -> bytes:
    """The file's bytes, provided it is of a size to be read and did not change meanwhile: a download may
    still be under way.
    """
    before = path.stat()
    if before.st_size > MAX_FILE_BYTES:
        raise refuse("FILE_TOO_LARGE", bytes=before.st_size, limit=MAX_FILE_BYTES)
    data = path.read_bytes()
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(
        data
    ) != after.st_size:
        raise refuse("FILE_CHANGING", bytes=len(data))
    return data


def _land(desk: Desk, name: str, given: Given, found: Found | None, limits: Limits | None) -> Landed:
    try:
        if isinstance(given, FileRefusedError):
            raise given
        export_id = hashlib.sha256(given).hexdigest()
        reading = desk.read(found or desk.begin(name, given, limits), given, limits)
        desk.check(reading, export_id, name)
    except FileRefusedError as error:
        return Landed(name, "", refused(name, error, merchant_id=desk.merchant_id, shop_id=desk.shop_id))
    known = desk.known_receipt(reading, export_id, name)
    # kept also when known: the bytes on disk may have been damaged or lost since, and then this heals them
    kept = landing.keep(
        desk.place,
        given,
        platform=reading.layout.platform,
        shop=desk.shop_id,
        kind=reading.layout.kind,
        received_date=desk.now.date(),
        suffix=_ENDINGS.get(given[:2], ".csv"),
    )
    desk.enter(manifest_row(desk, reading, kept, name, len(given)))
    return Landed(name, export_id, known, None if known else reading)


def manifest_row(
    desk: Desk, reading: Reading, kept: landing.Landed, name: str, size: int
) -> dict[str, object]:
    """One row of ``EXPORT`` for a landed file."""
    first, last = covered_dates(reading.bronze)
    return {
        "export_id": kept.export_id,
        "merchant_id": desk.merchant_id,
        "shop_id": desk.shop_id,
        "platform_code": reading.layout.platform,
        "kind_code": reading.layout.kind,
        "source_code": "file",
        "export_name": name,
        "bytes_qty": size,
        "landing_name": kept.landing_name,
        "received_at": desk.now,
        "observed_at": reading.observed_at,
        "layout_name": reading.layout.name,
        "received_by_name": desk.by or None,
        "first_date": first,
        "last_date": last,
    }


def covered_dates(bronze: pl.DataFrame) -> tuple[dt.date | None, dt.date | None]:
    """First and last business date a reading speaks of: when money was spent, insured, moved or settled, else
    the creation, application or start clock.
    """
    # an order list may tell its settlement too; unlike a bill it tells the payment beside it
    settled = () if "paid_at" in bronze.columns else ("settled_at",)
    clocks = (
        "ad_date",
        "insured_at",
        "moved_at",
        *settled,
        "created_at",
        "applied_at",
        "started_at",
        "paid_at",
    )
    clock = next((name for name in clocks if name in bronze.columns and bronze[name].count()), None)
    if clock is None:
        return None, None
    days = bronze[clock].dt.date()
    first, last = days.min(), days.max()
    return (first, last) if isinstance(first, dt.date) and isinstance(last, dt.date) else (None, None)
