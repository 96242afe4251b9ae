"""The publishers' part of 规则与分工: what waits is shown as it would be public, and released by two."""

from __future__ import annotations

import datetime as dt
import re
import shutil

import polars as pl
import pytest
from association_cases import MONTHS, NAMES, contributions, released_folder
from dashboards_cases import PASSWORD
from screen import cells, everything, open_app, run_page, sign_in
from streamlit.testing.v1 import AppTest
from test_dashboards_govern import person

from contracts.errors import NotFoundError, UsageError
from metrics.query import access
from metrics.query.access import Viewer
from metrics.reports.association.releases import released
from metrics.reports.readable import yuan
from pipeline.counter import approve_release, send_back, sent_back, waiting_briefing, waiting_releases
from pipeline.district.publish import correct, publish_month
from warehouse.accounts.security import events
from warehouse.place import Place
from warehouse.settings import Settings
from warehouse.signed.approvals import NOBODY
from warehouse.signed.district_log import Entry, ReleaseLog

NEWEST, AT = "2026-10", dt.datetime(2026, 12, 20, 3, tzinfo=dt.UTC)
HAN = re.compile(r"[一-鿿]")


def rows() -> pl.DataFrame:
    """What everybody sold in a month after the released ones."""
    return contributions(MONTHS[-1:]).with_columns(
        business_month=pl.lit(NEWEST), kept_fen=pl.col("kept_fen") * 11 // 10
    )


def propose(place: Place, by: str = NOBODY, at: dt.datetime = AT) -> Entry:
    settings = Settings(home=place.home, district_approval="two")
    return publish_month(settings, rows(), NEWEST, made_by=by, at=at)


