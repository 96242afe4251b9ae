"""Landing: bytes as received, content-addressed, write-once, sealed under the shop's own key, and the
manifest that says whose they are.

A landed file is named by the hash of what was received and holds it encrypted (AES-256-GCM, the name being
part of what is authenticated): raw exports hold names and addresses of buyers. Its key stands in
``secrets/keys`` (``warehouse.keys``); destroying it makes a shop's files unreadable. Raw files expire
(``expire``); what was loaded of them stays in bronze, and a build from landing takes it from there.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts.errors import FileRefusedError, NotFoundError, UsageError
from contracts.fields import TIME_ZONE
from warehouse import keys
from warehouse.lake import Lake
from warehouse.ops import EXPORT, LOAD, MERCHANT
from warehouse.place import Place
from warehouse.points import reach

_MARK = b"BAIYUN1\n"
_NONCE = 12
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}")
_SUFFIX = re.compile(r"[a-z0-9]{1,8}")
_NAME = re.compile(
    rf"{_PART.pattern}/{_PART.pattern}/{_PART.pattern}/\d{{4}}-\d\d-\d\d/([0-9a-f]{{64}})\.{_SUFFIX.pattern}"
)


@dataclass(frozen=True)
class Landed:
    """Where bytes came to rest.

    ``export_id`` is their sha256, ``landing_name`` the path inside landing, ``is_new`` False for known bytes.
    """

    export_id: str
    landing_name: str
    is_new: bool


def keep(
    place: Place, data: bytes, *, platform: str, shop: str, kind: str, received_date: dt.date, suffix: str
) -> Landed:
    """Write ``data`` for ever: it is on disk, whole and named by its hash, when this returns.

    The same bytes for the same shop and kind are the same file, whatever the day. Raises ``UsageError`` for a
    part that is not a plain name.
    """
    ending = suffix.lower().removeprefix(".")
    if not all(_PART.fullmatch(part) for part in (platform, shop, kind)) or not _SUFFIX.fullmatch(ending):
        raise UsageError(
            "UNSAFE_NAME",
            "名称含有不允许的字符",
            "a name holds characters that are not allowed",
            parts=[platform, shop, kind, suffix],
        )
    digest = hashlib.sha256(data).hexdigest()
    folder = place.landing / platform / shop / kind
    for known in sorted(folder.glob(f"*/{digest}.*")):
        is_whole = _opened(place, shop, known) is not None
        if not is_whole:  # its bytes changed on disk: the same file given again heals it in its place
            _write(place, _sealed(place, shop, digest, data), known)
        return Landed(digest, known.relative_to(place.landing).as_posix(), not is_whole)
    target = folder / received_date.isoformat() / f"{digest}.{ending}"
    _write(place, _sealed(place, shop, digest, data), target)
    return Landed(digest, target.relative_to(place.landing).as_posix(), True)


def read_landed(place: Place, landing_name: str) -> bytes:
    """The bytes of ``landing_name``, checked against their hash.

    Raises ``FileRefusedError`` when a bit has changed since, ``NotFoundError`` when the file is gone or the
    name was never ours.
    """
    match = _NAME.fullmatch(landing_name)
    path = place.landing / landing_name
    if match is None or not path.is_file():
        raise NotFoundError(
            "NO_SUCH_FILE", "没有这个原始文件", "no such landed file", landing_name=landing_name
        )
    data = _opened(place, landing_name.split("/")[1], path)
    if data is None:
        raise FileRefusedError(
            "LANDING_DAMAGED",
            "原始文件与其指纹不符，磁盘上的内容已损坏",
            "the landed file no longer matches its fingerprint: its bytes changed on disk",
            step_zh="从备份恢复，或重新上传同一个文件",
            step_en="restore it from backup, or upload the same file again",
            landing_name=landing_name,
        )
    return data


def sweep(place: Place, older_than_seconds: float = 3600) -> int:
    """Remove half-written files of runs that died; returns how many.

    A running ``keep`` is younger than the limit.
    """
    limit = time.time() - older_than_seconds
    stale = [path for path in _scratch(place).glob("*.part") if path.stat().st_mtime <= limit]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)


def record(lake: Lake, exports: pl.DataFrame) -> int:
    """Enter ``exports`` (columns of ``EXPORT``) in the manifest.

    Rows known by export, shop and kind stay as they are. Returns the number of new rows.

    Raises dataframely's validation error when a row breaks the contract.
    """
    key = list(EXPORT.key)
    frame = EXPORT.schema.validate(EXPORT.shape(exports).unique(key, keep="first", maintain_order=True))
    with lake.transaction():
        known = lake.read(EXPORT, keys=frame.select(key), columns=key)
        fresh = frame.join(known, on=key, how="anti")
        lake.append(EXPORT, fresh)
    return fresh.height


def pending(lake: Lake) -> pl.DataFrame:
    """Manifest rows (columns of ``EXPORT``) that no build has loaded or refused yet, oldest first."""
    key = list(EXPORT.key)
    loaded = lake.read(LOAD, columns=key)
    return lake.read(EXPORT).join(loaded, on=key, how="anti").sort("received_at", *key)


def expire(lake: Lake, place: Place, *, days: int, now: dt.datetime, at_once: bool = False) -> int:
    """Remove raw files received longer ago than their merchant's days (``MERCHANT.raw_days_qty``, else
    ``days``), once a build has loaded or refused them.

    Their manifest rows stay and say when. ``at_once`` looks only at merchants who keep none. Returns how many
    files went.
    """
    kept = lake.read(MERCHANT, columns=["merchant_id", "raw_days_qty"]).with_columns(
        pl.col("raw_days_qty").fill_null(days)
    )
    merchants = kept.filter(pl.col("raw_days_qty") == 0) if at_once else kept
    if merchants.is_empty():
        return 0
    there = lake.read(EXPORT, where={"merchant_id": merchants["merchant_id"].to_list()}).filter(
        pl.col("expired_at").is_null()
    )
    old = there.join(merchants, on="merchant_id").filter(
        pl.col("received_at") + pl.duration(days=pl.col("raw_days_qty"))
        <= now.astimezone(ZoneInfo(TIME_ZONE))
    )
    judged = lake.read(LOAD, keys=old.select(EXPORT.key), columns=list(EXPORT.key))
    due = old.join(judged, on=list(EXPORT.key), how="semi")
    if due.is_empty():
        return 0
    # the manifest first: a file whose row says it is gone may still be there after a crash, never the other
    # way round
    lake.replace(EXPORT, due.select(EXPORT.key), EXPORT.shape(due.with_columns(expired_at=pl.lit(now))))
    for name in due["landing_name"]:
        (place.landing / name).unlink(missing_ok=True)
    return due.height


def _sealed(place: Place, shop: str, digest: str, data: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return _MARK + nonce + AESGCM(keys.key(place, "landing", shop)).encrypt(nonce, data, digest.encode())


def _opened(place: Place, shop: str, path: Path) -> bytes | None:
    """What a landed file holds; None when it is not what its name says."""
    sealed = path.read_bytes()
    nonce = sealed[len(_MARK) : len(_MARK) + _NONCE]
    if not sealed.startswith(_MARK) or len(nonce) < _NONCE:
        return None
    digest = path.name.split(".")[0]
    try:
        data = AESGCM(keys.key(place, "landing", shop)).decrypt(
            nonce, sealed[len(_MARK) + _NONCE :], digest.encode()
        )
    except InvalidTag:
        return None
    return data if hashlib.sha256(data).hexdigest() == digest else None


def _scratch(place: Place) -> Path:
    return place.landing / ".part"


def _write(place: Place, data: bytes, target: Path) -> None:
    """Temporary file, fsync, rename, fsync of the folder: after a power cut the name either is not there or
    holds all bytes.
    """
    _make_folder(target.parent)
    _make_folder(_scratch(place))
    part = _scratch(place) / f"{target.stem}.{os.getpid()}.{time.monotonic_ns()}.part"
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:
        part.unlink(missing_ok=True)  # a full disk is not made fuller
        raise
    reach("landing.before_rename")
    part.replace(target)
    _sync_folder(target.parent)
    reach("landing.after_rename")


def _make_folder(folder: Path) -> None:
    """Create ``folder``; every parent that got a new entry is synced, or the entry could be lost with the
    power.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
