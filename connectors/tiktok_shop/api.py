"""Orders, returns, cancellations, statements and withdrawals of the open API 202309, collected so that
nothing is lost while rows move.

The three lists are asked by update time, oldest first, and always from the last second seen: the first page
of an ever shorter window. What is updated meanwhile goes to the end and is met again. Page tokens are
followed only inside one second, because nothing says that they stand still.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.http import Client, Credentials
from connectors.tiktok_shop.gateway import Gateway, good_data
from connectors.tiktok_shop.records import (
    list_records,
    page_rows,
    statement_records,
    statements,
    withdrawal_records,
)
from contracts.errors import CollectError

KINDS = ("orders", "after_sales", "cancellations", "settlements", "funds")
PAGE_SIZE = 100
#: Re-read before the window: the index of a list may lag behind the update it is asked for (by how much is
#: UNVERIFIED).
OVERLAP_SECONDS = 300
#: A statement is made once a day; its payment may follow (how late is UNVERIFIED).
STATEMENT_OVERLAP_SECONDS = 2 * 86_400
#: Withdrawals can be asked for by creation only, and the bank may take days to turn one down (how many is
#: UNVERIFIED).
WITHDRAWAL_OVERLAP_SECONDS = 14 * 86_400
MAX_PASSES = 4
#: No second holds this many updates; a platform that goes on handing out tokens is not answering.
MAX_PAGES_OF_A_SECOND = 500

_PATHS = {
    "orders": "/order/202309/orders/search",
    "after_sales": "/return_refund/202309/returns/search",
    "cancellations": "/return_refund/202309/cancellations/search",
}
_STATEMENTS = "/finance/202309/statements"
_WITHDRAWALS = "/finance/202309/withdrawals"
#: ``types`` is required. Of TRANSFER nothing tells in which direction the money goes.
_MOVEMENTS = "WITHDRAW,SETTLE,REVERSE"


@dataclass
class TikTokApi:
    """One shop's API. ``headers`` names per kind the fields to take (headers of columns.csv)."""

    client: Client
    credentials: Credentials
    headers: Mapping[str, Sequence[str]]
    gateway: Gateway = field(init=False)

    def __post_init__(self) -> None:
        self.gateway = Gateway(self.client, self.credentials)

    def pages(self, kind: str, start: dt.datetime, end: dt.datetime) -> Iterator[bytes]:
        """Answers that together hold every row updated (statement or withdrawal made) in ``[start, end)``, a
        little before and the second of ``end`` included.

        After each pass over a list the platform's own count is compared with what was seen; while more is
        there, another pass follows. Raises CollectError when a pass finds nothing new and still something is
        missing.
        """
        first, last = int(start.timestamp()), math.ceil(end.timestamp()) + 1
        if kind == "settlements":
            yield from self._statement_pages(first - STATEMENT_OVERLAP_SECONDS, last)
            return
        if kind == "funds":
            made = {"create_time_ge": str(first - WITHDRAWAL_OVERLAP_SECONDS), "create_time_lt": str(last)}
            yield from self._following(_WITHDRAWALS, {"types": _MOVEMENTS, **made})
            return
        first -= OVERLAP_SECONDS
        seen: dict[str, int] = {}
        total, known = 0, -1
        for _ in range(MAX_PASSES):
            known = len(seen)
            yield from self._walk(kind, first, last, seen)
            _, total, _ = page_rows(kind, self._ask(kind, first, last, "", 1))
            if total <= len(seen) or len(seen) == known:
                break
        if total > len(seen) and len(seen) == known:
            raise CollectError(
                "PAGES_INCOMPLETE",
                "翻页结果与平台总数不符",
                "fewer rows than the platform counts",
                kind=kind,
                platform_total=total,
                seen=len(seen),
            )

    def records(self, kind: str, page: bytes) -> list[dict[str, object]]:
        """One answer as flat records: a line item (one unit), a request × item, a statement's transaction, or
        a movement, each.
        """
        if kind == "settlements":
            return statement_records(page, self.headers[kind])
        if kind == "funds":
            return withdrawal_records(page, self.headers[kind])
        return list_records(kind, page, self.headers[kind])

    def _walk(self, kind: str, first: int, last: int, seen: dict[str, int]) -> Iterator[bytes]:
        """One pass from ``first``.

        ``seen`` (number → update second) grows; only answers that add to it are handed out.
        """
        cursor, token, pages, count = first, "", 0, 0
        while True:
            body = self._ask(kind, cursor, last, token, PAGE_SIZE)
            rows, total, following = page_rows(kind, body)
            if any(seen.get(name) != second for name, second in rows):
                seen.update(rows)
                yield body
            if not rows or not following:
                return
            seconds = [second for _, second in rows]
            if seconds != sorted(seconds):
                raise CollectError(
                    "NOT_SORTED",
                    "平台返回未按更新时间排序",
                    "the answer is not sorted by update time",
                    kind=kind,
                )
            if seconds[-1] > cursor:
                cursor, token, pages = seconds[-1], "", 0
            # more than a page shares one second; where somebody left it meanwhile, its pages may have shifted
            else:
                token, pages = "" if token and total < count else following, pages + 1
            count = total
            if pages > MAX_PAGES_OF_A_SECOND:
                raise CollectError(
                    "SECOND_TOO_FULL",
                    "同一秒的更新翻页不止",
                    "one second pages without end",
                    kind=kind,
                    second=cursor,
                )

    def _ask(self, kind: str, first: int, last: int, token: str, size: int) -> bytes:
        query = {"page_size": str(size), "sort_field": "update_time", "sort_order": "ASC"}
        return self.gateway.call(
            _PATHS[kind],
            query | ({"page_token": token} if token else {}),
            {"update_time_ge": first, "update_time_lt": last},
        )

    def _statement_pages(self, first: int, last: int) -> Iterator[bytes]:
        """The transactions of every statement of the window.

        The list of statements itself says nothing that they do not.
        """
        window = {
            "statement_time_ge": str(first),
            "statement_time_lt": str(last),
            "sort_field": "statement_time",
            "sort_order": "ASC",
        }
        for listing in self._following(_STATEMENTS, window):
            for number in statements(listing):
                path = f"{_STATEMENTS}/{number}/statement_transactions"
                yield from self._following(path, {"sort_field": "order_create_time", "sort_order": "ASC"})

    def _following(self, path: str, query: Mapping[str, str]) -> Iterator[bytes]:
        """All pages of a list that does not move, by its tokens."""
        token = ""
        while True:
            body = self.gateway.call(
                path, {**query, "page_size": str(PAGE_SIZE)} | ({"page_token": token} if token else {})
            )
            yield body
            following = str(good_data(body).get("next_page_token") or "")
            if not following or following == token:
                return
            token = following
