"""Signing in: right, wrong and unknown, of which the last two sound the same; who guesses waits, nobody
else.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from argon2 import PasswordHasher
from warehouse_cases import AT

from contracts.errors import BaiyunError, NotFoundError, UsageError
from warehouse import accounts
from warehouse.accounts import guesses, sessions
from warehouse.accounts.file import secret_id
from warehouse.accounts.security import Visit
from warehouse.place import Place

PASSWORD = "lychee-bay-2026"
MINUTE, SECOND = dt.timedelta(minutes=1), dt.timedelta(seconds=1)
LIMITS = sessions.Limits(dt.timedelta(days=14), dt.timedelta(days=90), dt.timedelta(hours=12))
STRANGER, AT_HOME = Visit("203.0.113.9", "脚本 script"), Visit("198.51.100.7", "Chrome · Windows")


@pytest.fixture
def real_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords cost here what they cost in a house."""
    monkeypatch.setattr(accounts, "_HASHER", PasswordHasher())
    accounts._decoy.cache_clear()


@pytest.fixture(autouse=True)
def baiyun(place: Place) -> accounts.Account:
    return accounts.add(place, "baiyun", PASSWORD, role="merchant", merchant_id="m1")


def refusal(
    place: Place, name: str, password: str, at: dt.datetime = AT, visit: Visit = accounts.HERE
) -> str:
    with pytest.raises(NotFoundError) as told:
        accounts.verify(place, name, password, at=at, visit=visit)
    return str(told.value)


def test_the_right_password_opens(place: Place, baiyun: accounts.Account) -> None:
    assert accounts.verify(place, "baiyun", PASSWORD, at=AT) == baiyun
    assert accounts.get(place, "baiyun") == baiyun
    assert accounts.names(place) == [baiyun]


def test_wrong_and_unknown_sound_the_same_and_wait_the_same(place: Place) -> None:
    told = {
        name: [refusal(place, name, "wrong", visit=STRANGER) for _ in range(6)]
        for name in ("baiyun", "nobody")
    }
    assert told["baiyun"] == told["nobody"]
    assert len(set(told["baiyun"][:5])) == 1 and "SIGN_IN_REFUSED" in told["baiyun"][0]
    assert "SIGN_IN_WAITS" in told["baiyun"][5] and "1 分钟" in told["baiyun"][5]


def test_a_stranger_who_guesses_keeps_only_himself_waiting(place: Place, baiyun: accounts.Account) -> None:
    """The fault this came from: five wrong tries by anybody locked the merchant out, again and again."""
    for _ in range(20):
        refusal(place, "baiyun", "wrong", visit=STRANGER)
    assert "SIGN_IN_WAITS" in refusal(place, "baiyun", PASSWORD, visit=STRANGER)
    assert accounts.verify(place, "baiyun", PASSWORD, visit=AT_HOME, at=AT) == baiyun


def test_a_known_device_is_not_kept_waiting_by_a_stranger_in_the_same_network(
    place: Place, baiyun: accounts.Account
) -> None:
    given = sessions.start(place, baiyun, AT_HOME, LIMITS, is_kept=True).device_key
    known = Visit(STRANGER.address, device_id=secret_id(given))
    for _ in range(6):
        refusal(place, "baiyun", "wrong", visit=STRANGER)
    assert accounts.verify(place, "baiyun", PASSWORD, visit=known, at=AT) == baiyun
    # it has tries of its own to use up, and a device is known to the accounts used on it only
    for _ in range(5):
        refusal(place, "baiyun", "wrong", visit=known)
    assert "SIGN_IN_WAITS" in refusal(place, "baiyun", PASSWORD, visit=known)
    other = accounts.add(place, "other", PASSWORD, role="operator")
    for _ in range(5):
        refusal(place, "other", "wrong", visit=STRANGER)
    assert "SIGN_IN_WAITS" in refusal(place, "other", PASSWORD, visit=known)
    assert accounts.verify(place, "other", PASSWORD, visit=AT_HOME, at=AT) == other


def test_a_household_of_ipv6_addresses_is_one_source(place: Place) -> None:
    for last in range(5):
        refusal(place, "baiyun", "wrong", visit=Visit(f"2001:db8:1:2::{last}"))
    assert "SIGN_IN_WAITS" in refusal(place, "baiyun", PASSWORD, visit=Visit("2001:db8:1:2:ffff::1"))
    assert "SIGN_IN_REFUSED" in refusal(place, "baiyun", "wrong", visit=Visit("2001:db8:1:3::1"))


