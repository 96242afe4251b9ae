"""API answers → flat text records.

Which fields are taken is declared in columns.csv, as the platform's own dotted paths: nothing else leaves the
answer.

A number in a path is a place in a list (``orderRefundList.0`` is the newest after-sale). ``balance.`` is read
out of the payment steps of a deposit order. Numbers become text here and never pass through a float.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.dotted import dig, steps_of
from connectors.kuaishou.gateway import answer
from contracts.errors import CollectError

#: kind → the list in ``data`` and the name of its cursor.
LISTS = {
    "orders": ("orderList", "cursor"),
    "after_sales": ("refundOrderInfoList", "pcursor"),
    "settlements": ("orders", "cursor"),
}
_DONE = {"nomore", "no_more", ""}


def records(kind: str, page: bytes, headers: Sequence[str]) -> list[dict[str, object]]:
    """One record per order (one SKU each), after-sale or settlement entry of an answer.

    Raises CollectError for an error answer.
    """
    paths = steps_of(headers)
    rows = _data(page).get(LISTS[kind][0]) or []
    return [
        {header: _text(dig(row, path)) for header, path in paths.items()} for row in map(_with_balance, rows)
    ]


def next_cursor(kind: str, page: bytes) -> str | None:
    """The cursor to ask with next; None at the end. CollectError where an answer has none at all."""
    told = _data(page).get(LISTS[kind][1])
    if told is None:
        raise CollectError("ANSWER_CHANGED", "平台返回缺少游标", "the answer lacks its cursor", kind=kind)
    return None if str(told).strip().lower() in _DONE else str(told)


def _data(page: bytes) -> dict[str, Any]:
    data = answer(page).get("data") or {}
    if not isinstance(data, dict):
        raise CollectError("ANSWER_CHANGED", "平台返回结构有变", "the answer has another shape")
    return data


def _with_balance(row: dict[str, Any]) -> dict[str, Any]:
    """A deposit order with its second payment beside it: until that is made the order is not paid."""
    steps = (row.get("orderStepInfo") or {}).get("orderPaymentSteps") or []
    balance = next((step for step in steps if step.get("payStepNo") == 2), None)
    return {**row, "balance": balance} if balance else row


def _text(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """A scalar as text, a list of scalars as ``a;b``."""
    if value is None or isinstance(value, dict):
        return None
    if isinstance(value, list):
        return ";".join(str(part) for part in value if not isinstance(part, dict | list)) or None
    return str(value)
