"""For every stop rule: broken in the rows of one merchant it names that merchant and nobody else, so that the
release of all the others comes out.
"""

# ruff: noqa: S608 - the faults are SQL

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import polars as pl
import pytest
from expectation_cases import EVERY_TABLE, broken, profile
from test_expectations_personal import PERSONAL
from test_expectations_rules import FAULTS, TOLD, totals

from expectations.rule import STOP
from expectations.rules import RULES
from expectations.run import rules_of
from pipeline.release.holding import owners
from warehouse.lake import Lake
from warehouse.place import Place

Plant = Callable[..., duckdb.DuckDBPyConnection]

STOPS = {rule.name for rule in RULES if rule.severity == STOP}
#: A table without a row has no failing row to tell whose it is: see ``tests/pipeline/test_held_alone.py``.
OF_NO_ROW = {"ROWS_PRESENT"}
#: What is wrong → SQL that plants it, whether a source told it so, and the stop rules it breaks.
PLANTED: dict[str, tuple[tuple[str, ...], bool, set[tuple[str, str]]]] = {
    **{name: (sql, False, rules) for name, (sql, rules, _) in FAULTS.items()},
    **{name: ((sql,), True, {rule}) for name, (sql, rule, _) in TOLD.items()},
    **{
        name: ((f"UPDATE {table} SET {column} = '{text}' WHERE shop_id = 's1'",), False, set())
        for name, (table, column, text) in PERSONAL.items()
        if table == "gold.fct_order_line"
    },
    "more given back than paid": (
        ("UPDATE silver.refund_line SET refund_fen = 999999 WHERE refund_id = 'R2'",), True,
        {("gold.fct_order_line", "SHOP_REFUND_ABOVE_PAID")},
    ),
}  # fmt: skip


@pytest.fixture(scope="session")
def clean(clean_home: Path) -> dict[str, pl.DataFrame]:
    """Every row of the clean market that is some merchant's."""
    with Lake.open(Place(clean_home)) as lake:
        rows = {table.full_name: lake.read(table) for table in EVERY_TABLE if "merchant_id" in table.columns}
    return {name: frame for name, frame in rows.items() if frame.height}


def restore(connection: duckdb.DuckDBPyConnection, clean: dict[str, pl.DataFrame], but: str) -> None:
    """Have the rows of all merchants ``but`` one as they were."""
    for name, rows in clean.items():
        layer, table = name.split(".")
        address = f'{layer}."{table}"'
        connection.execute(f"DELETE FROM {address} WHERE merchant_id IS DISTINCT FROM ?", [but])
        connection.register("_others", rows.filter(pl.col("merchant_id") != but))
        connection.execute(f"INSERT INTO {address} BY NAME FROM _others")
        connection.unregister("_others")


def named(found: dict[tuple[str, str], list[dict[str, object]]]) -> dict[str, set[str] | None]:
    """Stop rule that fails → whom it names, as the release asks."""
    return {
        f"{table} {rule}": owners({"owners": [[row.get("merchant_id"), None] for row in rows]})
        for (table, rule), rows in found.items()
        if rule in STOPS - OF_NO_ROW
    }


def one_of_each() -> list[str]:
    """The first fault of each stop rule on each table, and one of personal data."""
    firsts = {
        rule: name
        for name, (_, _, rules) in reversed(PLANTED.items())
        for rule in rules or {("", "NO_PERSONAL_DATA")}
        if rule[1] in STOPS or not rules
    }
    return sorted(set(firsts.values()))


@pytest.mark.parametrize("fault", one_of_each())
def test_a_fault_in_one_merchants_rows_names_that_merchant_alone(
    _memory: duckdb.DuckDBPyConnection, memory: Plant, clean: dict[str, pl.DataFrame], fault: str
) -> None:
    statements, is_told, _ = PLANTED[fault]
    seen = {}
    for merchant in ("m1", "m2", "m3"):
        for statement in statements:
            _memory.execute(statement)
        restore(_memory, clean, merchant)
        found = named(broken(memory(told=is_told)))
        _memory.execute("ROLLBACK")
        _memory.execute("BEGIN TRANSACTION")
        if found:
            seen[merchant] = found
            break
    assert seen, "the fault is in nobody's rows"
    for merchant, found in seen.items():
        assert {name: whom for name, whom in found.items() if whom != {merchant}} == {}


def test_a_shop_that_is_gone_names_its_merchant(memory: Plant) -> None:
    found = named(broken(memory(totals=totals(s9=100, s1=210_000))))
    assert found == {"gold.fct_order_line SHOP_STILL_THERE": {"m1"}}


def test_every_stop_rule_has_such_a_fault() -> None:
    of_faults = {rule for _, _, rules in PLANTED.values() for _, rule in rules}
    assert STOPS - of_faults == {"NO_PERSONAL_DATA", "SHOP_STILL_THERE"}


def test_the_rows_of_every_stop_rule_tell_their_merchant(memory: Plant) -> None:
    """Also of tables no fault is planted in; what is of the whole house, nobody's, is named here."""
    connection = memory()
    now = profile(connection)
    everywhere = type(now)(dict.fromkeys(now.rows, 1), now.filled)
    nobodys: list[str] = []
    for table in EVERY_TABLE:
        for rule in rules_of(table, everywhere, now):
            if rule.severity != STOP or rule.name in OF_NO_ROW:
                continue
            columns: Sequence[str] = [
                row[0] for row in connection.execute(f"DESCRIBE {rule.query}").fetchall()
            ]
            if "merchant_id" not in columns:
                nobodys.append(table.full_name)
        # a key that several merchants share would name one of them
        assert "merchant_id" in table.key or "merchant_id" not in table.columns
    assert set(nobodys) == {
        "ops.build", "ops.check", "ops.currency_rate", "ops.owner", "ops.pin", "ops.recipe", "ops.release",
    }  # fmt: skip
