"""Releases that take two people: what one person, a changed file, another policy or a cut tries, and what
comes of it.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest
from test_district_log import AT, CUBES, contributions
from typer.testing import CliRunner

from cli import app
from contracts.errors import BaiyunError, NotFoundError, UsageError
from pipeline.district import kept
from pipeline.district.approving import approve, chain, put, waiting, withdraw, withdrawn
from pipeline.district.kept import contributions_of, drop_proposals
from pipeline.district.publish import correct, publish_month
from warehouse import accounts
from warehouse.accounts.security import events
from warehouse.backup import back_up, restore
from warehouse.place import Place
from warehouse.settings import Settings
from warehouse.signed.approvals import NOBODY, Approvals, Withdrawals
from warehouse.signed.district_log import Entry, ReleaseLog
from warehouse.signed.entry import read_entry, sign_document
from warehouse.signed.proposals import Proposals

PASSWORD = "密码密码密码密码"
MONTHS = ("2026-07", "2026-08")
PEOPLE = {
    "hui": "publisher",
    "bo": "publisher",
    "chen": "publisher",
    "an": "analyst",
    "guan": "administrator",
}


@pytest.fixture
def house(tmp_path: Path) -> Settings:
    """A home where releases take two people, with three publishers, one analyst, one administrator."""
    settings = Settings(home=tmp_path / "home", district_approval="two")
    for name, duty in PEOPLE.items():
        accounts.add(settings.place, name, PASSWORD, role="association", duty=duty)
    accounts.add(settings.place, "op", PASSWORD, role="operator")
    return settings


def propose(settings: Settings, month: str = "2026-08", by: str = NOBODY, factor: int = 10) -> Entry:
    rows = contributions(*MONTHS, factor=factor)
    return publish_month(settings, rows, month, made_by=by, at=AT, cubes=CUBES)


def say_yes(settings: Settings, entry: Entry, by: str) -> Entry | None:
    return approve(settings, entry.document["number"], entry.sha256, by=by, at=AT)


def released(settings: Settings) -> list[Entry]:
    return ReleaseLog(settings.place).entries()


def files(settings: Settings) -> dict[str, bytes]:
    folder = settings.place.district
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_nobody_proposed_takes_two_publishers_and_is_kept_as_they_saw_it(house: Settings) -> None:
    entry = propose(house)
    assert released(house) == [] and entry.document["approval"] == "two"
    document = (Proposals(house.place).folder / "000001.json").read_bytes()
    assert [say_yes(house, entry, "hui") for _ in range(2)] == [None, None]
    assert released(house) == [] and [(item.people, item.missing) for item in waiting(house)] == [
        (("hui",), 1)
    ]
    assert say_yes(house, entry, "bo") == entry
    assert released(house) == [entry] and waiting(house) == []
    assert (ReleaseLog(house.place).folder / "000001.json").read_bytes() == document
    assert contributions_of(ReleaseLog(house.place), entry).height == 48
    assert Proposals(house.place).numbers() == set()


def test_whoever_proposes_is_one_of_the_two_and_never_both(house: Settings) -> None:
    entry = propose(house, by="hui")
    with pytest.raises(UsageError, match="OWN_PROPOSAL"):
        say_yes(house, entry, "hui")
    assert released(house) == []
    assert say_yes(house, entry, "bo") == entry
    assert Approvals(house.place).people(entry) == {"hui", "bo"}


@pytest.mark.parametrize("name", ["an", "guan", "op", "nobody", "", "hui2"])
def test_only_publishers_propose_approve_and_send_back(house: Settings, name: str) -> None:
    entry = propose(house)
    before = files(house)
    with pytest.raises(UsageError, match="NOT_A_PUBLISHER"):
        say_yes(house, entry, name)
    with pytest.raises(UsageError, match="NOT_A_PUBLISHER"):
        withdraw(house, 1, by=name, why="不对", at=AT)
    with pytest.raises(UsageError, match="NOT_A_PUBLISHER"):
        propose(house, "2026-07", by=name)
    assert files(house) == before


def _changed(path: Path, place: Place) -> None:
    told = json.loads(path.read_bytes())
    told["document"]["cells"][0]["kept_fen"] += 1
    path.chmod(0o644)
    path.write_text(json.dumps(told))


def _signed_by_another(path: Path, place: Place) -> None:
    found = read_entry(path)
    assert found
    other = sign_document(Place(place.home / "other"), {**found.document, "made_by": "hui"})
    path.unlink()
    assert Proposals(Place(place.home / "other")).append(other) is None
    shutil.move(Proposals(Place(place.home / "other")).folder / path.name, path)


def _emptied(path: Path, place: Place) -> None:
    path.chmod(0o644)
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [_changed, _signed_by_another, _emptied])
def test_a_changed_proposal_is_approved_by_nobody(house: Settings, damage: object) -> None:
    entry = propose(house)
    path = Proposals(house.place).folder / "000001.json"
    damage(path, house.place)  # type: ignore[operator]
    found = read_entry(path)
    for sha256 in {entry.sha256, found.sha256 if found else entry.sha256}:
        for name in ("hui", "bo"):
            with pytest.raises(UsageError, match="PROPOSAL_DAMAGED"):
                approve(house, 1, sha256, by=name, at=AT)
    with pytest.raises(UsageError, match="PROPOSAL_DAMAGED"):
        propose(house, "2026-07")
    assert released(house) == []
    assert withdraw(house, 1, by="hui", why="文件被改过", at=AT) == [1]
    assert propose(house).document["number"] == 1, "prepared anew"


def test_what_was_not_seen_is_not_approved(house: Settings) -> None:
    seen = propose(house)
    withdraw(house, 1, by="chen", why="退款没到齐", at=AT)
    now = propose(house, factor=9)
    for sha256 in (seen.sha256, "", now.sha256[:15], now.sha256[1:], "0" * 64):
        with pytest.raises(UsageError, match="OTHER_PROPOSAL"):
            approve(house, 1, sha256, by="hui", at=AT)
    assert approve(house, 1, now.sha256[:16], by="hui", at=AT) is None


def test_an_approval_of_one_proposal_is_none_of_the_next(house: Settings) -> None:
    first = propose(house)
    say_yes(house, first, "hui")
    withdraw(house, 1, by="chen", why="退款没到齐", at=AT)
    second = propose(house, factor=9)
    assert say_yes(house, second, "bo") is None, "what hui approved was another"
    with pytest.raises(UsageError, match="OTHER_PROPOSAL"):
        say_yes(house, first, "bo")
    assert say_yes(house, second, "hui") == second


@pytest.mark.parametrize("end", ["duty", "removed"])
def test_with_the_duty_goes_what_was_approved_under_it(house: Settings, end: str) -> None:
    entry = propose(house)
    say_yes(house, entry, "hui")
    if end == "duty":
        accounts.give_duty(house.place, "hui", "analyst", "guan")
    else:
        accounts.remove(house.place, "hui")
    assert waiting(house)[0].people == ()
    assert say_yes(house, entry, "bo") is None and released(house) == []
    assert say_yes(house, entry, "chen") == entry


def test_a_proposer_who_is_no_publisher_any_more_is_none_of_the_two(house: Settings) -> None:
    entry = propose(house, by="hui")
    accounts.give_duty(house.place, "hui", "analyst", "guan")
    assert say_yes(house, entry, "bo") is None and released(house) == []
    assert say_yes(house, entry, "chen") == entry


def test_they_are_released_in_the_order_of_their_chain(house: Settings) -> None:
    first, second = propose(house, "2026-07"), propose(house, "2026-08")
    assert second.document["previous_sha256"] == first.sha256
    with pytest.raises(UsageError, match="NOT_NEXT"):
        say_yes(house, second, "hui")
    say_yes(house, first, "hui")
    with pytest.raises(UsageError, match="NOT_NEXT"):
        say_yes(house, second, "bo")
    assert say_yes(house, first, "bo") == first
    say_yes(house, second, "hui")
    assert say_yes(house, second, "bo") == second
    assert released(house) == [first, second]


def test_a_month_is_proposed_once_and_a_number_too(house: Settings) -> None:
    rows = contributions("2026-07")
    first = propose(house)
    with pytest.raises(UsageError, match="ALREADY_RELEASED"):
        propose(house)
    other = {**first.document, "month": "2026-07"}  # made at the same moment, after the same release
    with pytest.raises(UsageError, match="ALREADY_RELEASED"):
        put(house, other, rows)
    late = {**other, "number": 2}  # its number is free, but it was made after what is no longer the last
    with pytest.raises(UsageError, match="ALREADY_RELEASED"):
        put(house, late, rows)
    assert [item.entry for item in waiting(house)] == [first]


@pytest.mark.parametrize("cut", ["approved", "contributions kept", "released"])
def test_cut_off_between_approval_and_release_it_is_finished_once(house: Settings, cut: str) -> None:
    """By whatever comes next: the same approval, the timetable, or the next proposal."""
    log, proposals = ReleaseLog(house.place), Proposals(house.place)
    entry = propose(house)
    for name in ("hui", "bo"):
        Approvals(house.place).add(entry, name, AT)
    if cut != "approved":
        log.folder.mkdir()
        [parquet] = proposals.folder.glob("*.parquet")
        (log.folder / parquet.name).hardlink_to(parquet)
    if cut == "released":
        log.append(entry)
    again = shutil.copytree(house.home, house.home.parent / "again")
    other = Settings(home=again, district_approval="two")
    if cut == "released":
        with pytest.raises(NotFoundError, match="NO_PROPOSAL"):
            withdraw(house, 1, by="chen", why="晚了", at=AT)
    assert say_yes(house, entry, "bo") == entry
    assert chain(other) == [entry]
    for home in (house, other):
        assert released(home) == [entry] and waiting(home) == []
        assert Proposals(home.place).numbers() == set() or cut == "released"
        before = files(home)
        assert chain(home) == [entry] and say_yes(home, entry, "bo") == entry
        assert {name: told for name, told in before.items() if "proposed" not in name} == {
            name: told for name, told in files(home).items() if "proposed" not in name
        }
        assert Proposals(home.place).numbers() == set()


def test_a_process_killed_between_approval_and_release_lets_go_and_the_timetable_ends_it(
    house: Settings,
) -> None:
    entry = propose(house)
    say_yes(house, entry, "hui")
    dies = f"""
