"""Every entry of the catalogue of bad input through the public door: one lake, a shop for each file that is taken, one build for all of them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from intake_catalogue import DUE, REFUSED, TAKEN, Case
from intake_files import HEADER, archive, data, orders, renamed
from typer.testing import CliRunner

from contracts.canonical import SILVER
from contracts.intake import FILE_RULES, ROW_RULES, WARN_RULES
from pipeline import parsing
from pipeline.build import build
from pipeline.cli import app
from pipeline.house import all_tables, reading, writing
from pipeline.intake import Landed, land_files
from pipeline.receipts import FileReceipt
from transforms.gold import gold_tables
from warehouse.lake import Lake
from warehouse.ops import QUARANTINE
from warehouse.settings import Settings

AT = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)


@dataclass(frozen=True)
class House:
    """The lake after everything was given, and what became of each file: case id → receipt."""

    settings: Settings
    receipts: dict[str, FileReceipt]
    untouched: bool


def listing(settings: Settings) -> list[str]:
    return sorted(path.relative_to(settings.home).as_posix() for path in settings.place.landing.rglob("*"))


def content(lake: Lake) -> dict[str, str]:
    return {table.full_name: lake.content_hash(table) for table in all_tables()}


def give(lake: Lake, settings: Settings, folder: Path, case: Case, shop: str) -> Landed:
    path = folder / f"{case.id}.csv"
    path.write_bytes(case.make())
    (landed,) = land_files(lake, settings.place, "m1", shop, [path], at=AT, register=True)
    return landed


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    settings, folder = Settings(home=tmp_path_factory.mktemp("house")), tmp_path_factory.mktemp("files")
    with writing(settings) as lake:
        taken = {case.id: give(lake, settings, folder, case, case.id) for case in TAKEN}
        before, kept = content(lake), listing(settings)
        turned_away = {case.id: give(lake, settings, folder, case, "nobody") for case in REFUSED}
        untouched = content(lake) == before and listing(settings) == kept
    known = {(case, landed.export_id): landed.reading for case, landed in taken.items() if landed.reading}
    made = {item.shop_id: item for item in build(settings, at=AT, known=known).receipts}
    receipts = {case: landed.receipt or made[case] for case, landed in taken.items()}
    yield House(settings, receipts | {case: landed.receipt for case, landed in turned_away.items() if landed.receipt}, untouched)
    parsing.close()


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.id)
def test_a_refused_file_says_file_rule_and_next_step_in_two_languages(house: House, case: Case) -> None:
    receipt = house.receipts[case.id]
    assert (receipt.verdict, receipt.rule, receipt.rows_read) == ("refused", case.rules, 0)
    said = FILE_RULES[str(case.rules)]
    assert said.zh in receipt.message and said.en in receipt.message and f"{case.id}.csv" in receipt.message
    assert receipt.next_step == f"{said.step_zh} / {said.step_en}"
    assert [word for word in case.says if word not in receipt.message] == []


def test_refused_files_changed_nothing_at_all(house: House) -> None:
    assert house.untouched


@pytest.mark.parametrize("case", TAKEN, ids=lambda case: case.id)
def test_a_taken_file_gets_its_verdict_rules_and_warnings(house: House, case: Case) -> None:
    receipt = house.receipts[case.id]
    assert (receipt.verdict, receipt.rows_read) == (case.verdict, case.rows)
    assert receipt.rules == (case.rules or {})
    assert tuple(notice.rule for notice in receipt.notices) == case.notices
    assert receipt.rows_read == receipt.published + receipt.quarantined + receipt.superseded + receipt.duplicate
    assert receipt.quarantined == (1 if case.rules else 0) and receipt.superseded == receipt.duplicate == 0
    for notice in receipt.notices:
        said = WARN_RULES[notice.rule]
        assert all(word in notice.sentence() for word in (said.zh, said.en, said.step_zh, said.step_en))


@pytest.mark.parametrize("case", [case for case in TAKEN if case.bad_row or case.rules], ids=lambda case: case.id)
def test_a_row_set_aside_is_named_by_its_place_in_the_file(house: House, case: Case) -> None:
    with reading(house.settings) as lake:
        rows = lake.read(QUARANTINE, where={"shop_id": case.id})
    assert set(rows["rule_name"]) == set(case.rules)
    assert set(rows["row_number"]) == {case.bad_row}
    assert [rule for rule in rows["rule_name"] if ROW_RULES[rule].zh not in "".join(rows["message_name"])] == []
    assert all(" / " in step for step in rows["next_step_name"])


def lines(house: House, case: str) -> pl.DataFrame:
    with reading(house.settings) as lake:
        return lake.read(SILVER["order_line"], where={"shop_id": case}).sort("order_id")


FIRST = "6931570482213347101"


@pytest.mark.parametrize("case", ["b12-marks-round-ids", "b56-wrapped-ids", "b58-full-width-id", "b01-gb18030", "b03-utf16-be", "b18-xlsx-called-csv"])
def test_ids_are_bit_exact_whatever_they_came_in(house: House, case: str) -> None:
    assert lines(house, case)["order_id"].to_list() == [str(int(FIRST) + 2 * number) for number in range(4)]
    assert lines(house, case)["order_line_id"][0] == FIRST


@pytest.mark.parametrize(
    ("case", "fen"),
    [("b59-thousands", 123_450), ("b60-yuan-sign", 1_200), ("b60-yuan-word", 1_200), ("b62-full-width-number", 1_200), ("b44-reordered", 129_900)],
)
def test_money_is_exact_whatever_it_came_in(house: House, case: str, fen: int) -> None:
    assert lines(house, case)["placed_fen"].to_list() == [fen, *[129_900] * 3]


@pytest.mark.parametrize("case", ["b34-from-1904", "b34-from-1900"])
def test_a_workbooks_dates_are_the_days_they_show(house: House, case: str) -> None:
    told = lines(house, case)["created_at"][0]
    assert told.replace(tzinfo=None) == dt.datetime(2026, 10, 12, 20, 15, 3)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("case", "title"),
    [
        ("b14-emoji", "𠮷羊毛👗大衣"),
        ("b79-formula-0", "=cmd|' /C calc'!A0"),
        ("b81-sql", "'; DROP TABLE orders; --"),
        ("b49-breaks-and-commas", '羊毛,双面呢\n"大衣",M'),
    ],
)
def test_text_is_kept_as_it_came(house: House, case: str, title: str) -> None:
    assert title in lines(house, case)["product_name"].to_list()


def test_a_phone_number_in_a_title_is_masked_before_anything_is_stored(house: House) -> None:
    with reading(house.settings) as lake:
        told = [
            lake.read(table, where={"shop_id": "b82-phone-in-title"}) for table in [*SILVER.values(), *gold_tables().values()] if "shop_id" in table.columns
        ]
    assert "13800138000" not in "".join(frame.write_json() for frame in told)
    assert any("***********" in frame.write_json() for frame in told)


def test_an_unknown_status_is_never_counted_as_paid(house: House) -> None:
    assert lines(house, "b74-unknown-word")["order_status_code"][0] == "unknown"


# the same through the command and as an archive
@pytest.fixture
def settings(house: House, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("BAIYUN_HOME", str(house.settings.home))
    return house.settings


def test_the_command_tells_every_refusal_as_json_and_as_text(settings: Settings, tmp_path: Path) -> None:
    cases = [case for case in REFUSED if case.entry in ("B05", "B07", "B23", "B29", "B40", "B72")]
    paths = []
    for case in cases:
        paths.append(tmp_path / f"{case.id}.csv")
        paths[-1].write_bytes(case.make())
    told = CliRunner().invoke(app, ["ingest", "-m", "m1", "-s", "nobody", "--json", *map(str, paths)])
    files = json.loads(told.stdout)["files"]
    assert told.exit_code == 1
    assert [(item["verdict"], item["rule"]) for item in files] == [("refused", case.rules) for case in cases]
    said = CliRunner().invoke(app, ["ingest", "-m", "m1", "-s", "nobody", str(paths[-1])])
    assert f"[{cases[-1].rules}]" in said.stdout.replace("\n", "") and "→" in said.stdout


def test_an_archive_is_the_files_in_it_each_with_its_own_receipt(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "十月.zip"
    path.write_bytes(archive({"一/a.csv": data(orders(3, 200)), "b.csv": data(orders(2, 300)), "readme.txt": "说明\n".encode(), "__MACOSX/b.csv": b"x"}))
    with writing(settings) as lake:
        landed = land_files(lake, settings.place, "m1", "zipped", [path], at=AT, register=True)
    assert [item.name for item in landed] == ["十月.zip/一/a.csv", "十月.zip/b.csv", "十月.zip/readme.txt"]
    assert [item.reading.rows_read if item.reading else item.receipt.rule for item in landed if item.reading or item.receipt] == [3, 2, "UNKNOWN_LAYOUT"]


def test_a_header_that_drifted_is_read_only_by_an_alias_a_person_confirmed(settings: Settings, tmp_path: Path) -> None:
    from connectors.base import platforms
    from pipeline.mapping import save_alias

    path, theirs = tmp_path / "drift.csv", "应付金额(元)"
    path.write_bytes(data(renamed(orders(3, 400), DUE, theirs)))
    with writing(settings) as lake:
        (before,) = land_files(lake, settings.place, "m1", "drift", [path], at=AT, register=True)
        assert before.receipt and before.receipt.rule == "MISSING_COLUMN" and f"{theirs}→{DUE}" in before.receipt.message
        save_alias(lake, "m1", platforms()["douyin"].layout("orders", "2025_75"), theirs, DUE, by="王会计", at=AT)
        (after,) = land_files(lake, settings.place, "m1", "drift", [path], at=AT, register=True)
        (other,) = land_files(lake, settings.place, "m2", "drift2", [path], at=AT, register=True)
    assert after.reading and after.reading.bronze["placed_fen"].to_list() == [129_900] * 3
    assert [notice.rule for notice in after.reading.notices] == ["ALIAS_USED"]
    assert other.receipt and other.receipt.rule == "MISSING_COLUMN"
    assert HEADER.count(DUE) == 1
