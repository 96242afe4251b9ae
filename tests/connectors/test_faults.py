"""``faults.csv`` says for each platform and collection fault (F01–F19) which test plays it, or why there is
nothing to play.
"""

from __future__ import annotations

import ast
import csv
from functools import cache
from pathlib import Path

import pytest
from conformance_cases import imported

from connectors.base import platforms

HOUSE = Path(__file__).parents[2]
FAULTS = [f"F{number:02d}" for number in range(1, 20)]
#: What a program needs to be called by others.
SERVERS = {
    "starlette",
    "uvicorn",
    "fastapi",
    "flask",
    "aiohttp",
    "tornado",
    "http.server",
    "socketserver",
    "xmlrpc",
}
#: Played for the demo, where the simulator is the platform.
DEMO = "demo/"


def stated() -> list[dict[str, str]]:
    with (Path(__file__).parent / "faults.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@cache
def names_in(path: str) -> set[str]:
    """The tests of a file."""
    tree = ast.parse((HOUSE / path).read_text(encoding="utf-8"))
    return {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_platform_with_an_api_answers_for_every_fault_once() -> None:
    codes = [code for code, platform in platforms().items() if platform.api_kinds]
    assert sorted((row["platform"], row["fault"]) for row in stated()) == sorted(
        (code, fault) for code in codes for fault in FAULTS
    )


@pytest.mark.parametrize("row", stated(), ids=lambda row: f"{row['platform']}-{row['fault']}")
def test_a_fault_is_played_or_cannot_be_met(row: dict[str, str]) -> None:
    assert row["proof"] or " / " in row["why"], (
        "没有证明就要说为什么,中英文 / without a proof, say why in both languages"
    )
    for proof in row["proof"].split():
        path, _, name = proof.partition("::")
        assert path.startswith(("tests/connectors/test_", f"tests/connectors/{row['platform']}/")), (
            f"proves it for another platform: {proof}"
        )
        assert name in names_in(path), f"no such test: {proof}"


def test_nothing_of_ours_listens_for_a_platforms_messages() -> None:
    """F19: no webhook can be replayed, come out of order or bear a false sign, since none is received.

    Everything is fetched.
    """
    rooms = (
        "connectors",
        "pipeline",
        "transforms",
        "warehouse",
        "metrics",
        "expectations",
        "dags",
        "dashboards",
    )
    modules = [
        path
        for room in rooms
        for path in (HOUSE / room).rglob("*.py")
        if not path.stem.startswith("simulate") and DEMO not in path.as_posix()
    ]
    assert len(modules) > 100
    listening = {
        path.relative_to(HOUSE).as_posix()
        for path in modules
        for name in imported(path)
        if any(f"{name}.".startswith(f"{one}.") for one in SERVERS)
    }
    # people's pages are served; what their door lets in is tests/dashboards/test_dashboards_door.py
    assert {name for name in listening if not name.startswith("dashboards/serving/")} == set()
    assert any(name.startswith("dashboards/serving/") for name in listening)
