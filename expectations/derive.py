"""Contract → Great Expectations baseline suite.

Every stored table gets one without opting in; a vacuous pass is met by row floors and null shares.
"""

# ruff: noqa: S608 - every name in these queries is declared in this house

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from contracts.tables import Table
from expectations.rule import STOP, WARN, Expected, FloorRule, Rule, SqlRule, address
from warehouse.sql import literal, quote

#: A column that was always filled in the previous release may be empty in at most this share of rows.
NEWLY_EMPTY_SHARE = 0.01
#: A table with less than this share of the previous release's rows has lost some.
KEPT_ROWS_SHARE = 0.9
#: Tables that may lose rows for a good reason: a re-judged file, an account given up, items that are open no
#: more, a held merchant erased.
MAY_SHRINK = frozenset(
    {"ops.quarantine", "ops.live_account", "ops.hold", "gold.mart_open_item", "gold.mart_outlier_line"}
)
#: A gold table must have rows as soon as one of these has.
FED_BY = {
    "gold.dim_shop": ("ops.shop",),
    "gold.fct_order_line": ("silver.order", "silver.order_line"),
    "gold.dim_live_session": ("silver.live_session",),
    "gold.mart_live_session": ("silver.live_session",),
}

KEY_UNIQUE = Rule(
    "KEY_UNIQUE", STOP, "主键不重复", "no key occurs twice", "重复的行会被算两次",
    "a row that is there twice is counted twice"
)  # fmt: skip
REQUIRED_FILLED = Rule(
    "REQUIRED_FILLED", STOP, "必填列没有空值", "required columns are filled", "空值会被悄悄漏算",
    "an empty cell silently drops out of every sum"
)  # fmt: skip
WITHIN_BOUNDS = Rule(
    "WITHIN_BOUNDS", STOP, "数值在允许范围内", "numbers are within bounds",
    "超出范围说明读错了单位或列", "a number out of bounds was read in the wrong unit or column",
)  # fmt: skip
KNOWN_CODES = Rule(
    "KNOWN_CODES", STOP, "代码都在代码表内", "codes are on their closed list",
    "未登记的代码不会出现在任何页面", "a code off the list appears on no page, its money with it",
)  # fmt: skip
ROWS_PRESENT = Rule(
    "ROWS_PRESENT", STOP, "应有数据的表不为空", "a table that must have rows has some",
    "空表能通过所有逐行检查", "an empty table passes every check of its rows",
)  # fmt: skip
ROWS_KEPT = Rule(
    "ROWS_KEPT", WARN, "行数没有比上次发布明显减少", "no marked loss of rows since the previous release",
    "历史只增不减，骤减多半是丢失", "history only grows; a sharp drop is usually a loss",
)  # fmt: skip
NULL_SHARE = Rule(
    "NULL_SHARE", WARN, "原来有值的列没有突然变空", "columns that were filled did not run empty",
    "平台改了表头或接口时，列会整列变空而不报错",
    "when a platform renames a column it runs empty without an error",
)  # fmt: skip

BASELINE = (KEY_UNIQUE, REQUIRED_FILLED, WITHIN_BOUNDS, KNOWN_CODES, ROWS_PRESENT, ROWS_KEPT, NULL_SHARE)


@dataclass(frozen=True)
class Profile:
    """What one snapshot holds: ``rows`` per table (full name), and per table the optional columns without a
    single null; where rows tell their layout, within each: ``layout.column``.
    """

    rows: dict[str, int] = field(default_factory=dict)
    filled: dict[str, frozenset[str]] = field(default_factory=dict)


def tells_layout(table: Table) -> bool:
    """Whether every row of ``table`` says by which layout it was read."""
    return table.layer == "bronze" and "layout_name" in table.columns


def baseline(table: Table, now: Profile, before: Profile) -> list[FloorRule | SqlRule]:
    """The baseline of ``table``: its own contract, and what the rows of ``now`` and of the previous release
    (``before``, may be empty) demand.

    One rule, so one expectation, per kind of demand and not per column: Great Expectations costs milliseconds
    each, however small the table. A table without rows has only its row floor: everything else would pass
    vacuously.
    """
    if not now.rows.get(table.full_name, 0):
        return list(_floors(table, now, before))
    return [
        *_floors(table, now, before),
        *_of_its_rows(table),
        *_null_shares(table, before),
    ]


@cache
def _of_its_rows(table: Table) -> tuple[SqlRule, ...]:
    """What the contract says of rows, whatever else there is."""
    return (_key(table), _required(table), *_bounds(table), *_codes(table))


def _floors(table: Table, now: Profile, before: Profile) -> Iterator[FloorRule]:
    name, had = table.full_name, before.rows.get(table.full_name, 0)
    is_fed = any(now.rows.get(source, 0) for source in FED_BY.get(name, ()))
    may_vanish = name in MAY_SHRINK
    floor = 1 if (had and not may_vanish) or is_fed or not table.may_be_empty else 0
    yield FloorRule(**vars(ROWS_PRESENT), table=name, minimum=floor)
    if had and not may_vanish:
        yield FloorRule(**vars(ROWS_KEPT), table=name, minimum=math.ceil(had * KEPT_ROWS_SHARE))


