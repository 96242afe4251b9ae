"""Which tests call which functions of the core, and what each takes: recorded once, so that a mutant meets
first the quick tests that run it.

``python -m bench.mutants --record`` runs every test file in a process of its own, traced, and writes
``build/reach/`` as it goes; begun again it goes on with the files that have no record yet. Only calls are
traced. What a reader's process runs is not seen, nor what a fixture of a whole file ran for its later tests:
those tests reach it through their file. A record that is older than the tree tells another order, never
another verdict.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType

import pytest

from bench.mutation.mutating import CORE

ROOT = Path(__file__).resolve().parents[2]
RECORD = ROOT / "build" / "reach"
#: Of pytest, for tests that are run here.
OPTIONS = (
    "-q",
    "--no-header",
    "--tb=line",
    "-p",
    "no:cacheprovider",
    "-m",
    "not browser and not airflow",
    "--timeout=900",
)
#: Seconds of CPU of one file: what it does later is not recorded.
_LONGEST = 45
#: Where the plugin writes what it saw of the tests of one file.
_TARGET = "BAIYUN_REACH"


@dataclass(frozen=True)
class Reached:
    """One test: seconds of CPU, its fixtures included, and the functions it called as ``path::name``."""

    seconds: float
    functions: frozenset[str]


def spent() -> float:
    """Seconds of CPU of this process and of those it waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


class Calls:
    """The functions of the core called since the last look."""

    def __init__(self, root: Path) -> None:
        self._rooms = tuple(f"{root / room}/" for room in CORE)
        self._root = f"{root}/"
        self._seen: dict[int, CodeType] = {}

    def trace(self, frame: FrameType, event: str, argument: object) -> None:
        """Note a call; its lines are not looked at."""
        self._seen[id(frame.f_code)] = frame.f_code

    def taken(self) -> list[str]:
        """``path::function``, the outermost one for what is defined inside of it."""
        seen, self._seen = self._seen, {}
        of_core = [code for code in seen.values() if code.co_filename.startswith(self._rooms)]
        return sorted(
            {
                f"{code.co_filename.removeprefix(self._root)}::{outermost(code.co_qualname)}"
                for code in of_core
            }
        )


def outermost(name: str) -> str:
    """A qualified name without what stands inside a function: of ``Lake.read.<locals>.rows`` it is
    ``Lake.read``, of a module's own lambda nothing.
    """
    return re.sub(r"(\.<locals>.*|\.?<.*)", "", name)


class Recorder:
    """Writes for every test what it took and called."""

    def __init__(self, target: Path, calls: Calls) -> None:
        self._target, self._calls = target, calls
        self._found: dict[str, tuple[float, list[str]]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Around one test and its fixtures."""
        self._calls.taken()
        began = spent()
        told = yield
        self._found[item.nodeid] = (round(spent() - began, 3), self._calls.taken())
        return told

    def pytest_sessionfinish(self) -> None:
        """Write."""
        self._target.write_text(json.dumps(self._found), encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """Begin tracing where a recording asks for it."""
    if target := os.environ.get(_TARGET):
        signal.signal(signal.SIGXCPU, signal.default_int_handler)  # as Ctrl-C: what was seen is written
        calls = Calls(Path(str(config.rootpath)))
        config.pluginmanager.register(Recorder(Path(target), calls))
        threading.settrace(calls.trace)
        sys.settrace(calls.trace)


def record(tests: Sequence[str], folder: Path = RECORD, root: Path = ROOT) -> None:
    """Run each file of ``tests`` that has no record yet, traced, and write its record into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, path in enumerate(tests, 1):
        target = folder / f"{path.replace('/', '+')}.json"
        if target.exists():
            continue
        with tempfile.TemporaryDirectory(prefix="reach-") as scratch:
            environment = os.environ | {
                _TARGET: str(target),
                "PYTHONPATH": f"{root}:{ROOT}",
                "PYTHONDONTWRITEBYTECODE": "1",
                "TMPDIR": scratch,
            }
            command = [
                "prlimit",
                f"--cpu={_LONGEST}",
                sys.executable,
                "-m",
                "pytest",
                "-p",
                "bench.mutation.reach",
                *OPTIONS,
                path,
            ]
            ended = subprocess.run(  # noqa: S603
                command, cwd=root, env=environment, capture_output=True, text=True, check=False
            )
        told = (ended.stdout.strip().splitlines() or [ended.stderr[-200:]])[-1]
        print(f"{number}/{len(tests)} {path}: {told}", flush=True)


def recorded(folder: Path = RECORD) -> dict[str, Reached]:
    """Test → what it took and called; nothing where nothing was recorded."""
    found: dict[str, Reached] = {}
    for path in sorted(folder.glob("*.json")):
        found |= {
            test: Reached(seconds, frozenset(names))
            for test, (seconds, names) in json.loads(path.read_text(encoding="utf-8")).items()
        }
    return found
