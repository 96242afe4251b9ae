"""Signing in: right, wrong, unknown and locked out; the last three sound the same."""

from __future__ import annotations

import datetime as dt
import stat
import subprocess
import sys
import time

import pytest
from argon2 import PasswordHasher
from warehouse_cases import AT

from contracts.errors import NotFoundError, UsageError
from warehouse import accounts
from warehouse.place import Place

PASSWORD = "lychee-bay-2026"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def real_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords cost here what they cost in a house."""
    monkeypatch.setattr(accounts, "_HASHER", PasswordHasher())
    accounts._decoy.cache_clear()


@pytest.fixture(autouse=True)
def baiyun(place: Place, real_cost: None) -> accounts.Account:
    return accounts.add(place, "baiyun", PASSWORD, role="merchant", merchant_id="m1")


def refusal(place: Place, name: str, password: str, at: dt.datetime = AT) -> str:
    with pytest.raises(NotFoundError) as told:
        accounts.verify(place, name, password, at=at)
    return str(told.value)


def test_the_right_password_opens(place: Place, baiyun: accounts.Account) -> None:
    assert accounts.verify(place, "baiyun", PASSWORD, at=AT) == baiyun
    assert accounts.get(place, "baiyun") == baiyun
    assert accounts.names(place) == [baiyun]


def test_wrong_unknown_and_locked_sound_the_same(place: Place) -> None:
    told = {refusal(place, "baiyun", "wrong") for _ in range(5)} | {
        refusal(place, "nobody", "wrong"),
        refusal(place, "baiyun", PASSWORD),
    }
    assert len(told) == 1


def test_five_failures_lock_for_a_quarter_of_an_hour(place: Place, baiyun: accounts.Account) -> None:
    for _ in range(5):
        refusal(place, "baiyun", "wrong")
    refusal(place, "baiyun", PASSWORD, AT + 14 * MINUTE)
    assert accounts.verify(place, "baiyun", PASSWORD, at=AT + 16 * MINUTE) == baiyun


def test_the_fifth_try_may_still_be_right_and_success_forgets_failures(
    place: Place, baiyun: accounts.Account
) -> None:
    for _ in range(2):
        for _ in range(4):
            refusal(place, "baiyun", "wrong")
        assert accounts.verify(place, "baiyun", PASSWORD, at=AT) == baiyun


def test_after_a_lock_counting_starts_again(place: Place) -> None:
    for _ in range(5):
        refusal(place, "baiyun", "wrong")
    refusal(place, "baiyun", "wrong", AT + 16 * MINUTE)
    assert accounts.verify(place, "baiyun", PASSWORD, at=AT + 17 * MINUTE)


def test_an_unknown_name_takes_as_long_as_a_known_one(place: Place) -> None:
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


def test_a_new_password_replaces_the_old_and_ends_a_lock(place: Place) -> None:
    for _ in range(5):
        refusal(place, "baiyun", "wrong")
    accounts.add(place, "baiyun", "another-password", role="operator")
    assert accounts.verify(place, "baiyun", "another-password", at=AT).role == "operator"
    refusal(place, "baiyun", PASSWORD)


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


def test_a_password_costs_a_guesser_what_argon2_recommends() -> None:
    """In a process of its own: the suite hashes at the lowest cost."""
    code = (
        "from warehouse import accounts; h = accounts._HASHER; print(h.type.name, h.memory_cost >= 65536, "
        "h.time_cost >= 3)"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert told.split() == ["ID", "True", "True"]
