"""Every entry of the catalogue of bad input through the command and through the upload page's counter: one
shop, one call for all files.
"""

from __future__ import annotations

import ast
import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from intake_case import APART, DUE, Case
from intake_catalogue import CASES, ELSEWHERE, REFUSED, TAKEN
from intake_files import HEADER, archive, data, numbered_from, order_id, orders, renamed
from typer.testing import CliRunner

from cli import app
from contracts.canonical import SILVER
from contracts.intake import FILE_RULES, ROW_RULES, WARN_RULES
from metrics.query.access import Viewer
from pipeline import counter
from pipeline.house import all_tables, reading, writing
from pipeline.intake.land import land_files
from pipeline.intake.previews import Preview
from pipeline.intake.registering import register_shop
from transforms.gold import gold_tables
from warehouse.lake import Lake
from warehouse.ops import QUARANTINE
from warehouse.settings import Settings

AT = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
FIRST = {case.id: APART * number for number, case in enumerate(CASES)}
Receipt = dict[str, Any]


@dataclass(frozen=True)
class House:
    """The lake after everything was given: case id → the receipt the command printed, and what the counter
    says of the same file for a fresh shop.
    """

    settings: Settings
    receipts: dict[str, Receipt]
    previews: dict[str, Preview]
    untouched: bool


def listing(settings: Settings) -> list[str]:
    return sorted(path.relative_to(settings.home).as_posix() for path in settings.place.landing.rglob("*"))


def content(lake: Lake) -> dict[str, str]:
    return {table.full_name: lake.content_hash(table) for table in all_tables()}


def state(settings: Settings) -> tuple[dict[str, str], list[str]]:
    with reading(settings) as lake:
        return content(lake), listing(settings)


