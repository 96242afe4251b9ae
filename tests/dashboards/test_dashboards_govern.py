"""Duties of the association's people, who looked at what, and the rules that any member can read."""

from __future__ import annotations

import datetime as dt

import pytest
from dashboards_cases import PASSWORD
from screen import cells, everything, open_app, run_page, sign_in

from contracts.errors import NotFoundError, UsageError
from metrics.query import access
from metrics.query.access import Viewer
from metrics.query.people import Noted, give_duty, people
from metrics.reports.security import accesses, security_events
from pipeline.counter import member_rules
from warehouse import accounts
from warehouse.accounts.security import Visit, events, note_opened
from warehouse.place import Place


def person(place: Place, name: str, duty: str) -> Viewer:
    accounts.add(place, name, PASSWORD, role="association", duty=duty)
    return access.sign_in(place, name, PASSWORD)


def noted(place: Place) -> list[tuple[str, str, str]]:
    """Kind, account, and page or file, the newest first."""
    admin = person(place, "admin", "administrator")
    return accesses(admin).select("kind", "name", "detail").rows()


def test_every_page_somebody_of_the_association_opens_is_noted_once_an_hour(own_house: Place) -> None:
    app = sign_in(open_app(), "assoc", PASSWORD)
    app.run()
    assert noted(own_house) == [("looked", "assoc", "/pulse")]
    hour = dt.datetime.now(dt.UTC).timestamp() + 3601
    note_opened(own_house, "looked", "assoc", Visit(device="/pulse"), hour)
    assert noted(own_house) == [("looked", "assoc", "/pulse")] * 2


def test_what_merchants_and_the_operator_open_is_theirs_and_not_noted(own_house: Place) -> None:
    for name in ("a", "op"):
        sign_in(open_app(), name, PASSWORD)
    assert noted(own_house) == []


def test_every_file_that_is_taken_is_noted_and_no_secret(own_house: Place) -> None:
    analyst = access.sign_in(own_house, "assoc", PASSWORD)
    assert [Noted(analyst, "渠道.xlsx", lambda: b"x")() for _ in range(2)] == [b"x", b"x"]

    def broken() -> bytes:
        raise NotFoundError("NO_BRIEFING", "没有", "none")

    with pytest.raises(NotFoundError):
        Noted(analyst, "没有.pdf", broken)()
    assert noted(own_house) == [("took", "assoc", "渠道.xlsx")] * 2
    assert PASSWORD.encode() not in own_house.accounts_file.read_bytes()


def test_the_log_is_bounded_and_pushes_out_neither_refusals_nor_sign_ins(
    own_house: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.accounts.security._LOOKS", 3)
    monkeypatch.setattr("warehouse.accounts.security._REFUSALS", 3)
    for _ in range(3):
        with pytest.raises(NotFoundError):
            access.sign_in(own_house, "nobody", "x" * 9)
    analyst = access.sign_in(own_house, "assoc", PASSWORD)
    for number in range(9):
        Noted(analyst, f"{number}.csv", lambda: b"")()
    assert [item.device for item in events(own_house, kinds=("took",))] == ["8.csv", "7.csv", "6.csv"]
    assert len(events(own_house, kinds=("refused",))) == 3
    with pytest.raises(NotFoundError):
        access.sign_in(own_house, "nobody", "x" * 9)
    assert len(noted(own_house)) == 3


def test_only_the_administrator_and_the_operator_read_who_looked(own_house: Place) -> None:
    analyst = access.sign_in(own_house, "assoc", PASSWORD)
    sign_in(open_app(), "assoc", PASSWORD)
    for nobody in (analyst, access.sign_in(own_house, "a", PASSWORD)):
        with pytest.raises(NotFoundError, match="NO_SUCH_PAGE"):
            accesses(nobody)
        with pytest.raises(NotFoundError, match="NO_SUCH_PAGE"):
            people(nobody)
        with pytest.raises(NotFoundError, match="NO_SUCH_PAGE"):
            give_duty(nobody, "assoc", "administrator")
    assert "访问记录" not in [item.value for item in run_page("govern", analyst).subheader]
    admin = person(own_house, "admin", "administrator")
    app = run_page("govern", admin)
    assert not app.exception and not app.error
    assert ("assoc", "打开页面", "景气") in cells(app).select("账号", "什么事", "页面或文件").rows()
    assert accesses(access.sign_in(own_house, "op", PASSWORD)).height == 1
    assert "looked" not in security_events(access.sign_in(own_house, "op", PASSWORD))["kind"]


def test_the_administrator_gives_duties_but_not_to_himself(own_house: Place) -> None:
    admin = person(own_house, "admin", "administrator")
    analyst = sign_in(open_app(), "assoc", PASSWORD)
    app = run_page("govern", admin)
    assert app.selectbox(key="duty_admin").disabled
    app.selectbox(key="duty_assoc").set_value("administrator").run()
    assert not app.exception and not app.error
    assert {item.name: item.duty for item in people(admin)} == {
        "admin": "administrator",
        "assoc": "administrator",
    }
    assert "登录已失效" in everything(analyst.run()), "what was opened under another duty has ended"
    assert ("duty", "assoc", "administrator · admin") in noted(own_house)
    assert "duty" in security_events(access.sign_in(own_house, "op", PASSWORD))["kind"].to_list()
    admin = access.sign_in(own_house, "admin", PASSWORD)
    with pytest.raises(UsageError, match="OWN_DUTY"):
        give_duty(admin, "admin", "analyst")
    for name in ("a", "op", "nobody"):
        with pytest.raises(NotFoundError, match="NO_SUCH_ACCOUNT"):
            give_duty(admin, name, "analyst")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_any_member_reads_the_rules_in_force_and_no_secret_one(
    own_house: Place, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("BAIYUN_DISCLOSURE_MINIMUM_OWNERS", "9")
    monkeypatch.setenv("BAIYUN_DISCLOSURE_P", "37")
    monkeypatch.setenv("BAIYUN_DISCLOSURE_LARGEST_SHARE", "0.43")
    for name, path in (("a", "policy"), ("assoc", "govern")):
        app = run_page(path, access.sign_in(own_house, name, PASSWORD), language=language)
        said = everything(app)
        assert not app.exception and not app.error
        assert {"zh": "9 个不同的老板", "en": "9 different owners"}[language] in said
        assert {"zh": "还没有这两项功能", "en": "neither is there yet"}[language] in said
        assert "37" not in said and "0.43" not in said and "43%" not in said
    with pytest.raises(NotFoundError, match="NO_SUCH_PAGE"):
        member_rules(access.sign_in(own_house, "assoc", PASSWORD))
