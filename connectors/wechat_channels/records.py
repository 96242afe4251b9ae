"""Pages → flat text records.

Which fields are taken is declared in columns.csv, as dotted paths: nothing else leaves the answer.

A page is an array of ``{"path", "asked", "answer"}`` (see api.py). Numbers become text here and never pass
through a float.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from connectors.dotted import Paths, dig, steps_of
from connectors.wechat_channels.gateway import check
from contracts.errors import CollectError

#: Two moments this near each other, and no other near either of them, are one session's (compass and
#: dashboard share no number).
SAME_START_SECONDS = 300

_CREATOR_CHANNELS = ("100", "101")

Records = list[dict[str, object]]


def order_records(page: bytes, headers: Sequence[str]) -> Records:
    """One record per line of each order."""
    paths = steps_of(headers)
    return [
        _record(paths, _line_roots(answer["order"], item))
        for _, answer in _answers(page, "order/get")
        for item in _items(answer["order"])
    ]


def after_sale_records(page: bytes, headers: Sequence[str]) -> Records:
    """One record per after-sale, with the line of its order that has the same SKU (the one with a price,
    where there are two).
    """
    paths = steps_of(headers)
    orders = {str(answer["order"]["order_id"]): answer["order"] for _, answer in _answers(page, "order/get")}
    found: Records = []
    for _, answer in _answers(page, "aftersale/getaftersaleorder"):
        after = answer["after_sale_order"]
        order, goods = orders.get(str(after.get("order_id")), {}), after.get("product_info") or {}
        lines = [item for item in _items(order) if str(item.get("sku_id")) == str(goods.get("sku_id"))]
        roots = _line_roots(order, max(lines, key=lambda item: int(item.get("sale_price") or 0), default={}))
        # a parcel of whatever is in the order, where the line itself is not found, proves nothing
        found.append(_record(paths, {**roots, "after": after}))
    return found


def fund_records(page: bytes, headers: Sequence[str]) -> Records:
    """One record per movement; the numbers it is related to stand together."""
    paths, found = steps_of(headers), []
    for _, answer in _answers(page, "funds/getfundsflowdetail"):
        flow = answer["funds_flow"]
        related: dict[str, Any] = {}
        for row in flow.get("related_info_list") or []:
            related |= {name: value for name, value in row.items() if value not in (None, "", 0, "0")}
        found.append(_record(paths, {"flow": flow, "related": related}))
    return found


def session_records(page: bytes, headers: Sequence[str]) -> Records:
    """One record per session: the compass's (number, account, title, length) with the dashboard's figures
    where both surely mean the same.

    A dashboard session near one or more of the compass's, yet not surely one of them, is left out: it would
    be the same session again.
    """
    paths = steps_of(headers)
    lives = [
        {**live, "finder_id": asked.get("finder_id")}
        for asked, answer in _answers(page, "live/list/get")
        for live in answer.get("live_list") or []
    ]
    boards = [
        item
        for _, answer in _answers(page, "livedashboard/getlivelist")
        for item in answer.get("live_items") or []
    ]
    figures = {
        str(asked.get("export_id")): answer for asked, answer in _answers(page, "livedashboard/getlivedata")
    }
    pairs = []
    for live in lives:
        near = _near(boards, "create_time", _second(live, "live_time"))
        sure = len(near) == 1 and len(_near(lives, "live_time", _second(near[0], "create_time"))) == 1
        pairs.append((live, near[0] if sure else {}))
    pairs += [({}, board) for board in boards if not _near(lives, "live_time", _second(board, "create_time"))]
    return [
        _record(paths, _session_roots(live, board, figures.get(str(board.get("export_id")), {})))
        for live, board in pairs
    ]


def product_records(page: bytes, headers: Sequence[str]) -> Records:
    """One record per SKU of each product."""
    paths = steps_of(headers)
    products = [answer["product"] for _, answer in _answers(page, "product/get") if answer.get("product")]
    return [
        _record(paths, {"product": product, "sku": sku})
        for product in products
        for sku in product.get("skus") or [{}]
    ]


FLATTEN: Mapping[str, Callable[[bytes, Sequence[str]], Records]] = {
    "orders": order_records,
    "after_sales": after_sale_records,
    "funds": fund_records,
    "live_sessions": session_records,
    "products": product_records,
}


def _answers(page: bytes, path: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """(what was asked, the answer) of each part whose address ends in ``path``.

    A lone answer is no page; if it says an error, that is raised.
    """
    parts = orjson.loads(page)
    if not isinstance(parts, list):
        check(path, page)
        raise CollectError("ANSWER_CHANGED", "这不是采集到的一页", "not a collected page", path=path)
    for part in parts:
        if str(part["path"]).endswith("/" + path):
            yield part["asked"], part["answer"]


def _items(order: Mapping[str, Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (order.get("order_detail") or {}).get("product_infos") or []
    return items


def _line_roots(order: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    detail, sku = order.get("order_detail") or {}, str(item.get("sku_id"))
    sources = _of_sku(detail.get("source_infos"), sku)
    led = [row for row in sources if str(row.get("sale_channel")) in _CREATOR_CHANNELS]
    return {
        "order": order,
        "item": item,
        "source": (led or sources or [{}])[0],
        "commission": (_of_sku(detail.get("commission_infos"), sku) or [{}])[0],
        "ship": {"delivery_time": _shipped(detail.get("delivery_info") or {}, sku)} if item else {},
    }


def _of_sku(rows: Sequence[dict[str, Any]] | None, sku: str) -> list[dict[str, Any]]:
    return [row for row in rows or [] if str(row.get("sku_id")) == sku]


def _shipped(delivery: Mapping[str, Any], sku: str) -> int:
    """The second the line left: of its last parcel; of the order's last where parcels name no goods.

    0 while it has not.
    """
    parcels = delivery.get("delivery_product_info") or []
    named = [parcel for parcel in parcels if parcel.get("product_infos")]
    own = [int(parcel.get("delivery_time") or 0) for parcel in named if _of_sku(parcel["product_infos"], sku)]
    return max(own) if own else 0 if named else int(delivery.get("ship_done_time") or 0)


def _second(row: Mapping[str, Any], name: str) -> int:
    return int(row.get(name) or 0)


def _near(rows: Sequence[dict[str, Any]], name: str, second: int) -> list[dict[str, Any]]:
    return [row for row in rows if abs(_second(row, name) - second) <= SAME_START_SECONDS]


def _session_roots(live: dict[str, Any], board: dict[str, Any], figures: Mapping[str, Any]) -> dict[str, Any]:
    session = {
        "id": live.get("live_id") or board.get("export_id"),
        "start": live.get("live_time") or board.get("create_time"),
        "finder_id": live.get("finder_id"),
    }
    summary = _inner(figures, "live_dashboard_data").get("summary") or {}
    return {
        "session": session,
        "live": live,
        "board": board,
        "summary": summary,
        "ec": _inner(figures, "live_ec_data_summary"),
    }


def _inner(figures: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A member that is an object, or JSON text of one."""
    value = figures.get(name) or {}
    inner: dict[str, Any] = orjson.loads(value) if isinstance(value, str) else value
    return inner


def _record(paths: Paths, roots: dict[str, Any]) -> dict[str, object]:
    return {header: _text(dig(roots, path)) for header, path in paths.items()}


def _text(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """A scalar as text, true and false as 1 and 0.

    A list of ``{attr_key, attr_value}`` as ``key:value;key:value``.
    """
    if value is None or isinstance(value, dict):
        return None
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, list):
        return ";".join(
            f"{part.get('attr_key')}:{part.get('attr_value')}" for part in value if isinstance(part, dict)
        )
    return str(value)
