"""Whom a failed stop rule holds: the merchants whose rows break it, everybody where they cannot be told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from contracts.canonical import SHOP as OF_SHOP
from contracts.canonical import SILVER, entity_key
from contracts.tables import Table
from expectations.derive import FED_BY, ROWS_PRESENT
from expectations.rules import RULES
from expectations.run import Outcome, judged_tables
from pipeline.house import reading
from warehouse.lake import Lake
from warehouse.ops import EXPORT, LOAD
from warehouse.release import Hold, Release, of_merchant
from warehouse.settings import Settings

Row = dict[str, Any]
_SAID = {rule.name: rule.sentence() for rule in RULES}


def holds_of(
    settings: Settings, failed: pl.DataFrame, judged: Lake, published: Sequence[Release]
) -> dict[str, Hold] | None:
    """Merchant → why its rows of the snapshot ``judged`` may not be read, by the ``failed`` stop rules (rows
    of ``CHECK``); ``published`` are the releases before.

    None: nobody's may: a failure is not known to be of certain merchants' rows, or nobody else gave anything.
    """
    if failed.is_empty():
        return {}
    found: dict[str, dict[str, Row]] = {}
    for check in failed.sort("rule_name", "table_name").iter_rows(named=True):
        told = json.loads(check["details_json"] or "{}")
        is_floor = check["rule_name"] == ROWS_PRESENT.name
        merchants = _fed(settings, check["table_name"], judged, published) if is_floor else owners(told)
        if merchants is None:
            return None
        for merchant in merchants:
            read = of_merchant(published, published[-1], merchant) if published else None
            row = {"message": _SAID.get(check["rule_name"]), "step": told.get("step")}
            row |= _failing(judged, merchant, told, read.build if read else 0)
            found.setdefault(merchant, {}).setdefault(check["rule_name"], row)
    if _merchants(judged, LOAD) <= found.keys():
        return None
    return {
        merchant: Hold(tuple(of_rules), tuple({"rule": rule, **row} for rule, row in of_rules.items()))
        for merchant, of_rules in found.items()
    }


def owners(told: Mapping[str, Any]) -> set[str] | None:
    """Merchants whose rows break a rule, by what was ``told`` of its failure (``Outcome.details_json``).

    None where a failing row is nobody's, or the rule could not be judged.
    """
    found = {merchant for merchant, _ in told.get("owners", ())}
    return found if found and None not in found else None


def is_held(release: Release, outcome: Outcome) -> bool:
    """Whether a rule that fails is one for whose failing rows ``release`` holds merchants."""
    held = {name for name, hold in release.holds.items() if outcome.rule_name in hold.failed_rules}
    told = json.loads(outcome.details_json or "{}")
    return bool(held) and (outcome.rule_name == ROWS_PRESENT.name or (owners(told) or {""}) <= held)


def _fed(settings: Settings, name: str, judged: Lake, published: Sequence[Release]) -> set[str] | None:
    """Merchants who ought to have rows of a table that has none: who gave what it is made of, or had some."""
    tables = {table.full_name: table for table in judged_tables()}
    if "merchant_id" not in tables[name].columns:
        return None
    found = [_merchants(judged, tables[source]) for source in FED_BY.get(name, ())]
    for item in [one for one in published if one.snapshot != judged.snapshot()][-1:]:
        with reading(settings, item.snapshot) as before:
            found.append(_merchants(before, tables[name]))
    return set().union(*found) or None


def _merchants(lake: Lake, table: Table) -> set[str]:
    return set(lake.read(table, columns=["merchant_id"])["merchant_id"].unique())


def _failing(judged: Lake, merchant: str, told: Mapping[str, Any], since: int) -> Row:
    """A failing row of the merchant: its shop, and the file and row that told it last.

    Where it is made of many, as a shop's total is, the newest file the shop gave after build ``since``.
    """
    rows = [*told.get("examples", ()), *told.get("more", ())]
    row: Row = next((row for row in rows if row.get("merchant_id") == merchant), {})
    export, number = _source(judged, row)
    if export is None:
        given = judged.read(LOAD, where={"merchant_id": merchant}).filter(pl.col("build_number") > since)
        mine = given.filter(shop_id=row["shop_id"]) if row.get("shop_id") else given
        export = next(iter(mine.sort("loaded_at", "export_id", descending=True)["export_id"]), None)
    files = (
        judged.read(EXPORT, where={"merchant_id": merchant, "export_id": export})
        if export
        else EXPORT.empty()
    )
    return {
        "shop_id": row.get("shop_id"),
        "file": next(iter(files["export_name"]), None),
        "row": number,
    }


def _source(judged: Lake, row: Row) -> tuple[str | None, int | None]:
    """Export and row that told of what ``row`` names last; None where it names nothing that was told."""
    if export := row.get("_export_id") or row.get("export_id"):
        return export, row.get("_row_number") or row.get("row_number")
    states = [
        state
        for table, key in _named(row)
        for state in judged.read(table, where=key, columns=list(_LAST)).iter_rows()
    ]
    return max(states)[1:] if states else (None, None)


_LAST = ("_last_observed_at", "_export_id", "_row_number")


def _named(row: Row) -> Iterator[tuple[Table, Row]]:
    """Silver tables in which ``row`` names a thing, with what names it there."""
    for table in SILVER.values():
        own = [name for name in entity_key(table) if name not in OF_SHOP]
        for names in (own, ["order_id"]):
            key = {name: row.get(name) for name in ("merchant_id", "shop_id", *names)}
            if own and None not in key.values() and {*names} <= {*table.columns}:
                yield table, key
