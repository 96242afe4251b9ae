"""Sign-in accounts: argon2id hashes, and a stamp that changes with everything an account may do.

Nothing here tells a guesser whether an account exists.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
import sqlite3
from dataclasses import dataclass, field, replace
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from contracts.code_list import CodeList
from contracts.errors import NotFoundError, UsageError
from warehouse.accounts import guesses
from warehouse.accounts.file import opened, seconds
from warehouse.accounts.security import Visit, note
from warehouse.place import Place

ROLES = ("merchant", "association", "operator")
#: What somebody of the association may do: an analyst looks and downloads, a publisher says what is released
#: where that takes two people, an administrator has the people and who looked, too. The first is whoever was
#: given none.
DUTY = CodeList(
    "duty",
    {
        "analyst": ("分析员", "analyst"),
        "publisher": ("发布人", "publisher"),
        "administrator": ("管理员", "administrator"),
    },
)
#: What pages may be read in.
LANGUAGES = ("zh", "en")
MIN_PASSWORD = 8
#: The command line, or whoever else runs on the machine itself.
HERE = Visit(device="命令行")

_HASHER = PasswordHasher()
#: What is read of an account; never the hash.
_SHOWN = "name, role, merchant_id, stamp, language, duty"


@dataclass(frozen=True)
class Account:
    """Who somebody is. ``merchant_id`` is set exactly for the role ``merchant``.

    ``stamp`` is another one after every change of password, role, merchant or duty: what was opened under an
    older one has ended. ``language`` is empty until one was chosen. ``duty`` is on ``DUTY`` exactly for
    the role ``association``.
    """

    name: str
    role: str
    merchant_id: str | None
    stamp: str = field(repr=False)
    language: str = ""
    duty: str = ""


def add(
    place: Place, name: str, password: str, *, role: str, merchant_id: str | None = None, duty: str = ""
) -> Account:
    """Create an account, or change its password, role, merchant and duty; its sessions and waits end with it.

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
    _check_duty(role, duty)
    name = name.strip()
    if not name or not name.isprintable():
        raise UsageError("BAD_ACCOUNT", "账号名为空", "empty name")
    account = Account(name, role, merchant_id, secrets.token_hex(8), duty=_duty(role, duty))
    hashed = _hashed(password)
    with opened(place) as db:
        db.execute(
            "INSERT INTO account (name, password_hash, role, merchant_id, stamp, duty)"
            " VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (name) DO UPDATE SET password_hash = excluded.password_hash, role = excluded.role,"
            " merchant_id = excluded.merchant_id, stamp = excluded.stamp, duty = excluded.duty",
            (name, hashed, role, merchant_id, account.stamp, account.duty),
        )
        guesses.forget(db, name)
        note(db, "account", name, HERE, seconds(None))
    return account


def verify(
    place: Place, name: str, password: str, *, visit: Visit = HERE, at: dt.datetime | None = None
) -> Account:
    """The account, when the password is right.

    One hash is computed for unknown names too, so time tells nothing.

    Raises ``NotFoundError``: SIGN_IN_REFUSED, one and the same sentence for an unknown name and a wrong
    password; SIGN_IN_WAITS after five of them from one source, for names nobody has too.
    """
    name, now = name.strip(), seconds(at)
    with opened(place) as db:
        source, is_known = guesses.source_of(db, name, visit)
        guesses.check(db, name, source, now)
    with guesses.slot(is_known=is_known):
        row, must_wait = _count(place, name, source, now)
        is_right = _matches(row["password_hash"] if row else _decoy(), password)
    with opened(place) as db:
        if row and is_right:
            guesses.forget(db, name, source)
        else:
            note(db, "waiting" if must_wait else "refused", row["name"] if row else "", visit, now)
    if not row or not is_right:
        raise _refused()
    return account_of(row)


def _count(place: Place, name: str, source: str, now: float) -> tuple[sqlite3.Row | None, bool]:
    """The account's row, and whether the source has to wait from now on: the try counts as wrong until it
    proves right.
    """
    with opened(place) as db:
        guesses.check(db, name, source, now)  # again: whoever queued for a slot may have to wait by now
        row = db.execute("SELECT * FROM account WHERE name = ?", (name,)).fetchone()
        return row, guesses.count(db, name, source, now)


