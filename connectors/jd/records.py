"""API answers → flat text records.

Which fields are taken is declared in columns.csv, as dotted paths: nothing else leaves the answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from connectors.dotted import dig, steps_of
from connectors.files.clocks import stamp
from connectors.jd.words import NEVER

Row = dict[str, Any]


def order_records(orders: Sequence[Row], headers: Sequence[str]) -> list[dict[str, object]]:
    """One record per order × SKU; an order without SKUs still makes one, so that it shows up in
    quarantine.
    """
    pairs = ((order, item) for order in orders for item in order.get("itemInfoList") or [{}])
    return plain_records([{"order": order, "item": item} for order, item in pairs], headers)


def plain_records(rows: Sequence[Row], headers: Sequence[str]) -> list[dict[str, object]]:
    """One record per row of a list."""
    paths = steps_of(headers)
    return [{header: _text(header, dig(row, path)) for header, path in paths.items()} for row in rows]


def _text(header: str, value: Any) -> str | None:  # noqa: ANN401 - JSON
    """A scalar as text.

    Times come as text or as Unix milliseconds, and "has not happened" as the first moment of a calendar.
    """
    if value is None or isinstance(value, dict | list):
        return None
    text = str(value)
    if header.endswith(("Time", "Date", "modified")):
        if text.isdigit() and len(text) == 13:
            return stamp(dt.datetime.fromtimestamp(int(text) / 1000, dt.UTC))
        return None if text.startswith(NEVER) else text
    return text
