"""What every contender's ``__main__`` does: read its task from the command line, do it, write its totals."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.job import Totals, save_totals


@dataclass(frozen=True)
class Task:
    """``home`` holds ``registry.json``, ``roots`` are the trees to read, ``out`` is the folder for the
    results; ``mode`` is the contender's own business.
    """

    home: Path
    roots: tuple[Path, ...]
    out: Path
    mode: str = ""


def run(job: Callable[[Task], Totals]) -> None:
    """``--home DIR --out DIR [--mode WORD] TREE…``: trees are names inside home.

    Totals go to ``<out>/totals.json``.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--mode", default="")
    parser.add_argument("trees", nargs="+")
    wishes = parser.parse_args()
    wishes.out.mkdir(parents=True, exist_ok=True)
    task = Task(wishes.home, tuple(wishes.home / name for name in wishes.trees), wishes.out, wishes.mode)
    save_totals(job(task), task.out / "totals.json")
