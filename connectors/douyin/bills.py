"""order.getSettleBillDetailV3: the settlement bill by the moment of settlement, read with the platform's own
cursor.

The platform writes a day's bill on the next day and asks for patience when it is late, so every reading
begins three days before its window; entries that come twice have one and the same id.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import orjson

from connectors.douyin.gateway import Gateway
from connectors.files.clocks import stamp
from contracts.errors import CollectError

METHOD = "order.getSettleBillDetailV3"
PAGE_SIZE = 100
#: The longest span the platform advises for one query.
SPAN = dt.timedelta(days=7)
LATE = dt.timedelta(days=3)
_GOOD = "100000"
_BY_SETTLEMENT = "0"


def pages(gateway: Gateway, start: dt.datetime, end: dt.datetime) -> Iterator[bytes]:
    """Answers that together hold every entry settled in ``[start, end)`` that the platform knows, and those
    of three days before.

    Raises CollectError for a bill that is refused inside a good answer, or a cursor that stands still.
    """
    first = start - LATE
    while first < end:
        last = min(first + SPAN, end)
        yield from _walk(gateway, first, last)
        first = last


def bill(page: bytes) -> dict[str, Any]:
    """The ``data`` of an answer, whose own code is good.

    CollectError else: the envelope says "success" all the same.
    """
    data: dict[str, Any] = orjson.loads(page).get("data") or {}
    code = str(data.get("code") or "")
    if code != _GOOD:
        facts = {"code": code, "code_msg": str(data.get("code_msg") or "")}
        raise CollectError(
            "BILL_REFUSED", "平台没有给出结算账单", "the platform did not give the settlement bill", **facts
        )
    return data


def _walk(gateway: Gateway, first: dt.datetime, last: dt.datetime) -> Iterator[bytes]:
    cursor = {"start_time": stamp(first)}
    # whether the end of a span belongs to it is not documented, hence one second more
    span = {"end_time": stamp(last + dt.timedelta(seconds=1)), "size": PAGE_SIZE, "time_type": _BY_SETTLEMENT}
    while True:
        body = gateway.call(METHOD, {**span, **cursor})
        data = bill(body)
        if data.get("data"):
            yield body
        if int(data.get("is_end") or 0) == 1:
            return
        following = {
            "start_time": str(data.get("next_start_time") or ""),
            "start_index": str(data.get("next_start_index") or ""),
        }
        if following == cursor or not all(following.values()):
            raise CollectError(
                "PAGES_INCOMPLETE",
                "账单翻页没有前进",
                "the bill's cursor stands still",
                start_time=cursor["start_time"],
            )
        cursor = following