def test_waits_grow_and_a_day_forgets(place: Place, baiyun: accounts.Account) -> None:
    for _ in range(5):
        refusal(place, "baiyun", "wrong", AT)
    now = AT
    for minutes in (1, 2, 4, 8, 16, 32, 60, 60):
        assert "SIGN_IN_WAITS" in refusal(place, "baiyun", PASSWORD, now + minutes * MINUTE - SECOND)
        now += minutes * MINUTE
        assert "SIGN_IN_REFUSED" in refusal(place, "baiyun", "wrong", now)
    assert accounts.verify(place, "baiyun", PASSWORD, at=now + 25 * 60 * MINUTE) == baiyun
    assert "SIGN_IN_REFUSED" in refusal(place, "baiyun", "wrong", now + 25 * 60 * MINUTE)


def test_the_fifth_try_may_still_be_right_and_success_forgets_failures(
    place: Place, baiyun: accounts.Account
) -> None:
    for _ in range(2):
        for _ in range(4):
            refusal(place, "baiyun", "wrong")
        assert accounts.verify(place, "baiyun", PASSWORD, at=AT) == baiyun


def test_parallel_tries_neither_share_a_try_nor_hash_side_by_side(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, most, lock = 0, 0, threading.Lock()

    def slow(stored: str, password: str) -> bool:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        with lock:
            running -= 1
        return False

    monkeypatch.setattr(accounts, "_matches", slow)
    with ThreadPoolExecutor(12) as pool:
        told = list(pool.map(lambda _: refusal(place, "baiyun", "wrong", visit=STRANGER), range(12)))
    assert sum("SIGN_IN_REFUSED" in item for item in told) == 5
    assert most == 1


def test_a_stranger_in_the_queue_does_not_hold_up_a_known_device(
    place: Place, baiyun: accounts.Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = sessions.start(place, baiyun, AT_HOME, LIMITS, is_kept=True).device_key
    known = Visit(device_id=secret_id(given))
    monkeypatch.setattr(guesses, "_PATIENCE", 0.05)
    with guesses.slot(is_known=False):
        with pytest.raises(BaiyunError, match="SIGN_IN_BUSY"):
            accounts.verify(place, "baiyun", PASSWORD, visit=STRANGER, at=AT)
        assert accounts.verify(place, "baiyun", PASSWORD, visit=known, at=AT) == baiyun


def test_an_unknown_name_takes_as_long_as_a_known_one(place: Place, real_cost: None) -> None:
    accounts.add(place, "baiyun", PASSWORD, role="operator")
    refusal(place, "nobody", "wrong")
    took = {}
    for name in ("baiyun", "nobody"):
        started = time.perf_counter()
        refusal(place, name, "wrong")
        took[name] = time.perf_counter() - started
    assert took["nobody"] > took["baiyun"] / 4


def test_removal_bites_at_once(place: Place) -> None:
    assert accounts.remove(place, "baiyun")
    assert accounts.get(place, "baiyun") is None
    refusal(place, "baiyun", PASSWORD)
    assert not accounts.remove(place, "baiyun")


def test_a_new_password_replaces_the_old_and_ends_a_wait(place: Place) -> None:
    for _ in range(5):
        refusal(place, "baiyun", "wrong")
    accounts.add(place, "baiyun", "another-password", role="operator")
    assert accounts.verify(place, "baiyun", "another-password", at=AT).role == "operator"
    refusal(place, "baiyun", PASSWORD)


def test_a_file_from_before_sessions_is_taken_as_it_is(place: Place) -> None:
    place.accounts_file.unlink()
    with closing(sqlite3.connect(place.accounts_file)) as db, db:
        db.execute(
            "CREATE TABLE account (name TEXT PRIMARY KEY, password_hash TEXT NOT NULL, role TEXT NOT NULL,"
            " merchant_id TEXT, failures INTEGER NOT NULL DEFAULT 0, locked_until REAL NOT NULL DEFAULT 0)"
        )
        db.execute(
            "INSERT INTO account VALUES ('old', ?, 'operator', NULL, 5, 9e9)",
            (PasswordHasher().hash(PASSWORD),),
        )
    assert accounts.verify(place, "old", PASSWORD, at=AT).role == "operator"
    accounts.choose_language(place, "old", "en")
    assert accounts.verify(place, "old", PASSWORD, at=AT).language == "en"
    assert accounts.add(place, "old", "another-password", role="operator").stamp


def test_a_file_of_the_version_before_learns_languages(place: Place) -> None:
    """A house that runs already gets its column when it is first opened, and keeps who is signed in."""
    account = accounts.verify(place, "baiyun", PASSWORD, at=AT)
    token = sessions.start(place, account, AT_HOME, LIMITS, is_kept=True, at=AT).token
    with closing(sqlite3.connect(place.accounts_file)) as db, db:
        db.execute("ALTER TABLE account DROP COLUMN language")
        db.execute("ALTER TABLE account DROP COLUMN duty")
        db.execute("PRAGMA user_version = 1")
    found = sessions.find(place, token, LIMITS, AT)
    assert found is not None and (found.name, found.language) == ("baiyun", "")


def test_a_language_is_kept_for_the_person_and_changes_nothing_else(place: Place) -> None:
    account = accounts.verify(place, "baiyun", PASSWORD, at=AT)
    desk, phone = (
        sessions.start(place, account, visit, LIMITS, is_kept=True, at=AT).token
        for visit in (AT_HOME, STRANGER)
    )
    accounts.choose_language(place, "baiyun", "en")
    for token in (desk, phone):  # signed in still, and both in English
        found = sessions.find(place, token, LIMITS, AT)
        assert found is not None and (found.stamp, found.language) == (account.stamp, "en")
    accounts.change_password(place, account, "another-password", at=AT)
    accounts.add(place, "baiyun", PASSWORD, role="merchant", merchant_id="m1")
    assert [(item.name, item.language) for item in accounts.names(place)] == [("baiyun", "en")]
    with pytest.raises(UsageError, match="BAD_LANGUAGE"):
        accounts.choose_language(place, "baiyun", "fr")
    assert accounts.get(place, "baiyun").language == "en"  # type: ignore[union-attr]


def test_the_file_is_private_and_holds_no_password(place: Place) -> None:
    for path in place.home.glob("accounts.sqlite*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert PASSWORD.encode() not in path.read_bytes()
    assert b"$argon2id$" in b"".join(path.read_bytes() for path in place.home.glob("accounts.sqlite*"))


@pytest.mark.parametrize(
    ("name", "password", "role", "merchant_id"),
    [
        ("a", PASSWORD, "merchant", None),
        ("a", PASSWORD, "association", "m1"),
        ("a", PASSWORD, "admin", None),
        ("", PASSWORD, "operator", None),
        ("a", "short", "operator", None),
    ],
)
def test_a_bad_account_is_refused(
    place: Place, name: str, password: str, role: str, merchant_id: str | None
) -> None:
    with pytest.raises(UsageError):
        accounts.add(place, name, password, role=role, merchant_id=merchant_id)


def test_only_the_associations_people_have_a_duty_and_it_is_an_analysts_unless_given(place: Place) -> None:
    assert accounts.add(place, "hui", PASSWORD, role="association").duty == "analyst"
    found = accounts.add(place, "bo", PASSWORD, role="association", duty="administrator")
    assert found.duty == "administrator" and accounts.verify(place, "bo", PASSWORD, at=AT) == found
    for role, merchant, duty in (("operator", None, "analyst"), ("merchant", "m1", "analyst"),
                                 ("association", None, "boss")):  # fmt: skip
        with pytest.raises(UsageError, match="BAD_DUTY"):
            accounts.add(place, "x", PASSWORD, role=role, merchant_id=merchant, duty=duty)
    with closing(sqlite3.connect(place.accounts_file)) as db, db:
        db.execute("UPDATE account SET duty = ''")  # as of a house from before duties
    assert [item.duty for item in accounts.names(place)] == ["", "analyst", "analyst"]


def test_a_password_costs_a_guesser_what_argon2_recommends() -> None:
    """In a process of its own: the suite hashes at the lowest cost."""
    code = (
        "from warehouse import accounts; h = accounts._HASHER; print(h.type.name, h.memory_cost >= 65536, "
        "h.time_cost >= 3)"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert told.split() == ["ID", "True", "True"]
