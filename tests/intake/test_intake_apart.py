"""The reader in its own process: what a file may do to it, and what it may do to anything else."""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from intake_files import ORDERS, data, orders

from connectors.reading import Origin, read_file
from contracts.errors import FileRefusedError
from pipeline.house import writing
from pipeline.intake.land import land_files
from pipeline.intake.sandbox import parsing
from pipeline.intake.sandbox.parsing import Limits, read_apart, warm
from warehouse import registry
from warehouse.settings import Settings

ORIGIN = Origin("m", "s", "e" * 64, "a.csv", dt.datetime(2026, 11, 25, tzinfo=dt.UTC))


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    parsing.close()


def test_what_is_read_apart_is_what_is_read_here() -> None:
    content = ORDERS.read_bytes()
    here, apart = read_file(content, ORIGIN), read_apart(content, ORIGIN)
    assert apart.bronze.equals(here.bronze) and apart.quarantine.equals(here.quarantine)
    assert (apart.layout, apart.rows_read, apart.observed_at, apart.dropped_columns, apart.notices) == (
        here.layout,
        here.rows_read,
        here.observed_at,
        here.dropped_columns,
        here.notices,
    )


def test_a_file_that_kills_the_reader_is_refused_and_the_next_one_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an out-of-memory killer or a parser's abort would end it, in the middle of one file of three."""
    paths = []
    for number in range(3):
        paths.append(tmp_path / f"{number}.csv")
        paths[-1].write_bytes(data(orders(3, 10 * number)))
    ask = parsing.Reader.ask

    def fatal(self: parsing.Reader, request: dict[str, object], content: bytes) -> object:
        if content == paths[1].read_bytes():
            os.kill(self._child.pid, signal.SIGKILL)
        return ask(self, request, content)

    monkeypatch.setattr(parsing.Reader, "ask", fatal)
    settings = Settings(home=tmp_path / "home")
    with writing(settings) as lake:
        landed = land_files(lake, settings.place, "m1", "s1", paths, register=True)
    assert [
        item.receipt.rule if item.receipt else item.reading and item.reading.rows_read for item in landed
    ] == [3, "PARSE_DIED", 3]
    assert len(list(settings.place.landing.rglob("*.csv"))) == 2


def test_a_file_that_takes_too_long_is_refused_in_time() -> None:
    reader = warm(Limits(seconds=1.5))
    read_apart(ORDERS.read_bytes(), ORIGIN, reader.limits)  # it is ready
    os.kill(reader._child.pid, signal.SIGSTOP)
    start = time.monotonic()
    with pytest.raises(FileRefusedError, match=r"PARSE_TIMEOUT.*seconds=1.5"):
        read_apart(ORDERS.read_bytes(), ORIGIN, reader.limits)
    assert time.monotonic() - start < 10
    assert not reader.is_alive
    assert read_apart(ORDERS.read_bytes(), ORIGIN, Limits()).rows_read == 13


def test_a_file_that_needs_more_memory_than_it_may_have_is_refused() -> None:
    assert read_apart(ORDERS.read_bytes(), ORIGIN).rows_read == 13
    idle = Path(f"/proc/{warm()._child.pid}/status").read_text()
    size = int(re.findall(r"VmPeak:\s+(\d+) kB", idle)[0]) // 1024
    small = Limits(memory_mb=size + 300)
    assert read_apart(ORDERS.read_bytes(), ORIGIN, small).rows_read == 13
    large = data(orders(2)) + (b"\xe5\xa4\xa7" * 1023 + b"\n") * (60 << 10)
    # where memory runs out decides whose error it is: Python's, Arrow's or none at all; that it was the
    # memory shows in that more of it is enough
    with pytest.raises(FileRefusedError, match="PARSE_DIED"):
        read_apart(large, ORIGIN, small)
    with pytest.raises(FileRefusedError, match="RAGGED_ROWS"):
        read_apart(large, ORIGIN)
    assert read_apart(ORDERS.read_bytes(), ORIGIN, small).rows_read == 13


