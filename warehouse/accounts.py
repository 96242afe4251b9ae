"""Sign-in accounts: a small SQLite file, argon2id hashes, lock-out.

Nothing here tells a guesser whether an account exists.
"""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from contracts.errors import NotFoundError, UsageError
from warehouse.place import Place

ROLES = ("merchant", "association", "operator")
MAX_FAILURES = 5
LOCK_MINUTES = 15
MIN_PASSWORD = 8

_HASHER = PasswordHasher()
_TABLE = """
    CREATE TABLE IF NOT EXISTS account (
        name TEXT PRIMARY KEY, password_hash TEXT NOT NULL, role TEXT NOT NULL, merchant_id TEXT,
        failures INTEGER NOT NULL DEFAULT 0, locked_until REAL NOT NULL DEFAULT 0
    ) STRICT"""
_LOOKS = "CREATE TABLE IF NOT EXISTS look (name TEXT PRIMARY KEY, release_number INTEGER NOT NULL) STRICT"


@dataclass(frozen=True)
class Account:
    """Who somebody is. ``merchant_id`` is set exactly for the role ``merchant``."""

    name: str
    role: str
    merchant_id: str | None


def add(place: Place, name: str, password: str, *, role: str, merchant_id: str | None = None) -> Account:
    """Create an account, or change its password, role and merchant; a lock-out ends with it.

    Raises ``UsageError`` for a bad combination.
    """
    if role not in ROLES or (role == "merchant") != bool(merchant_id):
        raise UsageError(
            "BAD_ROLE",
            "角色与商家不匹配",
            "a merchant account needs a merchant, others must have none",
            role=role,
            merchant_id=merchant_id,
        )
    if not name.strip() or not name.isprintable() or len(password) < MIN_PASSWORD:
        raise UsageError(
            "BAD_ACCOUNT",
            f"账号名为空,或密码短于 {MIN_PASSWORD} 位",
            f"empty name, or a password under {MIN_PASSWORD} characters",
        )
    with _accounts(place) as db:
        db.execute(
            "INSERT INTO account (name, password_hash, role, merchant_id) VALUES (?, ?, ?, ?) ON CONFLICT "
            "(name) DO UPDATE SET"
            " password_hash = excluded.password_hash, role = excluded.role, merchant_id = "
            "excluded.merchant_id, failures = 0, locked_until = 0",
            (name.strip(), _HASHER.hash(password), role, merchant_id),
        )
    return Account(name.strip(), role, merchant_id)


def verify(place: Place, name: str, password: str, *, at: dt.datetime | None = None) -> Account:
    """The account, when the password is right.

    One hash is computed for unknown and locked names too, so time tells nothing.

    Raises ``NotFoundError`` with one and the same sentence for an unknown name, a wrong password and a
    lock-out (5 failures, 15 minutes).
    """
    now = (at or dt.datetime.now(dt.UTC)).timestamp()
    with _accounts(place) as db:
        # counted before the slow hash, so that parallel guesses cannot share one try
        row = db.execute(
            "UPDATE account SET failures = CASE WHEN locked_until > ? THEN failures WHEN failures >= ? THEN "
            "1 ELSE failures + 1 END"
            " WHERE name = ? RETURNING name, password_hash, role, merchant_id, failures, locked_until",
            (now, MAX_FAILURES, name.strip()),
        ).fetchone()
        if row and row["failures"] >= MAX_FAILURES and row["locked_until"] <= now:
            db.execute(
                "UPDATE account SET locked_until = ? WHERE name = ?", (now + LOCK_MINUTES * 60, row["name"])
            )
    is_right = _matches(row["password_hash"] if row else _decoy(), password)
    if not row or row["locked_until"] > now or not is_right:
        raise _refused()
    with _accounts(place) as db:
        db.execute(
            "UPDATE account SET failures = 0, locked_until = 0 WHERE name = ? AND password_hash = ?",
            (row["name"], row["password_hash"]),
        )
    return Account(row["name"], row["role"], row["merchant_id"])


def get(place: Place, name: str) -> Account | None:
    """The account as it is now, or None when it was removed.

    Pages ask on every run, so that a removal bites at once.
    """
    with _accounts(place) as db:
        row = db.execute("SELECT name, role, merchant_id FROM account WHERE name = ?", (name,)).fetchone()
    return Account(**dict(row)) if row else None


def remove(place: Place, name: str) -> bool:
    """Delete an account; False when there was none."""
    with _accounts(place) as db:
        db.execute("DELETE FROM look WHERE name = ?", (name,))
        return db.execute("DELETE FROM account WHERE name = ?", (name,)).rowcount > 0


def see(place: Place, name: str, release: int) -> None:
    """Keep which release an account saw last."""
    with _accounts(place) as db:
        db.execute(
            "INSERT INTO look VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET release_number = "
            "excluded.release_number",
            (name, release),
        )


def last_seen(place: Place, name: str) -> int | None:
    """The release an account saw last; None when it saw none."""
    with _accounts(place) as db:
        row = db.execute("SELECT release_number FROM look WHERE name = ?", (name,)).fetchone()
    return int(row["release_number"]) if row else None


def names(place: Place) -> list[Account]:
    """All accounts by name, for the operator's list."""
    with _accounts(place) as db:
        return [
            Account(**dict(row))
            for row in db.execute("SELECT name, role, merchant_id FROM account ORDER BY name")
        ]


@contextmanager
def _accounts(place: Place) -> Iterator[sqlite3.Connection]:
    """One transaction on the accounts file, which is born readable by its owner only."""
    place.accounts_file.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(place.accounts_file, os.O_RDWR | os.O_CREAT, 0o600))
    place.accounts_file.chmod(0o600)  # also when it was restored from a backup with other rights
    connection = sqlite3.connect(place.accounts_file, timeout=10, isolation_level="IMMEDIATE")
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        with connection:
            connection.execute(_TABLE)
            connection.execute(_LOOKS)
            yield connection
    finally:
        connection.close()


def _matches(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _decoy() -> str:
    """A hash that costs as much to check as a real one and that nobody's password has."""
    return _HASHER.hash(os.urandom(16).hex())


def _refused() -> NotFoundError:
    return NotFoundError(
        "SIGN_IN_REFUSED",
        f"账号或密码不对,或该账号因多次失败已锁定 {LOCK_MINUTES} 分钟",
        f"wrong name or password, or the account is locked for {LOCK_MINUTES} minutes after repeated "
        "failures",
        step_zh="核对后重试,或联系管理员",
        step_en="check and try again, or ask the operator",
    )
