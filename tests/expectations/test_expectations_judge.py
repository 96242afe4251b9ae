"""``judge``: Great Expectations on exactly one snapshot, reading only."""

# ruff: noqa: S608 - the faults are SQL

from __future__ import annotations

import json
import shutil
import socket
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pytest
from expectation_cases import EVERY_TABLE, broken, order_id

from contracts.errors import NotFoundError
from expectations import run
from expectations.rule import STOP, WARN, SqlRule
from expectations.run import Outcome, Previous, judge
from transforms.gold import gold_tables
from warehouse.lake import Lake
from warehouse.ops import OPS
from warehouse.place import Place

Plant = Callable[..., duckdb.DuckDBPyConnection]
LINES = "gold.fct_order_line"
FIRST = f"{order_id('s1', 0)}0"

FAULTS = (
    f"UPDATE {LINES} SET is_order_head = true",
    f"UPDATE {LINES} SET finished_at = paid_at - INTERVAL 1 HOUR WHERE order_line_id = '{FIRST}'",
    f"UPDATE {LINES} SET province_name = '电话13812345678' WHERE order_line_id = '{FIRST}'",
    "UPDATE ops.load SET quarantined_qty = 9, published_qty = 28 WHERE shop_id = 's3'",
    "INSERT INTO gold.dim_product SELECT * FROM gold.dim_product WHERE style_code = 'YS1'",
    "UPDATE silver.order SET order_status_code = 'lost: {x} 100%'",
    "DELETE FROM gold.mart_live_session",
)


def spoil(place: Place, *statements: str) -> int:
    """Commit faults as one new snapshot; its number."""
    with Lake.open(place, write=True) as lake:
        with lake.transaction():
            for statement in statements:
                lake.connection.execute(statement)
        return lake.snapshot()


def newest(place: Place) -> int:
    with Lake.open(place) as lake:
        return lake.snapshot()


def failures(outcomes: list[Outcome]) -> dict[tuple[str, str], Outcome]:
    return {(item.table_name, item.rule_name): item for item in outcomes if not item.is_passed}


def files(folder: Path) -> dict[str, int]:
    """Every file and when it was changed; SQLite's shared memory moves with every reader."""
    return {
        path.relative_to(folder).as_posix(): path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith("-shm")
    }


@pytest.fixture(scope="module")
def spoilt(
    clean_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Place, int, dict[tuple[str, str], Outcome]]:
    """A home whose newest snapshot holds ``FAULTS``; the clean snapshot before it.

    The failures of the newest. Do not write to it.
    """
    home = tmp_path_factory.mktemp("spoilt") / "home"
    shutil.copytree(clean_home, home)
    clean = newest(Place(home))
    return Place(home), clean, failures(judge(Place(home), spoil(Place(home), *FAULTS)))


