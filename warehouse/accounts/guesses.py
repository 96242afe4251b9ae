"""How often a password may be tried: by account and source, with growing waits.

A stranger's wrong tries make only the stranger wait (OWASP's device cookies): a device somebody signed in on
before counts for itself, any other by its network. Names nobody has count the same, so waiting tells
nothing; whoever waits is refused before anything is hashed.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from contracts.errors import BaiyunError, NotFoundError
from warehouse.accounts.file import secret_id
from warehouse.accounts.security import Visit

FREE_TRIES = 5
FIRST_WAIT = 60.0
LONGEST_WAIT = 3600.0
#: Seconds after which wrong tries are forgotten.
FORGET = 86_400.0
#: Rows kept: a stranger who tries more names than this pushes out rows, at the cost of a hash each.
_ROWS = 50_000

#: One password is hashed at a time for known devices and one for all others: 64 MB each, and strangers queue
#: among themselves.
_SLOTS = {True: threading.BoundedSemaphore(1), False: threading.BoundedSemaphore(1)}
_PATIENCE = 5.0


def source_of(db: sqlite3.Connection, name: str, visit: Visit) -> tuple[str, bool]:
    """By what tries on ``name`` are counted, and whether that is a device known to this account."""
    known = db.execute("SELECT 1 FROM device WHERE id = ? AND name = ?", (visit.device_id, name)).fetchone()
    return (f"device {visit.device_id}", True) if known else (f"network {visit.network}", False)


def check(db: sqlite3.Connection, name: str, source: str, now: float) -> None:
    """Raise ``NotFoundError`` SIGN_IN_WAITS while this source has to wait before it tries ``name`` again."""
    row = db.execute(
        "SELECT wait_until FROM guess WHERE name_id = ? AND source = ?", (secret_id(name), source)
    ).fetchone()
    if row and row["wait_until"] > now:
        minutes = max(1, round((row["wait_until"] - now) / 60 + 0.49))
        raise NotFoundError(
            "SIGN_IN_WAITS",
            f"连错次数太多，请 {minutes} 分钟后再试",
            f"too many wrong tries; try again in {minutes} min",
            step_zh="忘记密码请联系管理员",
            step_en="ask your operator for a new password",
        )


def count(db: sqlite3.Connection, name: str, source: str, now: float) -> bool:
    """Count a try as wrong before it is judged, so that parallel tries cannot share one; True when the source
    has to wait from now on.
    """
    db.execute("DELETE FROM guess WHERE failed_at < ?", (now - FORGET,))
    failures = db.execute(
        "INSERT INTO guess VALUES (?, ?, 1, ?, 0) ON CONFLICT (name_id, source) DO UPDATE SET"
        " failures = failures + 1, failed_at = excluded.failed_at RETURNING failures",
        (secret_id(name), source, now),
    ).fetchone()["failures"]
    db.execute(
        "DELETE FROM guess WHERE rowid IN"
        " (SELECT rowid FROM guess ORDER BY failed_at DESC LIMIT -1 OFFSET ?)",
        (_ROWS,),
    )
    if failures < FREE_TRIES:
        return False
    wait = min(FIRST_WAIT * 2.0 ** min(failures - FREE_TRIES, 16), LONGEST_WAIT)
    db.execute(
        "UPDATE guess SET wait_until = ? WHERE name_id = ? AND source = ?",
        (now + wait, secret_id(name), source),
    )
    return True


def forget(db: sqlite3.Connection, name: str, source: str | None = None) -> None:
    """Forget the wrong tries on ``name`` of one source, or of all."""
    db.execute(
        "DELETE FROM guess WHERE name_id = ? AND (? IS NULL OR source = ?)", (secret_id(name), source, source)
    )


@contextmanager
def slot(*, is_known: bool) -> Iterator[None]:
    """Wait for one's turn to hash. Raises ``BaiyunError`` SIGN_IN_BUSY when that takes too long."""
    if not _SLOTS[is_known].acquire(timeout=_PATIENCE):
        raise BaiyunError(
            "SIGN_IN_BUSY",
            "现在登录的人太多",
            "too many people are signing in",
            step_zh="过几秒再试",
            step_en="try again in a few seconds",
        )
    try:
        yield
    finally:
        _SLOTS[is_known].release()
