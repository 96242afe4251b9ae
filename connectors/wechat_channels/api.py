"""The shop's lists and details, collected so that nothing is lost while rows move.

Lists give numbers only, so what is handed out are details: one page is a JSON array of ``{"path", "asked",
"answer"}``, up to 50 answers each as the platform sent it. Beside an after-sale stands its order: the
after-sale names neither the line by a number nor whether the parcel was on its way.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from connectors.http import Client, Credentials
from connectors.wechat_channels import records
from connectors.wechat_channels.gateway import CursorChangedError, Gateway, TooManyOrdersError
from contracts.errors import CollectError, TransientError
from contracts.fields import TIME_ZONE

KINDS = ("orders", "after_sales", "funds", "live_sessions", "products")
#: Longest windows: 7 days of orders, 24 hours of after-sales. None is known for the ledger; a week keeps its
#: page numbers small.
WEEK, DAY = 7 * 86_400, 86_400
#: Re-read before the window: a list may lag behind the update it is asked for (by how much is UNVERIFIED).
OVERLAP_SECONDS = 300
DETAILS_PER_PAGE = 50
MAX_PASSES = 6

_Body = dict[str, object]


@dataclass
class WechatApi:
    """One shop's API. ``headers`` names per kind the fields to take (non-personal headers of columns.csv)."""

    client: Client
    credentials: Credentials
    headers: Mapping[str, Sequence[str]]
    gateway: Gateway = field(init=False)

    def __post_init__(self) -> None:
        self.gateway = Gateway(self.client, self.credentials)

    def pages(self, kind: str, start: dt.datetime, end: dt.datetime) -> Iterator[bytes]:
        """Pages that together hold everything of ``kind`` updated in ``[start, end)``, a little before and
        the second of ``end`` included.

        Sessions are those begun from the day before ``start`` on; products are always all. Raises
        TransientError where a list will not stand still.
        """
        first, last = int(start.timestamp()) - OVERLAP_SECONDS, math.ceil(end.timestamp()) + 1
        if kind == "live_sessions":
            yield from self._live_days(start, end)
        elif kind == "products":
            yield from self._details(
                self._settled(self._product_ids), "/channels/ec/product/get", "product_id", {"data_type": 1}
            )
        else:
            numbers, longest, details = {
                "orders": (self._order_ids, WEEK, self._orders),
                "after_sales": (self._after_sale_ids, DAY, self._after_sales),
                "funds": (self._fund_ids, WEEK, self._funds),
            }[kind]
            for begin in range(first, last, longest):
                yield from details(list(dict.fromkeys(numbers(begin, min(begin + longest, last)))))

    def records(self, kind: str, page: bytes) -> list[dict[str, object]]:
        """One page as flat records: a line, an after-sale, a movement, a session or a SKU each."""
        return records.FLATTEN[kind](page, self.headers[kind])

    def _ask(self, path: str, body: _Body) -> dict[str, Any]:
        answer: dict[str, Any] = orjson.loads(self.gateway.call(path, body))
        return answer

    def _settled(self, walk: Callable[[], Iterator[str]]) -> list[str]:
        """Every number a list of many pages gives: walked again until a whole walk brings nothing new, since
        rows move between pages meanwhile.
        """
        seen: dict[str, None] = {}
        for _ in range(MAX_PASSES):
            known = len(seen)
            try:
                for number in walk():
                    seen[number] = None
            except CursorChangedError:
                continue
            if len(seen) == known:
                return list(seen)
        raise TransientError(
            "PAGES_MOVED", "翻页期间数据持续变动", "rows kept moving between pages", seen=len(seen)
        )

    def _cursor(self, path: str, body: _Body, name: str) -> Iterator[str]:
        """The numbers of a list with ``next_key``; all other parameters stay as they are from page to
        page.
        """
        key = ""
        while True:
            answer = self._ask(path, {**body, "next_key": key} if key else body)
            yield from _numbers(path, answer, name)
            if not answer.get("has_more"):
                return
            if not answer.get("next_key") or answer["next_key"] == key:
                raise CollectError(
                    "CURSOR_STUCK",
                    "平台没有给出下一页",
                    "there is more, but no way to the next page",
                    path=path,
                )
            key = str(answer["next_key"])

    def _window(
        self, path: str, name: str, body: Callable[[int, int], _Body], first: int, last: int
    ) -> Iterator[str]:
        """The numbers of ``[first, last]``, halved until one page holds them: a row that moves while pages
        are turned can slip through twice in a row.

        Nothing moves within one answer, and what moves goes to a later window, which is read later. Only a
        second with more than a page is paged.
        """
        halved, told = last - first > 1, None
        try:
            told = self._ask(path, body(first, last))
        except TooManyOrdersError:
            if not halved:
                raise
        if told is not None and not told.get("has_more"):
            yield from _numbers(path, told, name)
        elif halved:
            middle = (first + last) // 2
            yield from self._window(path, name, body, first, middle)
            yield from self._window(path, name, body, middle, last)
        else:
            yield from self._settled(lambda: self._cursor(path, body(first, last), name))

    def _order_ids(self, first: int, last: int) -> Iterator[str]:
        def body(start: int, end: int) -> _Body:
            return {"update_time_range": {"start_time": start, "end_time": end}, "page_size": 100}

        return self._window("/channels/ec/order/list/get", "order_id_list", body, first, last)

    def _after_sale_ids(self, first: int, last: int) -> Iterator[str]:
        def body(start: int, end: int) -> _Body:
            return {"begin_update_time": start, "end_update_time": end}

        return self._window(
            "/channels/ec/aftersale/getaftersalelist", "after_sale_order_id_list", body, first, last
        )

    def _fund_ids(self, first: int, last: int) -> Iterator[str]:
        """By page number and cursor together.

        The cursor is compulsory beyond 10,000 rows and only good for the very next page. What has moved
        stays.
        """
        path, page, key = "/channels/ec/funds/getfundsflowlist", 1, ""
        while True:
            body: _Body = {"page": page, "page_size": 10, "start_time": first, "end_time": last}
            answer = self._ask(path, {**body, "next_key": key} if key else body)
            yield from _numbers(path, answer, "flow_ids")
            if not answer.get("has_more"):
                return
            page, key = page + 1, str(answer.get("next_key") or "")

    def _product_ids(self) -> Iterator[str]:
        """This list has no ``has_more``: it ends when as many were given as ``total_num`` says."""
        path, key, given = "/channels/ec/product/list/get", "", 0
        while True:
            body: _Body = {"page_size": 30}
            answer = self._ask(path, {**body, "next_key": key} if key else body)
            numbers = _numbers(path, answer, "product_ids")
            yield from numbers
            given, key = given + len(numbers), str(answer.get("next_key") or "")
            if not numbers or not key or given >= int(answer.get("total_num") or 0):
                return

    def _orders(self, numbers: Sequence[str]) -> Iterator[bytes]:
        return self._details(numbers, "/channels/ec/order/get", "order_id")

    def _funds(self, numbers: Sequence[str]) -> Iterator[bytes]:
        return self._details(numbers, "/channels/ec/funds/getfundsflowdetail", "flow_id")

    def _details(
        self, numbers: Sequence[str], path: str, name: str, extra: _Body | None = None
    ) -> Iterator[bytes]:
        for batch in _batches(numbers):
            yield _page([self._part(path, {name: number, **(extra or {})}) for number in batch])

    def _after_sales(self, numbers: Sequence[str]) -> Iterator[bytes]:
        for batch in _batches(numbers):
            asked = [
                self._part("/channels/ec/aftersale/getaftersaleorder", {"after_sale_order_id": number})
                for number in batch
            ]
            orders = dict.fromkeys(
                str(orjson.loads(part)["answer"]["after_sale_order"]["order_id"]) for part in asked
            )
            yield _page(asked + [part for order in orders if (part := self._order_if_there(order))])

    def _order_if_there(self, number: str) -> bytes | None:
        """An order may be too old to be given; its after-sale is still one."""
        try:
            return self._part("/channels/ec/order/get", {"order_id": number})
        except CollectError as error:
            if error.rule != "NO_SUCH_ORDER":
                raise
            return None

    def _live_days(self, start: dt.datetime, end: dt.datetime) -> Iterator[bytes]:
        """One page per day with sessions: what the compass lists of each authorised account, and the live
        dashboard's figures.
        """
        zone = ZoneInfo(TIME_ZONE)
        day, last = start.astimezone(zone).date() - dt.timedelta(days=1), end.astimezone(zone).date()
        told = self._ask("/channels/ec/compass/shop/finder/authorization/list/get", {})
        accounts = dict.fromkeys(
            str(item)
            for item in (told.get("main_finder_id"), *(told.get("authorized_finder_id_list") or []))
            if item
        )
        while day <= last:
            if parts := self._live_day(f"{day:%Y%m%d}", list(accounts)):
                yield _page(parts)
            day += dt.timedelta(days=1)

    def _live_day(self, day: str, accounts: Sequence[str]) -> list[bytes]:
        lists = [
            self._part("/channels/ec/compass/shop/live/list/get", {"finder_id": account, "ds": day})
            for account in accounts
        ]
        path = "/channels/livedashboard/getlivelist"
        board = self._part(path, {"ds": int(day)})
        items = orjson.loads(board)["answer"].get("live_items") or []
        figures = [
            self._part("/channels/livedashboard/getlivedata", {"export_id": item["export_id"]})
            for item in items
        ]
        sessions = [part for part in lists if orjson.loads(part)["answer"].get("live_list")]
        return [*sessions, board, *figures] if sessions or items else []

    def _part(self, path: str, body: _Body) -> bytes:
        """A request and its answer, the latter byte for byte."""
        answer = self.gateway.call(path, body)
        return b'{"path":%s,"asked":%s,"answer":%s}' % (orjson.dumps(path), orjson.dumps(body), answer)


def _batches(numbers: Sequence[str]) -> Iterator[Sequence[str]]:
    return (numbers[start : start + DETAILS_PER_PAGE] for start in range(0, len(numbers), DETAILS_PER_PAGE))


def _page(parts: Sequence[bytes]) -> bytes:
    return b"[" + b",\n".join(parts) + b"]"


def _numbers(path: str, answer: Mapping[str, Any], name: str) -> list[str]:
    if name not in answer:
        raise CollectError(
            "ANSWER_CHANGED", "平台返回缺少字段", "the answer lacks a field", path=path, field=name
        )
    return [str(number) for number in answer[name] or []]
