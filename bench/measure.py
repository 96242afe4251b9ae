"""What a contender costs: CPU seconds of it and all its children, wall seconds, and the peak of the largest
process.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


class ContenderFailedError(RuntimeError):
    """A contender ended badly; the message is the end of what it wrote."""


@dataclass(frozen=True)
class Cost:
    """``cpu_s`` is user and system time together; ``peak_bytes`` the most memory any one process held."""

    cpu_s: float
    wall_s: float
    peak_bytes: int


def measure(module: str, arguments: Sequence[str], log: Path) -> Cost:
    """Run ``python -m module`` in a child process; what it writes goes to ``log``.

    Raises ``ContenderFailedError``.

    The caller should be a small process: a child's peak starts from what its parent held when it was born.
    """
    begun = time.perf_counter()
    with log.open("wb") as stream:
        child = subprocess.Popen(  # noqa: S603 - our own modules
            [sys.executable, "-m", module, *arguments], stdout=stream, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise ContenderFailedError(
            f"{module}: exit {child.returncode}\n{log.read_text(encoding='utf-8', errors='replace')[-3000:]}"
        )
    return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - begun, usage.ru_maxrss * 1024)


class Marks:
    """Costs of this very process up to named moments, cumulative."""

    def __init__(self) -> None:
        self._begun = time.perf_counter()
        self._found: dict[str, Cost] = {}

    def mark(self, name: str) -> None:
        """Everything so far, under ``name``."""
        own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
        self._found[name] = Cost(
            cpu, time.perf_counter() - self._begun, max(own.ru_maxrss, children.ru_maxrss) * 1024
        )

    def save(self, path: Path) -> None:
        """Write all marks."""
        path.write_text(
            json.dumps({name: asdict(cost) for name, cost in self._found.items()}), encoding="utf-8"
        )


def load_marks(path: Path) -> dict[str, Cost]:
    """Marks a contender left, in the order they were made."""
    return {name: Cost(**cost) for name, cost in json.loads(path.read_text(encoding="utf-8")).items()}
