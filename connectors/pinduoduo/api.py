"""Pinduoduo's open API for one shop: orders and after-sales by time of update, promotion by day, all
goods.
"""

from __future__ import annotations

import datetime as dt
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from connectors.http import Client, Credentials
from connectors.pinduoduo.gateway import Gateway
from connectors.pinduoduo.records import flatten, page_rows, with_scene
from contracts.errors import TransientError
from contracts.fields import TIME_ZONE

KINDS = ("orders", "after_sales", "ads", "products")
PAGE_SIZE = 100
WINDOW_SECONDS = 1800  # the most one request may span
#: The lists are complete up to three minutes before the platform's clock; a window begins that much earlier,
#: so nothing falls between two collections.
LAG_SECONDS = 180
PASSES = 5
AD_HISTORY_DAYS = 90
AD_SCENES = ("0", "1", "2")  # search, star shop, display

#: Kind → method and the arguments that ask for all of it.
_LISTS = {
    "orders": (
        "pdd.order.number.list.increment.get",
        {"order_status": "5", "refund_status": "5", "is_lucky_flag": "0"},
    ),
    "after_sales": ("pdd.refund.list.increment.get", {"after_sales_status": "1", "after_sales_type": "1"}),
}
_AD_REPORT = "pdd.ad.api.report.daily.report.query"
_GOODS = "pdd.goods.list.get"


@dataclass
class PinduoduoApi:
    """One shop's API.

    ``headers`` names per kind the fields to take (columns.csv); ``now`` is Unix seconds, replaceable for
    tests.
    """

    client: Client
    credentials: Credentials
    headers: Mapping[str, Sequence[str]]
    now: Callable[[], float] = time.time
    gateway: Gateway = field(init=False)

    def __post_init__(self) -> None:
        self.gateway = Gateway(self.client, self.credentials, self.now)

    def pages(self, kind: str, start: dt.datetime, end: dt.datetime) -> Iterator[bytes]:
        """Answers that hold every order (after-sale) updated in ``[start, end)``, except the last three
        minutes before now, which the next window covers.

        ``ads``: the daily reports of every day the window touches; ``products``: always all. Answers without
        rows are not handed out; a row may come twice. Raises CredentialError, TransientError (rows would not
        stand still, or retries used up) or CollectError.
        """
        if kind == "ads":
            yield from self._ad_reports(start, end)
            return
        if kind == "products":
            yield from self._goods()
            return
        first, last = int(start.timestamp()) - LAG_SECONDS, math.ceil(end.timestamp())
        edge = int(self.now()) - LAG_SECONDS
        if edge < last <= edge + 2 * LAG_SECONDS:  # an end that is "now"
            last = edge
        while first < last:
            until = min(first + WINDOW_SECONDS, last)
            yield from self._window(kind, first, until)
            first = until

    def records(self, kind: str, page: bytes) -> list[dict[str, object]]:
        """One answer as flat records under the headers of columns.csv: an order, an after-sale, or a day of
        promotion each.
        """
        return flatten(kind, page, self.headers[kind])

    def _window(self, kind: str, first: int, last: int) -> Iterator[bytes]:
        """All pages of one window from the last to the first, again until a pass has seen as many rows as the
        platform counts.

        A row updated meanwhile leaves the window and pulls those behind it towards the front, where this
        order meets them again.
        """
        for _ in range(PASSES):
            body = self._page(kind, first, last, 1)
            ids, total = page_rows(kind, body)
            pages = most = -(-total // PAGE_SIZE)
            if pages <= 1:
                if len(ids) < total:
                    continue  # an empty page of a window that is not
                if ids:
                    yield body
                return
            seen: set[str] = set()
            for number in range(pages, 0, -1):
                body = self._page(kind, first, last, number)
                ids, total = page_rows(kind, body)
                most = max(most, -(-total // PAGE_SIZE))
                seen |= set(ids)
                if ids:
                    yield body
            if most <= pages and len(seen) >= total:
                return
        raise _moved(kind, start=first, end=last)

    def _page(self, kind: str, first: int, last: int, number: int) -> bytes:
        method, everything = _LISTS[kind]
        window = {
            "start_updated_at": str(first),
            "end_updated_at": str(last),
            "page": str(number),
            "page_size": str(PAGE_SIZE),
        }
        return self.gateway.call(method, {**everything, **window})

    def _goods(self) -> Iterator[bytes]:
        """Every page of the list, again while fewer goods were seen than the platform counts."""
        seen: set[str] = set()
        for _ in range(PASSES):
            number = total = 0
            while number * PAGE_SIZE < max(total, 1):
                number += 1
                body = self.gateway.call(_GOODS, {"page": str(number), "page_size": str(PAGE_SIZE)})
                ids, total = page_rows("products", body)
                if set(ids) - seen:
                    yield body
                seen |= set(ids)
            if len(seen) >= total:
                return
        raise _moved("products", seen=len(seen))

    def _ad_reports(self, start: dt.datetime, end: dt.datetime) -> Iterator[bytes]:
        """One answer per scene for the days before the last one, and one for the last, which may be today:
        today and history may not be asked together.
        """
        zone = ZoneInfo(TIME_ZONE)
        last = (end - dt.timedelta(microseconds=1)).astimezone(zone).date()
        first = max(start.astimezone(zone).date(), last - dt.timedelta(days=AD_HISTORY_DAYS - 1))
        for begin, until in ((first, last - dt.timedelta(days=1)), (last, last)):
            for scene in AD_SCENES if begin <= until else ():
                days = {"startDateString": begin.isoformat(), "endDateString": until.isoformat()}
                body = self.gateway.call(_AD_REPORT, {"queryDimensionType": "0", "scenesType": scene, **days})
                if page_rows("ads", body)[0]:
                    yield with_scene(body, scene)


def _moved(kind: str, **facts: Any) -> TransientError:  # noqa: ANN401 - facts of any kind
    return TransientError(
        "PAGES_MOVED", "翻页期间数据持续变动", "rows kept moving between pages", kind=kind, **facts
    )
