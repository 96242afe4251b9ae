"""Which release an answer reads, and that threads never mix viewers or releases."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from metrics_cases import AT, OTHER, frames, merchant, publish

from contracts.errors import NotFoundError
from metrics.model.definitions import METRICS
from metrics.model.needs import REPORTS_OF
from metrics.model.versions import definitions, redefined_since, version
from metrics.query.access import Viewer, open_desk
from metrics.query.ask import ask
from metrics.query.memo import Memo
from metrics.query.released import read_once
from metrics.reports.health import release_line
from warehouse import release
from warehouse.lake import Lake
from warehouse.place import Place

HOUR = dt.timedelta(hours=1)


def paid(place: Place, as_of: int | dt.datetime | None = None) -> int:
    value = ask(merchant(place), ["paid_gmv"], as_of=as_of).rows["paid_gmv"].item()
    assert isinstance(value, int)
    return value


def release_first_rows(place: Place, count: int, at: dt.datetime, **more: object) -> None:
    publish(
        place, {"mart_shop_channel_daily": frames()["mart_shop_channel_daily"].head(count)}, at=at, **more
    )  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def three_home(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Path:
    """Releases 1 (100.00), 2 (150.01) and 4 (350.01); 3 was held back."""
    home = tmp_path_factory.mktemp("three") / "home"
    shutil.copytree(template, home)
    for count, hours, hold in ((1, 0, ()), (2, 1, ()), (6, 2, ("GMV_JUMP",)), (5, 3, ())):
        release_first_rows(Place(home), count, AT + hours * HOUR, hold=hold)
    return home


@pytest.fixture
def three(tmp_path: Path, three_home: Path) -> Place:
    shutil.copytree(three_home, tmp_path / "home")
    return Place(tmp_path / "home")


def test_as_of_a_number_or_a_moment(three: Place) -> None:
    assert [paid(three), paid(three, 1), paid(three, 2), paid(three, 4)] == [350_01, 100_00, 150_01, 350_01]
    assert paid(three, AT) == 100_00
    assert paid(three, AT + 2.5 * HOUR) == 150_01
    assert paid(three, (AT + 9 * HOUR).astimezone(dt.UTC)) == 350_01
    assert ask(merchant(three), ["paid_gmv"], as_of=2).as_of == AT + HOUR


@pytest.mark.parametrize("as_of", [3, 99, 0, AT - HOUR])
def test_what_was_never_published_cannot_be_read(three: Place, as_of: int | dt.datetime) -> None:
    with pytest.raises(NotFoundError, match="NO_SUCH_RELEASE"):
        paid(three, as_of)


def test_a_pinned_release_is_the_current_one(three: Place) -> None:
    assert paid(three) == 350_01
    with Lake.open(three, write=True) as lake:
        release.pin(lake, 1, at=AT + 4 * HOUR)
    assert paid(three) == 100_00
    line = release_line(merchant(three))
    assert (line.current, line.is_pinned, line.newest) == (1, True, 4)
    assert paid(three, 4) == 350_01
    with Lake.open(three, write=True) as lake:
        release.unpin(lake, at=AT + 5 * HOUR)
    assert paid(three) == 350_01


def test_a_held_build_changes_nothing_but_the_line(place: Place) -> None:
    release_first_rows(place, 1, AT)
    assert release_line(merchant(place)).held is None
    release_first_rows(place, 5, AT + HOUR, hold=["GMV_JUMP", "ROWS_LOST"])
    assert paid(place) == 100_00
    line = release_line(merchant(place))
    assert (line.current, line.as_of, line.held, line.held_at, line.failed_rules) == (
        1,
        AT,
        2,
        AT + HOUR,
        ("GMV_JUMP", "ROWS_LOST"),
    )
    release_first_rows(place, 2, AT + 2 * HOUR)
    line = release_line(merchant(place))
    assert (paid(place), line.current, line.held, line.failed_rules) == (150_01, 3, None, ())


def test_a_publication_by_another_process_is_seen_at_once(place: Place) -> None:
    """The releases are remembered between commits; each of some quick commits must be noticed."""
    for number in range(1, 4):
        release_first_rows(place, 1 + number % 2, AT + number * HOUR)
        assert paid(place) == (100_00 if number % 2 == 0 else 150_01)


CHANGES: list[dict[str, object]] = [
    {"id": "x"}, {"unit": "count"}, {"clock": "settled"}, {"numerator": {"paid_fen": 2}},
    {"denominator": "paid_fen"}, {"told": ("paid_fen",)},
    {"untold": ("paid_fen",)}, {"whole": "paid_fen"},
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_whatever_moves_a_metrics_figures_is_another_definition_and_words_are_not(
    change: dict[str, object],
) -> None:
    metric = replace(METRICS["paid_gmv"], untold=(), whole=None)
    assert version(replace(metric, **change)) != version(metric)  # type: ignore[arg-type]
    assert version(
        replace(
            metric, zh="别的", about_en="other words", trap_zh="", notes=("REFUNDS_UNDATED",), decision="0009"
        )
    ) == version(metric)
    # what came to definitions later leaves those without it as they were shown
    told = [metric.id, metric.unit, metric.clock, metric.numerator, metric.denominator, [], metric.needs]
    assert version(metric) == hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]


def test_what_a_figure_needs_is_of_its_definition(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A figure that was there without a bill, and is empty without one now, is another figure."""
    shown = replace(publish(place, frames()), details={"definitions": definitions()})
    assert not any(redefined_since(shown, metric) for metric in METRICS.values())
    monkeypatch.setitem(REPORTS_OF, "cohort_refund_fen", (*REPORTS_OF["cohort_refund_fen"], "bills"))
    assert redefined_since(shown, METRICS["net_by_order_date"]) and not redefined_since(
        shown, METRICS["paid_gmv"]
    )