def _key(table: Table) -> SqlRule:
    key = ", ".join(map(quote, table.key))
    shown = ", ".join(
        quote(name) if name in table.key else f"any_value({quote(name)}) AS {quote(name)}"
        for name in shown_key(table)
    )
    own: Expected = ("expect_compound_columns_to_be_unique", {"column_list": list(table.key)})
    if len(table.key) == 1:
        own = ("expect_column_values_to_be_unique", {"column": table.key[0]})
    return _rule(
        KEY_UNIQUE,
        table,
        f"SELECT {shown}, count(*) AS times FROM {address(table.full_name)} GROUP BY {key} "
        "HAVING count(*) > 1",
        expected=[own],
    )


def _required(table: Table) -> SqlRule:
    names = (*table.key, *table.required)
    own = [("expect_column_values_to_not_be_null", {"column": name}) for name in names]
    return _rows(REQUIRED_FILLED, table, {name: f"{quote(name)} IS NULL" for name in names}, own)


def _bounds(table: Table) -> Iterator[SqlRule]:
    outside, own = {}, []
    for name, item in table.fields.items():
        column = item.column()
        low, high = getattr(column, "min", None), getattr(column, "max", None)
        limits = [(sign, limit) for sign, limit in (("<", low), (">", high)) if limit is not None]
        if limits:
            outside[name] = " OR ".join(f"{quote(name)} {sign} {limit}" for sign, limit in limits)
            bounds = {"column": name, "min_value": low, "max_value": high}
            own.append(("expect_column_values_to_be_between", bounds))
    if outside:
        yield _rows(WITHIN_BOUNDS, table, outside, own)


def _codes(table: Table) -> Iterator[SqlRule]:
    lists = {name: item.codes.values for name, item in table.fields.items() if item.codes is not None}
    broken = {
        name: f"{quote(name)} NOT IN ({', '.join(map(literal, codes))})" for name, codes in lists.items()
    }
    own = [
        ("expect_column_values_to_be_in_set", {"column": name, "value_set": list(codes)})
        for name, codes in lists.items()
    ]
    if lists:
        yield _rows(KNOWN_CODES, table, broken, own)


def _null_shares(table: Table, before: Profile) -> Iterator[SqlRule]:
    """Columns that may be empty in no more than a share of all rows, and those that were filled: of each
    layout apart where rows tell theirs, for another file of a shop has other columns.
    """
    if table.is_entered:
        return
    was_filled = before.filled.get(table.full_name, frozenset())
    by_layout: dict[str, dict[str, float]] = {"": dict(table.null_share)}
    for name in sorted(was_filled):
        layout, _, column = name.rpartition(".")
        if column in table.optional and tells_layout(table) == bool(layout):
            by_layout.setdefault(layout, {}).setdefault(column, NEWLY_EMPTY_SHARE)
    asked = {
        layout: {column: share for column, share in columns.items() if share < 1}
        for layout, columns in by_layout.items()
    }
    if not any(asked.values()):
        return
    counted = " UNION ALL ".join(_nulls(table, layout, asked[layout]) for layout in asked if asked[layout])
    query = f"SELECT column_name, null_qty FROM ({counted}) WHERE null_qty > allowed_qty"
    own = [
        ("expect_column_values_to_not_be_null", {"column": column, "mostly": 1 - share})
        for column, share in asked[""].items()
    ]
    whole = {*asked} == {""}
    yield _rule(NULL_SHARE, table, query, weight="null_qty", expected=own if whole else ())


def _nulls(table: Table, layout: str, asked: Mapping[str, float]) -> str:
    """SQL: how many rows of a layout (of all, for "") have nothing in each column, and how many may."""
    nulls = ", ".join(
        f"{{'column_name': {literal(column)}, 'null_qty': count(*) - count({quote(column)}), 'allowed_qty': "
        f"{share} * count(*)}}"
        for column, share in asked.items()
    )
    here = f" WHERE layout_name = {literal(layout)}" if layout else ""
    return f"SELECT unnest([{nulls}], recursive := true) FROM {address(table.full_name)}{here}"


def shown_key(table: Table) -> list[str]:
    """The columns that name a row to a person: whose it is, and its key without instants."""
    owner = [name for name in ("merchant_id", "shop_id") if name in table.columns and name not in table.key]
    return [*owner, *(name for name in table.key if table.fields[name].kind != "at")]


def _rows(rule: Rule, table: Table, broken: dict[str, str], expected: Sequence[Expected]) -> SqlRule:
    """Rows in which any column breaks its condition, with the names of those columns."""
    condition = " OR ".join(broken.values())
    query = f"{guilty(table, broken)} WHERE {condition}"
    return _rule(rule, table, query, condition=condition, expected=expected)


def guilty(table: Table, broken: dict[str, str]) -> str:
    """SQL: the rows of ``table``, with the names of the columns that break their condition."""
    names = ", ".join(f"CASE WHEN {condition} THEN {literal(name)} END" for name, condition in broken.items())
    shown = ", ".join(map(quote, shown_key(table)))
    return f"SELECT {shown}, concat_ws(' ', {names}) AS columns_name FROM {address(table.full_name)}"


def _rule(
    rule: Rule,
    table: Table,
    query: str,
    *,
    weight: str = "1",
    condition: str = "",
    expected: Sequence[Expected],
) -> SqlRule:
    return SqlRule(
        **vars(rule),
        table=table.full_name,
        query=query,
        weight=weight,
        condition=condition,
        expected=tuple(expected),
    )
