"""The shop's orders, after-sales, settlements, account movements and goods, collected so that nothing is lost
while rows move.

Orders and after-sales are listed by update time in windows of half an hour, halved until one page holds each;
the list gives too little (no goods, the amount applied for instead of the one refunded), so what is handed
out are the details, one answer per line. A long span is listed by creation instead, a day at a time and
further back, and only what was updated within the span is fetched.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.http import Client, Credentials
from connectors.xiaohongshu.gateway import Gateway, parse
from connectors.xiaohongshu.records import flatten
from contracts.errors import TransientError

PAGE_SIZE = 100  # the most
DAY = 86_400_000
CREATED, UPDATED = 1, 2
_WIDEST = {CREATED: DAY, UPDATED: 1_800_000}
#: Re-read before each span and between windows: whether a window's ends belong to it, and how late a list may
#: be, is not documented.
OVERLAP = 300_000
_SEAM = 1_000
#: Above this a span is listed by creation: 48 windows a day against one.
LONG = 7 * DAY
#: How long before a long span its orders may have been created. Older ones updated within it are not found.
BACK = 90 * DAY
PASSES = 5


@dataclass(frozen=True)
class Listing:
    """A list of ids and the method that tells more: names of its fields, and the unit of its times in ms."""

    method: str
    detail: str
    param: str
    rows: str
    key: str
    updated: str
    total: str
    unit: int


LISTINGS = {
    "orders": Listing("order.getOrderList", "order.getOrderDetail", "orderId", "orderList", "orderId",
        "updateTime", "total", 1_000),
    "after_sales": Listing(
        "afterSale.listAfterSaleInfos", "afterSale.getAfterSaleInfo", "returnsId", "afterSaleBasicInfos",
        "returnsId", "updatedAt", "totalCount", 1
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Ledger:
    """A list whose rows tell everything: where its rows are, what names one, what is asked beside the page,
    and what the page is called.
    """

    method: str
    rows: str
    key: tuple[str, ...]
    params: Mapping[str, object]
    page: str = "pageNum"


#: Asked a day at a time.
LEDGERS = {
    "settlements": Ledger(
        "finance.pageQueryTransaction", "transactions", ("transactionId",), {"commonSettleStatus": 1}
    ),
    "services": Ledger("finance.pageQueryExpense", "expenses", ("expenseId",), {"settleStatus": 1}),
    "funds": Ledger("finance.querySellerAccountRecords", "records", ("tradeNo",), {}),
}
#: Asked whole.
LISTS = {"products": Ledger("product.getDetailSkuList", "data", ("sku", "id"), {}, page="pageNo")}
KINDS = (*LISTINGS, *LEDGERS, *LISTS)

Window = tuple[int, int]


@dataclass
class XiaohongshuApi:
    """One shop's API. ``headers`` names per kind the fields to take (non-personal headers of columns.csv)."""

    client: Client
    credentials: Credentials
    headers: Mapping[str, Sequence[str]]
    gateway: Gateway = field(init=False)

    def __post_init__(self) -> None:
        self.gateway = Gateway(self.client, self.credentials)

    def pages(self, kind: str, start: dt.datetime, end: dt.datetime) -> Iterator[bytes]:
        """What was updated (settled, moved) in ``[start, end)`` and a little before; products are always all.

        TransientError when rows will not stand still.
        """
        # whole seconds: the order list is asked in them, and a window must not grow by rounding
        span = (math.floor(start.timestamp()) * 1000, math.ceil(end.timestamp()) * 1000)
        if span[0] >= span[1]:
            return
        if kind in LISTS:
            yield from self._whole(LISTS[kind], {})
        else:
            yield from (
                self._details(LISTINGS[kind], span) if kind in LISTINGS else self._ledger(LEDGERS[kind], span)
            )

    def records(self, kind: str, page: bytes) -> list[dict[str, object]]:
        """One page as flat records: an order × SKU, an after-sale × SKU, a settlement entry, an account
        movement or a SKU each.
        """
        return flatten(kind, page, self.headers[kind])

    def _details(self, listing: Listing, span: Window) -> Iterator[bytes]:
        """The details of each list page together, one answer per line, byte for byte but for line breaks
        between its tokens.
        """
        first = span[0] - OVERLAP
        long = span[1] - first > LONG
        clock, begin = (CREATED, first - BACK) if long else (UPDATED, first)
        known: dict[str, int] = {}
        for window in windows(begin, span[1], _WIDEST[clock]):
            for rows in self._window(listing, clock, window):
                fresh = {
                    name: moment for name, moment in rows if moment >= first and known.get(name, -1) < moment
                }
                known |= fresh
                if fresh:
                    yield b"\n".join(self._detail(listing, name) for name in fresh)

    def _detail(self, listing: Listing, name: str) -> bytes:
        return (
            self.gateway.call(listing.detail, {listing.param: name}).replace(b"\r", b" ").replace(b"\n", b" ")
        )

    def _window(self, listing: Listing, clock: int, window: Window) -> Iterator[list[tuple[str, int]]]:
        """(id, update moment) of each page of one window, halved until one page holds it.

        Nothing moves within one answer, and what is updated meanwhile goes to a later window; between pages a
        row can slip through unseen and uncounted. Only seconds with more than a page are paged.
        """
        for _ in range(PASSES):
            rows, total = self._page(listing, clock, window, 1)
            if len(rows) >= min(total, PAGE_SIZE):
                break  # else an empty page of a window that is not
        else:
            raise _moved(listing.method, start=window[0], end=window[1])
        if total <= PAGE_SIZE:
            yield rows
        elif window[1] - window[0] > 3 * _SEAM:
            middle = (window[0] + window[1]) // 2_000 * 1_000
            yield from self._window(listing, clock, (window[0], middle))
            yield from self._window(listing, clock, (middle - _SEAM, window[1]))
        else:
            yield from self._turned(listing, clock, window, total)

    def _turned(
        self, listing: Listing, clock: int, window: Window, total: int
    ) -> Iterator[list[tuple[str, int]]]:
        """From the last page to the first, again while fewer rows were seen than the platform counts."""
        for _ in range(PASSES):
            pages, most, seen = -(-total // PAGE_SIZE), total, set[str]()
            for number in range(pages, 0, -1):
                rows, total = self._page(listing, clock, window, number)
                seen |= {name for name, _ in rows}
                most = max(most, total)
                yield rows
            if most <= pages * PAGE_SIZE and len(seen) >= total:
                return
        raise _moved(listing.method, start=window[0], end=window[1])

    def _page(
        self, listing: Listing, clock: int, window: Window, number: int
    ) -> tuple[list[tuple[str, int]], int]:
        asked = {
            "startTime": window[0] // listing.unit,
            "endTime": window[1] // listing.unit,
            "timeType": clock,
        }
        data = parse(
            self.gateway.call(listing.method, {**asked, "pageNo": number, "pageSize": PAGE_SIZE}),
            listing.method,
        )
        # without a moment of update nobody can say that an item is known already
        rows = [
            (str(row[listing.key]), int(row.get(listing.updated) or 2**62))
            for row in data.get(listing.rows) or []
        ]
        return rows, int(data.get(listing.total) or 0)

    def _ledger(self, ledger: Ledger, span: Window) -> Iterator[bytes]:
        for start in range(span[0], span[1], DAY):
            yield from self._whole(ledger, {"startTime": start, "endTime": min(start + DAY, span[1])})

    def _whole(self, ledger: Ledger, span: Mapping[str, int]) -> Iterator[bytes]:
        """Pages forward, since what has happened stays where it is.

        Again while fewer rows were seen than the platform counts.
        """
        seen: set[str] = set()
        for _ in range(PASSES):
            number = total = 0
            while number * PAGE_SIZE < max(total, 1):
                number += 1
                body = self.gateway.call(
                    ledger.method, {**ledger.params, **span, ledger.page: number, "pageSize": PAGE_SIZE}
                )
                data: dict[str, Any] = parse(body, ledger.method)
                found = {_named(row, ledger.key) for row in data.get(ledger.rows) or []}
                total = int(data.get("total") or 0)
                if found - seen:
                    yield body.replace(b"\r", b" ").replace(b"\n", b" ")
                seen |= found
            if len(seen) >= total:
                return
        raise _moved(ledger.method, **span)


def _named(row: Any, path: tuple[str, ...]) -> str:  # noqa: ANN401 - JSON
    for step in path:
        row = row[step]
    return str(row)


def windows(start: int, end: int, widest: int) -> Iterator[Window]:
    """Windows of at most ``widest`` ms that cover ``[start, end]``; neighbours share a second."""
    first = start
    while first < end:
        last = min(first + widest, end)
        yield first, last
        first = last if last == end else last - _SEAM


def _moved(method: str, **span: int) -> TransientError:
    return TransientError(
        "PAGES_MOVED", "翻页期间数据持续变动", "rows kept moving between pages", method=method, span=span
    )
