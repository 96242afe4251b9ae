"""The writer's slot: one process at a time may change the warehouse (SQLite can refuse a read-to-write
upgrade at COMMIT, ducklake#1309).
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contracts.errors import WriterBusyError
from warehouse.place import Place
from warehouse.private import keep_private

POLL_SECONDS = 0.05

_held: set[tuple[int, int, str]] = set()


def _identity(place: Place) -> tuple[int, int, str]:
    return os.getpid(), threading.get_ident(), str(place.lock_file.resolve())


def holds_slot(place: Place) -> bool:
    """True when the calling thread of this process holds the slot of ``place``."""
    return _identity(place) in _held


@contextmanager
def writer_slot(place: Place, timeout_seconds: float = 600, *, what: str = "write") -> Iterator[None]:
    """Hold the slot; wait up to ``timeout_seconds`` for another holder, then raise ``WriterBusyError`` naming
    its pid and task.

    The kernel frees the lock when the holder dies, however it dies. Not re-entrant: a thread asking twice
    waits for itself.
    """
    keep_private(place)
    descriptor = os.open(place.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(descriptor, place.lock_file, timeout_seconds)
        _sign(descriptor, what)
        identity = _identity(place)
        _held.add(identity)
        try:
            yield
        finally:
            _held.discard(identity)
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, path: Path, timeout_seconds: float) -> None:
    deadline = time.monotonic() + timeout_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise _busy(path, timeout_seconds) from None
            time.sleep(POLL_SECONDS)


def _sign(descriptor: int, what: str) -> None:
    holder = {
        "pid": os.getpid(),
        "what": what,
        "since": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(holder).encode(), 0)


def _busy(path: Path, timeout_seconds: float) -> WriterBusyError:
    try:
        holder: dict[str, object] = json.loads(path.read_text() or "{}")
    except ValueError:
        holder = {}
    return WriterBusyError(
        "WRITER_BUSY",
        f"另一个任务正在写入，等待了 {timeout_seconds:g} 秒",
        f"another task is writing; waited {timeout_seconds:g} s",
        step_zh="等它结束后重试",
        step_en="try again when it has finished",
        **holder,
    )
