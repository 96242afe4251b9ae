"""A whole copy of an installation while it goes on working, and an installation made of such a copy.

First what waits in the inbox is copied: what is landed from then on is in it, or named by the catalog. Then
the catalog, in one transaction of its own: it names one snapshot and all Parquet files that snapshots need,
and these never change once they are named. Raw files it names may expire meanwhile: then the copy is taken
again. What is received while the copy is taken may be in it, and is then loaded by the next build. Secrets
lie in a folder of their own: whoever holds both can read everything.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from contracts.errors import FileRefusedError, NotFoundError, UsageError
from warehouse.lake import Lake
from warehouse.ops import EXPORT
from warehouse.place import Place
from warehouse.signed.proposals import Proposals

MANIFEST = "manifest.json"
_FORMAT = 1
_CHUNK = 1 << 20
_TRIES = 3
_CATALOG, _DATA, _ACCOUNTS = "home/lake/catalog.sqlite", "home/lake/data", "home/accounts.sqlite"
_PATHS = """
    SELECT coalesce(max(s.path), ''), coalesce(max(t.path), ''), f.path, f.path_is_relative
    FROM (SELECT data_file_id AS id, table_id, path, path_is_relative FROM ducklake_data_file UNION ALL
        SELECT -delete_file_id - 1, table_id, path, path_is_relative FROM ducklake_delete_file) AS f
    JOIN ducklake_table AS t USING (table_id) JOIN ducklake_schema AS s USING (schema_id) GROUP BY f.id"""

Say = Callable[[str, str], None]
#: Size in bytes and sha256.
_File = tuple[int, str]


@dataclass(frozen=True)
class Backup:
    """What a copy holds: the lake's snapshot (None before the first write), files, and bytes, at a moment."""

    taken_at: str
    snapshot: int | None
    files_qty: int
    bytes_qty: int


def back_up(place: Place, target: Path, *, at: dt.datetime, say: Say) -> Backup:
    """Copy everything of ``place`` to the new folder ``target``; nobody needs to stop for it.

    ``target`` appears when it is whole: what an ended attempt left behind is removed by the next. Raises
    ``UsageError`` where it exists already, where there is nothing to copy, and where catalog or Parquet files
    are on a server, which has backups of its own; ``FileRefusedError`` where a Parquet file is lost.
    """
    _refuse_servers(place)
    if not place.home.is_dir():
        raise UsageError("NO_HOME", "这里没有数据可备份", "there is no home to back up", home=place.home.name)
    if target.exists():
        raise UsageError(
            "BACKUP_EXISTS",
            "备份文件夹已存在",
            "the folder of the backup exists already",
            step_zh="换一个新的文件夹名",
            step_en="name a new folder",
            folder=target.name,
        )
    part = target.with_name(f".{target.name}.part")
    for left in range(_TRIES - 1, -1, -1):
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700, parents=True)
        try:
            made = _copy_all(place, part, at, say)
            _check_raw_files(place, part, made.snapshot)
        except (
            FileRefusedError,
            NotFoundError,
        ):  # what the copied catalog still names may have been removed meanwhile
            if not left:
                shutil.rmtree(part)
                raise
        else:
            break
    os.sync()
    part.rename(target)
    return made


def restore(source: Path, place: Place, *, say: Say) -> Backup:
    """Make ``place`` what ``back_up`` copied to ``source``, every file checked against its hash.

    The home appears when it is whole. Raises ``UsageError`` where ``source`` is no backup or the home is not
    empty, ``FileRefusedError`` naming the file that is missing or differs.
    """
    _refuse_servers(place)
    made, files = _manifest(source)
    if place.home.exists() and any(place.home.iterdir()):
        raise UsageError(
            "HOME_NOT_EMPTY",
            "目标不是空的，恢复只写进空的文件夹",
            "the home is not empty: a backup is restored into an empty one only",
            step_zh="把 BAIYUN_HOME 指到一个新文件夹",
            step_en="let BAIYUN_HOME name a new folder",
            home=place.home.name,
        )
    part = place.home.with_name(f".{place.home.name}.restoring")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True)
    for number, (name, expected) in enumerate(files.items(), 1):
        say(f"恢复 {number}/{len(files)} 个文件", f"restoring file {number} of {len(files)}")
        if _copied(source / name, part / name.removeprefix("home/")) != expected:
            shutil.rmtree(part)
            raise FileRefusedError(
                "BACKUP_DAMAGED",
                "备份里的文件缺失或已改变",
                "a file of the backup is missing or has changed",
                step_zh="换一份备份",
                step_en="take another backup",
                file=name,
            )
    os.sync()
    if place.home.exists():
        place.home.rmdir()
    part.rename(place.home)
    return made


def _refuse_servers(place: Place) -> None:
    if place.catalog or place.data:
        raise UsageError(
            "KEPT_ELSEWHERE",
            "目录或 Parquet 文件在别处，由那里的备份负责",
            "catalog or Parquet files are kept elsewhere, and are backed up there",
            step_zh="先备份 Parquet 文件的存储，再备份目录数据库，最后复制 landing、secrets 和 "
            "accounts.sqlite",
            step_en="back up the database of the catalog, then the storage of the Parquet files, then copy "
            "landing, secrets and accounts.sqlite",
        )


