"""Orders, refund applications and after-sale services of one POP shop, read in windows of time so short that
one page holds each.

JD asks to roll the window instead of turning pages. A window whose rows fit one page is one answer: nothing
can move while it is read, whatever the order of the rows. Windows follow each other from old to new, so an
order modified meanwhile is met again in a later one.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.dotted import dig
from connectors.files.clocks import stamp
from connectors.http import Client, Credentials
from connectors.jd.gateway import Gateway, result_of
from connectors.jd.records import order_records, plain_records
from contracts.errors import CollectError, TransientError

#: Re-read before the window: the index of a list may lag behind the change it is asked for (by how much is
#: UNVERIFIED).
OVERLAP = dt.timedelta(minutes=5)
#: After-sales can be asked for by time of application only; refunds follow within weeks.
AFTER_SALE_REACH = dt.timedelta(days=45)
PASSES = 5

#: Every state but unpaid, which this list does not hold. The parameter is required.
ORDER_STATES = (
    "WAIT_SELLER_STOCK_OUT", "WAIT_GOODS_RECEIVE_CONFIRM", "WAIT_SELLER_DELIVERY", "PAUSE", "FINISHED_L",
    "TRADE_CANCELED", "LOCKED", "POP_ORDER_PAUSE",
)  # fmt: skip


@dataclass(frozen=True)
class Method:
    """One list method: the widest window it takes, how far before a window it must be read, its page size,
    and where rows and their count stand.
    """

    name: str
    widest: dt.timedelta
    reach: dt.timedelta
    size: int
    rows: str
    total: str
    key: tuple[str, ...]
    arguments: Callable[[str, str, int, Sequence[str]], dict[str, object]]


def _order_arguments(first: str, last: str, page: int, headers: Sequence[str]) -> dict[str, object]:
    fields = [header.removeprefix("order.") for header in headers if header.startswith("order.")]
    return {
        "start_date": first, "end_date": last, "order_state": ",".join(ORDER_STATES),
        "optional_fields": ",".join([*fields, "itemInfoList"]),
        "source_id": "JOS", "page": str(page), "page_size": "100", "sortType": 2, "dateType": 0,
    }  # fmt: skip


def _application_arguments(first: str, last: str, page: int, headers: Sequence[str]) -> dict[str, object]:
    del headers
    return {"modifiedStart": first, "modifiedEnd": last, "pageIndex": page, "pageSize": 50}


def _service_arguments(first: str, last: str, page: int, headers: Sequence[str]) -> dict[str, object]:
    del headers
    return {"applyTimeBegin": first, "applyTimeEnd": last, "pageNumber": page, "pageSize": 50}


_WEEK = dt.timedelta(days=7)
KINDS = {
    # "within one month": the shortest month is safe
    "orders": Method("jingdong.pop.order.search", dt.timedelta(days=28), OVERLAP, 100, "orderInfoList",
        "orderTotal", ("orderId",), _order_arguments),
    "refunds": Method("jingdong.pop.afs.soa.refundapply.queryPageList", _WEEK, OVERLAP, 50, "result",
        "totalCount", ("id",), _application_arguments),
    "after_sales": Method(
        "jingdong.asc.serviceAndRefund.view", _WEEK, AFTER_SALE_REACH, 50, "data", "totalCount",
        ("sameOrderServiceBill", "serviceId"), _service_arguments
    ),
}  # fmt: skip


@dataclass
class JdApi:
    """One shop's API.

    ``headers`` names per kind the fields to take (headers of columns.csv). No personal field is ever asked
    for or taken.
    """

    client: Client
    credentials: Credentials
    headers: Mapping[str, Sequence[str]]
    gateway: Gateway = field(init=False)

    def __post_init__(self) -> None:
        self.gateway = Gateway(self.client, self.credentials)

    def pages(self, kind: str, start: dt.datetime, end: dt.datetime) -> Iterator[bytes]:
        """Answers that together hold every order and application modified in ``[start, end)``, and every
        after-sale applied for since 45 days before.

        An answer may come twice, none is left out; answers without rows are not handed out. Raises
        CredentialError (a person must act), TransientError (retries used up) or CollectError.
        """
        self.gateway.renew()
        method = KINDS[kind]
        first, last = math.floor((start - method.reach).timestamp()), math.ceil(end.timestamp())
        while first < last:
            until = min(first + int(method.widest.total_seconds()), last)
            yield from self._window(kind, first, until)
            first = until

    def records(self, kind: str, page: bytes) -> list[dict[str, object]]:
        """One answer as flat records: an order × SKU, an application, or a service, each."""
        rows = _rows(kind, page)[0]
        return (order_records if kind == "orders" else plain_records)(rows, self.headers[kind])

    def _window(self, kind: str, first: int, last: int) -> Generator[bytes, None, int]:
        """One window in seconds; too full a one is cut into parts that should fit.

        Neighbours share a second, since whether ends are in is not documented.

        Gives back how many rows the platform counts in it. Parts that hold far more than their whole are no
        parts: cutting on would never end.
        """
        method = KINDS[kind]
        for _ in range(PASSES):
            body = self._ask(kind, first, last, 1)
            rows, total = _rows(kind, body)
            if total > method.size or len(rows) >= total:
                break  # else an empty page of a window that is not
        else:
            raise CollectError(
                "PAGES_INCOMPLETE",
                "返回行数少于平台总数",
                "fewer rows than the platform counts",
                kind=kind,
                total=total,
                seen=len(rows),
            )
        if total <= method.size:
            if rows:
                yield body
            return total
        if last - first <= 1:
            yield from self._turned(kind, first, last, total)
            return total
        parts = min(total // method.size + 2, last - first)
        edges = [first + (last - first) * number // parts for number in range(parts + 1)]
        counted = 0
        for start, end in itertools.pairwise(edges):
            counted += yield from self._window(kind, start, end)
            if counted > 2 * total + method.size:
                raise CollectError(
                    "WINDOW_IGNORED",
                    "平台未按时间窗口返回",
                    "the platform does not keep to the window",
                    kind=kind,
                    total=total,
                    counted=counted,
                )
        return total

    def _turned(self, kind: str, first: int, last: int, total: int) -> Iterator[bytes]:
        """One second that holds more than a page: page after page, again until as many rows were seen as the
        platform counts.
        """
        method = KINDS[kind]
        seen: set[str] = set()
        for _ in range(PASSES):
            for number in range(-(-total // method.size), 0, -1):
                body = self._ask(kind, first, last, number)
                rows, total = _rows(kind, body)
                seen |= {str(dig(row, method.key)) for row in rows}
                yield body
            if len(seen) >= total:
                return
        raise TransientError(
            "PAGES_MOVED",
            "翻页期间数据持续变动",
            "rows kept moving between pages",
            kind=kind,
            total=total,
            seen=len(seen),
        )

    def _ask(self, kind: str, first: int, last: int, page: int) -> bytes:
        method = KINDS[kind]
        start, end = (stamp(dt.datetime.fromtimestamp(second, dt.UTC)) for second in (first, last))
        return self.gateway.call(method.name, method.arguments(start, end, page, self.headers[kind]))


def _rows(kind: str, body: bytes) -> tuple[list[dict[str, Any]], int]:
    """The rows of one answer, and how many the window holds by the platform's count."""
    method = KINDS[kind]
    result = result_of(method.name, body)
    rows, total = result.get(method.rows) or [], result.get(method.total)
    if not isinstance(rows, list) or not str(total or 0).isdigit():
        raise CollectError("ANSWER_CHANGED", "平台返回结构有变", "the answer's shape has changed", kind=kind)
    return rows, int(total or 0)
