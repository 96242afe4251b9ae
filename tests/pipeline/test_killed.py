"""Kill −9 anywhere: a re-run gives what a clean run gives, and no reader ever sees half a release."""

from __future__ import annotations

import datetime as dt
import json
import random
import shutil
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from inbox_cases import drop
from kill_cases import attempt
from truth_cases import NOW, downloads, settle, small_market

from metrics.query.access import Viewer
from metrics.query.ask import ask
from pipeline.house import reading
from pipeline.steps import build_and_release, scan_inbox
from simulator.handout import credentials_of as keys
from simulator.server import make_app, serve_in_thread
from transforms.gold import gold_tables
from warehouse.backup import MANIFEST, back_up, restore
from warehouse.ops import LOAD, RESTATEMENT
from warehouse.points import POINTS
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

EARLIER = NOW - dt.timedelta(days=6)
KILLS, KILLS_A_HOME = 30, 10
ASKED = ["paid_gmv", "refunds", "net_by_refund_date", "paid_orders"]


@dataclass(frozen=True)
class Work:
    """A home with one release and a day's work waiting.

    What a clean day makes of it, and how long that takes.
    """

    template: Path
    merchants: list[str]
    secrets: Mapping[str, Mapping[str, str]]
    before: dict[str, tuple[int, ...]]
    after: dict[str, tuple[int, ...]]
    gold: dict[str, str]
    seconds: float

    def copy(self, target: Path) -> Path:
        shutil.copytree(self.template, target)
        return target

    def day(self, home: Path, *, crash_at: str = "", kill_after: float | None = None) -> int:
        return attempt(home, NOW.isoformat(), self.secrets, crash_at=crash_at, kill_after=kill_after)[0]


def totals(home: Path, merchants: list[str]) -> dict[str, tuple[int, ...]]:
    """What each merchant reads now."""
    place = Settings(home=home).place
    return {name: ask(Viewer(place, "test", "merchant", name), ASKED).rows.row(0) for name in merchants}


def gold(home: Path) -> dict[str, str]:
    with reading(Settings(home=home)) as lake:
        return {name: lake.content_hash(table) for name, table in gold_tables().items()}


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Work]:
    market = small_market(seed=11, lines=300, merchants=2)
    template = tmp_path_factory.mktemp("kill") / "home"
    settings = Settings(home=template)
    settle(settings, market)
    drop(template, market, downloads(market, template.parent / "one", EARLIER))
    scan_inbox(settings, at=EARLIER)
    build_and_release(settings, at=EARLIER)
    later = downloads(market, template.parent / "two", NOW)
    drop(template, market, {shop: paths for shop, paths in later.items() if shop.endswith("-taobao")})
    app = make_app(market, NOW)
    base, stop = serve_in_thread(app)
    try:
        every = keys(market, app.state.world, base)
        secrets = {shop: every[shop] for shop in sorted(every) if shop.endswith("-douyin")}
        merchants = market.merchants["merchant_id"].to_list()
        clean = shutil.copytree(template, template.parent / "clean")
        code, seconds = attempt(clean, NOW.isoformat(), secrets)
        assert code == 0
        before, after = totals(template, merchants), totals(clean, merchants)
        assert before != after
        yield Work(template, merchants, secrets, before, after, gold(clean), seconds)
    finally:
        stop()


def check_whole(work: Work, home: Path) -> None:
    """Readers see the old release or the new one, for every merchant the same."""
    assert totals(home, work.merchants) in (work.before, work.after)


def check_clean(work: Work, home: Path) -> None:
    assert totals(home, work.merchants) == work.after
    assert gold(home) == work.gold
    with reading(Settings(home=home)) as lake:
        loads, moved = lake.read(LOAD), lake.read(RESTATEMENT)
    for name in work.merchants:  # what the day moved is in the ledger, and once
        told = [moved.filter(merchant_id=name, metric_id=metric)["restated_number"].sum() for metric in ASKED]
        assert told == [
            after - before for before, after in zip(work.before[name], work.after[name], strict=True)
        ]
    sums = (
        loads["published_qty"] + loads["quarantined_qty"] + loads["superseded_qty"] + loads["duplicate_qty"]
    )
    assert (loads["rows_read_qty"] == sums).all()
    assert not [path for path in (home / "inbox").rglob("*") if path.is_file()]


@pytest.mark.parametrize("labels", [POINTS[::2], POINTS[1::2]], ids=["even", "odd"])
def test_killed_at_every_labelled_point(work: Work, tmp_path: Path, labels: tuple[str, ...]) -> None:
    """One run after the other is killed, each a step further.

    Between two neighbours lies a whole attempt to go on.
    """
    home = work.copy(tmp_path / "home")
    for label in labels:
        assert work.day(home, crash_at=label) == -9, f"the run never came to {label}"
        check_whole(work, home)
    assert work.day(home) == 0
    check_clean(work, home)


def test_a_backup_taken_during_a_write_is_a_whole_home(work: Work, tmp_path: Path) -> None:
    """Backups one after the other while a day is collected, built and released: what each restores reads as
    before or after the day, and the day done again on it gives what a clean one gives.
    """
    home, stop, kept = work.copy(tmp_path / "home"), threading.Event(), list[Path]()

    def copy_on() -> None:
        while not stop.is_set():
            folder = tmp_path / f"copy-{len(kept)}"
            back_up(Settings(home=home).place, folder, at=NOW, say=lambda zh, en: None)
            kept.append(folder)

    copying = threading.Thread(target=copy_on)
    copying.start()
    try:
        assert work.day(home) == 0
    finally:
        stop.set()
        copying.join()
    snapshots = [json.loads((folder / MANIFEST).read_bytes())["backup"]["snapshot"] for folder in kept]
    assert snapshots == sorted(snapshots)
    during = [place for place, number in enumerate(snapshots) if snapshots[0] < number < snapshots[-1]]
    assert during, "none was taken between the first write and the last"
    for place in {0, during[len(during) // 2], len(kept) - 1}:
        again = tmp_path / f"again-{place}"
        restore(kept[place], Settings(home=again).place, say=lambda zh, en: None)
        check_whole(work, again)
        assert work.day(again) == 0
        check_clean(work, again)


@pytest.mark.parametrize("number", range(KILLS // KILLS_A_HOME))
def test_killed_at_random_moments(work: Work, tmp_path: Path, number: int) -> None:
    """Early moments first: what one attempt has done, the next need not do again."""
    dice = random.Random(number)
    home = work.copy(tmp_path / "home")
    for moment in sorted(dice.uniform(0.2, work.seconds) for _ in range(KILLS_A_HOME)):
        work.day(home, kill_after=moment)
        check_whole(work, home)
    assert work.day(home) == 0
    check_clean(work, home)
