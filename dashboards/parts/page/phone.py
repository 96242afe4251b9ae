"""A phone: how wide its window is, and which columns of a table it has room for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from unicodedata import east_asian_width

import streamlit as st

from metrics.reports.sheets import Column

#: The cookie in which a page tells the width of its window, in pixels (``dashboards.serving.shell``).
WIDTH = "baiyun_width"
#: Pixels: what is a phone, the margins of a page and of a fold on it, and the boxes by which rows are picked.
_PHONES, _MARGIN, _BOXES = range(280, 641), 34, 36
#: Pixels of a character in a table: of a Chinese one, a capital, any other one but these; around all of them.
_WIDE, _CAPITAL, _OTHER, _AROUND = 14, 8.8, 7.1, 17
_OTHERS = {
    sign: wide
    for signs, wide in ((" ,.·'il", 3.6), ("-/:;()fjrt", 5), ("mw", 11.7), ("MW%—", 11.7))
    for sign in signs
}
#: Pixels to which a text may be cut where there is no room for all of it: a row's name, what else leads, and
#: any other, which rather stays away.
_NAME, _LEADING, _TEXT = 180, 90, 150


def room(*, is_folded: bool, picks: bool) -> int | None:
    """How wide a table's columns may be, on a page or in a fold of it, with boxes to pick rows or without;
    None on anything wider than a phone.
    """
    told = st.context.cookies.get(WIDTH, "")
    width = int(told) if told.isascii() and told.isdigit() and len(told) < 5 else 0
    if width not in _PHONES:
        return None
    return width - _MARGIN * (2 if is_folded else 1) - (_BOXES if picks else 0)


def fitted(
    columns: Mapping[str, Column], cells: Mapping[str, Sequence[str]], leads: Sequence[str], width: int
) -> dict[str, int]:
    """As many columns as ``width`` has room for, ``leads`` first, and how wide each is.

    ``cells``: what each column shows, its heading among it. Figures are whole; of a long text there is as
    much as is left, so that no other column takes the room of a leading one.
    """
    order = [*leads, *(name for name in columns if name not in leads)]
    whole = {name: max(map(pixels, cells[name])) for name in order}
    taken: dict[str, int] = {}
    for place, name in enumerate(order):
        cut = _NAME if not place else _LEADING if name in leads else _TEXT
        least = min(whole[name], cut) if columns[name].kind == "text" else whole[name]
        used = sum(taken.values() if name in leads else (whole[other] for other in taken))
        if taken and used + least > width:
            break
        taken[name] = least
    for name in taken:
        taken[name] = min(whole[name], taken[name] + width - sum(taken.values()))
    last = next(reversed(taken))
    return {**taken, last: taken[last] + max(0, width - sum(taken.values()))}


def pixels(text: str) -> int:
    """How wide a cell must be for a text."""
    return _AROUND + ceil(sum(map(_pixels, text)))


def _pixels(sign: str) -> float:
    if east_asian_width(sign) in "WF":
        return _WIDE
    return _OTHERS.get(sign, _CAPITAL if sign.isupper() else _OTHER)
