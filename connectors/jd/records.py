"""API answers → flat text records. Which fields are taken is declared in columns.csv, as dotted paths: nothing else leaves the answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from connectors.jd.words import NEVER
from contracts.fields import TIME_ZONE

Row = dict[str, Any]


def order_records(orders: Sequence[Row], headers: Sequence[str]) -> list[dict[str, object]]:
    """One record per order × SKU; an order without SKUs still makes one, so that it shows up in quarantine."""
    pairs = ((order, item) for order in orders for item in order.get("itemInfoList") or [{}])
    return [_record({"order": order, "item": item}, headers) for order, item in pairs]


def plain_records(rows: Sequence[Row], headers: Sequence[str]) -> list[dict[str, object]]:
    """One record per row of a list."""
    return [_record(row, headers) for row in rows]


def _record(row: Row, headers: Sequence[str]) -> dict[str, object]:
    return {header: _text(header, _dig(row, header.split("."))) for header in headers}


def _dig(value: Any, path: list[str]) -> Any:  # noqa: ANN401 - JSON
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _text(header: str, value: Any) -> str | None:  # noqa: ANN401 - JSON
    """A scalar as text. Times come as text or as Unix milliseconds, and "has not happened" as the first moment of a calendar."""
    if value is None or isinstance(value, dict | list):
        return None
    text = str(value)
    if header.endswith(("Time", "Date", "modified")):
        if text.isdigit() and len(text) == 13:
            return dt.datetime.fromtimestamp(int(text) / 1000, ZoneInfo(TIME_ZONE)).strftime("%Y-%m-%d %H:%M:%S")
        return None if text.startswith(NEVER) else text
    return text
