"""``baiyun user``: accounts, their sessions, and the security log, as an operator types them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app
from warehouse import accounts
from warehouse.accounts import sessions
from warehouse.accounts.security import Visit
from warehouse.place import Place

PASSWORD, NEW = "lychee-bay-2026", "longan-garden-2027"
LIMITS = sessions.Limits(dt.timedelta(days=14), dt.timedelta(days=90), dt.timedelta(hours=12))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("BAIYUN_HOME", str(tmp_path / "home"))
    return Place(tmp_path / "home")


def run(*words: str, typed: str = "") -> str:
    done = CliRunner().invoke(app, ["user", *words], input=typed, catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def entered(place: Place, device: str) -> str:
    account = accounts.verify(place, "op", PASSWORD)
    return sessions.start(place, account, Visit("198.51.100.7", device), LIMITS, is_kept=True).token


def is_live(place: Place, token: str) -> bool:
    return sessions.find(place, token, LIMITS) is not None


def test_an_operator_ends_sessions_and_sets_a_password(place: Place) -> None:
    run("add", "op", "--role", "operator", "--password-stdin", typed=f"{PASSWORD}\n")
    desk, phone = entered(place, "Chrome · Windows"), entered(place, "微信 · iPhone")
    shown = run("sessions", "op")
    assert shown.count("198.51.100.7") == 2 and desk not in shown and phone not in shown
    [of_phone] = [
        item["id"]
        for item in json.loads(run("sessions", "op", "--json"))["sessions"]
        if item["device"] == "微信 · iPhone"
    ]
    run("sign-out", "op", "--session", of_phone[:12])
    assert is_live(place, desk) and not is_live(place, phone)
    run("password", "op", "--password-stdin", typed=f"{NEW}\n")
    assert not is_live(place, desk)
    assert accounts.verify(place, "op", NEW).role == "operator"
    run("sign-out", "op")
    kinds = [item["kind"] for item in json.loads(run("events", "--json"))["events"]]
    assert kinds == ["ended", "password", "ended", "signed_in", "signed_in", "account"]
    assert "改了密码 / password changed" in run("events", "op")
    assert run("events", "nobody") == ""
    for secret in (PASSWORD, NEW, desk, phone):
        assert secret not in run("events", "--limit", "99")


@pytest.mark.parametrize(
    "words",
    [["sessions", "nobody"], ["sign-out", "nobody"], ["password", "nobody", "--password-stdin"],
     ["sign-out", "op", "--session", "zzz"]],
)  # fmt: skip
def test_what_is_not_there_is_told(place: Place, words: list[str]) -> None:
    accounts.add(place, "op", PASSWORD, role="operator")
    done = CliRunner().invoke(app, ["user", *words], input="x\n")
    assert "NO_SUCH_" in str(done.exception)
