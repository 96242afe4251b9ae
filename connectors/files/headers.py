"""Units in headers: ``总金额(元)`` is the column 总金额 in yuan.

One vocabulary for known layouts and for mappings.

A unit says how cells are written, so it is compared with what a column is declared to hold before the column
is read; it is never dropped unseen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from connectors.base import Column
from connectors.typed import fold

#: Unit code → how headers spell it, folded. Money in another currency has the currency's code.
_SPELLINGS: dict[str, tuple[str, ...]] = {
    "yuan": ("元", "人民币", "人民币元", "元人民币", "rmb", "cny", "yuan", "¥", "￥"),
    "fen": ("分", "人民币分", "fen"),
    "jiao": ("角",),
    "li": ("厘",),
    "wan_yuan": ("万元", "万"),
    "USD": ("美元", "美金", "usd", "us$", "$"),
    "HKD": ("港元", "港币", "hkd", "hk$"),
    "EUR": ("欧元", "eur", "€"),
    "GBP": ("英镑", "gbp", "£"),
    "JPY": ("日元", "jpy"),
    "piece": ("件", "个", "双", "套", "份", "只", "pcs", "pc"),
    "second": ("秒", "秒钟", "s", "sec"),
    "minute": ("分钟", "min", "mins"),
    "hour": ("小时", "h"),
    "day": ("天",),
    "percent": ("%", "％", "百分比"),
}
_CODES = {spelling: code for code, spellings in _SPELLINGS.items() for spelling in spellings}
_MONEY = {"yuan", "fen", "jiao", "li", "wan_yuan", "USD", "HKD", "EUR", "GBP", "JPY"}
_ANY = "|".join(re.escape(spelling) for spelling in sorted(_CODES, key=len, reverse=True))
#: In brackets (``(元)``, ``[单位:元]``, ``(元/件)``), or behind a stroke, where only money is a unit: 单价/件
#: is a price.
_BRACKETED = re.compile(rf"^(.+?)[(\[](?:单位:?)?({_ANY})(?:/[^()\[\]]{{1,3}})?[)\]]$")
_BEHIND = re.compile(rf"^(.+?)[/_-]({_ANY})$")
#: The clock of a column of moments: code → its time zone.
ZONES = {"utc": "UTC", "utc+8": "Asia/Shanghai"} | {
    f"utc{hours:+d}": f"Etc/GMT{-hours:+d}" for hours in range(-12, 15) if hours not in (0, 8)
}
_CLOCK = re.compile(r"^(.+?)[(\[](?:(?:utc|gmt)(?:([+-])0?([0-9]{1,2})(?::?00)?)?|(北京时间|东八区))[)\]]$")
#: Unit code → kinds of cell that are written in it. Text is kept as it is, whatever its unit.
_CELLS = {
    "yuan": {"yuan", "yuan_stat"},
    "fen": {"fen"},
    "li": {"li"},
    "wan_yuan": {"wan_yuan"},
    "piece": {"int"},
    "minute": {"minutes"},
}


@lru_cache(maxsize=8192)
def split_unit(header: str) -> tuple[str, str]:
    """The folded header without its unit, and the unit's code; an empty code where it names none.

    Codes are ``yuan fen jiao li wan_yuan``, ISO codes of other currencies, ``piece second minute hour day
    percent``.
    """
    folded = fold(header)
    if found := _BRACKETED.match(folded):
        return found[1], _CODES[found[2]]
    found = _BEHIND.match(folded)
    return (found[1], _CODES[found[2]]) if found and _CODES[found[2]] in _MONEY else (folded, "")


def split_clock(header: str) -> tuple[str, str]:
    """The folded header without the clock it says its moments are read from, and that clock's code (``utc``,
    ``utc+8``); an empty code where it names none.
    """
    folded = fold(header)
    if not (clock := _CLOCK.match(folded)):
        return folded, ""
    hours = 8 if clock[4] else int(f"{clock[2] or '+'}{clock[3] or 0}")
    return clock[1], f"utc{hours:+d}" if hours else "utc"


def agrees(unit: str, cell: str) -> bool:
    """Whether cells of the kind ``cell`` (``connectors.base.CELLS``) are written in ``unit``.

    No unit agrees with every kind.
    """
    return not unit or cell == "text" or cell in _CELLS.get(unit, ())


def match_units(
    header: Iterable[str], columns: Mapping[str, tuple[Column, ...]], present: set[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Header cells that name a column and its unit → the column's header: those whose unit is the column's,
    and those whose unit is another.

    ``columns`` are a layout's by their header without unit (``by_bare_header``). ``present`` are the folded
    header cells: a column that stands there under its own header is not looked for, and a cell that is one is
    left alone.
    """
    same: dict[str, str] = {}
    other: dict[str, str] = {}
    for cell in header:
        bare, unit = split_unit(cell)
        wanted = (
            [column for column in columns.get(bare, ()) if fold(column.header) not in present] if unit else []
        )
        fit = next((column for column in wanted if is_in(column, unit)), None)
        if fit or wanted:
            (same if fit else other)[cell] = (fit or wanted[0]).header.strip()
    return same, other


def by_bare_header(columns: Iterable[Column]) -> dict[str, tuple[Column, ...]]:
    """Columns by their folded header without its unit."""
    found: dict[str, tuple[Column, ...]] = {}
    for column in columns:
        bare = split_unit(column.header)[0]
        found[bare] = (*found.get(bare, ()), column)
    return found


def is_in(column: Column, unit: str) -> bool:
    """Whether a column's cells are written in ``unit`` (``split_unit``): that of its own header, else one its
    kind of cell is in.
    """
    own = split_unit(column.header)[1]
    return unit == own if own else agrees(unit, column.cell)
