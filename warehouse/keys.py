"""Secrets of one merchant or shop, each a small owner-only file of its own under ``secrets/keys``: made when
first needed, destroyed on its own.

Whoever backs up a home backs these up apart from it; whoever destroys one makes what was written under it
unreadable for good.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from contracts.errors import UsageError
from warehouse.place import Place

_BYTES = 32
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}")


def key(place: Place, purpose: str, owner: str) -> bytes:
    """32 random bytes for one ``purpose`` (``buyer``, ``landing``, ``statement``) of one ``owner`` (a
    merchant's or shop's id): the same at every call.

    Raises ``UsageError`` for a name that is not plain, and when the file is there but does not hold a key.
    """
    path = _path(place, purpose, owner)
    try:
        kept = path.read_bytes()
    except FileNotFoundError:
        kept = _make(path)
    if len(kept) != _BYTES:
        raise UsageError(
            "BAD_KEY",
            "密钥文件已损坏",
            "a key file is damaged",
            step_zh="从备份恢复该文件",
            step_en="restore the file from backup",
            key=path.name,
        )
    return kept


def find(place: Place, purpose: str, owner: str) -> bytes | None:
    """The key, or None where none was made: looking makes none."""
    return key(place, purpose, owner) if _path(place, purpose, owner).exists() else None


def destroy(place: Place, purpose: str, owner: str) -> bool:
    """Forget a key for good; False when there was none."""
    path = _path(place, purpose, owner)
    existed = path.exists()
    path.unlink(missing_ok=True)
    return existed


def _path(place: Place, purpose: str, owner: str) -> Path:
    if not all(_NAME.fullmatch(part) for part in (purpose, owner)):
        raise UsageError(
            "UNSAFE_NAME",
            "名称含有不允许的字符",
            "a name holds characters that are not allowed",
            parts=[purpose, owner],
        )
    return place.home / "secrets" / "keys" / f"{purpose}.{owner}.key"


def _make(path: Path) -> bytes:
    """Write a new key beside its name and link it there: of two processes that want it at once the first
    wins, and no half-written key is ever seen.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, secrets.token_bytes(_BYTES))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(part, path)
    except FileExistsError:
        pass  # another process was first
    finally:
        part.unlink()
    return path.read_bytes()
