"""Answers of the open API as flat records.

Only fields named in columns.csv are taken; an address gives up its province and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from connectors.dotted import Paths, dig, steps_of
from connectors.tiktok_shop.gateway import good_data
from contracts.errors import CollectError

#: Kind → where its rows stand, what numbers one, what its parts are called, and the root of its headers.
LISTS = {
    "orders": ("orders", "id", "line_items", "order"),
    "after_sales": ("return_orders", "return_id", "return_line_items", "return"),
    "cancellations": ("cancellations", "cancel_id", "cancel_line_items", "cancel"),
}
_PROVINCE_LEVELS = ("province", "state")


def list_records(kind: str, page: bytes, headers: Sequence[str]) -> list[dict[str, object]]:
    """One record per row × part of a list answer.

    A row without parts makes one record all the same, so that it is seen.
    """
    name, _, parts, root = LISTS[kind]
    paths = steps_of(headers)
    found = []
    for row in good_data(page).get(name) or []:
        whole = {**row, "province": _province(row)} if kind == "orders" else row
        found += [_record(paths, {root: whole, "item": part}) for part in row.get(parts) or [{}]]
    return found


def statement_records(page: bytes, headers: Sequence[str]) -> list[dict[str, object]]:
    """One record per transaction of a statement.

    An adjustment is numbered by itself and names the order it belongs to.
    """
    data, paths = good_data(page), steps_of(headers)
    return [
        _record(paths, {"statement": data, "entry": {"currency": data.get("currency"), **_entry(row)}})
        for row in data.get("statement_transactions") or []
    ]


def withdrawal_records(page: bytes, headers: Sequence[str]) -> list[dict[str, object]]:
    """One record per movement of the shop's balance."""
    paths = steps_of(headers)
    return [_record(paths, {"withdrawal": row}) for row in good_data(page).get("withdrawals") or []]


def _entry(row: dict[str, Any]) -> dict[str, Any]:
    related = row.get("adjustment_order_id") or (row.get("order_id") if row.get("adjustment_id") else None)
    return {
        **row,
        "ref": row.get("adjustment_id") or row.get("order_id") or row.get("id"),
        "related_order_id": related,
    }


def page_rows(kind: str, page: bytes) -> tuple[list[tuple[str, int]], int, str]:
    """(number, update second) of each row in its order, how many the window holds by the platform's count,
    and the next page's token ("" at the end).
    """
    name, key, _, _ = LISTS[kind]
    data = good_data(page)
    try:
        rows = [(str(row[key]), int(row["update_time"])) for row in data.get(name) or []]
    except (KeyError, TypeError) as error:
        raise CollectError(
            "ANSWER_CHANGED", "平台返回缺少字段", "the answer lacks a field", field=str(error), kind=kind
        ) from None
    return rows, int(data.get("total_count") or 0), str(data.get("next_page_token") or "")


def statements(page: bytes) -> Iterator[str]:
    """The numbers of the statements on a page of them."""
    return (str(row["id"]) for row in good_data(page).get("statements") or [])


def _province(order: dict[str, Any]) -> str | None:
    levels = (order.get("recipient_address") or {}).get("district_info") or []
    told = (
        str(level.get("address_name") or "")
        for level in levels
        if str(level.get("address_level_name") or "").lower() in _PROVINCE_LEVELS
    )
    return next(told, None)


def _record(paths: Paths, roots: dict[str, Any]) -> dict[str, object]:
    return {header: _text(dig(roots, path)) for header, path in paths.items()}


def _text(value: Any) -> str | None:  # noqa: ANN401 - JSON
    if value is None or isinstance(value, dict | list):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
