"""A writer dies by SIGKILL at any moment beside a polling reader: nothing acknowledged is lost, nothing is
ever half there (P2, P3).
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from warehouse_cases import ROOT, SALES
from writer_process import ROWS, TWIN

from warehouse.lake import Lake
from warehouse.place import Place
from warehouse.points import VARIABLE

SCRIPT = Path(__file__).with_name("writer_process.py")


@pytest.fixture
def home(place: Place) -> Place:
    with Lake.open(place, write=True) as lake:
        lake.ensure([SALES, TWIN])
    return place


def writer(place: Place, first: int, seconds: float, **environment: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(SCRIPT), str(place.home), str(first), str(seconds)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, **environment}
    )


def whole_batches(place: Place) -> set[int]:
    """Batches a fresh reader sees; fails when one is torn or the two tables disagree."""
    with Lake.open(place) as lake:
        found = lake.sql(
            "SELECT paid_fen AS batch, count(*) AS n, t FROM (FROM gold.sales SELECT *, 'sales' AS t UNION "
            "ALL FROM gold.twin SELECT *, 'twin') GROUP BY ALL"
        )
    assert set(found["n"].to_list()) <= {ROWS}
    sales, twin = (set(found.filter(t=name)["batch"].to_list()) for name in ("sales", "twin"))
    assert sales == twin
    return sales


@contextmanager
def polling_reader(place: Place) -> Iterator[list[int]]:
    """Read again and again; yields the list of how many batches each look saw."""
    stop, looks, errors = threading.Event(), [], []

    def poll() -> None:
        while not stop.is_set():
            try:
                looks.append(len(whole_batches(place)))
            except Exception as error:
                errors.append(error)
                return
            stop.wait(0.2)  # two cores: leave the writer some

    thread = threading.Thread(target=poll)
    thread.start()
    try:
        yield looks
    finally:
        stop.set()
        thread.join()
    assert not errors, errors[0]
    assert looks == sorted(looks)


@pytest.mark.slow
def test_killed_writers_lose_nothing_acknowledged(home: Place) -> None:
    chance, acknowledged = random.Random(20260309), set()
    with polling_reader(home) as looks:
        for kill in range(40):  # seven kills at least, and as many as it takes on a slow machine
            process = writer(home, 1000 * kill, 30)
            assert process.stdout is not None
            acknowledged.add(int(process.stdout.readline()))
            time.sleep(chance.uniform(0.02, 0.5))
            process.kill()
            acknowledged.update(int(line) for line in process.stdout.read().splitlines())
            process.wait()
            assert acknowledged <= whole_batches(home)
            if kill >= 6 and len(acknowledged) > 20:
                break
    assert len(acknowledged) > 20
    assert looks
    with Lake.open(home, write=True) as lake:
        before = lake.content_hash(SALES)
        lake.maintain(lake.snapshot())
        assert lake.content_hash(SALES) == before


@pytest.mark.parametrize(("label", "survives"), [("lake.before_commit", False), ("lake.after_commit", True)])
def test_a_kill_at_commit_leaves_the_batch_whole_or_absent(home: Place, label: str, survives: bool) -> None:
    process = writer(home, 7, 30, **{VARIABLE: f"{label}#2"})
    assert process.wait(timeout=30) == -9
    assert whole_batches(home) == ({7, 8} if survives else {7})
