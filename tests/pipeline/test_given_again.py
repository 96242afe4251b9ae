"""A file given once more after a run that was killed: known, and told whether a release has it by now."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from kill_cases import Ended, command
from test_releasing import DOUYIN, order_file, paid, spoil

from pipeline.house import writing
from pipeline.steps import build_and_release, ingest, scan_inbox
from warehouse.settings import Settings


def typed(home: Path, *, crash_at: str = "") -> Ended:
    """``baiyun ingest`` of the sample, killed at ``crash_at``."""
    words = ("ingest", "-m", "m1", "-s", "s1", "--new-shop", str(DOUYIN))
    return command(*words, home=home, crash_at=crash_at)


def told(done: Any) -> list[tuple[str, int, int, list[str]]]:  # noqa: ANN401 - whatever holds receipts
    return [
        (item.verdict, item.published, item.duplicate, [notice.rule for notice in item.notices][:1])
        for item in done.receipts
    ]


@pytest.mark.parametrize(
    ("crash_at", "said"),
    [
        ("build.start", "13 发布 + 0 隔离 + 0 被取代 + 0 重复"),
        ("build.committed", "[RECEIVED_EARLIER] 这个文件早先已经收到"),
        ("release.before", "[RECEIVED_EARLIER] 这个文件早先已经收到"),
    ],
)
def test_killed_before_its_release_it_is_finished_and_told_so(
    settings: Settings, crash_at: str, said: str
) -> None:
    assert typed(settings.home, crash_at=crash_at).code == -signal.SIGKILL
    again = typed(settings.home)
    assert again.code == 0, again.said
    assert said in again.said.replace("\n", "") and "发布 #1" in again.said
    assert paid(settings) > 0
    assert told(ingest(settings, "m1", "s1", [DOUYIN])) == [("duplicate", 0, 13, ["UNKNOWN_WORD"])], (
        "now it is nothing else"
    )


def test_bytes_twice_in_the_call_that_finishes_publish_no_row_twice(
    settings: Settings, tmp_path: Path
) -> None:
    assert typed(settings.home, crash_at="build.committed").code == -signal.SIGKILL
    twin = shutil.copy(DOUYIN, tmp_path / "twin.csv")
    again = told(ingest(settings, "m1", "s1", [DOUYIN, Path(twin)]))
    assert again == [("duplicate", 0, 13, ["RECEIVED_EARLIER"])] * 2


def test_of_a_held_release_it_still_waits(released: Settings, tmp_path: Path) -> None:
    spoil(released)
    file = order_file(tmp_path, name="1792375999_b.csv", money="55.00", number="6931570482213399101")
    first = ingest(released, "m1", "s1", [file])
    assert first.held is not None and told(first) == [("accepted", 1, 0, [])]
    again = ingest(released, "m1", "s1", [file])
    assert again.held is not None and told(again) == [("duplicate", 0, 1, ["RECEIVED_WAITS"])]
    both = ingest(released, "m1", "s1", [DOUYIN, file])
    assert [item[3] for item in told(both)] == [["UNKNOWN_WORD"], ["RECEIVED_WAITS"]], "a release has the one"
    build_and_release(released, from_landing=True)
    assert told(ingest(released, "m1", "s1", [file])) == [("duplicate", 0, 1, [])]


def test_rows_judged_anew_by_a_held_build_were_in_a_release(released: Settings) -> None:
    with writing(released) as lake:
        exports = lake.sql("SELECT export_id FROM ops.load")["export_id"].to_list()
    spoil(released)
    with pytest.raises(Exception, match="HELD"):
        build_and_release(released, rejudge=exports)
    assert told(ingest(released, "m1", "s1", [DOUYIN])) == [("duplicate", 0, 13, ["UNKNOWN_WORD"])]


def test_a_drop_folder_tells_it_too(settings: Settings) -> None:
    assert typed(settings.home, crash_at="build.committed").code == -signal.SIGKILL
    folder = settings.place.inbox / "m1" / "s1"
    folder.mkdir(parents=True)
    dropped = Path(shutil.copy(DOUYIN, folder / "again.csv"))
    early = dt.datetime.now(dt.UTC).timestamp() - 60
    os.utime(dropped, (early, early))
    (receipt,) = scan_inbox(settings)
    assert (receipt.verdict, receipt.notices[0].rule) == ("duplicate", "RECEIVED_WAITS")
