"""One writer at a time, and a clear word about who holds the slot."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from warehouse_cases import ROOT

from contracts.errors import WriterBusyError
from warehouse.lake import Lake
from warehouse.place import Place
from warehouse.slot import holds_slot, writer_slot

HOLD = (
    "import sys, time; from pathlib import Path; from warehouse.place import Place; from warehouse.slot "
    "import writer_slot\n"
    "with writer_slot(Place(Path(sys.argv[1])), what='nightly build'):\n"
    "    print('held', flush=True); time.sleep(60)\n"
)


@pytest.fixture
def other(place: Place) -> subprocess.Popen[str]:
    """Another process that holds the slot."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(place.home)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_the_second_writer_waits_then_is_told_who_holds_it(
    place: Place, other: subprocess.Popen[str]
) -> None:
    started = time.monotonic()
    with pytest.raises(WriterBusyError) as told, writer_slot(place, 0.4):
        raise AssertionError("two writers")
    assert 0.4 <= time.monotonic() - started < 5
    assert told.value.rule == "WRITER_BUSY"
    assert told.value.facts["pid"] == other.pid
    assert told.value.facts["what"] == "nightly build"
    with pytest.raises(WriterBusyError):
        Lake.open(place, write=True, slot_seconds=0)


def test_whoever_is_named_holds_the_slot_now_also_after_one_that_was_killed(
    place: Place, other: subprocess.Popen[str]
) -> None:
    other.kill()
    with (
        writer_slot(place, 5, what="b"),
        pytest.raises(WriterBusyError) as told,
        ThreadPoolExecutor(1) as pool,
    ):
        pool.submit(Lake.open, place, write=True, slot_seconds=0).result()
    assert (told.value.facts["what"], told.value.facts["pid"]) == ("b", os.getpid())


def test_a_dead_holder_frees_the_slot_and_the_file_stays(place: Place, other: subprocess.Popen[str]) -> None:
    file = place.lock_file.stat().st_ino
    other.kill()
    with writer_slot(place, 5):
        assert holds_slot(place)
    assert not holds_slot(place)
    assert place.lock_file.stat().st_ino == file


def test_a_writer_waits_for_another_thread(place: Place) -> None:
    order: list[str] = []

    def second() -> None:
        with writer_slot(place, 5):
            order.append("second")

    with writer_slot(place, what="first"):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_the_lake_takes_the_slot_unless_it_is_held_already(place: Place) -> None:
    with writer_slot(place), Lake.open(place, write=True, slot_seconds=0):
        assert holds_slot(place)
    with Lake.open(place, write=True, slot_seconds=0):
        assert holds_slot(place)
    assert not holds_slot(place)


def test_a_garbled_lock_file_does_not_stop_anybody(place: Place) -> None:
    place.home.mkdir(parents=True)
    place.lock_file.write_text("{half")
    with writer_slot(place, 0):
        assert str(os.getpid()) in place.lock_file.read_text()
