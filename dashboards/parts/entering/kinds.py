"""What kinds of file there are, and their columns, in the words of a merchant."""

from __future__ import annotations

import datetime as dt

from contracts.codes import KIND, PLATFORM
from contracts.fields import FIELDS
from dashboards.parts.page.language import called, label, pick
from dashboards.parts.page.money import NOTHING, yuan
from dashboards.parts.page.words import BEIJING, visible
from pipeline.counter import shipped_titles


def layout_name(key: str) -> str:
    """``抖音 · 订单 · 2025_75`` for ``douyin/orders/2025_75``; a mapping by what it is.

    Anything else as it is.
    """
    parts = key.split("/")
    if len(parts) != 3:
        return key
    bare = parts[1].removeprefix("mapped_")
    return f"{label(PLATFORM, parts[0])} · {label(KIND, bare)} · {version_name(parts[1], parts[2])}"


def version_name(kind: str, name: str) -> str:
    """A layout's own name; of a mapping its title, ``自建映射:订单`` for one the house named for the
    merchant.
    """
    if not kind.startswith("mapped_"):
        return name
    bare = kind.removeprefix("mapped_")
    number = name.removeprefix(f"own_{bare}").removeprefix("_")
    own = f"{label(KIND, bare)}{f' {number}' if number else ''}" if name.startswith(f"own_{bare}") else name
    title = shipped_titles().get(name)
    return pick(*title) if title else f"{pick('自建映射：', 'own mapping: ')}{own}"


def column_name(name: str, header: str = "") -> str:
    """Our name of a column in words: ``支付金额``; their own header where the dictionary has no such
    meaning.
    """
    known = FIELDS.get(name)
    return called(known) if known else visible(header, 30) or name


def cell_text(name: str, value: object) -> str:
    """A cell as people read it, by the unit its column's name tells: fen as yuan, codes in words, moments
    in Beijing time.
    """
    known = FIELDS.get(name)
    if value is None:
        return NOTHING
    if name.endswith("_fen") and isinstance(value, int):
        return yuan(value)
    if isinstance(value, bool):
        return pick("是", "yes") if value else pick("否", "no")
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
    if known is not None and known.codes is not None:
        return label(known.codes, str(value))
    return visible(str(value), 40)