@pytest.fixture
def two(own_house: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A house of its own where releases take two people, under the key that signed its released months."""
    shutil.copytree(released_folder().parent / "secrets", own_house.home / "secrets", dirs_exist_ok=True)
    monkeypatch.setenv("BAIYUN_DISTRICT_APPROVAL", "two")
    return own_house


@pytest.fixture
def people(two: Place) -> tuple[Viewer, Viewer]:
    """Two publishers."""
    hui, bo = person(two, "hui", "publisher"), person(two, "bo", "publisher")
    return hui, bo


def click(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert [item.value for item in (*app.exception, *app.error)] == []
    return app


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_waits_is_shown_as_it_would_be_public(
    two: Place, people: tuple[Viewer, Viewer], language: str
) -> None:
    entry = propose(two)
    app = run_page("govern", people[0], language=language)
    said = everything(app)
    assert not app.exception and not app.error
    total = next(row for row in entry.document["cells"] if not row["cell"])
    table = cells(app)
    assert yuan(total["kept_fen"]) in table.to_series(1).to_list()
    assert {"zh": "2026年10月：白云直播服装指数", "en": "Oct 2026: the Baiyun live apparel index"}[
        language
    ] in said
    assert {"zh": "由每天早上的自动任务准备；", "en": "Prepared by the timetable"}[language] in said
    assert {"zh": "要两个人才能发布", "en": "It takes two people to release"}[language] in said
    assert entry.sha256[:16] in said and not any(name in said for name in NAMES)
    assert [month.name for month in released(people[0])] == list(MONTHS), "no other page shows it yet"
    if language == "en":
        assert not HAN.search(said.replace("规则与分工", "")), HAN.findall(said)


def test_two_publishers_release_it_and_one_does_not(two: Place, people: tuple[Viewer, Viewer]) -> None:
    entry = propose(two)
    key = f"approve_{entry.sha256}"
    app = click(run_page("govern", people[0]), key)
    assert app.success[0].value == "您批准了2026年10月，还要另一位。" and app.button(key=key).disabled
    assert ReleaseLog(two).months() == set(MONTHS)
    assert run_page("govern", people[0]).button(key=key).disabled
    app = click(run_page("govern", people[1]), key)
    assert app.success[0].value == "2026年10月发布了。" and "没有等待批准的发布" in everything(app)
    assert ReleaseLog(two).entries()[-1] == entry
    assert [month.name for month in released(people[0])] == [*MONTHS, NEWEST]
    assert [item.name for item in events(two, kinds=("approved",))] == ["bo", "hui"]
    said = everything(run_page("archive", people[0]))
    assert re.search(r"两个人发布的：hui（.*）、bo（.*）批准。", said), "whoever looks later reads who it was"
    english = everything(run_page("archive", people[0], language="en"))
    assert re.search(r"Released by two: approved by hui \(.*\), bo \(.*\)\.", english)


def test_the_own_proposal_is_approved_by_the_other(two: Place, people: tuple[Viewer, Viewer]) -> None:
    entry = propose(two, by="hui")
    assert run_page("govern", people[0]).button(key=f"approve_{entry.sha256}").disabled
    with pytest.raises(UsageError, match="OWN_PROPOSAL"):
        approve_release(people[0], entry.document["number"], entry.sha256)
    click(run_page("govern", people[1]), f"approve_{entry.sha256}")
    assert ReleaseLog(two).entries()[-1] == entry
    assert "两个人发布的：hui 提出，bo（" in everything(run_page("archive", people[1]))


def test_a_click_on_what_was_replaced_meanwhile_approves_nothing(
    two: Place, people: tuple[Viewer, Viewer]
) -> None:
    seen = propose(two)
    app = run_page("govern", people[0])
    send_back(people[1], seen.document["number"], seen.sha256, "退款没到齐")
    now = propose(two, at=AT + dt.timedelta(hours=1))
    assert now.document["number"] == seen.document["number"]
    click(app, f"approve_{seen.sha256}")
    [item] = waiting_releases(people[0])
    assert (item.sha256, item.people) == (now.sha256, ())
    with pytest.raises(NotFoundError, match="NO_PROPOSAL"):
        send_back(people[0], seen.document["number"], "0" * 64, "退款没到齐")


def test_sending_back_takes_a_reason_that_names_nobody(two: Place, people: tuple[Viewer, Viewer]) -> None:
    entry = propose(two)
    app = run_page("govern", people[0])
    assert app.button(key=f"back_{entry.sha256}").disabled
    app.text_input(key=f"why_{entry.sha256}").set_value(f"{NAMES[0]}-01 的数不对").run()
    app.button(key=f"back_{entry.sha256}").click().run()
    assert "不能写是哪家" in app.error[0].value and len(waiting_releases(people[0])) == 1
    app.text_input(key=f"why_{entry.sha256}").set_value("退款没到齐").run()
    click(app, f"back_{entry.sha256}")
    assert app.success[0].value == "已退回。" and waiting_releases(people[0]) == []
    assert [item["month"] for item in sent_back(people[1])] == [NEWEST]
    assert "hui 退回了（退款没到齐）" in everything(run_page("govern", people[1]))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_correction_tells_what_it_changes(two: Place, people: tuple[Viewer, Viewer], language: str) -> None:
    settings = Settings(home=two.home, district_approval="two")
    more = contributions().with_columns(refund_fen=pl.col("refund_fen") * 9 // 10)
    entry = correct(settings, more, MONTHS[-1], made_by="hui", why="退款补到", at=AT)
    app = run_page("govern", people[1], language=language)
    said = everything(app)
    assert not app.exception and not app.error
    shown = len(entry.document["cells"])
    assert {
        "zh": f"公开的 {shown} 格里，{shown} 格的数变了",
        "en": f"Of {shown} published cells {shown} have",
    }[language] in said
    assert "退款补到" in said and {"zh": "更正前", "en": "before it"}[language] in cells(app).columns


def test_nobody_but_a_publisher_sees_what_waits(two: Place, people: tuple[Viewer, Viewer]) -> None:
    entry = propose(two)
    number, admin = entry.document["number"], person(two, "admin", "administrator")
    by_hand = Viewer(two, "hui", "association", duty="publisher")
    others = [access.sign_in(two, name, PASSWORD) for name in ("assoc", "a", "op")]
    for viewer in (admin, by_hand, *others):
        for call in (
            lambda viewer: waiting_releases(viewer),
            lambda viewer: sent_back(viewer),
            lambda viewer: approve_release(viewer, number, entry.sha256),
            lambda viewer: send_back(viewer, number, entry.sha256, "x"),
            lambda viewer: waiting_briefing(viewer, number, entry.sha256, "zh"),
        ):
            with pytest.raises(NotFoundError, match="NO_SUCH_PAGE"):
                call(viewer)
    for viewer in (admin, others[0]):
        assert entry.sha256[:16] not in everything(run_page("govern", viewer))
    assert waiting_briefing(people[0], number, entry.sha256, "zh").startswith(b"%PDF")


def test_whoever_lost_the_duty_approves_nothing_with_an_open_page(
    two: Place, people: tuple[Viewer, Viewer]
) -> None:
    entry = propose(two)
    admin = person(two, "admin", "administrator")
    open_page = sign_in(open_app(), "hui", PASSWORD)
    app = run_page("govern", admin)
    app.selectbox(key="duty_hui").set_value("analyst").run()
    assert "登录已失效" in everything(open_page.run())
    with pytest.raises(NotFoundError, match="SIGNED_OUT"):
        approve_release(people[0], entry.document["number"], entry.sha256)


def test_where_one_is_enough_a_publisher_has_nothing_to_approve(own_house: Place) -> None:
    app = run_page("govern", person(own_house, "hui", "publisher"))
    assert not app.exception and "等待批准的发布" not in everything(app)
    assert "一个人就能发布" in everything(app)
