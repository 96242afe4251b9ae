"""Keep a run of the tests within one day of Beijing: what was made for today must still be today's when it
is looked at.

A run that begins within the hour before midnight goes by a clock that is ``BEHIND``; everything else goes by
the real one. ``python tests/clock.py MODULE ARGUMENT...`` runs a module by the same clock.
"""

from __future__ import annotations

import datetime as dt
import os
import runpy
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import time_machine

#: Longer than a run of all tests takes, so that none meets midnight.
BEHIND = dt.timedelta(hours=1)
#: Seconds behind the real clock; the first process of a run settles it for all it starts.
_SETTLED = "BAIYUN_TEST_CLOCK_BEHIND"


def hold() -> None:
    """Go by the clock of this run from here on; settle it if nobody has."""
    late = dt.datetime.now(ZoneInfo("Asia/Shanghai")).hour == 23
    behind = float(os.environ.setdefault(_SETTLED, str(BEHIND.total_seconds() if late else 0.0)))
    if behind:
        time_machine.travel(dt.datetime.now(dt.UTC) - dt.timedelta(seconds=behind), tick=True).start()


if __name__ == "__main__":
    hold()
    module, *arguments = sys.argv[1:]
    sys.path[0] = str(Path.cwd())
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
