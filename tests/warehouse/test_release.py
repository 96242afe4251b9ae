"""Readers move only when a release says so, and an overtaken build cannot move them back."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys

import pytest
from warehouse_cases import AT, ROOT, SALES, lines

from contracts.errors import NotFoundError, WriterBusyError
from warehouse import release
from warehouse.lake import Lake
from warehouse.ops import OPS
from warehouse.place import Place
from warehouse.points import VARIABLE


def build(lake: Lake, rows: int) -> tuple[int, int]:
    number = release.begin_build(lake, at=AT, run_name="test")
    with lake.transaction():
        release.fence(lake, number)
        lake.replace(SALES, lines(1).select("merchant_id"), lines(rows))
    return number, lake.snapshot()


def test_nothing_is_published_at_first(lake: Lake) -> None:
    assert (release.current(lake), release.held_since(lake), release.releases(lake)) == (None, None, [])
    assert release.next_build_number(lake) == 1


def test_published_then_held_then_published(lake: Lake, place: Place) -> None:
    number, snapshot = build(lake, 2)
    fingerprint = lake.content_hash(SALES)
    first = release.publish(
        lake, snapshot=snapshot, build_number=number, at=AT, content={"gold.sales": fingerprint}
    )
    number, snapshot = build(lake, 3)
    held = release.hold(
        lake,
        snapshot=snapshot,
        build_number=number,
        at=AT,
        failed_rules=["GMV_JUMP", "ROWS_LOST"],
        details={"说明": "×3"},
    )
    assert release.current(lake) == first
    assert release.held_since(lake) == held
    assert held.failed_rules == ("GMV_JUMP", "ROWS_LOST")
    with Lake.open(place, snapshot=first.snapshot) as reader:
        assert release.damaged(reader, first, [SALES]) == []
    assert release.damaged(lake, first, [SALES]) == ["gold.sales"]
    number, snapshot = build(lake, 4)
    third = release.publish(lake, snapshot=snapshot, build_number=number, at=AT)
    assert (release.current(lake), release.held_since(lake)) == (third, None)
    assert [item.status for item in release.releases(lake)] == ["published", "held", "published"]
    assert release.releases(lake)[1] == held


def test_a_pin_wins_until_it_is_taken_off(lake: Lake) -> None:
    for rows in (1, 2):
        number, snapshot = build(lake, rows)
        release.publish(lake, snapshot=snapshot, build_number=number, at=AT)
    release.pin(lake, 1, at=AT, by="值班")
    number, snapshot = build(lake, 3)
    release.publish(lake, snapshot=snapshot, build_number=number, at=AT)
    pinned = release.current(lake)
    assert pinned is not None
    assert (pinned.number, pinned.is_pinned) == (1, True)
    assert pinned.snapshot in release.snapshots_to_keep(lake, last=1)
    release.unpin(lake, at=AT)
    assert release.current(lake).number == 3
    with pytest.raises(NotFoundError, match="NO_SUCH_RELEASE"):
        release.pin(lake, 99, at=AT)


def test_a_held_release_cannot_be_pinned(lake: Lake) -> None:
    number, snapshot = build(lake, 1)
    release.hold(lake, snapshot=snapshot, build_number=number, at=AT, failed_rules=["X"])
    with pytest.raises(NotFoundError):
        release.pin(lake, 1, at=AT)


def test_an_overtaken_build_neither_commits_nor_publishes(lake: Lake) -> None:
    zombie, old_snapshot = build(lake, 1)
    number, snapshot = build(lake, 2)
    with pytest.raises(WriterBusyError, match="OVERTAKEN"):
        release.fence(lake, zombie)
    published = release.publish(lake, snapshot=snapshot, build_number=number, at=AT)
    with pytest.raises(WriterBusyError, match="OVERTAKEN"):
        release.publish(lake, snapshot=old_snapshot, build_number=zombie, at=AT)
    assert release.current(lake) == published


def test_publishing_twice_is_one_release(lake: Lake) -> None:
    number, snapshot = build(lake, 1)
    first = release.publish(lake, snapshot=snapshot, build_number=number, at=AT)
    assert (
        release.publish(lake, snapshot=snapshot, build_number=number, at=AT + dt.timedelta(hours=1)) == first
    )
    assert len(release.releases(lake)) == 1


@pytest.mark.parametrize(("label", "published"), [("release.before", 0), ("release.after", 1)])
def test_a_kill_while_publishing_leaves_all_or_nothing(place: Place, label: str, published: int) -> None:
    with Lake.open(place, write=True) as lake:
        lake.ensure([*OPS.values(), SALES])
        number, snapshot = build(lake, 1)
    code = (
        "import sys, datetime as dt; from pathlib import Path; from warehouse.lake import Lake; from "
        "warehouse.place import Place; from warehouse import release\n"
        "with Lake.open(Place(Path(sys.argv[1])), write=True) as lake:\n"
        "    release.publish(lake, snapshot=int(sys.argv[2]), build_number=int(sys.argv[3]), "
        "at=dt.datetime.now(dt.UTC))\n"
    )
    command = [sys.executable, "-c", code, str(place.home), str(snapshot), str(number)]
    assert (
        subprocess.run(command, cwd=ROOT, env={**os.environ, VARIABLE: label}, check=False).returncode == -9
    )
    with Lake.open(place) as lake:
        assert len(release.releases(lake)) == published
    subprocess.run(command, cwd=ROOT, check=True)
    with Lake.open(place) as lake:
        assert len(release.releases(lake)) == 1


def test_a_merchant_that_every_release_holds_reads_none_and_what_others_read_is_kept(lake: Lake) -> None:
    why = release.Hold(("X",), ({"rule": "X", "file": "a.csv", "row": 7},))
    held = [{"m2": why}, {}, {"m1": why, "m2": why}, {"m1": why}, {"m1": why}]
    made = []
    for rows, holds in enumerate(held, 1):
        number, snapshot = build(lake, rows)
        made.append(release.publish(lake, snapshot=snapshot, build_number=number, at=AT, holds=holds))
    assert release.releases(lake) == made and [item.holds for item in made] == held
    read = {name: release.current(lake, name) for name in ("m1", "m2", "m3", None)}
    assert {name: item and item.number for name, item in read.items()} == {"m1": 2, "m2": 5, "m3": 5, None: 5}
    first, published = made[0], release.published_ones(lake)
    assert release.of_merchant(published, first, "m2") is None, "no release before it has any of its rows"
    assert release.snapshots_to_keep(lake, last=1) == [made[1].snapshot, made[4].snapshot]
    release.pin(lake, 3, at=AT)
    assert {name: release.current(lake, name).number for name in ("m1", "m2", "m3")} == {
        "m1": 2,
        "m2": 2,
        "m3": 3,
    }
    assert release.snapshots_to_keep(lake, last=1) == [made[index].snapshot for index in (1, 2, 4)]
    with Lake.open(lake.place) as reader:
        assert release.held_since(reader) is None, "nothing is held from everybody"


def test_judged_again_with_other_holds_it_is_another_release_of_the_same_snapshot(lake: Lake) -> None:
    number, snapshot = build(lake, 1)
    why = release.Hold(("X",))
    first = release.publish(lake, snapshot=snapshot, build_number=number, at=AT, holds={"m1": why})
    assert release.publish(lake, snapshot=snapshot, build_number=number, at=AT, holds={"m1": why}) == first
    again = release.publish(lake, snapshot=snapshot, build_number=number, at=AT)
    assert (again.number, again.snapshot, again.holds) == (2, snapshot, {})
