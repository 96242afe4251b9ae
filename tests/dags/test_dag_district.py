"""The district's timetable on a warehouse of members: what is due is released and briefed, once; a month that
is refused is named and holds up no other.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from association_cases import AT, MONTHS, NAMES, documents
from dag_cases import Run
from member_cases import make_members, sold

from district.contributions import LARGEST_FEN
from pipeline.district.approving import approve, waiting, withdraw
from pipeline.house import writing
from warehouse import accounts
from warehouse.settings import Settings
from warehouse.signed.briefings import FORMATS, LANGUAGES, Briefings
from warehouse.signed.district_log import ReleaseLog

pytestmark = pytest.mark.airflow

BEFORE, NEWEST = MONTHS[1:]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation that nothing is in."""
    monkeypatch.setenv("BAIYUN_HOME", str(tmp_path / "home"))
    return Settings()


def written(settings: Settings) -> dict[str, tuple[int, bytes]]:
    """Every file of the district: when it was written, and what it holds."""
    files = [path for path in settings.place.district.rglob("*") if path.is_file()]
    return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def test_what_is_due_is_released_and_briefed_once(settings: Settings, run: Run) -> None:
    make_members(settings, [BEFORE, NEWEST])
    state, tasks = run("release_district")
    assert (state, tasks["green"], tasks["amber"]) == ("success", "success", "skipped")
    told = documents(settings.home)
    assert set(told) == {BEFORE, NEWEST}
    assert all(document["cells"] and document["made_by"] == "baiyun" for document in told.values())
    briefings = Briefings(settings.place)
    assert {(file.month, file.language, file.ending) for file in briefings.kept()} == {
        (month, language, ending) for month in told for language in LANGUAGES for ending in FORMATS
    }
    there = written(settings)
    state, tasks = run("release_district")
    assert (state, tasks["brief"], tasks["green"]) == ("success", "skipped", "success")
    assert written(settings) == there


def test_a_refused_month_is_amber_and_named_and_the_others_go_out(
    settings: Settings, run: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    """One line of more money than a contribution may be: the month stays back until it is mended."""
    absurd = sold(NEWEST, f"{NAMES[0]}-00", product_name="连衣裙", paid_fen=2 * LARGEST_FEN)
    make_members(settings, [BEFORE, NEWEST], more=[absurd])
    for _ in range(2):
        state, tasks = run("release_district")
        assert (state, tasks["publish"], tasks["green"], tasks["amber"]) == (
            "success", "success", "skipped", "success",
        )  # fmt: skip
        assert set(documents(settings.home)) == {BEFORE}
        assert {file.month for file in Briefings(settings.place).kept()} == {BEFORE}
        assert f"{NEWEST}: [BAD_CONTRIBUTIONS]" in capfd.readouterr().out


def test_what_takes_two_people_waits_amber_and_named_until_they_approve_it(
    settings: Settings, run: Run, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BAIYUN_DISTRICT_APPROVAL", "two")
    make_members(settings, [BEFORE])
    for name in ("hui", "bo"):
        accounts.add(settings.place, name, "密码密码密码密码", role="association", duty="publisher")
    for _ in range(2):
        state, tasks = run("release_district")
        assert (state, tasks["green"], tasks["amber"]) == ("success", "skipped", "success")
        assert f"{BEFORE}: 第 1 次发布等待批准，还差 2 人" in capfd.readouterr().out
        assert documents(settings.home) == {} and Briefings(settings.place).kept() == []
        [item] = waiting(settings)
        there = written(settings)
    run("release_district")
    assert written(settings) == there
    for name in ("hui", "bo"):
        approve(settings, 1, item.entry.sha256, by=name, at=AT)
    state, tasks = run("release_district")
    assert (state, tasks["green"], tasks["amber"]) == ("success", "success", "skipped")
    assert documents(settings.home) == {BEFORE: item.entry.document}
    assert {file.month for file in Briefings(settings.place).kept()} == {BEFORE}


def test_what_a_publisher_sent_back_is_amber_until_somebody_proposes_it(
    settings: Settings, run: Run, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BAIYUN_DISTRICT_APPROVAL", "two")
    make_members(settings, [BEFORE])
    accounts.add(settings.place, "hui", "密码密码密码密码", role="association", duty="publisher")
    run("release_district")
    withdraw(settings, 1, by="hui", why="退款没到齐", at=AT)
    capfd.readouterr()
    state, tasks = run("release_district")
    assert (state, tasks["amber"]) == ("success", "success") and waiting(settings) == []
    assert f"{BEFORE}: [SENT_BACK]" in capfd.readouterr().out


@pytest.mark.parametrize("is_built", [False, True], ids=["no warehouse", "no release"])
def test_before_merchants_first_release_nothing_is_due(settings: Settings, run: Run, is_built: bool) -> None:
    if is_built:
        with writing(settings):
            pass
    state, tasks = run("release_district")
    assert (state, tasks["brief"], tasks["green"]) == ("success", "skipped", "success")
    assert ReleaseLog(settings.place).files() == []


def test_a_log_that_was_changed_is_red(settings: Settings, run: Run) -> None:
    make_members(settings, [BEFORE])
    run("release_district")
    [path] = ReleaseLog(settings.place).files()
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b'"kept_fen":1', b'"kept_fen":2'))
    there = written(settings)
    state, tasks = run("release_district")
    assert (state, tasks["publish"]) == ("failed", "failed")
    assert {tasks[name] for name in ("brief", "green", "amber")} == {"upstream_failed"}
    assert written(settings) == there
