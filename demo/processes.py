"""The demo's child processes: each leads its own session, writes to its own log, and is ended by its id, with
everything it started.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TypeVar

import psutil

from contracts.errors import BaiyunError

T = TypeVar("T")

POLL_SECONDS = 0.4
#: How long a child may take to come up: the first start on a small or busy machine reads every file of it
#: from disk.
PATIENCE_SECONDS = 300.0


@dataclass(frozen=True)
class Child:
    """One process we started, the leader of its session.

    ``is_brief``: it does its work and ends; the others run until they are stopped.
    """

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    is_brief: bool

    @property
    def has_failed(self) -> bool:
        """True when it has ended and should not have, or not like this."""
        code = self.process.poll()
        return bool(code) if self.is_brief else code is not None


class Children:
    """Starts, watches and ends child processes.

    ``record`` remembers their ids, so that the next start can end what a killed demo left behind.

    ``interrupts`` counts the signals that asked us to stop: waiting ends with KeyboardInterrupt at a place
    where no child can be lost.
    """

    def __init__(
        self, logs: Path, record: Path, cwd: Path, interrupts: Callable[[], int] = lambda: 0
    ) -> None:
        self.logs, self._record, self._cwd, self._interrupts = logs, record, cwd, interrupts
        self._children: dict[str, Child] = {}

    def start(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], *, is_brief: bool = False
    ) -> None:
        """Start ``command`` with exactly ``environment``.

        Both its streams go to ``<logs>/<name>.log``, which begins anew.
        """
        log = self.logs / f"{name}.log"
        with log.open("wb") as stream:
            process = subprocess.Popen(  # noqa: S603 - our own command lines, no shell
                command,
                env=dict(environment),
                cwd=self._cwd,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._children[name] = Child(name, process, log, is_brief)
        self._remember()

    def finish(self, name: str, seconds: float) -> None:
        """Wait until a brief child has ended well. Raises ``BaiyunError`` when it fails or takes longer."""
        self.until(self._children[name].process.poll, seconds, name, name)
        self.check()

    def check(self) -> None:
        """Raise ``BaiyunError`` naming a child that has failed, and its log."""
        for child in self._children.values():
            if child.has_failed:
                raise _ended(child)

    def watch(self) -> NoReturn:
        """Run on until a child ends, which is an error, or the caller is interrupted."""
        while True:
            self._breathe()

    def until(self, probe: Callable[[], T | None], seconds: float, zh: str, en: str) -> T:
        """The first answer of ``probe`` that is not None.

        Raises ``BaiyunError`` when a child fails meanwhile or the time is up.
        """
        deadline = time.monotonic() + seconds
        while (answer := probe()) is None:
            if time.monotonic() > deadline:
                raise BaiyunError(
                    "DEMO_TIMEOUT",
                    f"等了 {seconds:g} 秒仍未完成:{zh}",
                    f"not done after {seconds:g} s: {en}",
                    step_zh=(
                        "机器忙的话,再运行一次 make "
                        "demo,做完的步骤会接着来;还是不行,看这里最新的日志的最后几行"
                    ),
                    step_en=(
                        "on a busy machine run `make demo` again, it continues from here; if that does "
                        "not help see the end of the newest log"
                    ),
                    logs=self.logs,
                )
            self._breathe()
        return answer

    def _breathe(self) -> None:
        self.check()
        if self._interrupts():
            raise KeyboardInterrupt
        time.sleep(POLL_SECONDS)

    def stop(self, grace_seconds: float = 20) -> int:
        """End every child and whatever it started: SIGTERM, then SIGKILL for those still there after the
        grace. Returns how many had to be killed.

        One more interrupt meanwhile ends the grace.
        """
        sessions = [child.process.pid for child in self._children.values() if not _is_reused(child.process)]
        before = self._interrupts()

        def is_hurried() -> bool:
            for child in self._children.values():
                child.process.poll()
            return self._interrupts() > before

        killed = end_sessions(sessions, grace_seconds, is_hurried)
        self._children.clear()
        self._remember()
        return killed

    def end_leftovers(self) -> int:
        """End what an earlier demo of this home left running because it was killed itself.

        Returns how many processes.
        """
        try:
            known: dict[str, float] = json.loads(self._record.read_text())
        except (FileNotFoundError, ValueError):
            return 0
        sessions = [
            int(pid)
            for pid, started in known.items()
            if started > psutil.boot_time() and _started(int(pid)) in (None, started)
        ]
        found = sum(len(members(session)) for session in sessions)
        end_sessions(sessions, 5)
        self._record.unlink(missing_ok=True)
        return found

    def _remember(self) -> None:
        known = {str(child.process.pid): _started(child.process.pid) for child in self._children.values()}
        self._record.write_text(
            json.dumps({pid: started for pid, started in known.items() if started is not None})
        )


def members(session: int) -> list[psutil.Process]:
    """Living processes of a session, also those whose parent has died or that lead a process group of their
    own.
    """
    found = []
    for pid in psutil.pids():
        try:
            if (
                os.getsid(pid) == session
                and (process := psutil.Process(pid)).status() != psutil.STATUS_ZOMBIE
            ):
                found.append(process)
        except (ProcessLookupError, PermissionError, psutil.NoSuchProcess):
            continue
    return found


def end_sessions(
    sessions: Sequence[int], grace_seconds: float, is_hurried: Callable[[], bool] = lambda: False
) -> int:
    """SIGTERM to the leaders (their workers are theirs to end), SIGKILL to every member left after the grace.

    Returns how many were killed.
    """
    for session in sessions:
        _signal(session, signal.SIGTERM)
    _wait_gone(sessions, grace_seconds, is_hurried)
    killed = 0
    while left := [process for session in sessions for process in members(session)]:
        killed += len(left)
        for process in left:
            _signal(process.pid, signal.SIGKILL)
        _wait_gone(sessions, 2, lambda: False)
    return killed


def _wait_gone(sessions: Sequence[int], seconds: float, is_hurried: Callable[[], bool]) -> None:
    deadline = time.monotonic() + seconds
    while not is_hurried() and time.monotonic() < deadline:
        if not any(members(session) for session in sessions):
            return
        time.sleep(POLL_SECONDS)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _started(pid: int) -> float | None:
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return None


def _is_reused(process: subprocess.Popen[bytes]) -> bool:
    """A reaped leader's number may belong to a stranger by now; as long as its session has members it
    cannot.
    """
    return process.poll() is not None and _started(process.pid) is not None


def _ended(child: Child) -> BaiyunError:
    return BaiyunError(
        "CHILD_ENDED",
        f"{child.name} 意外结束",
        f"{child.name} ended unexpectedly",
        step_zh="查看它的日志",
        step_en="see its log",
        exit=child.process.returncode,
        log=child.log,
    )
