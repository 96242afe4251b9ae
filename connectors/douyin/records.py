"""API answers → flat text records.

Which fields are taken is declared in columns.csv, as dotted paths: nothing else leaves the answer.

``shop.`` shop_order_list[] · ``sku.`` its sku_order_list[] · ``tag.`` read out of sku_order_tag_ui[] ·
``related.`` related_order_info[] · ``bill.`` an entry of a settlement bill; any other first word is a member
of the after-sale item. Numbers become text here and never pass through a float.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from connectors.dotted import Paths, dig, steps_of
from connectors.douyin.bills import bill
from contracts.errors import CollectError

_AD_MARKS = {"compass_source_ad_mark": "广告", "compass_source_not_ad_mark": "非广告"}
_CONTENT_KEY = "compass_source_content_type_"
_ENTRANCE = "compass_first_level_entrance_text"


def order_records(page: bytes, headers: Sequence[str]) -> list[dict[str, object]]:
    """One record per sub-order of an order.searchList answer."""
    paths = steps_of(headers)
    tagged = any(path[0] == "tag" for path in paths.values())
    orders = (_data(page)).get("shop_order_list") or []
    lines = ((shop, sku) for shop in orders for sku in shop.get("sku_order_list") or [])
    return [
        _record(paths, {"shop": shop, "sku": sku, "tag": _tags(sku) if tagged else {}}) for shop, sku in lines
    ]


def after_sale_records(page: bytes, headers: Sequence[str]) -> list[dict[str, object]]:
    """One record per after-sale × sub-order of an afterSale.List answer."""
    paths = steps_of(headers)
    return [
        _record(paths, {**item, "related": related})
        for item in _data(page).get("items") or []
        for related in _related(item)
    ]


def bill_records(page: bytes, headers: Sequence[str]) -> list[dict[str, object]]:
    """One record per entry of an order.getSettleBillDetailV3 answer."""
    paths = steps_of(headers)
    return [_record(paths, {"bill": entry}) for entry in bill(page).get("data") or []]


def page_rows(kind: str, page: bytes) -> tuple[list[tuple[str, int]], int]:
    """(id, update second) of each order or after-sale of an answer in its order, and how many the window
    holds by the platform's count.
    """
    data = _data(page)
    found = (
        data.get("shop_order_list")
        if kind == "orders"
        else [item["aftersale_info"] for item in data.get("items") or []]
    )
    name = "order_id" if kind == "orders" else "aftersale_id"
    try:
        return [(str(item[name]), int(item["update_time"])) for item in found or []], int(
            data.get("total") or 0
        )
    except (KeyError, TypeError) as error:
        raise CollectError(
            "ANSWER_CHANGED", "平台返回缺少字段", "the answer lacks a field", field=str(error), kind=kind
        ) from None


def _data(page: bytes) -> dict[str, Any]:
    data: dict[str, Any] = orjson.loads(page).get("data") or {}
    return data


def _related(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The sub-orders of an after-sale.

    An old record without the list names its one sub-order as ``related_id``.
    """
    listed = (item.get("order_info") or {}).get("related_order_info") or []
    yield from listed or [{"sku_order_id": (item.get("aftersale_info") or {}).get("related_id")}]


def _record(paths: Paths, roots: dict[str, Any]) -> dict[str, object]:
    return {header: _text(dig(roots, path, _twin)) for header, path in paths.items()}


def _twin(part: dict[str, Any], name: str) -> Any:  # noqa: ANN401 - JSON
    """A member; where there is no text twin of a number (exact where the number may have been through a
    float), the number itself.
    """
    found = part.get(name)
    return (
        found if found not in (None, "") or not name.endswith("_str") else part.get(name.removesuffix("_str"))
    )


def _text(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """A scalar as text; a list of ``{name, value}`` as ``name:value;name:value``, a list of ``{name}`` as
    ``name;name``.
    """
    if value is None or isinstance(value, dict):
        return None
    if isinstance(value, list):
        return ";".join(
            f"{part['name']}:{part['value']}" if "value" in part else str(part["name"]) for part in value
        )
    return str(value)


def _tags(sku: dict[str, Any]) -> dict[str, str]:
    """Attribution as the merchant's screen shows it: content, entrance, paid or not.

    The platform warns that tags may change.
    """
    found: dict[str, str] = {}
    for tag in sku.get("sku_order_tag_ui") or []:
        key = str(tag.get("key") or "")
        if key in _AD_MARKS:
            found["traffic_type"] = _AD_MARKS[key]
        elif key.startswith(_CONTENT_KEY):
            found["content"] = str(tag.get("text") or "")
            found["entrance"] = _entrance(str(tag.get("extra") or ""))
    return found


def _entrance(extra: str) -> str:
    try:
        told = orjson.loads(extra)
    except orjson.JSONDecodeError:
        return ""
    return str(told.get(_ENTRANCE) or "") if isinstance(told, dict) else ""
