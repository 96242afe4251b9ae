"""One attempt at a day's work in a process of its own, which a test may kill at any moment."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from multiprocessing.context import ForkServerContext
from pathlib import Path

from contracts.codes import PLATFORM
from warehouse.points import VARIABLE
from warehouse.settings import Settings

#: Attempts are forked from a process that has imported the house and knows nothing else.
_CONTEXT: ForkServerContext = multiprocessing.get_context("forkserver")
#: What each attempt would else import by itself.
_PARTS = [f"connectors.{code}.{part}" for code in PLATFORM.values for part in ("conform", "exports", "api")]
_CONTEXT.set_forkserver_preload(["pipeline.steps", "expectations.engine", "pyarrow.dataset", *_PARTS])


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


def crash(*words: str, home: Path, label: str) -> int:
    """Exit code of a command of ``baiyun`` that dies at a labelled point."""
    settings = {VARIABLE: label, "BAIYUN_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-m", "cli", *words], env=os.environ | settings, check=False
    ).returncode