import datetime as dt, os, signal
from pathlib import Path
from pipeline.district import approving
from warehouse.settings import Settings
approving.kept.release = lambda *given: os.kill(os.getpid(), signal.SIGKILL)
settings = Settings(home=Path({str(house.home)!r}), district_approval="two")
approving.approve(settings, 1, {entry.sha256!r}, by="bo", at=dt.datetime.now(dt.UTC))
"""
    assert subprocess.run([sys.executable, "-c", dies], check=False).returncode == -signal.SIGKILL
    assert released(house) == [] and waiting(house)[0].people == ("bo", "hui")
    assert chain(house) == released(house) == [entry] and waiting(house) == []


def test_two_who_approve_at_the_same_moment_release_it_once(house: Settings) -> None:
    entry = propose(house)
    with ThreadPoolExecutor() as at_once:
        told = list(at_once.map(lambda name: say_yes(house, entry, name), ["hui", "bo", "chen"]))
    assert told.count(None) == 1 and told.count(entry) == 2
    assert released(house) == [entry] and Proposals(house.place).numbers() == set()


def test_whoever_is_erased_takes_along_the_proposal_and_all_that_are_chained_on_it(house: Settings) -> None:
    rows = contributions(*MONTHS, "2026-06")
    stay = rows.filter((pl.col("merchant_id") != "m3") | (pl.col("business_month") != "2026-06"))
    entries = [
        publish_month(house, stay, month, made_by=NOBODY, at=AT, cubes=CUBES)
        for month in ("2026-06", *MONTHS)
    ]
    say_yes(house, entries[0], "hui")
    proposals = Proposals(house.place)
    (proposals.folder / "000002.99.part").write_bytes(b"m3")  # of whoever was cut off
    drop_proposals(proposals, "m3")
    assert [item.entry for item in waiting(house)] == entries[:1]
    assert sorted(path.suffix for path in proposals.folder.glob("0*")) == [".json", ".parquet"]
    with pytest.raises(NotFoundError, match="NO_PROPOSAL"):
        say_yes(house, entries[1], "hui")
    assert say_yes(house, entries[0], "bo") == entries[0]
    again = publish_month(
        house, rows.filter(pl.col("merchant_id") != "m3"), "2026-07", made_by=NOBODY, at=AT, cubes=CUBES
    )
    assert again.document["previous_sha256"] == entries[0].sha256
    assert "m3" not in contributions_of(ReleaseLog(house.place), again)["merchant_id"]


def test_under_another_policy_it_is_not_approved_but_prepared_again(house: Settings) -> None:
    entry = propose(house)
    say_yes(house, entry, "hui")
    stricter = house.model_copy(update={"disclosure_minimum_owners": 6})
    with pytest.raises(UsageError, match="POLICY_CHANGED"):
        say_yes(stricter, entry, "bo")
    again = propose(stricter)
    assert again.document["policy_digest"] != entry.document["policy_digest"]
    assert [item.entry for item in waiting(stricter)] == [again] and released(house) == []


def test_what_was_released_meanwhile_leaves_nothing_chained_on_what_was_before(house: Settings) -> None:
    entry = propose(house)
    alone = house.model_copy(update={"district_approval": "none"})
    other = propose(alone, "2026-07")
    assert waiting(house) == []
    with pytest.raises(NotFoundError, match="NO_PROPOSAL"):
        say_yes(house, entry, "hui")
    assert chain(house) == [other] and Proposals(house.place).numbers() == set()


def _missing(house: Settings) -> None:
    next(Approvals(house.place).folder.glob("*.json")).unlink()


def _copied(house: Settings) -> None:
    """One person's approval under two names of files."""
    first, second = sorted(Approvals(house.place).folder.glob("*.json"))
    second.unlink()
    shutil.copy(first, second)