def change_password(
    place: Place, account: Account, new: str, visit: Visit = HERE, at: dt.datetime | None = None
) -> Account:
    """Give an account a new password, and with it a new stamp: what was opened before has ended, and no
    device but the one that asks is known any more.

    Whether its owner asks is the caller's to ``verify``. Raises ``UsageError`` for a short password,
    ``NotFoundError`` when the account was changed meanwhile.
    """
    stamp, hashed = secrets.token_hex(8), _hashed(new)
    with opened(place) as db:
        changed = db.execute(
            "UPDATE account SET password_hash = ?, stamp = ? WHERE name = ? AND stamp = ?",
            (hashed, stamp, account.name, account.stamp),
        )
        if not changed.rowcount:
            raise _refused()
        db.execute("DELETE FROM device WHERE name = ? AND id <> ?", (account.name, visit.device_id))
        guesses.forget(db, account.name)
        note(db, "password", account.name, visit, seconds(at))
    return replace(account, stamp=stamp)


def get(place: Place, name: str) -> Account | None:
    """The account as it is now, or None when it was removed.

    Pages ask on every run, so that a removal bites at once.
    """
    with opened(place) as db:
        row = db.execute(
            f"SELECT {_SHOWN} FROM account WHERE name = ?",  # noqa: S608 - our own names
            (name,),
        ).fetchone()
    return account_of(row) if row else None


def give_duty(place: Place, name: str, duty: str, by: str, visit: Visit = HERE) -> None:
    """Give somebody of the association another duty; what they opened before has ended.

    Raises ``UsageError`` BAD_DUTY for no such duty, ``NotFoundError`` for an account that is none of the
    association's.
    """
    _check_duty("association", duty)
    with opened(place) as db:
        changed = db.execute(
            "UPDATE account SET duty = ?, stamp = ? WHERE name = ? AND role = 'association'",
            (duty, secrets.token_hex(8), name),
        )
        if not changed.rowcount:
            raise NotFoundError("NO_SUCH_ACCOUNT", "没有这个账号", "no such account", name=name)
        note(db, "duty", name, replace(visit, device=f"{duty} · {by}"), seconds(None))


def remove(place: Place, name: str) -> bool:
    """Delete an account; False when there was none."""
    with opened(place) as db:
        for table in ("look", "session", "device"):
            db.execute(f"DELETE FROM {table} WHERE name = ?", (name,))  # noqa: S608 - our own names
        is_gone = db.execute("DELETE FROM account WHERE name = ?", (name,)).rowcount > 0
        if is_gone:
            note(db, "removed", name, HERE, seconds(None))
        return is_gone


def choose_language(place: Place, name: str, language: str) -> None:
    """Keep what an account reads its pages in, on every device. ``UsageError`` for one there is not."""
    if language not in LANGUAGES:
        raise UsageError("BAD_LANGUAGE", "没有这种语言", "no such language", language=language)
    with opened(place) as db:
        db.execute("UPDATE account SET language = ? WHERE name = ?", (language, name))


def see(place: Place, name: str, release: int) -> None:
    """Keep which release an account saw last."""
    with opened(place) as db:
        db.execute(
            "INSERT INTO look VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET release_number = "
            "excluded.release_number",
            (name, release),
        )


def last_seen(place: Place, name: str) -> int | None:
    """The release an account saw last; None when it saw none."""
    with opened(place) as db:
        row = db.execute("SELECT release_number FROM look WHERE name = ?", (name,)).fetchone()
    return int(row["release_number"]) if row else None


def names(place: Place) -> list[Account]:
    """All accounts by name, for the operator's list."""
    with opened(place) as db:
        return [
            account_of(row)
            for row in db.execute(f"SELECT {_SHOWN} FROM account ORDER BY name")  # noqa: S608
        ]


def account_of(row: sqlite3.Row) -> Account:
    """The account of a row with the columns of one."""
    told = {name: row[name] for name in _SHOWN.split(", ")}
    return Account(**told | {"duty": _duty(row["role"], row["duty"])})


def _duty(role: str, given: str) -> str:
    return (given or next(iter(DUTY.values))) if role == "association" else ""


def _check_duty(role: str, duty: str) -> None:
    if duty and (role != "association" or duty not in DUTY.values):
        raise UsageError(
            "BAD_DUTY",
            "没有这种分工，或这个账号不是协会的",
            "no such duty, or an account that is not the association's",
            step_zh=f"分工是 {'、'.join(DUTY.values)} 之一",
            step_en=f"a duty is one of {', '.join(DUTY.values)}",
            duty=duty,
        )


def _hashed(password: str) -> str:
    if len(password) < MIN_PASSWORD:
        raise UsageError(
            "BAD_ACCOUNT",
            f"密码短于 {MIN_PASSWORD} 位",
            f"a password under {MIN_PASSWORD} characters",
            step_zh="换一个长一些的",
            step_en="choose a longer one",
        )
    return _HASHER.hash(password)


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
        "账号或密码不对",
        "wrong name or password",
        step_zh="核对后重试；忘记密码请联系管理员",
        step_en="check and try again, or ask your operator for a new password",
    )
