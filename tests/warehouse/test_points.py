"""Crash points: only declared labels, and every declared warehouse label is really reached by the code."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from warehouse_cases import ROOT

from warehouse import points


def test_an_undeclared_label_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(points.VARIABLE, raising=False)
    points.reach("landing.before_rename")
    with pytest.raises(ValueError, match="not declared"):
        points.reach("landing.somewhere")


def test_the_nth_time_kills() -> None:
    code = (
        "from warehouse.points import reach\nfor n in range(5):\n    print(n, flush=True)\n    "
        "reach('build.start')\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={points.VARIABLE: "build.start#3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout.split()) == (-9, ["0", "1", "2"])


def test_every_label_of_the_warehouse_is_reached_somewhere() -> None:
    reached = set(
        re.findall(
            r'reach\("([^"]+)"\)', "".join(path.read_text() for path in (ROOT / "warehouse").glob("*.py"))
        )
    )
    assert reached == {
        label for label in points.POINTS if label.partition(".")[0] in {"landing", "lake", "release"}
    }
