"""Suites as Great Expectations' own JSON: it runs them on a plain DuckDB file and says the same."""

# ruff: noqa: S608 - the faults are SQL

from __future__ import annotations

import json
from pathlib import Path

import great_expectations as gx
import pytest
from expectation_cases import order_id
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.expectations.core import UnexpectedRowsExpectation

import expectations.dialect  # noqa: F401 - a DuckDB that Great Expectations can use
from expectations.checks import sql_checks
from expectations.derive import BASELINE
from expectations.run import export, judge
from transforms.gold import gold_tables
from warehouse.lake import Lake
from warehouse.place import Place

LINES = "gold.fct_order_line"
ONE = f"WHERE shop_id = 's1' AND order_line_id = '{order_id('s1', 0)}0'"
FAULTS = (
    f"UPDATE {LINES} SET is_order_head = true",
    f"UPDATE {LINES} SET unit_price_fen = -1, traffic_code = 'bought', seller_code = NULL {ONE}",
    f"UPDATE {LINES} SET province_name = '电话13812345678' {ONE}",
    "UPDATE ops.load SET quarantined_qty = 9, published_qty = 28 WHERE shop_id = 's3'",
    "INSERT INTO gold.dim_product SELECT * FROM gold.dim_product WHERE style_code = 'YS1'",
    "UPDATE silver.order SET order_status_code = 'lost: {x} 100%'",
    "DELETE FROM gold.mart_live_session",
)
TABLES = (LINES, "ops.load", "gold.dim_product", "silver.order", "gold.mart_live_session")


def _failed(result: ExpectationValidationResult) -> int:
    """Failing rows by Great Expectations' own count; of a floor, the rows that are missing."""
    told, asked = result.result, result.expectation_config
    if asked.type == "expect_table_row_count_to_be_between":
        return int(asked.kwargs["min_value"] - told["observed_value"])
    return int(told.get("unexpected_count", told.get("observed_value")))


def test_great_expectations_finds_what_the_judgement_finds(place: Place, tmp_path: Path) -> None:
    with Lake.open(place, write=True) as lake:
        with lake.transaction():
            for fault in FAULTS:
                lake.connection.execute(fault)
        snapshot = lake.snapshot()
    ours = {
        (item.table_name, item.rule_name): item.failed_qty
        for item in judge(place, snapshot)
        if not item.is_passed and item.table_name in TABLES
    }
    written = export(place, snapshot, tmp_path / "suites", with_rows=True)
    assert {path.name for path in written} >= {*(f"{name}.json" for name in TABLES), "house.duckdb"}
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    address = f"duckdb+snapshot:///{tmp_path / 'suites' / 'house.duckdb'}"
    source = context.data_sources.add_sql("house", connection_string=address, create_temp_table=False)
    theirs: dict[tuple[str, str], int] = {}
    for name in TABLES:
        document = json.loads((tmp_path / "suites" / f"{name}.json").read_text(encoding="utf-8"))
        layer, table = name.split(".")
        asset = source.add_table_asset(name, table_name=table, schema_name=layer)
        batch = asset.add_batch_definition_whole_table("whole").get_batch()
        for result in batch.validate(gx.ExpectationSuite(**document)).results:
            if not result.success:
                assert result.result, result.exception_info
                rule = result.expectation_config.meta["rule"]
                theirs[name, rule] = theirs.get((name, rule), 0) + _failed(result)
    # theirs counts every row of a key that is there twice, ours every such key
    twice = "gold.dim_product", "KEY_UNIQUE"
    assert theirs.pop(twice) == 2 * ours.pop(twice) > 0
    assert theirs == ours
    assert ours["ops.load", "QUARANTINE_IS_SMALL"] == 9 and len(ours) >= 9


def test_the_baseline_is_in_types_of_great_expectations(place: Place, tmp_path: Path) -> None:
    with Lake.open(place) as lake:
        snapshot = lake.snapshot()
    baseline = {rule.name for rule in BASELINE}
    written = export(place, snapshot, tmp_path)
    assert not (tmp_path / "house.duckdb").exists()
    asked = [
        item for path in written for item in json.loads(path.read_text(encoding="utf-8"))["expectations"]
    ]
    by_sql = {item["meta"]["rule"] for item in asked if item["type"] == "unexpected_rows_expectation"}
    own = {item["meta"]["rule"] for item in asked} - by_sql
    assert own <= baseline and not by_sql & baseline and {"KEY_UNIQUE", "KNOWN_CODES"} <= own
    for item in asked:
        if item["type"] == "unexpected_rows_expectation":
            UnexpectedRowsExpectation(unexpected_rows_query=item["kwargs"]["unexpected_rows_query"])


def test_each_gold_table_has_a_check_of_its_own() -> None:
    checked = {rule.table for rule in sql_checks()}
    assert [name for name, table in gold_tables().items() if table.full_name not in checked] == []


@pytest.mark.parametrize(
    "text",
    [
        "-- why: 因为 / because\nSELECT 1",
        "-- stop: 必须 / must\nSELECT 1",
        "-- stop: 必须 / must\n\n-- why: 因为 / because\nSELECT 1",
        "-- stop: 必须\n-- why: 因为 / because\nSELECT 1",
    ],
)
def test_a_check_that_does_not_say_what_and_why_in_both_languages_is_refused(
    text: str, tmp_path: Path
) -> None:
    path = tmp_path / "gold" / "fct_order_line" / "odd.sql"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"gold/fct_order_line/odd\.sql"):
        sql_checks(tmp_path)


def test_a_check_is_what_its_file_says(tmp_path: Path) -> None:
    path = tmp_path / "gold" / "fct_order_line" / "two_sides.sql"
    path.parent.mkdir(parents=True)
    path.write_text(
        "-- warn: 两边相等\n--   / both sides agree\n-- why: 因为 / because\n-- step: 看 / look\n"
        "-- unit: a_off\n-- by: shop_id\n-- same: a,\n--   b\n-- a note\n"
        "SELECT 1\n-- must equal\nSELECT 2 -- last\n",
        encoding="utf-8",
    )
    (rule,) = sql_checks(tmp_path)
    assert (rule.name, rule.table, rule.severity) == ("TWO_SIDES", LINES, "warn")
    assert (rule.zh, rule.en, rule.reason, rule.step) == (
        "两边相等",
        "both sides agree",
        "因为 / because",
        "看 / look",
    )
    assert rule.weight == "a_off" and "sum(b)::BIGINT AS b_off" in rule.query and "-(a) AS a" in rule.query
