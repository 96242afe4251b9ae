"""What is asked of a table as Great Expectations' own JSON: a suite it loads, runs and extends.

The baseline is in its own types, every other rule its ``unexpected_rows_expectation`` with our SQL.
"""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Sequence

from expectations.rule import STOP, Expected, FloorRule, SqlRule

_SEVERITY = {STOP: "critical"}


def suite(table: str, rules: Sequence[FloorRule | SqlRule]) -> dict[str, object]:
    """The suite of ``table`` (its full name) as a JSON document.

    A rule without a type of its own counts as we do: a failing row that weighs more than one comes as often.
    ``meta`` of each expectation tells its rule, in words too.
    """
    asked = [(rule, *one) for rule in rules for one in rule.expected or (_by_query(rule),)]
    return {
        "name": table,
        "id": None,
        "expectations": [
            {
                "type": kind,
                "kwargs": arguments,
                "meta": {"rule": rule.name, "holds": rule.sentence(), "why": rule.reason},
                "severity": _SEVERITY.get(rule.severity, "warning"),
            }
            for rule, kind, arguments in asked
        ],
        "meta": {"great_expectations_version": importlib.metadata.version("great_expectations")},
        "notes": None,
    }


def for_gx(table: str, query: str) -> str:
    """``query`` as GX takes it: it names its batch; to GX a brace is a placeholder, to SQLAlchemy a colon a
    parameter.
    """
    query = query.replace("{", "{{").replace("}", "}}")
    return re.sub(r"(?<!:):(?!:)", r"\\:", f"/* {table}: {{batch}} */ {query}")


def _by_query(rule: FloorRule | SqlRule) -> Expected:
    query = rule.query
    if rule.weight != "1":
        query = f"SELECT failing.* FROM ({query}\n) AS failing, generate_series(1, ({rule.weight})::BIGINT)"  # noqa: S608
    return "unexpected_rows_expectation", {"unexpected_rows_query": for_gx(rule.table, query)}
