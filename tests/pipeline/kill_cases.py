"""One attempt at a day's work in a process of its own, which a test may kill at any moment."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from pathlib import Path

from contracts.codes import PLATFORM
from warehouse.points import VARIABLE
from warehouse.settings import Settings

#: Attempts are forked from a process that has imported the house and knows nothing else.
_CONTEXT: ForkServerContext = multiprocessing.get_context("forkserver")
#: What each attempt would else import by itself.
_PARTS = [f"connectors.{code}.{part}" for code in PLATFORM.values for part in ("conform", "exports", "api")]
_CONTEXT.set_forkserver_preload(
    ["pipeline.steps", "cli.daily", "cli.copies", "expectations.engine", "pyarrow.dataset", *_PARTS]
)


def day(home: str, until: str, secrets: Mapping[str, Mapping[str, str]], crash_at: str) -> None:
    """Collect over the API, take the inbox, build, audit, release."""
    import datetime as dt

    from pipeline import steps

    if crash_at:
        os.environ[VARIABLE] = crash_at
    settings = Settings(home=Path(home), http_wait_scale=0.01)
    at = dt.datetime.fromisoformat(until)
    steps.collect(settings, sorted(secrets), run_name="day", credentials=lambda ref: secrets[ref], until=at)
    steps.scan_inbox(settings, at=at)
    steps.build_and_release(settings, at=at)


def attempt(
    home: Path,
    until: str,
    secrets: Mapping[str, Mapping[str, str]],
    *,
    crash_at: str = "",
    kill_after: float | None = None,
) -> tuple[int, float]:
    """Run ``day`` in a child; kill it after ``kill_after`` seconds unless it has ended.

    Returns its exit code (-9 = killed) and the seconds it took.
    """
    child = _CONTEXT.Process(target=day, args=(str(home), until, secrets, crash_at))
    start = time.monotonic()
    child.start()
    child.join(
        300 if kill_after is None else kill_after
    )  # a busy machine takes ten times as long as an idle one
    if child.is_alive() and child.pid:
        os.kill(child.pid, signal.SIGKILL)
        child.join(30)
    return child.exitcode or 0, time.monotonic() - start


@dataclass(frozen=True)
class Ended:
    """A command of ``baiyun``: its exit code (-9 = killed) and what it printed."""

    code: int
    said: str


def command(*words: str, home: Path, crash_at: str = "") -> Ended:
    """What the shell runs as ``baiyun`` and ``words``, in a process of its own that dies at ``crash_at``."""
    printed = home.parent / f"{words[0]}-{time.monotonic_ns()}.txt"
    child = _CONTEXT.Process(target=_command, args=(words, str(home), crash_at, str(printed)))
    child.start()
    child.join(300)
    assert child.exitcode is not None, f"still at work: {words}"
    return Ended(child.exitcode, printed.read_text(encoding="utf-8"))


def _command(words: tuple[str, ...], home: str, crash_at: str, printed: str) -> None:
    from cli import main

    with Path(printed).open("wb") as stream:
        for number in (1, 2):
            os.dup2(stream.fileno(), number)
    os.environ |= {VARIABLE: crash_at, "BAIYUN_HOME": home}
    sys.argv = ["baiyun", *words]
    main()
