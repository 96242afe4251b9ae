"""``judge``: what Great Expectations says of exactly one snapshot.

Reads only; storing and acting on the outcomes is the pipeline's.
"""

from __future__ import annotations

import importlib
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from connectors.mapped import bronze_tables
from contracts.canonical import SILVER
from contracts.tables import Table
from expectations.derive import ROWS_PRESENT, Profile, baseline
from expectations.personal import personal_rules
from expectations.rule import FloorRule, SqlRule
from expectations.rules import SQL_RULES
from expectations.snapshot import (
    SHOP_TOTAL,
    add_current_states,
    add_previous_totals,
    copy_rows,
    open_snapshot,
    profile,
    shop_totals,
    withdrawn_shops,
)
from expectations.suites import suite
from transforms.gold import gold_tables
from warehouse.lake import Lake
from warehouse.ops import OPS
from warehouse.place import Place

if TYPE_CHECKING:
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult


#: Small tables that are asked of together.
_FEW = 5


@dataclass(frozen=True)
class Outcome:
    """One rule judged on one table (``layer.name``). ``failed_qty`` failing rows of ``checked_qty``.

    ``message_name`` is the sentence in Chinese and English. ``details_json`` of a failed rule holds
    ``reason`` and ``step`` in both, ``examples`` (up to five failing rows by key, each with its merchant
    where the table has one), ``more`` (one failing row of each merchant of whom these show none), ``owners``
    (merchant and shop of every failing row, null where a rule is over all of them), ``minimum`` rows of a
    floor, or ``error`` (it could not be judged, which is a failure); of ROWS_PRESENT that holds, the optional
    columns ``filled`` in every row.
    """

    table_name: str
    rule_name: str
    severity_code: str
    is_passed: bool
    failed_qty: int
    checked_qty: int
    message_name: str
    details_json: str | None = None


def judged_tables() -> list[Table]:
    """Every stored table: bronze of all platforms and mapped tables, silver, gold, ops."""
    return [*bronze_tables(), *SILVER.values(), *gold_tables().values(), *OPS.values()]


@dataclass(frozen=True)
class Previous:
    """The release before: its snapshot, and what was found when it was judged (columns of ``CHECK``, or of
    ``Outcome``).

    ``held``: merchants whom it holds → the snapshot they read in its place; None: there never was one.
    """

    snapshot: int
    checks: pl.DataFrame
    held: Mapping[str, int | None] = field(default_factory=dict)

    def profile(self) -> Profile:
        """What it held, as its row floors tell: they are judged of every table."""
        floors = (
            self.checks.filter(rule_name=ROWS_PRESENT.name)
            .select("table_name", "checked_qty", "details_json")
            .rows()
        )
        return Profile(
            {name: rows for name, rows, _ in floors},
            {name: frozenset(json.loads(told or "{}").get("filled", ())) for name, _, told in floors},
        )

    def totals(self, place: Place) -> pl.DataFrame:
        """What each merchant's shops came to in the release it reads (schema ``SHOP_TOTAL``)."""
        of = {number: shop_totals(place, number) for number in {self.snapshot, *self.held.values()} if number}
        instead = [
            of[number].filter(merchant_id=merchant) for merchant, number in self.held.items() if number
        ]
        others = of[self.snapshot].filter(~pl.col("merchant_id").is_in([*self.held]))
        return pl.concat([others, *instead])


def warm() -> None:
    """Begin to import Great Expectations beside what goes on: it takes seconds."""
    threading.Thread(target=importlib.import_module, args=("expectations.engine",)).start()


def judge(place: Place, snapshot: int, *, previous: Previous | None = None) -> list[Outcome]:
    """Judge snapshot ``snapshot`` of ``place``, also when newer ones exist.

    With ``previous`` (the last release) also what was lost since.

    Raises ``NotFoundError`` when there is no such snapshot. One outcome per rule and table, ordered by table
    as stored, then rule.
    """
    warm()
    with _asked(place, snapshot, previous) as (lake, now, rules):
        from expectations.engine import Judge  # ready by now, or soon

        court = Judge(lake)
        asked = {
            name: [rule for rule in every if not _holds_of_itself(rule)] for name, every in rules.items()
        }
        groups = _together(lake, judged_tables())
        doubted = set().union(
            *(court.doubted([rule for name in group for rule in asked[name]]) for group in groups)
        )
        failed = {
            name: dict(zip(asked[name], court.validate(name, asked[name]), strict=True))
            for name in sorted(doubted)
        }
        return [
            _outcome(rule, failed.get(name, {}).get(rule), now)
            for name, every in rules.items()
            for rule in every
        ]


