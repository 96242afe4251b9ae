"""Outcomes of checks as one merchant may see them: what fails in its own shops, what fails for the whole
house, and nothing of anybody else's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from warehouse.ops import CHECK

#: What pages show of an outcome: which rule, in which of the merchant's shops (null and ``is_house``: over
#: all shops), why it matters, what to do.
COLUMNS = {
    **{
        name: CHECK.dtypes[name]
        for name in ("build_number", "rule_name", "severity_code", "is_passed", "changed_at", "message_name")
    },
    "shop_id": pl.String(),
    "is_house": pl.Boolean(),
    "reason_name": pl.String(),
    "next_step_name": pl.String(),
}

Row = Mapping[str, Any]


def of_merchant(outcomes: pl.DataFrame, merchant_id: str, *, is_held: bool) -> pl.DataFrame:
    """One row per rule that holds, and per rule and shop where it does not.

    ``outcomes`` are rows of ``ops.check`` of one build; ``is_held``: it was held back from everybody.

    Rules judge everybody's rows together. What fails in other merchants' shops alone holds here, but what
    stops a release for all. Neither tables nor numbers of rows are told: which platforms others sell on, and
    how much, is theirs.
    """
    by_rule: dict[str, list[Row]] = {}
    for row in outcomes.sort("table_name", "rule_name").iter_rows(named=True):
        by_rule.setdefault(row["rule_name"], []).append(row)
    rows = [row for told in by_rule.values() for row in _of_rule(told, merchant_id, is_held=is_held)]
    return pl.DataFrame(rows, schema=COLUMNS)


def _of_rule(outcomes: list[Row], merchant_id: str, *, is_held: bool) -> Iterator[dict[str, object]]:
    """A failure in one's own shops is told by shop, whatever else is broken; otherwise once for the house.

    Otherwise the rule holds.
    """
    failed = [(row, _details(row)) for row in outcomes if not row["is_passed"]]
    mine = {
        shop: (row, told)
        for row, told in failed
        for merchant, shop in _owners(told)
        if merchant == merchant_id
    }
    for shop, (row, told) in sorted(mine.items(), key=lambda item: item[0] or ""):
        yield _told(row, told, shop_id=shop, is_house=False)
    house = [
        (row, told)
        for row, told in failed
        if (is_held and row["severity_code"] == "stop")
        or any(merchant is None for merchant, _ in _owners(told))
    ]
    if not mine and house:
        yield _told(*house[0], shop_id=None, is_house=True)
    elif not mine:
        first = outcomes[0]
        yield _told(
            {
                **first,
                "is_passed": True,
                "message_name": _uncounted(first["message_name"], first["failed_qty"]),
                "failed_qty": 0,
            },
            {},
        )


def _told(
    row: Row, told: Row, *, shop_id: str | None = None, is_house: bool | None = None
) -> dict[str, object]:
    return {
        **{
            name: row[name]
            for name in ("build_number", "rule_name", "severity_code", "is_passed", "changed_at")
        },
        "message_name": _uncounted(row["message_name"], row["failed_qty"]),
        "shop_id": shop_id,
        "is_house": is_house,
        "reason_name": told.get("reason"),
        "next_step_name": told.get("step"),
    }


def _details(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(row["details_json"] or "{}")
    return found


def _owners(told: Row) -> Iterable[tuple[str | None, str | None]]:
    """Merchant and shop of the failing rows; nobody's where the rule could not tell."""
    return [(merchant, shop) for merchant, shop in told.get("owners", [])] or [(None, None)]


def _uncounted(message: str | None, failed: int) -> str | None:
    """A rule's sentence without the number of failing rows.

    None when the number stands where it cannot be cut out.
    """
    if message is None or not failed:
        return message
    cut = re.sub(rf"\s*[:：]\s*{failed}\b[^/]*", " ", message).strip()
    return None if re.search(rf"(?<!\d){failed}(?!\d)", cut) else cut