def _renamed(house: Settings) -> None:
    _missing(house)
    [path] = Approvals(house.place).folder.glob("*.json")
    told = json.loads(path.read_bytes())
    told["document"]["approved_by"] = "chen"
    (path.parent / f"{path.name[:24]}0123456789abcdef.json").write_text(json.dumps(told))


def _another_kind(house: Settings) -> None:
    """What this house signed of the same document, but no approval."""
    _missing(house)
    [entry] = [read_entry(path) for path in ReleaseLog(house.place).files()]
    assert entry
    Withdrawals(house.place).add(entry, "chen", "再看", AT)
    [path] = Withdrawals(house.place).folder.glob("*.json")
    shutil.copy(path, Approvals(house.place).folder / f"{path.stem}.0123456789abcdef.json")


def _by_another_key(house: Settings) -> None:
    """Chen's approval as somebody without this house's key would write it."""
    _missing(house)
    [entry] = [read_entry(path) for path in ReleaseLog(house.place).files()]
    assert entry
    other = Approvals(Place(house.home / "other"))
    other.add(entry, "chen", AT)
    [path] = other.folder.glob("*.json")
    shutil.copy(path, Approvals(house.place).folder / path.name)


@pytest.mark.parametrize("damage", [_missing, _copied, _renamed, _another_kind, _by_another_key])
def test_a_release_without_its_two_people_is_a_damaged_log(house: Settings, damage: object) -> None:
    entry = propose(house)
    for name in ("hui", "bo"):
        say_yes(house, entry, name)
    damage(house)  # type: ignore[operator]
    with pytest.raises(UsageError, match="LOG_DAMAGED"):
        released(house)


