"""What happened at the door: signing in and out, refusals, waits, passwords changed, sessions ended; and what
the association's people opened and took.

Kept beside the accounts and not in the lake: a sign-in never waits for the writer's slot.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from contracts.codes import CodeList
from warehouse.accounts.file import opened, seconds
from warehouse.place import Place

EVENT = CodeList(
    "security_event_kind",
    {
        "signed_in": ("登录", "signed in"),
        "refused": ("账号或密码不对", "wrong name or password"),
        "waiting": ("连错太多，暂停", "too many wrong tries, paused"),
        "signed_out": ("退出登录", "signed out"),
        "ended": ("登录被结束", "session ended"),
        "password": ("改了密码", "password changed"),
        "account": ("账号新建或更改", "account added or changed"),
        "removed": ("账号删除", "account removed"),
        "foreign": ("交来别家店铺的文件", "gave a file of another's shop"),
        "foreign_link": ("打开写着别家编号的链接", "opened a link that names another merchant's id"),
        "foreign_page": ("打开别的角色的页面", "opened a page of another role"),
        "duty": ("改了分工", "duty changed"),
        "looked": ("打开页面", "opened a page"),
        "took": ("下载", "downloaded"),
        "proposed": ("提出发布", "proposed a release"),
        "approved": ("批准发布", "approved a release"),
        "withdrawn": ("退回发布", "sent a release back"),
    },
)
#: What people of the association do as they may: the access log, read by their administrator.
ACCESS = ("duty", "looked", "took", "proposed", "approved", "withdrawn")
#: The others, and who may do what: the security log, read by the operator.
DOOR = tuple(kind for kind in EVENT.values if kind not in ACCESS or kind == "duty")

#: The law wants six months of such a log (网络安全法 art. 21); a year tells a pattern.
_KEEP = dt.timedelta(days=366)
#: What anybody can make happen without end is kept among the newest rows only.
_ENDLESS = ("refused", "waiting", "foreign_link", "foreign_page")
_REFUSALS = 20_000
#: Likewise of what is opened and taken: many hundreds a day for a year would be more.
_USUAL, _LOOKS = ("looked", "took"), 100_000
#: The same link opened by the same person within an hour is one event.
_AGAIN = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Visit:
    """Where a request comes from.

    ``address`` of the client, ``device`` in words (``Chrome · Windows``), ``device_id`` of the secret a
    device was given when somebody signed in on it (``secret_id``); empty where there is none.
    """

    address: str = ""
    device: str = ""
    device_id: str = ""

    @property
    def network(self) -> str:
        """Whose address it is: one of IPv4, the /64 of IPv6, which one household has whole."""
        try:
            address = ipaddress.ip_address(self.address)
        except ValueError:
            return self.address
        if isinstance(address, ipaddress.IPv4Address):
            return str(address)
        return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))


@dataclass(frozen=True)
class Event:
    """One thing that happened. ``name`` is empty for a name that is no account's: it may be a password."""

    at: dt.datetime
    kind: str
    name: str
    address: str
    device: str


def note(db: sqlite3.Connection, kind: str, name: str, visit: Visit, at: float) -> None:
    """Write one event down; within the caller's transaction."""
    db.execute(
        "INSERT INTO event (at, kind, name, address, device) VALUES (?, ?, ?, ?, ?)",
        (at, kind, name, visit.address, visit.device),
    )
    db.execute("DELETE FROM event WHERE at < ?", (at - _KEEP.total_seconds(),))
    for kinds, most in ((_ENDLESS, _REFUSALS), (_USUAL, _LOOKS)):
        if kind in kinds:
            _forget_oldest(db, kinds, most)


def _forget_oldest(db: sqlite3.Connection, kinds: Sequence[str], most: int) -> None:
    """Neither of the two crowds the other out."""
    places = ", ".join("?" * len(kinds))
    db.execute(
        f"DELETE FROM event WHERE kind IN ({places}) AND number <= (SELECT number FROM event"  # noqa: S608
        f" WHERE kind IN ({places}) ORDER BY number DESC LIMIT 1 OFFSET ?)",
        (*kinds, *kinds, most),
    )


def note_opened(place: Place, kind: str, name: str, visit: Visit, at: float) -> None:
    """Write down that ``name`` opened something (``visit.device`` says what), once an hour."""
    with opened(place) as db:
        since = at - _AGAIN.total_seconds()
        seen = db.execute(
            "SELECT 1 FROM event WHERE kind = ? AND name = ? AND device = ? AND at > ?",
            (kind, name, visit.device, since),
        )
        if seen.fetchone() is None:
            note(db, kind, name, visit, at)


def note_done(place: Place, kind: str, name: str, visit: Visit) -> None:
    """Write down that ``name`` took a file, or had a part in a release (``visit.device`` says which), each
    time.
    """
    with opened(place) as db:
        note(db, kind, name, visit, seconds(None))


def events(
    place: Place, *, limit: int = 200, name: str | None = None, kinds: Collection[str] = DOOR
) -> list[Event]:
    """The newest events first, of one account or of all: what happened at the door, or those ``kinds``."""
    with opened(place) as db:
        rows = db.execute(
            "SELECT at, kind, name, address, device FROM event WHERE (? IS NULL OR name = ?)"  # noqa: S608
            f" AND kind IN ({', '.join('?' * len(kinds))}) ORDER BY number DESC LIMIT ?",
            (name, name, *kinds, limit),
        )
        return [
            Event(dt.datetime.fromtimestamp(row["at"], dt.UTC), *(row[key] for key in row.keys()[1:]))
            for row in rows
        ]