def _copy_all(place: Place, part: Path, at: dt.datetime, say: Say) -> Backup:
    files: dict[str, _File] = {}
    for path, name in _files_of(place.inbox, "home/inbox"):
        if copied := _copied(path, part / name):  # else it was landed just now
            files[name] = copied
    snapshot, parquet = None, list[str]()
    if place.catalog_file and place.catalog_file.exists():
        _copy_database(place.catalog_file, part / _CATALOG)
        with closing(sqlite3.connect(part / _CATALOG)) as catalog:
            snapshot = catalog.execute("SELECT max(snapshot_id) FROM ducklake_snapshot").fetchone()[0]
            parquet = [_relative(*row) for row in catalog.execute(_PATHS)]
        files[_CATALOG] = _hashed(part / _CATALOG)
    wanted = [(Path(place.data_address) / name, f"{_DATA}/{name}") for name in parquet]
    with Proposals(place).unmoved():  # a release and who approved it are listed both or neither
        wanted += [item for name, root in _folders(place).items() for item in _files_of(root, name)]
    for number, (path, name) in enumerate(wanted, 1):
        say(f"复制 {number}/{len(wanted)} 个文件", f"copying file {number} of {len(wanted)}")
        if copied := _copied(path, part / name):
            files[name] = copied
        elif name.startswith(_DATA):  # of others see ``_check_raw_files``
            raise FileRefusedError(
                "DATA_FILE_LOST",
                "目录登记的 Parquet 文件不在了",
                "a Parquet file that the catalog names is gone",
                step_zh="运行 baiyun build --from-landing 从原始文件重算，再备份",
                step_en="make the data anew with `baiyun build --from-landing`, then back up",
                file=path.name,
            )
    if place.accounts_file.exists():
        _copy_database(place.accounts_file, part / _ACCOUNTS)
        files[_ACCOUNTS] = _hashed(part / _ACCOUNTS)
    made = Backup(at.isoformat(), snapshot, len(files), sum(size for size, _ in files.values()))
    document = {"format": _FORMAT, "backup": asdict(made), "files": files}
    (part / MANIFEST).write_text(json.dumps(document, indent=1), encoding="utf-8")
    return made


def _check_raw_files(place: Place, part: Path, snapshot: int | None) -> None:
    """Raise ``FileRefusedError`` where a raw file that ``snapshot`` needs was removed before it was copied.

    One that the catalog still names today was lost before: the backup is as whole as the home.
    """
    if snapshot is None:
        return
    needed = _raw_files(place, snapshot)
    gone = {name for name in needed if not (part / "home" / "landing" / name).exists()}
    if gone and gone - _raw_files(place, None):
        raise FileRefusedError(
            "RAW_FILE_GONE",
            "备份时原始文件正在到期删除",
            "raw files expired while they were copied",
            step_zh="再备份一次",
            step_en="back up again",
            files=len(gone),
        )


def _raw_files(place: Place, snapshot: int | None) -> set[str]:
    """Names of the raw files that had not expired at ``snapshot`` (None: now)."""
    with Lake.open(place, snapshot=snapshot) as lake:
        if not lake.columns(EXPORT):
            return set()
        rows = lake.read(EXPORT, columns=["landing_name", "expired_at"])
    return set(rows.filter(rows["expired_at"].is_null())["landing_name"])


def _folders(place: Place) -> dict[str, Path]:
    kept = (place.landing, place.district)
    return {f"home/{path.name}": path for path in kept} | {"secrets": place.home / "secrets"}


def _files_of(root: Path, name: str) -> Iterator[tuple[Path, str]]:
    """Whole files below ``root``, each with its name in the backup."""
    for path in sorted(root.rglob("*")):
        if path.suffix != ".part" and path.is_file() and not path.is_symlink():
            yield path, f"{name}/{path.relative_to(root).as_posix()}"


def _relative(schema: str, table: str, path: str, is_relative: int) -> str:
    if not is_relative:
        raise UsageError(
            "KEPT_ELSEWHERE",
            "有 Parquet 文件在数据文件夹之外",
            "a Parquet file lies outside the folder of the data",
            file=path,
        )
    return f"{schema}{table}{path}"


def _copy_database(source: Path, target: Path) -> None:
    """One moment of a SQLite file that others go on writing."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(target, os.O_RDWR | os.O_CREAT, 0o600))
    with closing(sqlite3.connect(source, timeout=60)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)


def _copied(source: Path, target: Path) -> _File | None:
    """Size and sha256 of what was copied, with its rights and its time; None where there is no such file.

    The inbox tells by a file's time whether it is still being written.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    try:
        with source.open("rb") as reading, target.open("wb") as writing:
            status = os.fstat(reading.fileno())
            target.chmod(status.st_mode & 0o700)
            while chunk := reading.read(_CHUNK):
                digest.update(chunk)
                size += writing.write(chunk)
        os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
    except FileNotFoundError:
        target.unlink(missing_ok=True)
        return None
    return size, digest.hexdigest()


def _hashed(path: Path) -> _File:
    with path.open("rb") as stream:
        return path.stat().st_size, hashlib.file_digest(stream, "sha256").hexdigest()


def _manifest(source: Path) -> tuple[Backup, dict[str, _File]]:
    try:
        reported = json.loads((source / MANIFEST).read_text(encoding="utf-8"))
        if reported["format"] == _FORMAT:
            files = {
                str(name): (int(size), str(digest)) for name, (size, digest) in reported["files"].items()
            }
            if not any(".." in Path(name).parts or Path(name).is_absolute() for name in files):
                return Backup(**reported["backup"]), files
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    raise UsageError(
        "NO_BACKUP",
        "这个文件夹不是完整的备份",
        "the folder is not a whole backup",
        step_zh="给出 baiyun backup 写的文件夹",
        step_en="name a folder that `baiyun backup` wrote",
        folder=source.name,
    )