def test_a_document_put_where_releases_lie_is_no_release(house: Settings) -> None:
    """Whoever has it proposed has not released it."""
    entry = propose(house)
    ReleaseLog(house.place).append(entry)
    with pytest.raises(UsageError, match="LOG_DAMAGED"):
        released(house)


def test_what_takes_more_people_than_this_version_knows_is_no_release(house: Settings) -> None:
    document = {**propose(house).document, "approval": "three"}
    entry = sign_document(house.place, document)
    ReleaseLog(house.place).append(entry)
    for name in ("hui", "bo", "chen"):
        Approvals(house.place).add(entry, name, AT)
    with pytest.raises(UsageError, match="LOG_DAMAGED"):
        released(house)


def test_releases_of_one_person_and_of_two_stand_in_one_log(house: Settings) -> None:
    alone = house.model_copy(update={"district_approval": "none"})
    first = propose(alone, "2026-07", by="op")
    second = propose(house, "2026-08", by="hui")
    assert say_yes(house, second, "bo") == second
    assert released(alone) == released(house) == [first, second]


def test_where_one_person_is_enough_documents_are_as_they_were(house: Settings) -> None:
    two = propose(house)
    shutil.rmtree(house.place.district)
    one = propose(house.model_copy(update={"district_approval": "none"}))
    assert released(house) == [one] and not Proposals(house.place).folder.exists()
    assert {**one.document, "approval": "two"} == two.document
    assert list(one.document) == [
        "format", "number", "month", "kind", "made_by", "made_at", "why", "policy_digest",
        "previous_sha256", "measures", "cubes", "cells", "withheld_cells_qty", "loss", "index", "quartiles",
        "audit",
    ]  # fmt: skip