def test_a_clean_snapshot_passes_and_nothing_is_written(
    clean_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    place, calls = Place(clean_home), []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(socket.socket, "connect", lambda self, address: calls.append(address))
    snapshot, before = newest(place), files(clean_home / "lake")
    outcomes = judge(place, snapshot, previous=Previous(snapshot, pl.DataFrame(judge(place, snapshot))))
    assert failures(outcomes) == {}
    assert {item.table_name for item in outcomes} == {table.full_name for table in EVERY_TABLE}
    assert len({(item.table_name, item.rule_name) for item in outcomes}) == len(outcomes) > 200
    assert {item.checked_qty for item in outcomes if item.table_name == LINES} == {38}
    assert (calls, files(clean_home / "lake"), list(tmp_path.iterdir()), newest(place)) == (
        [],
        before,
        [],
        snapshot,
    )
    assert capfd.readouterr() == ("", "")


def test_great_expectations_finds_what_plain_sql_finds(
    spoilt: tuple[Place, int, dict[tuple[str, str], Outcome]], memory: Plant
) -> None:
    found, expected = spoilt[2], broken(memory(*FAULTS))
    assert set(found) == set(expected)
    assert len(found) >= 10
    for key, outcome in found.items():
        told = json.loads(outcome.details_json or "")
        if outcome.rule_name == "ROWS_PRESENT":
            assert (told["minimum"], outcome.failed_qty) == (1, 1) and "owners" not in told
            continue
        weight = sum(int(str(row.get("quarantined_qty", 1))) for row in expected[key])
        assert outcome.failed_qty == weight
        assert len(told["examples"]) == min(5, len(expected[key]))
        assert {tuple(owner) for owner in told["owners"]} == {
            (row.get("merchant_id"), row.get("shop_id")) for row in expected[key]
        }
        assert [row for row in told["examples"] if row not in expected[key]] == []


def test_an_outcome_says_what_how_many_and_which(
    spoilt: tuple[Place, int, dict[tuple[str, str], Outcome]],
) -> None:
    found = spoilt[2]
    heads = found[LINES, "ONE_HEAD_PER_ORDER"]
    assert (heads.severity_code, heads.checked_qty) == (STOP, 38)
    zh = "每个订单恰有一个首行，只有赠品的订单没有"
    en = "every order has exactly one head line, an order of gifts only has none"
    assert heads.message_name == f"{zh}:{heads.failed_qty} 行不符 / {en}: {heads.failed_qty} failing"
    assert len(json.loads(heads.details_json or "")["examples"]) == 5
    assert found[LINES, "FINISHED_AFTER_PAID"].severity_code == WARN
    assert found["ops.load", "QUARANTINE_IS_SMALL"].failed_qty == 9
    told = json.loads(found["ops.load", "QUARANTINE_IS_SMALL"].details_json or "")
    assert (
        told["owners"] == [["m2", "s3"]]
        and told["step"].startswith("看隔离行各错在哪里")
        and told["reason"].endswith("judged again")
    )
    assert json.loads(heads.details_json or "")["step"].startswith("请联系运维")
    assert "13812345678" not in str(found)


def test_a_snapshot_is_judged_as_it_was(spoilt: tuple[Place, int, dict[tuple[str, str], Outcome]]) -> None:
    place, clean, found = spoilt
    assert newest(place) > clean
    assert found != {}
    assert failures(judge(place, clean)) == {}


def test_losses_are_seen_against_the_previous_release(place: Place) -> None:
    released = newest(place)
    found = pl.DataFrame(judge(place, released))
    snapshot = spoil(
        place,
        "DELETE FROM gold.dim_creator",
        "DELETE FROM bronze.douyin__orders WHERE _row_number = 2",
        "UPDATE gold.dim_product SET product_name = NULL",
        "UPDATE silver.order_line SET shop_id = 's9' WHERE shop_id = 's3'",
        f"UPDATE {LINES} SET shop_id = 's9' WHERE shop_id = 's3'",
    )
    alone = set(failures(judge(place, snapshot)))
    since = failures(judge(place, snapshot, previous=Previous(released, found)))
    expired = set(
        failures(judge(place, snapshot, previous=Previous(10**6, found)))
    )  # what was found is known, what it held no more
    assert set(since) - expired == {(LINES, "SHOP_STILL_THERE")}
    assert set(since) - alone == {
        ("gold.dim_creator", "ROWS_PRESENT"), ("gold.dim_creator", "ROWS_KEPT"),
        ("bronze.douyin__orders", "ROWS_KEPT"), ("gold.dim_product", "NULL_SHARE"),
        (LINES, "SHOP_STILL_THERE"),
    }  # fmt: skip
    told = json.loads(since["gold.dim_product", "NULL_SHARE"].details_json or "")
    assert told["examples"] == [{"column_name": "product_name", "null_qty": 14}] and told["owners"] == [
        [None, None]
    ]


def test_tables_and_columns_not_made_yet_count_as_empty(tmp_path: Path) -> None:
    place = Place(tmp_path / "home")
    product = gold_tables()["dim_product"]
    with Lake.open(place, write=True) as lake:
        lake.ensure([*OPS.values(), replace(product, optional=("product_id",))])
        row = (
            product.empty()
            .clear(1)
            .with_columns(
                merchant_id=pl.lit("m1"),
                shop_id=pl.lit("s1"),
                platform_code=pl.lit("douyin"),
                style_code=pl.lit("a"),
            )
        )
        lake.append(replace(product, optional=("product_id",)), row)
        snapshot = lake.snapshot()
    outcomes = judge(place, snapshot)
    assert set(failures(outcomes)) == {("gold.dim_product", "STYLES_SOLD")}  # of no order: its one fault
    assert {item.table_name for item in outcomes} == {table.full_name for table in EVERY_TABLE}


def test_a_rule_that_cannot_be_judged_has_failed(clean_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = SqlRule(
        "ODD",
        STOP,
        "不可能",
        "impossible",
        "因为",
        "because",
        table=LINES,
        query="SELECT no_such_column FROM {batch}",
    )
    monkeypatch.setattr(run, "SQL_RULES", (odd,))
    found = failures(judge(Place(clean_home), newest(Place(clean_home))))
    assert set(found) == {(LINES, "ODD")}
    assert "no_such_column" in json.loads(found[LINES, "ODD"].details_json or "")["error"]


def test_no_such_snapshot(clean_home: Path, tmp_path: Path) -> None:
    for place, snapshot in ((Place(clean_home), 10**6), (Place(tmp_path / "nowhere"), 1)):
        with pytest.raises(NotFoundError):
            judge(place, snapshot)
