"""What people and systems put round the rows of a sheet without changing what it says: titles, notes, group
headings, spellings, merged cells.
"""

from __future__ import annotations

import datetime as dt
from random import Random

#: Ways to write 2026-11-03 10:20:30, each readable one way only; the last ones to the minute.
_SPELLINGS = (
    "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y年%m月%d日 %H:%M:%S", "%Y.%m.%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S", "%Y%m%d%H%M%S", "%Y-%m-%d 上午%I:%M:%S",
    "%Y年%m月%d日 %H时%M分%S秒", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M",
)  # fmt: skip
_NOTES = (
    "制表人:李工",
    "打印时间: 2026-11-09 12:00",
    "以上数据仅供内部使用",
    "审核:",
    "数据来源:ERP",
    "第1页 共1页",
    "备注:金额含税",
)


def respelled(rng: Random, table: list[list[str]]) -> list[list[str]]:
    """The table with its moments in one spelling."""
    spelling = rng.choice(_SPELLINGS)
    moments = {
        cell for row in table for cell in row if len(cell) == 19 and cell[4] == "-" and cell[13] == ":"
    }
    words = {cell: dt.datetime.fromisoformat(cell).strftime(spelling) for cell in moments}
    return [[words.get(cell, cell) for cell in row] for row in table]


def noted(rng: Random, table: list[list[str]]) -> list[list[str]]:
    """The table with notes under it, in the first column or spread over two."""
    width = len(table[0])
    notes = rng.sample(_NOTES, rng.choice((0, 0, 1, 2)))
    rows = [[note, *[""] * (width - 1)] for note in notes]
    if len(rows) == 2 and width > 3 and rng.random() < 0.5:
        rows = [[notes[0], "", notes[1], *[""] * (width - 3)]]
    return [*table, *rows]


def headed(rng: Random, header: list[str]) -> list[list[str]]:
    """The header's lines: with a title or groups above it, or its words on two lines."""
    way = rng.choice(("plain", "plain", "title", "groups", "two"))
    if way == "title":
        return [["十一月订单明细", *[""] * (len(header) - 1)], header]
    if way == "groups":
        return [["订单信息" if place % 3 == 0 else "" for place in range(len(header))], header]
    if way == "two":
        low = {place for place in range(len(header)) if rng.random() < 0.4}
        if low and len(low) < len(header) - 1:
            upper = ["" if place in low else word for place, word in enumerate(header)]
            return [upper, [word if place in low else "" for place, word in enumerate(header)]]
    return [header]


def alike_below(column: list[str]) -> list[tuple[int, int]]:
    """First and last places of equal cells that stand below one another."""
    runs, start = [], 0
    for place in range(1, len(column) + 1):
        if place == len(column) or column[place] != column[start]:
            if place - start > 1 and column[start]:
                runs.append((start, place - 1))
            start = place
    return runs
