"""A merchant's files into landing: recognised by content, read once to be sure, kept for ever, and entered in the manifest. A refused file changes nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from connectors.reading import Origin, Reading, read_file
from contracts.errors import FileRefusedError, NotFoundError
from contracts.fields import TIME_ZONE
from contracts.intake import refuse
from pipeline.receipts import FileReceipt, as_duplicate, from_load, refused
from pipeline.registering import register_shop
from warehouse import landing, registry
from warehouse.lake import Lake
from warehouse.ops import EXPORT, LOAD
from warehouse.place import Place


@dataclass(frozen=True)
class Landed:
    """One file after the door: its ``receipt`` when it is already settled (refused, duplicate), else the ``reading`` a build may reuse."""

    name: str
    export_id: str
    receipt: FileReceipt | None
    reading: Reading | None = None


def land_file(
    lake: Lake, place: Place, merchant_id: str, shop_id: str, path: Path, *, by: str = "", at: dt.datetime | None = None, register: bool = False
) -> Landed:
    """Judge one file and land it. Refusals come back as a receipt, never as an exception.

    ``register`` enters an unknown merchant or shop on the platform the file tells; otherwise NotFoundError.
    """
    now = at or dt.datetime.now(ZoneInfo(TIME_ZONE))
    name = path.name.encode("utf-8", "replace").decode("utf-8")
    try:
        data = path.read_bytes()
        export_id = hashlib.sha256(data).hexdigest()
        reading = read_file(data, Origin(merchant_id, shop_id, export_id, name, now))
        _check_shop(lake, merchant_id, shop_id, reading.layout.platform, at=now, register=register)
    except FileRefusedError as error:
        return Landed(name, "", refused(name, error, merchant_id=merchant_id, shop_id=shop_id))
    known = _known_receipt(lake, merchant_id, shop_id, reading, export_id, name)
    # kept also when known: the bytes on disk may have been damaged or lost since, and then this heals them
    suffix = ".xlsx" if data[:2] == b"PK" else ".csv"
    kept = landing.keep(place, data, platform=reading.layout.platform, shop=shop_id, kind=reading.layout.kind, received_date=now.date(), suffix=suffix)
    row = manifest_row(reading, merchant_id, shop_id, kept, name, len(data), now, by)
    if not landing.record(lake, row):
        _point_at(lake, row, kept.landing_name)
    return Landed(name, export_id, known, None if known else reading)


def _point_at(lake: Lake, row: pl.DataFrame, landing_name: str) -> None:
    """Let a known export's manifest row point at where its bytes are now, in case they were lost where they had been."""
    key = row.select(EXPORT.key)
    stored = lake.read(EXPORT, keys=key)
    if stored["landing_name"][0] != landing_name:
        lake.replace(EXPORT, key, stored.with_columns(landing_name=pl.lit(landing_name)))


def manifest_row(reading: Reading, merchant_id: str, shop_id: str, kept: landing.Landed, name: str, size: int, now: dt.datetime, by: str) -> pl.DataFrame:
    """One row of ``EXPORT`` for a landed file."""
    first, last = covered_dates(reading.bronze)
    row = {
        "export_id": kept.export_id,
        "merchant_id": merchant_id,
        "shop_id": shop_id,
        "platform_code": reading.layout.platform,
        "kind_code": reading.layout.kind,
        "source_code": "file",
        "export_name": name,
        "bytes_qty": size,
        "landing_name": kept.landing_name,
        "received_at": now,
        "observed_at": reading.observed_at,
        "layout_name": reading.layout.name,
        "received_by_name": by or None,
        "first_date": first,
        "last_date": last,
    }
    return pl.DataFrame([row], schema=EXPORT.dtypes)


def covered_dates(bronze: pl.DataFrame) -> tuple[dt.date | None, dt.date | None]:
    """First and last business date a reading speaks of: by its creation clock, else its start or application clock."""
    clock = next((name for name in ("created_at", "applied_at", "started_at", "paid_at") if name in bronze.columns and bronze[name].count()), None)
    if clock is None:
        return None, None
    days = bronze[clock].dt.date()
    first, last = days.min(), days.max()
    return (first, last) if isinstance(first, dt.date) and isinstance(last, dt.date) else (None, None)


def _check_shop(lake: Lake, merchant_id: str, shop_id: str, platform_code: str, *, at: dt.datetime, register: bool) -> None:
    try:
        shop = registry.shop(lake, merchant_id, shop_id)
    except NotFoundError:
        if not register:
            raise
        register_shop(lake, merchant_id, shop_id, platform_code, at=at)
        return
    if shop.platform_code != platform_code:
        raise refuse("WRONG_PLATFORM", file=platform_code, shop=shop.platform_code)


def _known_receipt(lake: Lake, merchant_id: str, shop_id: str, reading: Reading, export_id: str, name: str) -> FileReceipt | None:
    """The receipt "duplicate" when these bytes were loaded for this shop before, under whatever name."""
    where: dict[str, object] = {"export_id": export_id, "merchant_id": merchant_id, "shop_id": shop_id, "kind_code": reading.layout.kind}
    loads = lake.read(LOAD, where=where)
    if loads.is_empty():
        return None
    if loads["verdict_code"][0] == "refused":  # it could not be read from landing; these bytes can, so it waits for a build again
        lake.delete(LOAD, loads.select(LOAD.key))
        return None
    return as_duplicate(from_load(loads.row(0, named=True), name))


def land_files(
    lake: Lake,
    place: Place,
    merchant_id: str,
    shop_id: str,
    paths: Sequence[Path],
    *,
    by: str = "",
    at: dt.datetime | None = None,
    register: bool = False,
    progress: Callable[[str], None] = lambda name: None,
) -> list[Landed]:
    """``land_file`` for each path in turn, entered together; ``progress`` is told each name before it is read."""
    landed = []
    with lake.transaction():
        for path in paths:
            progress(path.name)
            landed.append(land_file(lake, place, merchant_id, shop_id, path, by=by, at=at, register=register))
    return landed
