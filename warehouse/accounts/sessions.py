"""Who is signed in on which device: a random token the browser keeps, of which only a hash is kept here.

A session lives while its account's stamp is the one it was opened under, and within two limits: since it was
last used, and since it was opened.
"""

from __future__ import annotations

import datetime as dt
import secrets
import sqlite3
from dataclasses import dataclass

from contracts.errors import NotFoundError
from warehouse import accounts
from warehouse.accounts import Account
from warehouse.accounts.file import opened, seconds, secret_id
from warehouse.accounts.security import Visit, note
from warehouse.place import Place

#: How often the time of the last use is written down.
_SEEN_EVERY = 60.0


@dataclass(frozen=True)
class Limits:
    """How long a session lasts: since it was last used, since it was opened; ``brief`` for both where the
    device is not to be remembered.
    """

    idle: dt.timedelta
    whole: dt.timedelta
    brief: dt.timedelta


@dataclass(frozen=True)
class Session:
    """One device somebody is signed in on. ``id`` names it and opens nothing."""

    id: str
    device: str
    address: str
    is_kept: bool
    begun_at: dt.datetime
    seen_at: dt.datetime


@dataclass(frozen=True)
class Opened:
    """What a browser is given at sign-in: the session's token, and by what its device is known again."""

    token: str
    device_key: str


def start(
    place: Place,
    account: Account,
    visit: Visit,
    limits: Limits,
    *,
    is_kept: bool,
    at: dt.datetime | None = None,
    before: str = "",
) -> Opened:
    """Open a session for whoever proved to be ``account``.

    Always under a new token and a new device key, so that nobody can plant one; ``before``, the token the
    browser came with, has ended. Of no use when the account was changed meanwhile.
    """
    now, given = seconds(at), Opened(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    with opened(place) as db:
        db.execute("DELETE FROM session WHERE id = ?", (secret_id(before),))
        _forget_dead(db, account.name, limits, now)
        device_id = secret_id(given.device_key)
        db.execute(
            "INSERT INTO session (id, name, stamp, device, address, is_kept, begun_at, seen_at, device_id)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                secret_id(given.token),
                account.name,
                account.stamp,
                visit.device,
                visit.address,
                is_kept,
                now,
                now,
                device_id,
            ),
        )
        db.execute("UPDATE OR REPLACE device SET id = ? WHERE id = ?", (device_id, visit.device_id))
        db.execute("INSERT OR REPLACE INTO device VALUES (?, ?, ?)", (device_id, account.name, now))
        note(db, "signed_in", account.name, visit, now)
    return given


def find(place: Place, token: str, limits: Limits, at: dt.datetime | None = None) -> Account | None:
    """Whose session this token is, as the account is now; None for one that never was, ended or ran out.

    Being asked for is being used.
    """
    now = seconds(at)
    with opened(place) as db:
        row = db.execute(
            "SELECT session.*, role, merchant_id, language, duty"
            " FROM session JOIN account USING (name, stamp) WHERE id = ?",
            (secret_id(token),),
        ).fetchone()
        if row is None or not _is_live(row, limits, now):
            return None
        if now - row["seen_at"] > _SEEN_EVERY:
            db.execute("UPDATE session SET seen_at = ? WHERE id = ?", (now, row["id"]))
    return accounts.account_of(row)


def of(place: Place, name: str, limits: Limits, at: dt.datetime | None = None) -> list[Session]:
    """Where an account is signed in, the last used first."""
    now = seconds(at)
    with opened(place) as db:
        rows = db.execute(
            "SELECT session.* FROM session JOIN account USING (name, stamp) WHERE name = ?"
            " ORDER BY seen_at DESC, id",
            (name,),
        ).fetchall()
    return [_session(row) for row in rows if _is_live(row, limits, now)]


def end(place: Place, name: str, session_id: str, visit: Visit, kind: str = "ended") -> bool:
    """End one session of ``name``; False when it has none of that id."""
    with opened(place) as db:
        gone = db.execute("DELETE FROM session WHERE id = ? AND name = ?", (session_id, name)).rowcount
        if gone:
            note(db, kind, name, visit, seconds(None))
    return bool(gone)


def end_all(place: Place, name: str, visit: Visit) -> int:
    """End every session of ``name``, and forget its devices. How many ended."""
    with opened(place) as db:
        ended = db.execute("DELETE FROM session WHERE name = ?", (name,)).rowcount
        db.execute("DELETE FROM device WHERE name = ?", (name,))
        note(db, "ended", name, visit, seconds(None))
    return ended


def visit_of(place: Place, token: str) -> Visit:
    """Where the session of ``token`` was opened; nowhere when there is none."""
    with opened(place) as db:
        row = db.execute(
            "SELECT address, device, device_id FROM session WHERE id = ?", (secret_id(token),)
        ).fetchone()
    return Visit(**dict(row)) if row else Visit()


def change_password(
    place: Place, token: str, old: str, new: str, limits: Limits, at: dt.datetime | None = None
) -> None:
    """Give whoever is signed in a new password: every other session has ended, this one goes on.

    Raises ``NotFoundError`` for a session that has ended, and as ``accounts.verify`` does for the old
    password; ``UsageError`` for a short new one.
    """
    account, visit = find(place, token, limits, at), visit_of(place, token)
    if account is None:
        raise signed_out()
    verified = accounts.verify(place, account.name, old, visit=visit, at=at)
    changed = accounts.change_password(place, verified, new, visit, at)
    with opened(place) as db:
        db.execute("UPDATE session SET stamp = ? WHERE id = ?", (changed.stamp, secret_id(token)))


def signed_out() -> NotFoundError:
    """One sentence for a session that ended, whatever ended it."""
    return NotFoundError(
        "SIGNED_OUT",
        "登录已失效：账号变更、已退出，或太久没用",
        "no longer signed in: the account was changed, signed out, or not used for too long",
        step_zh="请重新登录",
        step_en="sign in again",
    )


def _is_live(row: sqlite3.Row, limits: Limits, now: float) -> bool:
    shown = _session(row)
    moment = dt.datetime.fromtimestamp(now, dt.UTC)
    idle, whole = (limits.idle, limits.whole) if shown.is_kept else (limits.brief, limits.brief)
    return moment - shown.seen_at <= idle and moment - shown.begun_at <= whole


def _session(row: sqlite3.Row) -> Session:
    begun, seen = (dt.datetime.fromtimestamp(row[key], dt.UTC) for key in ("begun_at", "seen_at"))
    return Session(row["id"], row["device"], row["address"], bool(row["is_kept"]), begun, seen)


def _forget_dead(db: sqlite3.Connection, name: str, limits: Limits, now: float) -> None:
    """Rows nobody can use again: of an older stamp, or run out."""
    rows = db.execute(
        "SELECT session.*, session.stamp = account.stamp AS is_current FROM session JOIN account USING (name)"
        " WHERE name = ?",
        (name,),
    ).fetchall()
    dead = [(row["id"],) for row in rows if not row["is_current"] or not _is_live(row, limits, now)]
    db.executemany("DELETE FROM session WHERE id = ?", dead)
