"""Labelled crash points.

Kill tests set ``BAIYUN_CRASH_AT`` and the process dies there, as if the power went.
"""

from __future__ import annotations

import os
import signal
from collections import Counter

VARIABLE = "BAIYUN_CRASH_AT"

#: Every place where a test may kill the process, in the order a run meets them.
POINTS = (
    "landing.before_rename",
    "landing.after_rename",
    "collect.page_landed",
    "collect.cursor",
    "build.start",
    "build.silver",
    "build.gold",
    "build.before_commit",
    "lake.before_commit",
    "lake.after_commit",
    "build.committed",
    "audit.done",
    "release.before",
    "release.after",
)

_met: Counter[str] = Counter()


def reach(label: str) -> None:
    """Die by SIGKILL here when ``BAIYUN_CRASH_AT`` is ``label``, or ``label#n`` for the n-th time.

    Otherwise do nothing.

    Raises ``ValueError`` for a label missing from ``POINTS``, so that a test enumerating ``POINTS`` misses
    none.
    """
    if label not in POINTS:
        raise ValueError(f"crash point {label!r} is not declared in warehouse.points.POINTS")
    wanted, _, nth = os.environ.get(VARIABLE, "").partition("#")
    if wanted != label:
        return
    _met[label] += 1
    if _met[label] == int(nth or 1):
        os.kill(os.getpid(), signal.SIGKILL)
