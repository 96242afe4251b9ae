"""order.searchList and afterSale.List, collected so that nothing is lost while rows move.

And the settlement bill, which is ``bills``' business.

The two lists are asked by update time, oldest first, and always from the last second seen: page 0 of an ever
shorter window. An order that is updated meanwhile goes to the end and is met again; no later row slides onto
a page already read, as it would with page numbers, and no request comes near the depth of 50,000 rows at
which paging is believed to end. Duplicates are harmless downstream.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.douyin import bills
from connectors.douyin.gateway import Gateway
from connectors.douyin.records import after_sale_records, bill_records, order_records, page_rows
from connectors.http import Client, Credentials
from contracts.errors import CollectError

KINDS = ("orders", "after_sales", "settlements")
PAGE_SIZE = 100
DEPTH_CAP = 50_000
#: Re-read before the window: the index of the list may lag behind the update it is asked for (by how much is
#: UNVERIFIED).
OVERLAP_SECONDS = 300
MAX_PASSES = 4

_FLATTEN = {"orders": order_records, "after_sales": after_sale_records, "settlements": bill_records}


@dataclass
class DouyinApi:
    """One shop's API. ``headers`` names per kind the fields to take (non-personal headers of columns.csv)."""

    client: Client
    credentials: Credentials
    headers: Mapping[str, Sequence[str]]
    gateway: Gateway = field(init=False)

    def __post_init__(self) -> None:
        self.gateway = Gateway(self.client, self.credentials)

    def pages(self, kind: str, start: dt.datetime, end: dt.datetime) -> Iterator[bytes]:
        """Answers that together hold every order (after-sale) updated in ``[start, end)``, a little before
        and the second of ``end`` included.

        Settlement entries have no update time: theirs is the moment of settlement, see ``bills.pages``.
        ``end`` should not lie ahead of the platform's clock. A page without anything new is not handed out.
        After each pass the platform's own count is compared with what was seen; while more is there, another
        pass follows. Raises CollectError when a pass finds nothing new and still something is missing.
        """
        if kind == "settlements":
            yield from bills.pages(self.gateway, start, end)
            return
        first, last = int(start.timestamp()) - OVERLAP_SECONDS, math.ceil(end.timestamp()) + 1
        seen: dict[str, int] = {}
        for _ in range(MAX_PASSES):
            known = len(seen)
            yield from self._walk(kind, first, last, seen)
            _, total = page_rows(kind, self._ask(kind, first, last, 0, 1))
            if total <= len(seen):
                return
            if len(seen) == known:
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
        """One answer as flat records: a sub-order, an after-sale × sub-order, or an entry of the bill,
        each.
        """
        return _FLATTEN[kind](page, self.headers[kind])

    def _walk(self, kind: str, first: int, last: int, seen: dict[str, int]) -> Iterator[bytes]:
        """One pass from ``first``.

        ``seen`` (id → update second) grows; only answers that add to it are handed out.
        """
        cursor, page, count, patience = first, 0, 0, MAX_PASSES
        while True:
            body = self._ask(kind, cursor, last, page, PAGE_SIZE)
            rows, total = page_rows(kind, body)
            # an empty page of a list that goes on, or the answer to an earlier question
            if patience and (rows[0][1] < cursor if rows else page * PAGE_SIZE < total):
                patience -= 1
                continue
            patience = MAX_PASSES
            if any(seen.get(name) != second for name, second in rows):
                seen.update(rows)
                yield body
            if not rows or page * PAGE_SIZE + len(rows) >= total:
                return
            seconds = [second for _, second in rows]
            if seconds != sorted(seconds):
                raise CollectError(
                    "NOT_SORTED",
                    "平台返回未按更新时间排序",
                    "the answer is not sorted by update time",
                    kind=kind,
                )
            # whether the start of a window is part of it is not documented, hence one second back
            if seconds[-1] - 1 > cursor:
                cursor, page = seconds[-1] - 1, 0
            elif page and total < count:
                page = 0  # more than a page shares one second and somebody left it: its pages have shifted
            else:
                page += 1
            count = total
            if page * PAGE_SIZE >= DEPTH_CAP:
                raise CollectError(
                    "SECOND_TOO_FULL",
                    "同一秒的更新超过翻页上限",
                    "one second holds more than can be paged",
                    kind=kind,
                    second=cursor,
                )

    def _ask(self, kind: str, first: int, last: int, page: int, size: int) -> bytes:
        if kind == "orders":
            window: dict[str, object] = {
                "update_time_start": first,
                "update_time_end": last,
                "order_by": "update_time",
                "order_asc": True,
            }
            return self.gateway.call("order.searchList", {**window, "page": page, "size": size})
        window = {"update_start_time": first, "update_end_time": last, "order_by": ["update_time asc"]}
        return self.gateway.call("afterSale.List", {**window, "page": page, "size": size})
