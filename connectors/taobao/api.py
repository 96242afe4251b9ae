"""Taobao's open API for one shop: trades and refunds by time of modification."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from connectors.files.clocks import stamp
from connectors.http import Client, Credentials
from connectors.taobao import top
from contracts.errors import TransientError

PAGE_SIZE = 50  # 40-50 advised by the method's document; 100 is the most it takes
WINDOW = dt.timedelta(days=1)  # the most one request may span
PASSES = 5  # how often a window is read again when its rows keep moving

#: Everything but the types of other businesses. What is not listed is silently left out of the answer
#: (default: the first five).
TRADE_TYPES = (
    "guarantee_trade", "auto_delivery", "ec", "cod", "step", "fixed", "auction", "independent_simple_trade",
    "independent_shop_trade", "instant_trade",
    "super_market_trade", "o2o_offlinetrade", "nopaid", "eticket", "tmall_i18n", "pre_auth_type",
)  # fmt: skip

TRADE_FIELDS = (
    "tid", "type", "status", "created", "modified", "pay_time", "consign_time", "end_time", "payment",
    "post_fee", "received_payment", "num", "title",
    "receiver_state", "step_trade_status",
)  # fmt: skip
ORDER_FIELDS = (
    "oid", "status", "title", "price", "num", "num_iid", "sku_id", "outer_iid", "outer_sku_id",
    "sku_properties_name", "payment", "divide_order_fee",
    "refund_status", "consign_time", "end_time", "is_free_gift",
)  # fmt: skip
REFUND_FIELDS = (
    "refund_id", "tid", "oid", "status", "created", "modified", "refund_fee", "good_status",
    "has_good_return", "refund_phase", "dispute_type",
    "reason", "title",
)  # fmt: skip


@dataclass(frozen=True)
class Method:
    """One list method: where its rows stand in the answer, what identifies a row, which fields to ask for."""

    name: str
    plural: str
    singular: str
    key: str
    fields: str


KINDS = {
    "trades": Method(
        "taobao.trades.sold.increment.get", "trades", "trade", "tid",
        ",".join([*TRADE_FIELDS, *(f"orders.{name}" for name in ORDER_FIELDS)])
    ),
    "refunds": Method("taobao.refunds.receive.get", "refunds", "refund", "refund_id",
        ",".join(REFUND_FIELDS)),
}  # fmt: skip


class TaobaoApi:
    """``connectors.base.Api`` over TOP.

    No personal field is ever asked for; ``now`` (Unix seconds) is replaceable for tests.
    """

    def __init__(
        self, client: Client, credentials: Credentials, now: Callable[[], float] = time.time
    ) -> None:
        self.gateway = top.Gateway(client, credentials, now)

    def pages(self, kind: str, start: dt.datetime, end: dt.datetime) -> Iterator[bytes]:
        """Raw answers covering ``[start, end)`` by modification time, oldest day first; a row may come twice,
        none is left out.

        Raises CredentialError (re-authorise), TransientError (rows would not stand still, or retries used up)
        or CollectError.
        """
        first = start
        while first < end:
            last = min(first + WINDOW, end)
            yield from self._window(KINDS[kind], first, last)
            first = last

    def _window(self, method: Method, first: dt.datetime, last: dt.datetime) -> Iterator[bytes]:
        """All pages of one window from the last to the first, again until a pass has seen as many rows as the
        platform counts.

        Rows come newest first. One modified meanwhile leaves the window (it comes with the next) and pulls
        the rows behind it towards the front, where this order meets them again; one that moves to the front
        inside the window would push another back unseen, and shows in the count.
        """
        for _ in range(PASSES):
            body = self._page(method, first, last, 1)
            total = most = _total(body)
            pages = -(-total // PAGE_SIZE)
            if pages <= 1:
                if len(_rows(body, method)) < total:
                    continue  # an empty page of a window that is not
                yield body
                return
            seen: set[str] = set()
            for number in range(pages, 0, -1):
                body = self._page(method, first, last, number)
                seen |= {_id(row, method.key) for row in _rows(body, method)}
                total = _total(body)
                most = max(most, total)
                yield body
            if most <= pages * PAGE_SIZE and len(seen) >= total:
                return
        raise TransientError(
            "PAGES_MOVED",
            "翻页期间数据持续变动",
            "rows kept moving between pages",
            start=stamp(first),
            end=stamp(last),
        )

    def _page(self, method: Method, first: dt.datetime, last: dt.datetime, number: int) -> bytes:
        arguments = {
            "fields": method.fields,
            "type": ",".join(TRADE_TYPES),
            "start_modified": stamp(first),
            "end_modified": stamp(last),
            "page_no": str(number),
            "page_size": str(PAGE_SIZE),
            "use_has_next": "false",
        }
        return self.gateway.call(method.name, arguments)

    def records(self, kind: str, page: bytes) -> list[dict[str, object]]:
        """One answer as flat records under the headers of columns.csv: refunds one by one, trades one record
        per sub-order.
        """
        rows = _rows(page, KINDS[kind])
        if kind == "refunds":
            return [{name: _text(row, name) for name in REFUND_FIELDS} for row in rows]
        return [
            {f"trade.{name}": _text(trade, name) for name in TRADE_FIELDS}
            | {f"order.{name}": _text(order, name) for name in ORDER_FIELDS}
            for trade in rows
            # a trade without sub-orders still makes a record, so that it shows up in quarantine
            for order in _listed(trade.get("orders"), "order") or [{}]
        ]


def _rows(body: bytes, method: Method) -> list[dict[str, Any]]:
    return _listed(top.parse(body).get(method.plural), method.singular)


def _listed(wrapper: object, name: str) -> list[dict[str, Any]]:
    """The rows of ``{"trade": [...]}``; a lone row may stand without its list."""
    found = wrapper.get(name) if isinstance(wrapper, dict) else None
    return found if isinstance(found, list) else [found] if isinstance(found, dict) else []


def _total(body: bytes) -> int:
    return int(top.parse(body).get("total_results") or 0)


def _id(row: dict[str, Any], key: str) -> str:
    """A number that is wider than a double: its text twin (``tid_str``) is preferred, and whole JSON numbers
    stay whole.
    """
    return str(row.get(f"{key}_str") or row.get(key) or "")


def _text(row: dict[str, Any], name: str) -> object:
    value = row.get(f"{name}_str") or row.get(name)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
