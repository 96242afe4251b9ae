"""What kinds of file there are, and their columns, in the words of a merchant."""

from __future__ import annotations

import datetime as dt

from contracts.codes import KIND, PLATFORM
from contracts.fields import FIELDS
from dashboards.parts.money import NOTHING, yuan
from dashboards.parts.words import BEIJING, visible


def layout_name(key: str) -> str:
    """``抖音 · 订单 · 2025_75`` for ``douyin/orders/2025_75``; anything else as it is."""
    parts = key.split("/")
    return f"{PLATFORM.zh(parts[0])} · {KIND.zh(parts[1])} · {parts[2]}" if len(parts) == 3 else key


def column_name(name: str, header: str = "") -> str:
    """Our name of a column in words: ``支付金额``; their own header where the dictionary has no such meaning."""
    known = FIELDS.get(name)
    return known.zh if known else visible(header, 30) or name


def cell_text(name: str, value: object) -> str:
    """A cell as people read it, by the unit its column's name tells: fen as yuan, codes in Chinese, moments in Beijing time."""
    known = FIELDS.get(name)
    if value is None:
        return NOTHING
    if name.endswith("_fen") and isinstance(value, int):
        return yuan(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
    if known is not None and known.codes is not None:
        return known.codes.zh(str(value))
    return visible(str(value), 40)