def command(paths: list[Path], *options: str) -> list[Receipt]:
    """The receipts ``baiyun ingest --json`` prints."""
    told = CliRunner().invoke(
        app, ["ingest", "-m", "m1", "-s", "s1", "--json", *options, *map(str, paths)], catch_exceptions=False
    )
    receipts: list[Receipt] = json.loads(told.stdout)["files"]
    assert told.exit_code in (1, 3)
    return receipts


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    settings, folder = Settings(home=tmp_path_factory.mktemp("house")), tmp_path_factory.mktemp("files")
    paths = {case.id: folder / f"{case.id}.csv" for case in CASES}
    for case in CASES:
        paths[case.id].write_bytes(case.make(FIRST[case.id]))
    with writing(settings) as lake:
        register_shop(lake, "m1", "fresh", "douyin", at=AT)
    viewer = Viewer(settings.place, "test", "merchant", "m1")
    # before the command takes them: afterwards their orders are another shop's
    looked = [
        found[0]
        for found in counter.preview_each(
            viewer, "fresh", [(path.name, path.read_bytes()) for path in paths.values()]
        )
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BAIYUN_HOME", str(settings.home))
        receipts = dict(zip(paths, command(list(paths.values()), "--new-shop"), strict=True))
        before = state(settings)
        command([paths[case.id] for case in REFUSED])
        untouched = state(settings) == before
    return House(settings, receipts, dict(zip(paths, looked, strict=True)), untouched)


def test_every_entry_is_tried() -> None:
    assert {case.entry for case in CASES} | set(ELSEWHERE) == {f"B{number:02}" for number in range(1, 102)}
    for place in ELSEWHERE.values():
        file, name = place.split("::")
        tree = ast.parse((Path(__file__).parents[1] / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.id)
def test_a_refused_file_says_file_rule_and_next_step_in_two_languages(house: House, case: Case) -> None:
    receipt, looked = house.receipts[case.id], house.previews[case.id].receipt
    assert (receipt["verdict"], receipt["rule"], receipt["rows_read"]) == ("refused", case.rules, 0)
    said = FILE_RULES[str(case.rules)]
    assert (
        said.zh in receipt["message"]
        and said.en in receipt["message"]
        and f"{case.id}.csv" in receipt["message"]
    )
    assert receipt["next_step"] == f"{said.step_zh} / {said.step_en}"
    assert [word for word in case.says if word not in receipt["message"]] == []
    assert (looked.verdict, looked.rule, looked.message, looked.next_step) == (
        "refused",
        case.rules,
        receipt["message"],
        receipt["next_step"],
    )


def test_refused_files_changed_nothing_at_all(house: House) -> None:
    assert house.untouched


@pytest.mark.parametrize("case", TAKEN, ids=lambda case: case.id)
def test_a_taken_file_gets_its_verdict_rules_and_warnings(house: House, case: Case) -> None:
    receipt = house.receipts[case.id]
    assert (receipt["verdict"], receipt["rows_read"], receipt["rules"]) == (
        case.verdict,
        case.rows,
        case.rules or {},
    )
    assert tuple(notice["rule"] for notice in receipt["notices"]) == case.notices
    assert (receipt["quarantined"], receipt["superseded"], receipt["duplicate"]) == (
        1 if case.rules else 0,
        0,
        0,
    )
    assert receipt["rows_read"] == receipt["published"] + receipt["quarantined"]
    for notice in receipt["notices"]:
        said = WARN_RULES[notice["rule"]]
        assert all(word in notice["message"] for word in (said.zh, said.en, said.step_zh, said.step_en))


#: What only a build finds: a row that breaks the contract, and what other files might give: amounts of
#: refunds, their orders.
BUILD_ONLY = {"CONTRACT", "REFUND_UNSIZED", "REFUND_WAITS"}


@pytest.mark.parametrize("case", TAKEN, ids=lambda case: case.id)
def test_the_counter_says_of_a_taken_file_what_the_command_said(house: House, case: Case) -> None:
    looked = house.previews[case.id]
    assert looked.error is None and looked.receipt.rows_read == case.rows
    if BUILD_ONLY & {*case.rules, *case.notices}:
        return
    assert looked.receipt.verdict == case.verdict
    assert tuple(notice.rule for notice in looked.receipt.notices) == case.notices
    assert looked.bad_rows == (1 if case.rules else 0) and {
        problem.rule for problem in looked.problems
    } == set(case.rules)
    for problem in looked.problems:
        said = ROW_RULES[problem.rule]
        assert problem.message == f"{said.zh} / {said.en}"
        told = (
            ("已遮住", "masked")
            if "***" in problem.cell and problem.rule != "MASKED_KEY"
            else (said.step_zh, said.step_en)
        )  # a masked cell is looked up where it stands in the file
        assert [word for word in told if word not in problem.next_step] == []


@pytest.mark.parametrize("case", [case for case in TAKEN if case.rules], ids=lambda case: case.id)
def test_a_row_set_aside_is_named_by_its_place_in_the_file(house: House, case: Case) -> None:
    with reading(house.settings) as lake:
        rows = lake.read(QUARANTINE, where={"export_id": house.receipts[case.id]["export_id"]})
    assert set(rows["rule_name"]) == set(case.rules) and set(rows["row_number"]) == {case.bad_row}
    assert [
        rule for rule in rows["rule_name"] if ROW_RULES[rule].zh not in "".join(rows["message_name"])
    ] == []
    assert all(" / " in step for step in rows["next_step_name"])


def rows_of(house: House, case: str, table: str = "order_line") -> pl.DataFrame:
    with reading(house.settings) as lake:
        found = lake.read(SILVER[table], where={"shop_id": "s1"}).filter(
            pl.col("_export_id") == house.receipts[case]["export_id"]
        )
    return found.sort("order_id") if "order_id" in found.columns else found


def ids_of(case: str) -> list[str]:
    with numbered_from(FIRST[case]):
        return [order_id(number) for number in range(4)]


@pytest.mark.parametrize(
    "case",
    [
        "b12-marks-round-ids",
        "b56-wrapped-ids",
        "b58-full-width-id",
        "b01-gb18030",
        "b03-utf16-be",
        "b18-xlsx-called-csv",
    ],
)
def test_ids_are_bit_exact_whatever_they_came_in(house: House, case: str) -> None:
    assert (
        rows_of(house, case)["order_id"].to_list()
        == rows_of(house, case)["order_line_id"].to_list()
        == ids_of(case)
    )


def test_ids_that_are_no_plain_numbers_stay_as_they_are(house: House) -> None:
    first, *_ = ids_of("b94-a-split-orders-id")
    assert rows_of(house, "b94-a-split-orders-id").select("order_id", "order_line_id").row(0) == (
        f"{first}M",
        f"{first}M1",
    )
    assert "0012345" in rows_of(house, "b57-leading-zeros")["product_id"].to_list()


@pytest.mark.parametrize(
    ("case", "fen"),
    [
        ("b59-thousands", 123_450),
        ("b60-yuan-sign", 1_200),
        ("b60-yuan-word", 1_200),
        ("b62-full-width-number", 1_200),
        ("b44-reordered", 129_900),
        ("b30-link-in-a-formula", 129_900),
    ],
)
def test_money_is_exact_whatever_it_came_in(house: House, case: str, fen: int) -> None:
    assert rows_of(house, case)["placed_fen"].to_list() == [fen, *[129_900] * 3]


@pytest.mark.parametrize("case", ["b34-from-1904", "b34-from-1900"])
def test_a_workbooks_dates_are_the_days_they_show(house: House, case: str) -> None:
    told = rows_of(house, case)["created_at"][0]
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
    assert title in rows_of(house, case)["product_name"].to_list()


def test_a_phone_number_in_a_title_is_masked_before_anything_is_stored(house: House) -> None:
    with reading(house.settings) as lake:
        told = [lake.read(table).write_json() for table in [*SILVER.values(), *gold_tables().values()]]
    assert "13800138000" not in "".join(told)
    for case in [case for case in TAKEN if case.entry == "B82"]:
        assert "***********" in rows_of(house, case.id).write_json(), case.id


def test_an_unknown_status_is_never_counted_as_paid(house: House) -> None:
    assert rows_of(house, "b74-unknown-word")["order_status_code"][0] == "unknown"


def test_a_session_over_midnight_is_of_the_day_it_began_and_one_without_viewers_has_no_rates(
    house: House,
) -> None:
    with reading(house.settings) as lake:
        sold = lake.read(gold_tables()["mart_live_session"], where={"shop_id": "s1"})
    late = sold.filter(pl.col("live_account_id") == "73")
    assert late["business_date"].to_list() == [dt.date(2026, 10, 12)]
    nobody = sold.filter(pl.col("live_account_id") == "100")
    assert nobody["session_views_qty"].to_list() == [0]
    assert all(cell is None or cell == cell for row in nobody.rows() for cell in row)


def test_an_archive_is_the_files_in_it_each_with_its_own_receipt(house: House, tmp_path: Path) -> None:
    path = tmp_path / "十月.zip"
    path.write_bytes(
        archive(
            {
                "一/a.csv": data(orders(3, 200)),
                "b.csv": data(orders(2, 300)),
                "readme.txt": "说明\n".encode(),
                "__MACOSX/b.csv": b"x",
            }
        )
    )
    with writing(house.settings) as lake:
        landed = land_files(lake, house.settings.place, "m1", "zipped", [path], at=AT, register=True)
    assert [item.name for item in landed] == ["十月.zip/一/a.csv", "十月.zip/b.csv", "十月.zip/readme.txt"]
    assert [
        item.reading.rows_read if item.reading else item.receipt.rule
        for item in landed
        if item.reading or item.receipt
    ] == [3, 2, "UNKNOWN_LAYOUT"]


def test_a_header_that_drifted_is_read_only_by_an_alias_a_person_confirmed(
    house: House, tmp_path: Path
) -> None:
    from connectors.base import platforms
    from pipeline.intake.mapping import save_alias

    settings, path, theirs = house.settings, tmp_path / "drift.csv", "应付金额(元)"
    path.write_bytes(data(renamed(orders(3, 400), DUE, theirs)))
    with writing(settings) as lake:
        (before,) = land_files(lake, settings.place, "m1", "drift", [path], at=AT, register=True)
        assert (
            before.receipt
            and before.receipt.rule == "MISSING_COLUMN"
            and f"{theirs}→{DUE}" in before.receipt.message
        )
        save_alias(
            lake, "m1", platforms()["douyin"].layout("orders", "2025_75"), theirs, DUE, by="王会计", at=AT
        )
        (after,) = land_files(lake, settings.place, "m1", "drift", [path], at=AT, register=True)
        (other,) = land_files(lake, settings.place, "m2", "drift2", [path], at=AT, register=True)
    assert after.reading and after.reading.bronze["placed_fen"].to_list() == [129_900] * 3
    assert [notice.rule for notice in after.reading.notices] == ["ALIAS_USED"]
    assert other.receipt and other.receipt.rule == "MISSING_COLUMN"
    assert HEADER.count(DUE) == 1