def test_one_slow_file_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """R41: while one merchant's file takes its time, another's is read."""
    slow, quick = (data(orders(3, number)) for number in (0, 10))
    ask, begun, may_end = parsing.Reader.ask, threading.Event(), threading.Event()

    def patient(self: parsing.Reader, request: dict[str, object], content: bytes) -> object:
        if content == slow:
            begun.set()
            assert may_end.wait(60)
        return ask(self, request, content)

    monkeypatch.setattr(parsing.Reader, "ask", patient)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(read_apart, slow, ORIGIN)
        assert begun.wait(60)
        assert read_apart(quick, ORIGIN).rows_read == 3 and not waiting.done()
        may_end.set()
        assert waiting.result().rows_read == 3


def test_files_read_ahead_are_landed_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the first takes longest, where one is refused, and where the shop is not known before."""
    monkeypatch.setattr(parsing, "_answers", parsing._ENOUGH)
    contents = [data(orders(300, 0)), b"neither,fish\n1,2\n", data(orders(3, 400)), data(orders(3, 500))]
    paths = [tmp_path / f"{number}.csv" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    for number, register in (("1", True), ("2", False)):
        settings = Settings(home=tmp_path / f"home{number}")
        with writing(settings) as lake:
            if not register:
                registry.add_owner(lake, "o1", "持有人", at=ORIGIN.received_at)
                registry.add_merchant(lake, "m1", "商家", owner_id="o1", at=ORIGIN.received_at)
                registry.add_shop(
                    lake, "m1", "s1", platform_code="douyin", shop_name="店", at=ORIGIN.received_at
                )
            landed = land_files(lake, settings.place, "m1", "s1", paths, register=register)
        assert [item.name for item in landed] == [path.name for path in paths]
        assert [item.reading.rows_read if item.reading else 0 for item in landed] == [300, 0, 3, 3]
        assert [item.receipt is not None for item in landed] == [False, True, False, False]


def test_a_few_files_start_no_other_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "_answers", 0)
    started: list[Limits] = []
    start = parsing.Reader.__init__
    monkeypatch.setattr(
        parsing.Reader, "__init__", lambda self, limits: started.append(limits) or start(self, limits)
    )
    paths = [tmp_path / f"{number}.csv" for number in range(parsing._ENOUGH + 8)]
    for number, path in enumerate(paths):
        path.write_bytes(data(orders(2, 10 * number)))
    settings = Settings(home=tmp_path / "home")
    with writing(settings) as lake:
        land_files(lake, settings.place, "m1", "s1", paths[: parsing._ENOUGH], register=True)
        assert len(started) == 1
        landed = land_files(lake, settings.place, "m1", "s1", paths[parsing._ENOUGH :])
    assert len(started) == parsing.READERS and all(item.reading for item in landed)


def test_the_reader_may_write_no_file_and_knows_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAIYUN_CREDENTIAL_X", "canary")
    reader = warm()
    read_apart(ORDERS.read_bytes(), ORIGIN)
    told = Path(f"/proc/{reader._child.pid}")
    assert b"canary" not in (told / "environ").read_bytes() + (told / "cmdline").read_bytes()
    limits = (told / "limits").read_text()
    assert "Max file size             0                    0" in limits


def test_uploads_of_several_threads_take_their_turn() -> None:
    rows: list[int] = []
    threads = [
        threading.Thread(target=lambda n=n: rows.append(read_apart(data(orders(n)), ORIGIN).rows_read))
        for n in range(2, 8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(rows) == list(range(2, 8))


def test_what_lies_in_the_folder_one_stands_in_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "csv.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("")
    found = read_apart(data(orders()), Origin("m1", "s1", "0" * 64, "a.csv", dt.datetime.now(dt.UTC)))
    assert found.rows_read and not (tmp_path / "ran").exists()
