"""API answers → flat text records.

Which fields are taken is declared in columns.csv, as dotted paths: nothing else leaves the answer.

``order.`` an order detail · ``sku.`` its skuList[] · ``own.`` that SKU's own entry in skuDetailList[] ·
``info.`` afterSaleInfo · ``goods.`` its skus[] · ``row.`` transactions[], expenses[] or records[] ·
``item.``, ``sku.`` of a product list's data[]. A page of details holds one answer per line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from connectors.xiaohongshu.gateway import parse

_SECONDS_DIGITS = 10  # until the year 2286 a moment has ten digits in seconds and thirteen in milliseconds


def flatten(kind: str, page: bytes, headers: Sequence[str]) -> list[dict[str, object]]:
    """Every record of a page of ``kind``, keyed by ``headers``. Raises what ``gateway.parse`` raises."""
    paths = [(header, *header.split(".", 1)) for header in headers]
    return [_record(paths, parts) for line in page.splitlines() for parts in _PARTS[kind](parse(line))]


def _record(paths: Sequence[tuple[str, ...]], parts: dict[str, dict[str, Any]]) -> dict[str, object]:
    return {header: _text(parts.get(root, {}).get(name)) for header, root, name in paths}


def _text(value: object) -> str:
    return "" if value is None or isinstance(value, dict | list) else str(value)


def _order_parts(order: dict[str, Any]) -> Iterator[dict[str, dict[str, Any]]]:
    for sku in order.get("skuList") or [
        {}
    ]:  # an order without goods still makes a record, so that it shows up
        yield {"order": order, "sku": sku, "own": _own_detail(sku)}


def _own_detail(sku: dict[str, Any]) -> dict[str, Any]:
    """The entry that is about the SKU itself: bundles and channel goods list other goods there."""
    details = sku.get("skuDetailList") or []
    alone = len(details) == 1 and details[0].get("skuId") in (None, "", sku.get("skuId"))
    return dict(details[0]) if alone else {}


def _after_sale_parts(data: dict[str, Any]) -> Iterator[dict[str, dict[str, Any]]]:
    info = dict(data.get("afterSaleInfo") or {})
    moment = str(info.get("refundTime") or "")
    if len(moment) == _SECONDS_DIGITS:  # its unit is not documented; the number of digits tells it
        info["refundTime"] = moment + "000"
    for goods in info.get("skus") or [{}]:
        yield {"info": info, "goods": goods}


def _rows(name: str) -> Callable[[dict[str, Any]], Iterator[dict[str, dict[str, Any]]]]:
    return lambda data: ({"row": row} for row in data.get(name) or [])


def _product_parts(data: dict[str, Any]) -> Iterator[dict[str, dict[str, Any]]]:
    for entry in data.get("data") or []:
        sku = dict(entry.get("sku") or {})
        sku["spec"] = " ".join(str(part.get("value") or "") for part in sku.get("variants") or [])
        yield {"item": dict(entry.get("item") or {}), "sku": sku}


_PARTS: dict[str, Callable[[dict[str, Any]], Iterator[dict[str, dict[str, Any]]]]] = {
    "orders": _order_parts,
    "after_sales": _after_sale_parts,
    "settlements": _rows("transactions"),
    "services": _rows("expenses"),
    "funds": _rows("records"),
    "products": _product_parts,
}
