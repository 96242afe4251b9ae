"""Two processes that run the timetables at once on one home: no pool keeps them apart, the warehouse's own
lock does, and nothing of either is lost.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dag_cases import NOW, PERIOD, ROOT, Market, SimulatedHome, settle, shown, true

from pipeline.house import reading
from simulator.files import write_files
from warehouse import landing
from warehouse.slot import writer_slot

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

SCRIPT = Path(__file__).with_name("dag_process.py")


class Working:
    """DAGs run one after the other by a process with an Airflow of its own."""

    def __init__(self, folder: Path, airflow_home: Path, names: list[str], *, slot_seconds: float) -> None:
        shutil.copytree(airflow_home, folder)
        self._log = folder / "printed.txt"
        environment = os.environ | {
            "AIRFLOW_HOME": str(folder),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{folder / 'airflow.db'}",
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(folder / "logs"),
            "BAIYUN_SLOT_SECONDS": str(slot_seconds),
            "PYTHONPATH": str(ROOT),
        }
        with self._log.open("wb") as stream:
            self.process = subprocess.Popen(
                [sys.executable, str(SCRIPT), "1", *names],
                cwd=ROOT,
                env=environment,
                stdout=stream,
                stderr=subprocess.STDOUT,
            )

    @property
    def printed(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def await_word(self, pattern: str, seconds: float = 200) -> None:
        deadline = time.monotonic() + seconds
        while not re.search(pattern, self.printed):
            assert self.process.poll() is None and time.monotonic() < deadline, self.printed
            time.sleep(0.1)

    def ended(self) -> dict[str, tuple[str, list[list[Any]]]]:
        """DAG → state of its run, and of each task its name, state and tries."""
        assert self.process.wait(400) == 0, self.printed
        told = [json.loads(line[6:]) for line in self.printed.splitlines() if line.startswith("ended ")]
        return {name: (state, tasks) for name, state, tasks in told}


Begin = Callable[..., Working]


@pytest.fixture
def working(tmp_path: Path, airflow_home: Path) -> Iterator[Begin]:
    begun: list[Working] = []

    def begin(*names: str, slot_seconds: float = 600) -> Working:
        folder = tmp_path / f"airflow-{len(begun)}"
        begun.append(Working(folder, airflow_home, list(names), slot_seconds=slot_seconds))
        return begun[-1]

    yield begin
    for item in begun:
        item.process.kill()
        item.process.wait()


def drop_files(simulated: SimulatedHome, market: Market) -> None:
    for path in write_files(market, simulated.settings.place.inbox, NOW, *PERIOD, ["tinglan-douyin"]):
        settle(path)


def check_nothing_is_lost(simulated: SimulatedHome, market: Market) -> None:
    with reading(simulated.settings) as lake:
        assert landing.pending(lake).is_empty()
    for metric in ("paid_gmv", "refunds", "paid_orders"):
        for merchant in ("yunshan", "tinglan"):
            assert shown(simulated, merchant, metric) == true(market, merchant, metric) > 0


def test_two_writers_at_once_both_come_through(
    simulated: SimulatedHome, market: Market, working: Begin
) -> None:
    """One lands the inbox and builds, the other collects and builds; both begin while the lock is held."""
    drop_files(simulated, market)
    with writer_slot(simulated.settings.place, what="test"):
        one, other = working("watch_inbox", "build"), working("collect", "build")
        for item in (one, other):
            item.await_word("waiting")
        time.sleep(3)  # each is at the lock
        assert "ended" not in one.printed + other.printed
    states = [item.ended() for item in (one, other)]
    assert [name for ended in states for name in ended] == ["watch_inbox", "build", "collect", "build"]
    assert states[0]["watch_inbox"][0] == states[1]["collect"][0] == "success"
    check_nothing_is_lost(simulated, market)


def test_who_has_waited_too_long_is_tried_again_and_comes_through(
    simulated: SimulatedHome, market: Market, working: Begin
) -> None:
    drop_files(simulated, market)
    with writer_slot(simulated.settings.place, what="test"):
        one = working("watch_inbox", "build", slot_seconds=0.2)
        one.await_word(r"\[WRITER_BUSY\]")
    ended = one.ended()
    assert ended["watch_inbox"][0] == "success"
    ((_, state, tries),) = ended["watch_inbox"][1]
    assert (state, tries > 1) == ("success", True)
    assert ended["build"][0] == "success"
    assert shown(simulated, "tinglan", "paid_orders") > 0
    assert not [path for path in simulated.settings.place.inbox.rglob("*") if path.is_file()]
