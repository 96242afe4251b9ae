"""Staying signed in: a second tab, a restart, what ends a session, and what a thief of the file or of a token
can do with it.
"""

from __future__ import annotations

import datetime as dt

import pytest
from warehouse_cases import AT

from contracts.errors import NotFoundError, UsageError
from warehouse import accounts
from warehouse.accounts import Account, sessions
from warehouse.accounts.security import Visit, events
from warehouse.place import Place

PASSWORD, NEW = "lychee-bay-2026", "longan-garden-2027"
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
LIMITS = sessions.Limits(idle=14 * DAY, whole=90 * DAY, brief=12 * HOUR)
PHONE, DESK = Visit("198.51.100.7", "微信 · Android"), Visit("198.51.100.8", "Chrome · Windows")


@pytest.fixture
def baiyun(place: Place) -> Account:
    return accounts.add(place, "baiyun", PASSWORD, role="merchant", merchant_id="m1")


def sign_in(place: Place, account: Account, visit: Visit = PHONE, **more: object) -> str:
    return sessions.start(place, account, visit, LIMITS, **{"is_kept": True, "at": AT, **more}).token  # type: ignore[arg-type]


def holds(place: Place, token: str, at: dt.datetime = AT) -> Account | None:
    return sessions.find(place, token, LIMITS, at)


def kinds(place: Place) -> list[str]:
    return [item.kind for item in events(place)]


def test_a_token_opens_and_nothing_else_does(place: Place, baiyun: Account) -> None:
    token = sign_in(place, baiyun)
    assert holds(place, token) == baiyun
    [listed] = sessions.of(place, "baiyun", LIMITS, AT)
    assert (listed.device, listed.address, listed.begun_at) == ("微信 · Android", "198.51.100.7", AT)
    for forged in ("", token[:-1], token + "x", listed.id):
        assert holds(place, forged) is None


def test_the_file_holds_no_token_and_no_device_key(place: Place, baiyun: Account) -> None:
    given = sessions.start(place, baiyun, PHONE, LIMITS, is_kept=True)
    kept = b"".join(path.read_bytes() for path in place.home.glob("accounts.sqlite*"))
    assert given.token.encode() not in kept and given.device_key.encode() not in kept


@pytest.mark.parametrize(
    ("is_kept", "used", "asked", "is_live"),
    [
        (True, [], 14 * DAY, True),
        (True, [], 14 * DAY + HOUR, False),
        (True, [10 * DAY], 24 * DAY, True),
        (True, [13 * day * DAY for day in range(1, 7)], 89 * DAY, True),
        (True, [13 * day * DAY for day in range(1, 7)], 90 * DAY + HOUR, False),
        (False, [], 11 * HOUR, True),
        (False, [6 * HOUR, 11 * HOUR], 13 * HOUR, False),
    ],
)
def test_a_session_runs_out(
    place: Place, baiyun: Account, is_kept: bool, used: list[dt.timedelta], asked: dt.timedelta, is_live: bool
) -> None:
    token = sign_in(place, baiyun, is_kept=is_kept)
    for moment in used:
        assert holds(place, token, AT + moment)
    assert (holds(place, token, AT + asked) is not None) == is_live
    assert (sessions.of(place, "baiyun", LIMITS, AT + asked) != []) == is_live


def test_signing_in_again_ends_what_the_browser_came_with(place: Place, baiyun: Account) -> None:
    """A token planted in a browser before its owner signs in opens nothing afterwards."""
    planted = sign_in(place, baiyun)
    token = sign_in(place, baiyun, before=planted)
    assert token != planted
    assert holds(place, planted) is None and holds(place, token) == baiyun


def test_a_new_password_ends_every_session_but_this_one(place: Place, baiyun: Account) -> None:
    phone, desk = sign_in(place, baiyun), sign_in(place, baiyun, DESK)
    sessions.change_password(place, phone, PASSWORD, NEW, LIMITS, AT)
    assert holds(place, desk) is None
    assert holds(place, phone) == accounts.verify(place, "baiyun", NEW, at=AT)
    assert [item.device for item in sessions.of(place, "baiyun", LIMITS, AT)] == ["微信 · Android"]
    assert kinds(place)[0] == "password"


def test_a_new_password_needs_the_old_one_and_eight_characters(place: Place, baiyun: Account) -> None:
    token = sign_in(place, baiyun)
    with pytest.raises(NotFoundError, match="SIGN_IN_REFUSED"):
        sessions.change_password(place, token, "wrong", NEW, LIMITS, AT)
    with pytest.raises(UsageError, match="BAD_ACCOUNT"):
        sessions.change_password(place, token, PASSWORD, "short", LIMITS, AT)
    with pytest.raises(NotFoundError, match="SIGNED_OUT"):
        sessions.change_password(place, "nobody's", PASSWORD, NEW, LIMITS, AT)
    assert holds(place, token) == baiyun == accounts.verify(place, "baiyun", PASSWORD, at=AT)


