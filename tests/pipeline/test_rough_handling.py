"""What careless hands and broken disks do: nothing is lost, nothing lies, the same command finishes what was
cut off.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import sys
from pathlib import Path

import pytest
import xlsxwriter
from typer.testing import CliRunner

from cli import app
from contracts.errors import FileRefusedError, NotFoundError
from metrics.query.access import Viewer
from metrics.query.ask import ask
from pipeline.build.run import build
from pipeline.house import reading, writing
from pipeline.intake.land import land_files
from pipeline.intake.sandbox.parsing import Limits, close, warm
from pipeline.steps import build_and_release, ingest, scan_inbox
from warehouse.ops import LOAD, QUARANTINE
from warehouse.settings import Settings

DOUYIN = Path(__file__).parents[2] / "connectors" / "douyin" / "samples" / "1792375211_orders_2025_75.csv"


def paid(settings: Settings, merchant: str = "m1") -> int:
    return int(ask(Viewer(settings.place, "test", "merchant", merchant), ["paid_gmv"]).rows.item())


def rows() -> list[list[str]]:
    with DOUYIN.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def write(path: Path, table: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(table)
    return path


def test_a_run_cut_off_before_its_release_is_finished_by_the_same_command(settings: Settings) -> None:
    with writing(settings) as lake:
        land_files(lake, settings.place, "m1", "s1", [DOUYIN], register=True)
    build(settings)  # and here the power went
    with pytest.raises(NotFoundError):
        paid(settings)
    done = ingest(settings, "m1", "s1", [DOUYIN])
    assert done.receipts[0].verdict == "duplicate" and done.current is not None
    assert paid(settings) > 0


@pytest.mark.parametrize("harm", ["changed", "lost"])
def test_damage_on_disk_stops_a_rebuild_and_the_same_file_heals_it(released: Settings, harm: str) -> None:
    good = paid(released)
    landed = next(path for path in released.place.landing.rglob("*.csv"))
    if harm == "lost":
        landed.unlink()
    else:
        landed.write_bytes(landed.read_bytes() + b"x")
    with pytest.raises(FileRefusedError, match="LANDING_"):
        build_and_release(released, from_landing=True)
    assert paid(released) == good
    assert ingest(released, "m1", "s1", [DOUYIN]).receipts[0].verdict == "duplicate"
    build_and_release(released, from_landing=True)
    assert paid(released) == good


def test_names_decide_nothing(settings: Settings, tmp_path: Path) -> None:
    """An odd ending, and bytes given twice in one call: the second is a duplicate of the first."""
    odd = tmp_path / "orders.xlsx (1)"
    odd.write_bytes(DOUYIN.read_bytes())
    receipts = ingest(settings, "m1", "s1", [odd, DOUYIN], register=True).receipts
    assert [item.verdict for item in receipts] == ["warned", "duplicate"]
    assert [item.name for item in receipts] == [odd.name, DOUYIN.name]
    assert receipts[1].duplicate == receipts[1].rows_read == receipts[0].rows_read


def test_a_stamp_from_the_future_does_not_win_for_ever(settings: Settings, tmp_path: Path) -> None:
    table = rows()
    due = [column.strip() for column in table[0]].index("订单应付金额")
    write(tmp_path / "3999999999_old.csv", table[:2])
    ingest(settings, "m1", "s1", [tmp_path / "3999999999_old.csv"], register=True)
    table[1][due] = "77.00"
    ingest(
        settings,
        "m1",
        "s1",
        [write(tmp_path / "1795000000_new.csv", table[:2])],
        at=dt.datetime(2026, 11, 25, tzinfo=dt.UTC),
    )
    assert paid(settings) == 7_700


def test_a_shifted_row_leaves_no_name_and_no_number_in_the_lake(settings: Settings, tmp_path: Path) -> None:
    table = rows()
    shifted = ["", "", *table[2][:-2]]
    shifted = [cell if cell else "张三丰" for cell in shifted]
    shifted[30] = "13800138000"
    path = write(tmp_path / "shift.csv", [*table[:2], shifted])
    done = ingest(settings, "m1", "s1", [path], register=True)
    assert done.held is None and done.receipts[0].quarantined == 1
    with reading(settings) as lake:
        kept = lake.read(QUARANTINE)
    told = "".join(kept["cell_name"].to_list() + kept["row_json"].to_list())
    assert kept.height and "张三丰" not in told and "13800138000" not in told


def test_row_numbers_are_those_of_the_file(settings: Settings, tmp_path: Path) -> None:
    table = rows()
    due = [column.strip() for column in table[0]].index("订单应付金额")
    table[3][due] = "12.345"
    path = write(tmp_path / "blank.csv", [*table[:2], [], [], *table[2:5]])
    receipt = ingest(settings, "m1", "s1", [path], register=True).receipts[0]
    assert receipt.rules == {"BAD_MONEY": 1}
    with reading(settings) as lake:
        assert lake.read(QUARANTINE)["row_number"].to_list() == [6]


def workbook(path: Path, sheets: dict[str, list[list[str]]], hidden: str = "") -> Path:
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False}) as book:
        for name, table in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(table):
                sheet.write_row(number, 0, row)
            if name == hidden:
                sheet.hide()
        book.worksheets()[-1].activate()
    return path


def test_sheets_of_one_header_are_one_table_and_hidden_ones_do_not_count(
    settings: Settings, tmp_path: Path
) -> None:
    table = rows()
    sheets = {"one": table[:2], "two": table}
    files = [
        workbook(tmp_path / "two.xlsx", sheets),
        workbook(tmp_path / "hidden.xlsx", sheets, hidden="one"),
    ]
    receipts = ingest(settings, "m1", "s1", files, register=True).receipts
    told = [(item.rows_read, [notice.rule for notice in item.notices]) for item in receipts]
    assert told == [
        (1 + len(table) - 1, ["SEVERAL_SHEETS", "UNKNOWN_WORD", "REFUND_UNSIZED"]),
        (len(table) - 1, ["OTHER_SHEETS", "UNKNOWN_WORD", "REFUND_UNSIZED"]),
    ]


def test_ids_ruined_by_a_spreadsheet_are_refused_in_small_files_too(
    settings: Settings, tmp_path: Path
) -> None:
    table = rows()
    table = [table[0], *list({row[0]: row for row in table[1:]}.values())[:2]]  # two orders
    for row in table[1:]:
        row[:] = [
            str(int(float(cell))) if cell.strip().isdigit() and len(cell.strip()) >= 16 else cell
            for cell in row
        ]
    receipt = ingest(settings, "m1", "s1", [write(tmp_path / "num.csv", table)], register=True).receipts[0]
    assert (receipt.verdict, receipt.rule) == ("refused", "ID_PRECISION_LOST")


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        ("甲,乙\n1,2\n".encode("utf-16")[:-1], "TRUNCATED"),
        (b"a," + b"x" * 200_000 + b"\n1,2\n", "CELL_TOO_LARGE"),
    ],
)
def test_broken_bytes_are_refused_not_thrown(
    settings: Settings, tmp_path: Path, data: bytes, rule: str
) -> None:
    path = tmp_path / "broken.csv"
    path.write_bytes(data)
    receipt = ingest(settings, "m1", "s1", [path], register=True).receipts[0]
    assert (receipt.verdict, receipt.rule) == ("refused", rule)


def test_the_inbox_goes_on_beside_a_bad_file_and_keeps_both_refusals(released: Settings) -> None:
    folder = released.place.inbox / "m1" / "s1"
    folder.mkdir(parents=True)
    for content in (b"", b"<html></html>"):
        (folder / "b.csv").write_bytes(content)
        os.utime(folder / "b.csv", (0, 0))
        assert [item.verdict for item in scan_inbox(released)] == ["refused"]
    assert len(list((folder / "refused").glob("*b.csv"))) == 2
    assert CliRunner().invoke(app, ["scan"]).exit_code == 0


def test_a_setting_that_cannot_be_is_named_and_not_repeated(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from cli import run

    monkeypatch.setenv("BAIYUN_DISCLOSURE_P", "-77")
    assert run(lambda: app(["build"], standalone_mode=False)) == 2
    told = capsys.readouterr().err
    assert "BAIYUN_DISCLOSURE_P" in told and "-77" not in told


def test_a_refused_file_with_a_long_chinese_name_is_set_aside(tmp_path: Path) -> None:
    """85 characters are 247 bytes, which a file system takes, with a date before them no more."""
    settings = Settings(home=tmp_path / "home")
    folder = settings.place.inbox / "m1" / "m1-shop"
    folder.mkdir(parents=True)
    long = folder / ("订单导出" * 20 + "表.xls")
    long.write_bytes(b"hello")
    os.utime(long, (0, 0))
    assert [item.verdict for item in scan_inbox(settings)] == ["refused"]
    assert [path.name for path in folder.iterdir()] == ["refused"]
    assert len(list((folder / "refused").iterdir())) == 2


def test_a_build_of_somebody_else_may_take_what_was_just_landed(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")

    def meanwhile(zh: str, en: str) -> None:
        del zh
        if en == "building":
            build_and_release(settings, run_name="dag")

    (receipt,) = ingest(settings, "m1", "m1-shop", [DOUYIN], register=True, say=meanwhile).receipts
    assert (receipt.verdict, receipt.published) == ("warned", receipt.rows_read)


def test_a_reader_ended_from_outside_loses_nothing(tmp_path: Path) -> None:
    """The machine may run out of memory while a build reads from landing: another reader is asked.

    When that ends, too, nothing has changed.
    """
    settings = Settings(home=tmp_path / "home")
    ingest(settings, "m1", "m1-shop", [DOUYIN], register=True)
    warm(Limits.of(settings)).close()
    _, once = build_and_release(settings, from_landing=True)
    with reading(settings) as lake:
        before = lake.read(LOAD)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "executable", "/bin/false")
        close()
        with pytest.raises(FileRefusedError, match="PARSE_DIED"):
            build_and_release(settings, from_landing=True)
    with reading(settings) as lake:
        assert lake.read(LOAD).equals(before)
    assert once.status == "published"
