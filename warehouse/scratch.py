"""Where DuckDB may spill.

One folder per connection, because two processes sharing one overwrite each other's files.
"""

from __future__ import annotations

import itertools
import os
import shutil
from pathlib import Path

from warehouse.place import Place

_serial = itertools.count()


def scratch_folder(place: Place) -> Path:
    """A folder no other connection uses.

    DuckDB makes it when it first spills and removes it when it closes.
    """
    place.scratch.mkdir(parents=True, exist_ok=True)
    return place.scratch / f"{os.getpid()}.{next(_serial)}"


def clear_scratch(place: Place) -> int:
    """Remove folders of processes that died before they could; returns how many."""
    dead = [folder for folder in place.scratch.glob("*.*") if not _is_alive(folder.name.partition(".")[0])]
    for folder in dead:
        shutil.rmtree(folder, ignore_errors=True)
    return len(dead)


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
