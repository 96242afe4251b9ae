"""A file given once more after a run that was killed: it is told that it was received, and whether a release
has it by now.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from test_releasing import order_file, paid, spoil

from contracts.errors import WriterBusyError
from pipeline.house import writing
from pipeline.intake.land import land_files
from pipeline.steps import build_and_release, ingest, scan_inbox
from warehouse.points import VARIABLE
from warehouse.settings import Settings

ROOT = Path(__file__).parents[2]
DOUYIN = ROOT / "connectors" / "douyin" / "samples" / "1792375211_orders_2025_75.csv"


def typed(home: Path, *words: str, crash_at: str = "") -> subprocess.CompletedProcess[str]:
    """``baiyun ingest`` of the sample as the shell runs it, killed at ``crash_at``."""
    given = ["ingest", "-m", "m1", "-s", "s1", "--new-shop", *words, str(DOUYIN)]
    return subprocess.run(
        [sys.executable, "-m", "cli", *given],
        env={**os.environ, "BAIYUN_HOME": str(home), VARIABLE: crash_at},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def told(done: Any) -> list[tuple[str, int, int, list[str]]]:  # noqa: ANN401 - a receipt, as it comes
    return [
        (item.verdict, item.published, item.duplicate, [notice.rule for notice in item.notices][:1])
        for item in done.receipts
    ]


@pytest.mark.parametrize("crash_at", ["build.start", "release.before"])
def test_killed_before_its_release_it_is_finished_and_told_so(settings: Settings, crash_at: str) -> None:
    assert typed(settings.home, crash_at=crash_at).returncode == -signal.SIGKILL
    again = typed(settings.home)
    assert again.returncode == 0, again.stderr
    said = again.stdout.replace("\n", "")
    assert "重复文件" not in said and "13 发布 + 0 隔离 + 0 被取代 + 0 重复" in said
    assert "[RECEIVED_EARLIER] 这个文件早先已经收到" in said and "发布 #1" in said
    assert paid(settings) > 0
    third = ingest(settings, "m1", "s1", [DOUYIN])
    assert told(third) == [("duplicate", 0, 13, ["UNKNOWN_WORD"])], "now it is one"


def test_bytes_twice_in_the_call_that_finishes_are_counted_once(settings: Settings, tmp_path: Path) -> None:
    assert typed(settings.home, crash_at="build.committed").returncode == -signal.SIGKILL
    twin = shutil.copy(DOUYIN, tmp_path / "twin.csv")
    assert [item[:3] for item in told(ingest(settings, "m1", "s1", [DOUYIN, twin]))] == [
        ("warned", 13, 0),
        ("duplicate", 0, 13),
    ]


def test_of_a_held_release_it_still_waits(released: Settings, tmp_path: Path) -> None:
    spoil(released)
    file = order_file(tmp_path, name="1792375999_b.csv", money="55.00", number="6931570482213399101")
    first = ingest(released, "m1", "s1", [file])
    assert first.held is not None and told(first) == [("accepted", 1, 0, [])]
    again = ingest(released, "m1", "s1", [file])
    assert again.held is not None and told(again) == [("warned", 1, 0, ["RECEIVED_WAITS"])]
    assert told(ingest(released, "m1", "s1", [DOUYIN]))[0][0] == "duplicate", "this one a release has"
    build_and_release(released, from_landing=True)
    assert told(ingest(released, "m1", "s1", [file])) == [("duplicate", 0, 1, [])]


def test_rows_judged_anew_by_a_held_build_were_in_a_release(released: Settings) -> None:
    with writing(released) as lake:
        export = lake.sql("SELECT export_id FROM ops.load")["export_id"].to_list()
    spoil(released)
    with pytest.raises(Exception, match="HELD"):
        build_and_release(released, rejudge=export)
    assert told(ingest(released, "m1", "s1", [DOUYIN]))[0][0] == "duplicate"


def test_a_drop_folder_tells_it_too(settings: Settings) -> None:
    assert typed(settings.home, crash_at="build.committed").returncode == -signal.SIGKILL
    folder = settings.place.inbox / "m1" / "s1"
    folder.mkdir(parents=True)
    dropped = Path(shutil.copy(DOUYIN, folder / "again.csv"))
    early = dt.datetime.now(dt.UTC).timestamp() - 60
    os.utime(dropped, (early, early))
    assert [(item.verdict, item.published) for item in scan_inbox(settings)] == [("warned", 13)]


def test_while_another_writes_it_is_told_that_the_file_is_there(settings: Settings, tmp_path: Path) -> None:
    with writing(settings) as lake:
        land_files(lake, settings.place, "m1", "s1", [DOUYIN], register=True)
    other = tmp_path / "other.csv"
    other.write_bytes(b"a,b\n")
    in_a_hurry = Settings(slot_seconds=0.1)
    script = (
        "import sys, pathlib\nfrom warehouse.place import Place\nfrom warehouse.slot import writer_slot\n"
        "with writer_slot(Place(pathlib.Path(sys.argv[1]))):\n"
        "    print(1, flush=True)\n    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(settings.home)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT,
    ) as holder:  # fmt: skip
        assert holder.stdout is not None and holder.stdout.readline()
        with pytest.raises(WriterBusyError, match="早先已经收到") as busy:
            ingest(in_a_hurry, "m1", "s1", [DOUYIN, other])
        assert busy.value.facts["received"] == DOUYIN.name
        with pytest.raises(WriterBusyError) as unknown:
            ingest(in_a_hurry, "m1", "s1", [other])
        assert "received" not in unknown.value.facts
