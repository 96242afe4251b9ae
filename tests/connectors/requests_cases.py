"""An open platform's requests for a span of which nothing is to be told, kept instead of sent."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast
from zoneinfo import ZoneInfo

import orjson

from connectors.base import platforms
from connectors.http import Client, Credentials

BEIJING = ZoneInfo("Asia/Shanghai")
START = dt.datetime(2026, 11, 1, tzinfo=BEIJING)
HALF_A_SECOND = dt.timedelta(milliseconds=500)
#: 1 November 2026, 0:00 in Beijing.
T0 = 1_793_462_400
HOUR, DAY = 3_600, 86_400
Asked = list[tuple[Any, ...]]


def asked(
    platform: str, kind: str, start: dt.datetime, end: dt.datetime, answer: object, now: float | None = None
) -> Asked:
    """The requests for a span of which nothing is to be told: the platform says ``answer`` to everything."""
    made = platforms()[platform].api
    assert made is not None
    api = cast("Any", made(Client(), Credentials("http://127.0.0.1:1", "key", "secret", "token")))
    if now is not None:
        api.now = lambda: now
    requests: Asked = []

    def call(*request: object) -> bytes:
        requests.append(request)
        return orjson.dumps(answer)

    api.gateway.call = call
    assert list(api.pages(kind, start, end)) == [] or kind in ("settlements", "funds")
    return requests


def days(number: float) -> dt.datetime:
    """So many days after ``START``, and half a second."""
    return START + dt.timedelta(days=number) + HALF_A_SECOND


def spans(first: int, last: int, widest: int, shared: int = 0) -> list[tuple[int, int]]:
    """``first`` to ``last`` in parts of ``widest``, of which neighbours have ``shared`` in common."""
    found = [(first, min(first + widest, last))]
    while found[-1][1] < last:
        begin = found[-1][1] - shared
        found.append((begin, min(begin + widest, last)))
    return found


def beijing(second: int) -> str:
    """A Unix second as Beijing writes it."""
    return dt.datetime.fromtimestamp(second, BEIJING).strftime("%Y-%m-%d %H:%M:%S")