def test_a_correction_waits_too_and_is_held_to_what_waits_before_it(house: Settings) -> None:
    first = propose(house)
    rows = contributions("2026-08", factor=9)
    second = correct(house, rows, "2026-08", made_by="hui", why="退款补到", at=AT)
    assert (second.document["kind"], second.document["number"]) == ("correction", 2)
    with pytest.raises(BaiyunError, match="NOTHING_CHANGED"):
        correct(house, rows, "2026-08", made_by="hui", why="再改", at=AT)
    for name in ("hui", "bo"):
        say_yes(house, first, name)
    assert say_yes(house, second, "bo") == second
    assert [entry.document["kind"] for entry in released(house)] == ["first", "correction"]


def test_what_was_sent_back_waits_for_a_person_and_names_no_member(house: Settings) -> None:
    propose(house, "2026-07")
    propose(house, "2026-08")
    for why, rule in (("m3 的退款", "NAMES_A_MEMBER"), (" ", "NO_REASON")):
        with pytest.raises(UsageError, match=rule):
            withdraw(house, 1, by="hui", why=why, at=AT)
    assert len(waiting(house)) == 2
    assert withdraw(house, 1, by="hui", why="退款没到齐", at=AT) == [1, 2]
    told = withdrawn(house)
    assert [(month, item["withdrawn_by"], item["why"]) for month, item in told.items()] == [
        ("2026-07", "hui", "退款没到齐")
    ]
    with pytest.raises(NotFoundError, match="NO_PROPOSAL"):
        withdraw(house, 1, by="hui", why="再退", at=AT)
    propose(house, "2026-07", by="bo")
    assert withdrawn(house) == {}


def test_a_released_month_is_not_sent_back(house: Settings) -> None:
    entry = propose(house, by="hui")
    say_yes(house, entry, "bo")
    with pytest.raises(NotFoundError, match="NO_PROPOSAL"):
        withdraw(house, 1, by="chen", why="晚了", at=AT)
    assert released(house) == [entry]


