"""API answers → flat text records.

Only the fields declared in columns.csv are taken; numbers never pass through a float.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from connectors.files.clocks import stamp
from connectors.pinduoduo.gateway import parse
from contracts.errors import CollectError

_ROOTS = {
    "orders": "order_sn_increment_get_response", "after_sales": "refund_increment_get_response",
    "ads": "response",
    "products": "goods_list_get_response",
}  # fmt: skip
_LISTS = {
    "orders": ("order_sn_list", "order_list"),
    "after_sales": ("refund_list",),
    "ads": ("dailyReportList",),
    "products": ("goods_list",),
}
_KEYS = {"orders": "order_sn", "after_sales": "id", "ads": "date", "products": "goods_id"}
_GIFT = "4"  # relation_type of an order that is another one's gift


def flatten(kind: str, page: bytes, headers: Sequence[str]) -> list[dict[str, object]]:
    """One record per row of an answer, keys the given ``headers``.

    ``item.`` is an order's one item, ``gift.`` the order whose gift it is.

    Goods make one record per SKU (``sku.``), or one where none is listed.
    """
    scene = {"scenesType": parse(page).get("scenesType")} if kind == "ads" else {}
    rows = [
        row | scene | {"sku": sku}
        for row in _rows(kind, page)
        for sku in (row.get("sku_list") or [{}] if kind == "products" else [{}])
    ]
    return [{header: _text(_found(row, header), header) for header in headers} for row in rows]


def with_scene(page: bytes, scene: str) -> bytes:
    """A promotion report with the scene it was asked for written in front, since the answer itself does not
    repeat it; nothing else is touched.
    """
    return b'{"scenesType":"' + scene.encode() + b'",' + page.lstrip()[1:]


def page_rows(kind: str, page: bytes) -> tuple[list[str], int]:
    """The ids on a page in its order, and how many rows the window holds by the platform's count."""
    key = _KEYS[kind]
    try:
        return [str(row[key]) for row in _rows(kind, page)], int(_root(kind, page).get("total_count") or 0)
    except KeyError as error:
        raise CollectError(
            "ANSWER_CHANGED", "平台返回缺少字段", "the answer lacks a field", field=str(error), kind=kind
        ) from None


def _root(kind: str, page: bytes) -> dict[str, Any]:
    found = parse(page).get(_ROOTS[kind])
    root: dict[str, Any] = found if isinstance(found, dict) else {}
    if kind == "ads" and root.get("success") is False:
        raise CollectError(
            "REFUSED", "平台拒绝了请求", "the platform refused the request", code=root.get("errorCode")
        )
    return root


def _rows(kind: str, page: bytes) -> list[dict[str, Any]]:
    root = _root(kind, page)
    holder: dict[str, Any] = (root.get("result") or {}) if kind == "ads" else root
    rows: list[dict[str, Any]] = next((holder[name] for name in _LISTS[kind] if holder.get(name)), [])
    return rows


def _found(row: dict[str, Any], header: str) -> object:
    part, _, name = header.rpartition(".")
    if part == "item":
        return next((item.get(name) for item in row.get("item_list") or []), None)
    if part == "sku":
        return row["sku"].get(name)
    if part == "gift":
        tied = (
            other.get(name)
            for other in row.get("related_order_list") or []
            if str(other.get("relation_type")) == _GIFT
        )
        return next(tied, None)
    return row.get(name)


def _text(value: object, header: str) -> object:
    """Text as it stands.

    Times come as Beijing wall-clock text; the documented example of after-sales has Unix seconds instead, so
    both are taken.
    """
    text = "" if value is None else str(value)
    if header.endswith(("_time", "updated_at")) and text.isascii() and text.isdigit() and len(text) == 10:
        return stamp(dt.datetime.fromtimestamp(int(text), dt.UTC))
    return text
