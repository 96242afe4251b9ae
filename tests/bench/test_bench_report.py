"""The table, its ratios and its verdicts, from costs written by hand; and what a cost is."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from pathlib import Path

import pytest

from bench.measure import ContenderFailedError, Cost, Marks, load_marks, measure
from bench.report import Results, page, reading, screen, table


def _results(**cpu: float) -> Results:
    costs = {name: Cost(seconds, seconds * 2, 2**30) for name, seconds in cpu.items()}
    steps = {"import": Cost(1.0, 1.0, 1), "land": Cost(3.5, 4.0, 1)}
    versions = {"duckdb": "1.5.5"}
    return Results(
        costs,
        steps,
        steps,
        1_234_567,
        8_900,
        10,
        2_500_000_000,
        4_321,
        2,
        versions,
        dt.date(2026, 11, 24),
        {"paid_fen": 5_000, "refund_fen": 70, "orders": 9},
    )


FULL = {
    "scan": 10.0,
    "ours": 40.0,
    "ours_build": 30.0,
    "ours_day": 2.0,
    "duckdb": 32.0,
    "polars": 25.0,
    "pandas": 130.0,
    "duckdb_day": 33.0,
}


def test_ratios_are_of_cpu_seconds() -> None:
    head, *rows = table(_results(**FULL))
    cells = {row[0].split(" / ")[1]: dict(zip(head, row, strict=True)) for row in rows}
    assert cells["DuckDB script"] == {
        "": rows[4][0],
        "CPU s": "32.0",
        "wall s": "64.0",
        "peak GiB": "1.00",
        "× scan": "3.20",
        "ours ÷ it": "1.25",
    }
    assert cells["pandas script"]["ours ÷ it"] == "0.31"
    assert cells["ours: land, build, judge, release"]["× scan"] == "4.00"
    assert cells["ours: one more day"]["ours ÷ it"] == ""


def test_a_contender_that_was_left_out_has_no_row() -> None:
    assert [row[1] for row in table(_results(scan=10.0, ours=40.0))] == ["CPU s", "10.0", "40.0"]


def test_verdicts_say_met_and_not_met() -> None:
    said = {line.split("**")[1]: line for line in reading(_results(**FULL))}
    assert "达到 / met" in said["4.00"]  # 40 / 10, at most 4.5
    assert "未达到 / not met" in said["1.25"]  # 40 / 32, at most 1.2
    assert "达到 / met" in said["3.25"]  # 130 / 40, at least 3
    assert "达到 / met" in said["0.05"]  # 2 / 40, at most 0.1
    assert "peak memory" in said["1.00"]
    assert "达到 / met" in said["1.00"]  # 1 GiB, at most 2.5
    worse = reading(_results(**{**FULL, "ours_day": 8.0, "pandas": 100.0}))
    assert sum("未达到 / not met" in line for line in worse) == 3


def test_the_page_holds_the_table_the_sizes_and_the_steps() -> None:
    text = page(_results(**FULL))
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + len(FULL)
    assert {line.count("|") for line in rows} == {7}
    for said in (
        "2026-11-24 · 2 核",
        "1,234,567 order rows",
        "8,900 after-sales",
        "4,321 rows",
        "2.50 GB",
        "land 2.5",
        "paid 5,000 fen",
        "duckdb 1.5.5",
    ):
        assert said in text
    assert text.endswith("\n")


def test_the_screen_aligns_numbers_whatever_the_letters_beside_them() -> None:
    lines = screen(_results(**FULL)).splitlines()
    assert len(lines) == 1 + len(FULL)
    starts = [re.match(r".*?\S\s+(?=\d+\.\d)\d+", line) for line in lines[1:]]
    ends = {sum(2 if ord(letter) >= 0x2E80 else 1 for letter in found[0]) for found in starts if found}
    assert len(ends) == 1
    assert all(starts)


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose modules a child process can run."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def test_a_cost_counts_grandchildren_and_their_memory(modules: Path) -> None:
    (modules / "grandchild.py").write_text(
        "import time\nheld = bytearray(200_000_000)\nwhile time.process_time() < 0.4: pass\n"
    )
    (modules / "child.py").write_text(
        "import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'grandchild'], check=True)\n"
    )
    cost = measure("child", [], modules / "log")
    assert cost.cpu_s >= 0.4
    assert cost.peak_bytes >= 200_000_000


def test_a_contender_that_fails_is_an_error_with_its_last_words(modules: Path) -> None:
    (modules / "broken.py").write_text("raise SystemExit('the disk is full')\n")
    with pytest.raises(ContenderFailedError, match="exit 1\nthe disk is full"):
        measure("broken", [], modules / "log")


def test_marks_are_cumulative_and_come_back(tmp_path: Path) -> None:
    marks = Marks()
    marks.mark("first")
    sum(range(2_000_000))
    marks.mark("second")
    marks.save(tmp_path / "marks.json")
    found = load_marks(tmp_path / "marks.json")
    assert list(found) == ["first", "second"]
    assert found["second"].cpu_s > found["first"].cpu_s
    assert dataclasses.astuple(found["second"])[1] >= found["first"].wall_s
