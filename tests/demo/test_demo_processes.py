"""The supervisor: what it starts it ends, whatever the children do."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from contracts.errors import BaiyunError
from demo import bring_up, timetable
from demo.processes import Children
from demo.surroundings import Ports

#: Prints its own id and that of a worker, which leads a process group of its own, as Airflow's task runners
#: do; both are deaf to SIGTERM.
DEAF = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
worker = os.fork()
if worker == 0:
    os.setpgid(0, 0)
    time.sleep(120)
print(os.getpid(), worker, flush=True)
time.sleep(120)
"""
#: Its worker outlives it at once.
FORSAKING = DEAF.replace(
    "print(os.getpid(), worker, flush=True)\ntime.sleep(120)",
    "print(os.getpid(), worker, flush=True)\nos._exit(0)",
)


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    started = Children(tmp_path, tmp_path / "children.json", tmp_path)
    yield started
    started.stop(0)


def start(children: Children, code: str, name: str = "child", *, is_brief: bool = False) -> None:
    children.start(name, [sys.executable, "-c", code], os.environ, is_brief=is_brief)


def printed(children: Children, name: str = "child") -> list[int]:
    """The process ids a child has printed."""
    return children.until(
        lambda: [int(word) for word in (children.logs / f"{name}.log").read_text().split()] or None,
        10,
        "",
        "",
    )


def lives(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_deaf_children_and_their_workers_are_killed_after_the_grace(children: Children) -> None:
    start(children, DEAF)
    leader, worker = printed(children)
    assert lives(leader)
    assert lives(worker)
    assert children.stop(0.5) == 2
    assert not lives(leader)
    assert not lives(worker)


def test_a_child_that_ends_on_sigterm_is_not_killed(children: Children, tmp_path: Path) -> None:
    start(
        children,
        "import signal, sys, time\nsignal.signal(15, lambda *_: (print('bye', flush=True), "
        "sys.exit(0)))\nprint(1, flush=True)\ntime.sleep(60)",
    )
    printed(children)
    began = time.monotonic()
    assert children.stop(20) == 0
    assert time.monotonic() - began < 10
    assert (tmp_path / "child.log").read_text().split() == ["1", "bye"]


def test_a_worker_left_behind_by_its_leader_is_ended_too(children: Children) -> None:
    start(children, FORSAKING, is_brief=True)
    children.finish("child", 10)
    _, worker = printed(children)
    assert lives(worker)
    assert children.stop(0.2) == 1
    assert not lives(worker)


def test_an_unexpected_end_is_told_with_its_log(children: Children, tmp_path: Path) -> None:
    start(children, "print('no such table'); raise SystemExit(7)", "airflow-api")
    with pytest.raises(BaiyunError) as told:
        children.until(lambda: None, 10, "等待", "waiting")
    assert told.value.rule == "CHILD_ENDED"
    assert told.value.facts == {"exit": 7, "log": tmp_path / "airflow-api.log"}
    assert "airflow-api" in told.value.sentence()
    assert "no such table" in (tmp_path / "airflow-api.log").read_text()


def test_a_server_that_ends_well_has_failed_all_the_same_a_brief_child_has_not(children: Children) -> None:
    start(children, "pass", "brief", is_brief=True)
    children.finish("brief", 10)
    children.check()
    start(children, "pass", "server")
    with pytest.raises(BaiyunError, match="server"):
        children.until(lambda: None, 10, "", "")


def test_a_brief_child_that_fails_or_never_ends_is_told(children: Children) -> None:
    start(children, "raise SystemExit(1)", "migrate", is_brief=True)
    with pytest.raises(BaiyunError, match="migrate"):
        children.finish("migrate", 10)
    children.stop(0)
    start(children, "import time; time.sleep(60)", "migrate", is_brief=True)
    with pytest.raises(BaiyunError) as told:
        children.finish("migrate", 0.3)
    assert told.value.rule == "DEMO_TIMEOUT"


def test_what_a_killed_demo_left_behind_is_ended_by_the_next(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from demo.processes import Children\n"
        "home = Path(sys.argv[1]); children = Children(home, home / 'children.json', home)\n"
        "children.start('child', [sys.executable, '-c', sys.argv[2]], os.environ); os.kill(os.getpid(), 9)"
    )
    assert (
        subprocess.run([sys.executable, "-c", code, str(tmp_path), DEAF], check=False).returncode
        == -signal.SIGKILL
    )
    later = Children(tmp_path, tmp_path / "children.json", tmp_path)
    leader, worker = printed(later)
    assert lives(leader)
    assert later.end_leftovers() == 2
    assert not lives(leader)
    assert not lives(worker)
    assert later.end_leftovers() == 0


def test_a_stranger_who_got_the_number_of_a_dead_child_is_spared(tmp_path: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    try:
        born = psutil.Process(stranger.pid).create_time()
        (tmp_path / "children.json").write_text(json.dumps({str(stranger.pid): born - 100}))
        assert Children(tmp_path, tmp_path / "children.json", tmp_path).end_leftovers() == 0
        assert lives(stranger.pid)
    finally:
        stranger.kill()
        stranger.wait()


def test_an_interrupt_ends_the_waiting_and_one_more_ends_the_grace(tmp_path: Path) -> None:
    interrupts = [1]
    started = Children(tmp_path, tmp_path / "children.json", tmp_path, lambda: len(interrupts))
    start(started, DEAF)
    with pytest.raises(KeyboardInterrupt):
        started.until(lambda: None, 30, "", "")
    interrupts.clear()
    leader, _ = printed(started)
    began = time.monotonic()
    threading.Timer(0.5, interrupts.append, [2]).start()
    assert started.stop(60) == 2
    assert time.monotonic() - began < 20
    assert not lives(leader)


def test_whoever_waits_too_long_is_told_what_to_do(children: Children, tmp_path: Path) -> None:
    with pytest.raises(BaiyunError) as told:
        children.until(lambda: None, 0.1, "Airflow 接口", "Airflow's API")
    assert told.value.rule == "DEMO_TIMEOUT" and "Airflow 接口" in told.value.sentence()
    assert (
        "make demo" in told.value.step_zh
        and "make demo" in told.value.step_en
        and told.value.facts["logs"] == tmp_path
    )


def test_every_service_of_the_demo_has_five_minutes_to_come_up(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: dict[str, float] = {}

    class Patient:
        def start(self, *_words: object, **_more: object) -> None:
            pass

        def until(self, _probe: object, seconds: float, _zh: str, en: str) -> None:
            waited[en] = seconds

        def finish(self, name: str, seconds: float) -> None:
            waited[name] = seconds

    class Asked:
        def __getattr__(self, name: str) -> object:
            return lambda *_words: None

    ports = Ports(dashboards=1, airflow=2, simulator=3, moved=())
    demo = bring_up.Demo(Asked(), Asked(), Asked(), ports, Patient(), Asked(), Asked(), is_again=True)  # type: ignore[arg-type]
    monkeypatch.setattr(bring_up, "plain_environment", lambda _home: {})
    bring_up._start_airflow(demo, {}, {})
    bring_up._start_dashboards(demo)
    bring_up._await_dashboards(demo)
    assert (
        set(waited) == {"Airflow's API", "scheduler and DAGs", "dashboards"} and min(waited.values()) >= 300
    )


def test_an_airflow_that_listens_and_does_not_answer_yet_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(timetable, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        asked = timetable.Timetable(f"http://127.0.0.1:{server.getsockname()[1]}", "operator", "secret")
        assert asked.sign_in() is None
    assert asked.sign_in() is None, "nobody listens"