def test_who_proposed_approved_and_sent_back_is_noted_once(house: Settings) -> None:
    first = propose(house, "2026-07", by="hui")
    for _ in range(2):
        say_yes(house, first, "bo")
    second = propose(house)
    withdraw(house, 2, by="chen", why="再看", at=AT)
    found = events(house.place, kinds=("proposed", "approved", "withdrawn"))
    assert [(item.kind, item.name, item.device) for item in reversed(found)] == [
        ("proposed", "hui", f"#1 2026-07 · {first.sha256[:12]}"),
        ("approved", "bo", f"#1 2026-07 · {first.sha256[:12]}"),
        ("proposed", NOBODY, f"#2 2026-08 · {second.sha256[:12]}"),
        ("withdrawn", "chen", f"#2 2026-08 · {second.sha256[:12]}"),
    ]


def test_a_backup_holds_what_waits_and_who_approved(house: Settings, tmp_path: Path) -> None:
    first, second = propose(house, "2026-07"), propose(house)
    for name in ("hui", "bo"):
        say_yes(house, first, name)
    say_yes(house, second, "hui")
    back_up(house.place, tmp_path / "copy", at=AT, say=lambda zh, en: None)
    again = Settings(home=tmp_path / "again", district_approval="two")
    restore(tmp_path / "copy", again.place, say=lambda zh, en: None)
    assert released(again) == [first]
    assert [item.entry for item in waiting(again)] == [second]
    assert kept.contributions_of(ReleaseLog(again.place), second).height == 48


def test_a_backup_sees_a_release_with_its_approvals_or_neither(house: Settings, tmp_path: Path) -> None:
    """It waits while somebody approves."""
    propose(house)
    ended = threading.Event()

    def copy() -> None:
        back_up(house.place, tmp_path / "copy", at=AT, say=lambda zh, en: None)
        ended.set()

    copying = threading.Thread(target=copy)
    with Proposals(house.place).locked():
        copying.start()
        assert not ended.wait(1)
    copying.join(60)
    assert ended.is_set()


def baiyun(*words: str, password: str = PASSWORD) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["district", *words], input=f"{password}\n")
    return result.exit_code, result.output + repr(result.exception or "")


def test_the_command_line_asks_for_the_publishers_password(
    house: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAIYUN_HOME", str(house.home))
    monkeypatch.setenv("BAIYUN_DISTRICT_APPROVAL", "two")
    entry = propose(house)
    code, said = baiyun("waiting", "--json")
    [told] = json.loads(said.removesuffix("''"))["waiting"]
    assert (code, told["sha256"], told["missing_qty"], told["people"]) == (0, entry.sha256, 2, [])
    words = ("1", entry.sha256[:16], "--password-stdin", "--by")
    assert "SIGN_IN_REFUSED" in baiyun("approve", *words, "hui", password="x" * 9)[1]
    assert "NOT_A_PUBLISHER" in baiyun("approve", *words, "guan")[1]
    for command in ("publish", "correct"):
        more = ["2026-08", "--by", "hui", "--password-stdin", *(["--why", "x"] * (command == "correct"))]
        assert "SIGN_IN_REFUSED" in baiyun(command, *more, password="x" * 9)[1]
    assert baiyun("approve", *words, "hui")[0] == 0 and released(house) == []
    assert "hui 同意" in baiyun("waiting")[1]
    code, said = baiyun("approve", *words, "bo", "--json")
    assert (code, json.loads(said.removesuffix("''"))) == (0, {"number": 1, "is_released": True})
    assert released(house) == [entry] and "没有等批准的" in baiyun("waiting")[1]
    assert "两个人 / by two: bo、hui" in baiyun("list")[1]
    propose(house, "2026-07")
    assert baiyun("refuse", "2", "--by", "chen", "--why", "再看", "--password-stdin")[0] == 0
    assert "chen 退回" in baiyun("waiting")[1]