def export(
    place: Place, snapshot: int, folder: Path, *, previous: Previous | None = None, with_rows: bool = False
) -> list[Path]:
    """Write what ``judge`` asks of each table to ``folder``: a suite of Great Expectations, a JSON file each.

    ``with_rows``: also ``house.duckdb``, a plain DuckDB file of everything the suites read, whatever was in
    it before. Raises ``NotFoundError`` when there is no such snapshot.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with _asked(place, snapshot, previous) as (lake, _, rules):
        for name, every in rules.items():
            written.append(folder / f"{name}.json")
            text = json.dumps(suite(name, every), ensure_ascii=False, indent=2)
            written[-1].write_text(f"{text}\n", encoding="utf-8")
        if with_rows:
            written.append(folder / "house.duckdb")
            copy_rows(lake.connection, written[-1])
    return written


@contextmanager
def _asked(
    place: Place, snapshot: int, previous: Previous | None
) -> Iterator[tuple[Lake, Profile, dict[str, list[FloorRule | SqlRule]]]]:
    """A snapshot laid out, what it holds, and what is asked of each table, as stored."""
    tables = judged_tables()
    before, totals = (
        (previous.profile(), previous.totals(place))
        if previous
        else (Profile(), pl.DataFrame(schema=SHOP_TOTAL))
    )
    with open_snapshot(place, snapshot, tables) as lake:
        add_current_states(lake.connection)
        if (gone := withdrawn_shops(lake, totals)).height:
            # a person had rows vanish: what is left has nothing to be compared with
            before = replace(before, rows={})
        add_previous_totals(lake.connection, totals.join(gone, on=gone.columns, how="anti"))
        now = profile(
            lake.connection, tables, {table.full_name for table in tables if not lake.may_hold_rows(table)}
        )
        yield lake, now, {table.full_name: rules_of(table, now, before) for table in tables}


def _filled(rule: FloorRule | SqlRule, now: Profile) -> str | None:
    """A row floor that holds tells which optional columns are always filled: the next release is asked
    whether they still are.
    """
    filled = now.filled[rule.table] if rule.name == ROWS_PRESENT.name else ()
    return json.dumps({"filled": sorted(filled)}) if filled else None


def rules_of(table: Table, now: Profile, before: Profile) -> list[FloorRule | SqlRule]:
    """All that is asked of one table: its baseline, the rules that name it, and the scan for personal
    data.
    """
    name = table.full_name
    return [
        *baseline(table, now, before),
        *(rule for rule in SQL_RULES if rule.table == name),
        *(personal_rules(table) if now.rows.get(name) else ()),
    ]


def _together(lake: Lake, tables: Sequence[Table]) -> list[list[str]]:
    """Names of tables by what is asked at once: a few small ones, of which there are a hundred, and each
    larger one alone, or all were held in memory.

    A few: DuckDB takes longer to plan one query of a hundred rules than ten of ten.
    """
    small = [table.full_name for table in tables if lake.is_small(table)]
    large = [table.full_name for table in tables if not lake.is_small(table)]
    return [
        *(small[first : first + _FEW] for first in range(0, len(small), _FEW)),
        *([name] for name in large),
    ]


def _holds_of_itself(rule: FloorRule | SqlRule) -> bool:
    """A floor of no rows: most of the hundred tables are of platforms a house does not sell on, and Great
    Expectations takes 10 ms to say so of each.
    """
    return isinstance(rule, FloorRule) and rule.minimum == 0


def _outcome(rule: FloorRule | SqlRule, result: ExpectationValidationResult | None, now: Profile) -> Outcome:
    """With what Great Expectations told of a failure; a rule that could not be judged has failed.

    ``result`` is None where nothing was asked or doubted.
    """
    rows = now.rows[rule.table]
    if result is None or result.success:
        return Outcome(
            rule.table, rule.name, rule.severity, True, 0, rows, rule.sentence(), _filled(rule, now)
        )
    told, error = result.result, _error(result)
    failed = 1 if error else int(told["observed_value"])
    examples = (
        []
        if isinstance(rule, FloorRule)
        else [json.loads(row) for row in told.get("details", {}).get("unexpected_rows", [])]
    )
    owners = (
        []
        if isinstance(rule, FloorRule)
        else sorted(json.loads(told.get("details", {}).get("owners") or "[]"), key=str)
    )
    shown = {row.get("merchant_id") for row in examples}
    firsts = [json.loads(row) for row in json.loads(told.get("details", {}).get("firsts") or "[]")]
    details = {
        "reason": rule.reason,
        "step": rule.step,
        "examples": examples,
        "more": [row for row in firsts if row.get("merchant_id") not in shown],
        "owners": owners,
        "error": error,
        "minimum": rule.minimum if isinstance(rule, FloorRule) else None,
    }
    text = json.dumps({name: value for name, value in details.items() if value}, ensure_ascii=False)
    return Outcome(rule.table, rule.name, rule.severity, False, failed, rows, rule.sentence(failed), text)


def _error(result: ExpectationValidationResult) -> str | None:
    """Why an expectation could not be judged: the database's words, without the traceback."""
    told = result.exception_info or {}
    found = (
        [told] if "exception_message" in told else [item for item in told.values() if isinstance(item, dict)]
    )
    return next(
        (str(item["exception_message"])[:500] for item in found if item.get("raised_exception")), None
    )