def test_threads_never_mix_viewers_or_releases(three: Place) -> None:
    publish(three, frames(), at=AT + 4 * HOUR)
    expected = {
        ("m1", 1): 100_00,
        ("m1", 2): 150_01,
        ("m1", 5): 430_01,
        (OTHER, 5): 6 * 7_777_77,
        (OTHER, 1): 0,
    }
    jobs = [pair for pair in expected for _ in range(24)]

    def run(job: tuple[str, int]) -> tuple[tuple[str, int], int]:
        rows = ask(merchant(three, job[0]), ["paid_gmv", "refunds"], by=["date"], as_of=job[1]).rows
        return job, rows["paid_gmv"].sum()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(run, jobs))
    assert len(found) == len(jobs)
    assert all(expected[job] == value for job, value in found)


def test_eight_threads_open_one_desk_once(shown: Place) -> None:
    viewer = Viewer(shown, "同时打开", "merchant", "m1")
    with ThreadPoolExecutor(8) as pool:
        desks = list(pool.map(lambda _: open_desk(viewer), range(8)))
    assert all(desk is desks[0] for desk in desks)


def test_memo_keeps_the_most_recently_used() -> None:
    memo: Memo[str] = Memo(2)
    made: list[str] = []

    def get(key: str) -> str:
        return memo.get(key, lambda: made.append(key) or key.upper())  # type: ignore[func-returns-value]

    assert [get("a"), get("b"), get("a"), get("c"), get("a"), get("b")] == ["A", "B", "A", "C", "A", "B"]
    assert made == ["a", "b", "c", "b"]
    assert len(memo) == 2


def test_memo_keeps_nothing_of_a_failure_and_blocks_no_other_key() -> None:
    memo: Memo[int] = Memo(4)
    with pytest.raises(ZeroDivisionError):
        memo.get("a", lambda: 1 // 0)
    assert memo.get("a", lambda: 7) == 7
    started, release_it = threading.Event(), threading.Event()

    def slow() -> int:
        started.set()
        release_it.wait(5)
        return 1

    with ThreadPoolExecutor(1) as pool:
        pending = pool.submit(memo.get, "slow", slow)
        started.wait(5)
        before = time.monotonic()
        assert memo.get("quick", lambda: 2) == 2
        assert time.monotonic() - before < 1
        release_it.set()
        assert pending.result() == 1


@pytest.mark.parametrize(("catalog", "read"), [("", [1, 1, 2, 2]), ("postgres:dbname=lake", [1, 2, 3, 4])])
def test_what_is_read_of_the_warehouse_stands_until_the_next_commit(
    place: Place, catalog: str, read: list[int]
) -> None:
    """A catalog that is a server tells nothing of its commits: nothing read of it stands."""
    memo, asked, known = Memo[int](4), replace(place, catalog=catalog), list[int]()

    def look() -> int:
        known.append(len(known) + 1)
        return known[-1]

    found = [read_once(memo, asked, "a", look) for _ in range(2)]
    with Lake.open(place, write=True) as lake:
        release.begin_build(lake, at=AT)
    found += [read_once(memo, asked, "a", look) for _ in range(2)]
    assert found == read
    assert read_once(memo, asked, "b", look) == read[-1] + 1, "another question is read for itself"


def test_a_measure_added_later_reads_as_nothing_in_an_old_release(place: Place) -> None:
    with Lake.open(place, write=True) as lake:
        lake.connection.execute(
            "ALTER TABLE lake.gold.mart_shop_channel_daily DROP COLUMN cohort_refund_undated_fen"
        )
        number = release.begin_build(lake, at=AT)
        columns = [
            "merchant_id",
            "shop_id",
            "platform_code",
            "channel_code",
            "traffic_code",
            "business_date",
            "paid_fen",
            "paid_orders_qty",
        ]
        rows: pl.DataFrame = frames()["mart_shop_channel_daily"].head(2).select(columns)
        lake.connection.register("_rows", rows)
        lake.connection.execute(
            f"INSERT INTO lake.gold.mart_shop_channel_daily ({', '.join(columns)}) SELECT * FROM _rows"  # noqa: S608
        )
        release.publish(lake, snapshot=lake.snapshot(), build_number=number, at=AT)
    answer = ask(merchant(place), ["paid_gmv", "refunds", "net_by_refund_date"])
    assert answer.rows.rows() == [(150_01, 0, 150_01)]