def test_a_stolen_session_cannot_guess_the_password_without_end(place: Place, baiyun: Account) -> None:
    token = sign_in(place, baiyun)
    for _ in range(5):
        with pytest.raises(NotFoundError, match="SIGN_IN_REFUSED"):
            sessions.change_password(place, token, "wrong", NEW, LIMITS, AT)
    with pytest.raises(NotFoundError, match="SIGN_IN_WAITS"):
        sessions.change_password(place, token, PASSWORD, NEW, LIMITS, AT)


def test_a_sign_in_that_overlaps_a_new_password_is_of_no_use(place: Place, baiyun: Account) -> None:
    verified = accounts.verify(place, "baiyun", PASSWORD, at=AT)
    sessions.change_password(place, sign_in(place, baiyun), PASSWORD, NEW, LIMITS, AT)
    assert holds(place, sign_in(place, verified)) is None


@pytest.mark.parametrize("change", ["password", "role", "merchant", "removed", "removed and added again"])
def test_what_the_operator_changes_ends_every_session(place: Place, baiyun: Account, change: str) -> None:
    token = sign_in(place, baiyun)
    if change.startswith("removed"):
        accounts.remove(place, "baiyun")
    if change != "removed":
        role, merchant = ("operator", None) if change == "role" else ("merchant", "m1")
        merchant = "m2" if change == "merchant" else merchant
        accounts.add(
            place, "baiyun", NEW if change == "password" else PASSWORD, role=role, merchant_id=merchant
        )
    assert holds(place, token) is None


def test_one_session_is_ended_by_its_owner_only(place: Place, baiyun: Account) -> None:
    phone, desk = sign_in(place, baiyun), sign_in(place, baiyun, DESK, at=AT + HOUR)
    [of_desk, _] = sessions.of(place, "baiyun", LIMITS, AT + HOUR)
    assert not sessions.end(place, "somebody else", of_desk.id, PHONE)
    assert holds(place, desk)
    assert sessions.end(place, "baiyun", of_desk.id, PHONE)
    assert not sessions.end(place, "baiyun", of_desk.id, PHONE)
    assert holds(place, desk) is None and holds(place, phone) == baiyun


def test_a_new_password_is_changed_on_the_device_that_is_known(place: Place, baiyun: Account) -> None:
    """A stranger in the same network who guessed does not keep the merchant from a new password."""
    token = sign_in(place, baiyun)
    for _ in range(5):
        with pytest.raises(NotFoundError):
            accounts.verify(place, "baiyun", "x", visit=Visit(PHONE.address), at=AT)
    sessions.change_password(place, token, PASSWORD, NEW, LIMITS, AT)
    assert holds(place, token)


def test_signing_out_everywhere(place: Place, baiyun: Account) -> None:
    other = accounts.add(place, "other", PASSWORD, role="operator")
    tokens = [sign_in(place, baiyun), sign_in(place, baiyun, DESK)]
    theirs = sign_in(place, other)
    assert sessions.end_all(place, "baiyun", DESK) == 2
    assert [holds(place, token) for token in tokens] == [None, None]
    assert holds(place, theirs) == other


def test_what_happened_is_written_down_and_no_name_that_is_no_accounts(place: Place, baiyun: Account) -> None:
    """Somebody who types the password where the name belongs must not find it in a list."""
    with pytest.raises(NotFoundError):
        accounts.verify(place, PASSWORD, "x", visit=DESK, at=AT)
    for _ in range(5):
        with pytest.raises(NotFoundError):
            accounts.verify(place, "baiyun", "x", visit=DESK, at=AT)
    sessions.end(place, "baiyun", _id(place, sign_in(place, baiyun)), PHONE, "signed_out")
    accounts.remove(place, "baiyun")
    assert kinds(place) == [
        "removed", "signed_out", "signed_in", "waiting", *["refused"] * 5, "account",
    ]  # fmt: skip
    assert {(item.kind, item.name) for item in events(place) if not item.name} == {("refused", "")}
    assert PASSWORD.encode() not in b"".join(
        path.read_bytes() for path in place.home.glob("accounts.sqlite*")
    )


def test_refusals_without_end_do_not_push_out_what_matters(
    place: Place, baiyun: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.accounts.security._REFUSALS", 3)
    sign_in(place, baiyun)
    for number in range(8):
        with pytest.raises(NotFoundError):
            accounts.verify(place, f"nobody {number}", "x", visit=DESK, at=AT)
    assert kinds(place) == ["refused"] * 3 + ["signed_in", "account"]


def _id(place: Place, token: str) -> str:
    [found] = sessions.of(place, "baiyun", LIMITS, AT)
    assert holds(place, token)
    return found.id
