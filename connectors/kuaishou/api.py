"""Orders and after-sales by update time, settlement entries by settlement time, collected so that nothing is
lost while rows move.

The lists are cut into the windows the platform grants (7 days of orders, 1 day of after-sales) and walked by
cursor, oldest update first. A row that is updated meanwhile leaves for a later moment: it is met again in
this window, or by the next collection, which begins before this one ended.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.http import Client, Credentials
from connectors.kuaishou.gateway import Gateway, WindowTooWideError
from connectors.kuaishou.records import next_cursor, records
from contracts.errors import CollectError

KINDS = ("orders", "after_sales", "settlements")
_SECOND = 1000
_DAY = 86_400 * _SECOND
#: Milliseconds one request may span. Settlement: no limit is known, a day is the shortest among its siblings.
SPANS = {"orders": 7 * _DAY - _SECOND, "after_sales": _DAY - _SECOND, "settlements": _DAY - _SECOND}
#: The platform may grant shorter windows during promotions ("hours, even minutes"); below this it is an
#: error.
NARROWEST = 60 * _SECOND
#: Orders and after-sales further back are refused. Ten minutes less, so that a first collection of 90 days
#: does not stumble on its own duration.
HISTORY = 90 * _DAY - 600 * _SECOND
#: Re-read before the window: the list may lag behind the update it is asked for (by how much is UNVERIFIED).
OVERLAP = 300 * _SECOND


@dataclass
class KuaishouApi:
    """One shop's API. ``headers`` names per kind the fields to take (non-personal headers of columns.csv)."""

    client: Client
    credentials: Credentials
    headers: Mapping[str, Sequence[str]]
    gateway: Gateway = field(init=False)

    def __post_init__(self) -> None:
        self.gateway = Gateway(self.client, self.credentials)

    def pages(self, kind: str, start: dt.datetime, end: dt.datetime) -> Iterator[bytes]:
        """Answers that together hold every row updated (settled) in ``[start, end)``, a little before and the
        millisecond of ``end`` included.

        ``end`` should not lie ahead of the platform's clock. Orders and after-sales from more than 90 days
        before ``end`` are not asked for: the platform refuses to tell them. Pages without rows are not handed
        out. Raises CollectError where a cursor leads nowhere.
        """
        last = _milliseconds(end)
        begin = _milliseconds(start) - OVERLAP
        if kind != "settlements":
            begin = max(begin, last - HISTORY)
        span = SPANS[kind]
        while begin < last:
            until = min(begin + span, last)
            try:
                yield from self._walk(kind, begin, until)
            except WindowTooWideError:
                if span <= NARROWEST:
                    raise
                span //= 2
                continue
            begin = until

    def records(self, kind: str, page: bytes) -> list[dict[str, object]]:
        """One answer as flat records: an order, an after-sale or a settlement entry each."""
        return records(kind, page, self.headers[kind])

    def _walk(self, kind: str, begin: int, until: int) -> Iterator[bytes]:
        """One window from its first page to the cursor that says there is no more."""
        cursor, asked = "", {""}
        while True:
            body = self._ask(kind, begin, until, cursor)
            if records(kind, body, ()):
                yield body
            told = next_cursor(kind, body)
            if told is None:
                return
            if told in asked:
                raise CollectError(
                    "CURSOR_STUCK", "游标没有前进", "the cursor does not advance", kind=kind, cursor=told
                )
            asked.add(told)
            cursor = told

    def _ask(self, kind: str, begin: int, until: int, cursor: str) -> bytes:
        if kind == "settlements":
            window: dict[str, object] = {
                "settlementStartTime": begin,
                "settlementEndTime": until,
                "size": 100,
                "cursor": cursor,
            }
            return self.gateway.call("open.funds.financial.settled.bill.detail", window)
        window = {"beginTime": begin, "endTime": until, "queryType": 2, "sort": 2}
        if kind == "orders":
            return self.gateway.call(
                "open.order.cursor.list",
                {**window, "orderViewStatus": 1, "cpsType": 0, "pageSize": 50, "cursor": cursor},
            )
        wanted = {
            "type": 9,
            "pageSize": 100,
            "currentPage": 1,
            "pcursor": cursor,
            "option": {"needExchange": True},
        }
        return self.gateway.call("open.seller.order.refund.pcursor.list", {**window, **wanted})


def _milliseconds(moment: dt.datetime) -> int:
    return round(moment.timestamp() * 1000)
