"""Great Expectations on a DuckLake snapshot.

It has no DuckDB source of its own; a dialect that never ends a transaction makes it work.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # before the import: nothing is ever reported home

import duckdb_engine
import great_expectations as gx
import sqlalchemy as sa
from great_expectations.core.batch import Batch, LegacyBatchDefinition
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.core.id_dict import IDDict
from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
from great_expectations.expectations.core import UnexpectedRowsExpectation
from great_expectations.expectations.expectation import Expectation
from great_expectations.validator.validator import Validator

import expectations.dialect  # noqa: F401 - its name is known to SQLAlchemy from here on
from expectations.rule import STOP, FloorRule, SqlRule, address
from expectations.suites import for_gx
from warehouse.lake import Lake
from warehouse.sql import literal

EXAMPLES = 5
#: Whose a failing row is: null where its query names no merchant, or no shop.
_OWNER = "[to_json(failing) ->> 'merchant_id', to_json(failing) ->> 'shop_id']"

_FIRSTS = """
    SELECT to_json(list(first))::VARCHAR FROM (
        SELECT min(to_json(failing)::VARCHAR) AS first FROM failing
        GROUP BY to_json(failing) ->> 'merchant_id')"""


class ExpectNoFailingRows(UnexpectedRowsExpectation):
    """``UnexpectedRowsExpectation`` that runs its query once: the query itself returns examples and their
    total (see ``_failing_rows``).
    """

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.table",)

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,  # noqa: ANN401
    ) -> dict[str, Any]:
        rows = metrics["unexpected_rows_query.table"]
        failed = max(1, int(rows[0]["failed"] or 0)) if rows else 0
        details = {
            "unexpected_rows": [row["example"] for row in rows],
            "owners": rows[0]["owners"] if rows else None,
            "firsts": rows[0]["firsts"] if rows else None,
        }
        return {"success": not rows, "result": {"observed_value": failed, "details": details}}


def expectation(rule: FloorRule | SqlRule) -> Expectation:
    """What Great Expectations is asked to judge for ``rule``, with our severity in its words and the rule's
    name in ``meta``.
    """
    common = {"severity": "critical" if rule.severity == STOP else "warning", "meta": {"rule": rule.name}}
    query = _failing_rows(rule.query, rule.weight)
    return ExpectNoFailingRows(unexpected_rows_query=for_gx(rule.table, query), **common)


def _all_at_once(rules: Sequence[FloorRule | SqlRule]) -> Expectation:
    """One expectation that holds when all rules do, of whatever tables.

    It tells no more than the tables of those that do not.

    Rules about single rows of one table are one scan.
    """
    conditions: dict[str, list[str]] = {}
    broken = []
    for rule in rules:
        if isinstance(rule, SqlRule) and rule.condition:
            conditions.setdefault(rule.table, []).append(f"({rule.condition})")
        else:
            broken.append((rule.table, rule.query))
    broken += [
        (table, f"SELECT 1 AS one FROM {address(table)} WHERE {' OR '.join(several)}")  # noqa: S608
        for table, several in conditions.items()
    ]
    asked = " UNION ALL ".join(
        f"(SELECT {literal(table)} AS example, 1 AS failed, NULL AS owners, NULL AS firsts"  # noqa: S608
        f" FROM ({query}\n) LIMIT 1)"
        for table, query in broken
    )
    return ExpectNoFailingRows(unexpected_rows_query=for_gx(rules[0].table, asked))


def _failing_rows(query: str, weight: str) -> str:
    """Up to five failing rows as JSON, each beside the total of failures and, as JSON, every merchant and
    shop that has any, and the first row of each merchant.

    No window: DuckDB 1.5.5 now and then ends the whole process over ``list(DISTINCT …) OVER ()`` ("Attempted
    to access index 0 within vector of size 0").
    """
    return (
        f"WITH failing AS MATERIALIZED ({query}\n)"  # noqa: S608
        f" SELECT to_json(failing)::VARCHAR AS example, (SELECT sum({weight}) FROM failing)::BIGINT AS "
        "failed,"
        f" (SELECT to_json(list(DISTINCT {_OWNER})) FROM failing)::VARCHAR AS owners,"
        f" ({_FIRSTS}) AS firsts FROM failing ORDER BY example LIMIT {EXAMPLES}"
    )


class Judge:
    """Great Expectations bound to the views of one snapshot's connection."""

    def __init__(self, lake: Lake) -> None:
        # the connection itself, not a cursor of it: a cursor would not know its time zone
        connect = partial(duckdb_engine.ConnectionWrapper, lake.connection)
        engine = sa.create_engine("duckdb+snapshot:///:memory:", creator=connect, poolclass=sa.StaticPool)
        # its default configuration would leave a folder for HTML pages behind
        config = DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(),
            progress_bars={"globally": False},
            analytics_enabled=False,
        )
        self._context = gx.get_context(mode="ephemeral", project_config=config)
        self._execution = SqlAlchemyExecutionEngine(engine=engine, create_temp_table=False)

    def doubted(self, rules: Sequence[FloorRule | SqlRule]) -> set[str]:
        """The tables of which some rule does not hold: all rules are asked at once, for GX takes as long for
        one expectation as DuckDB for its query.

        All their tables when any cannot be judged: then ``validate`` tells which.
        """
        if not rules:
            return set()
        found = self._ask(rules[0].table, [_all_at_once(rules)])[0]
        told = {} if found.success else found.result.get("details", {})
        return set() if found.success else set(told.get("unexpected_rows") or (rule.table for rule in rules))

    def validate(self, table: str, rules: Sequence[FloorRule | SqlRule]) -> list[ExpectationValidationResult]:
        """One result per rule of one table (its full name), in their order.

        What cannot be judged is a result without success that carries ``exception_info``, never an exception.
        """
        return self._ask(table, [expectation(rule) for rule in rules]) if rules else []

    def _ask(self, table: str, asked: Sequence[Expectation]) -> list[ExpectationValidationResult]:
        layer, name = table.split(".")
        data = SqlAlchemyBatchData(
            execution_engine=self._execution, schema_name=layer, table_name=name, create_temp_table=False
        )
        batch = Batch(data=data, batch_definition=LegacyBatchDefinition("lake", "snapshot", table, IDDict()))
        validator = Validator(execution_engine=self._execution, batches=[batch], data_context=self._context)
        configurations = [each.configuration for each in asked]
        for number, configuration in enumerate(configurations):  # those that cannot be judged come back first
            configuration.meta = {**(configuration.meta or {}), "number": number}
        results = validator.graph_validate(
            configurations, {"catch_exceptions": True, "result_format": "SUMMARY"}
        )
        return sorted(results, key=lambda result: result.expectation_config.meta["number"])
