"""What rose and what fell in the district, in sentences, and which cells nobody can compare."""

from __future__ import annotations

from metrics.reports.association.changes import Changes, Key
from metrics.reports.association.names import DIMENSIONS
from metrics.reports.association.releases import Month
from metrics.reports.association.told.words import Pick, called, called_shortly, listed, marked
from metrics.reports.readable import signed_percent

#: Cells of a list that a page has room for.
MOST = 8


def finding(pick: Pick, found: Changes, newest: Month, what: str) -> str:
    """What rose most and what fell most: ``2026年9月和上月比：涨得最多的是衬衫，+12.0%；…``."""
    month = marked(pick, newest)
    rises = [row for row in found.rows if (row.rate or 0.0) > 0]
    falls = [row for row in found.rows if (row.rate or 0.0) < 0]
    said = []
    if rises:
        name, rate = name_of(pick, rises[0].key), signed_percent(rises[0].rate)
        said.append(pick(f"涨得最多的是{name}，{rate}", f"{name} rose most, {rate}"))
    if falls:
        name, rate = name_of(pick, falls[-1].key), signed_percent(falls[-1].rate)
        said.append(pick(f"跌得最多的是{name}，{rate}", f"{name} fell most, {rate}"))
    if bool(rises) != bool(falls):
        said.append(pick("没有下跌的", "nothing fell") if rises else pick("没有上涨的", "nothing rose"))
    if not said:
        said.append(
            pick("没有一格涨跌", "no cell rose or fell")
            if found.rows
            else pick("没有两个月都公开的格子", "no cell is published in both months")
        )
    start = pick(f"{month}和{what}比：", f"{month} beside {what}: ")
    return f"{start}{pick('；', '; ').join(said)}{pick('。', '.')}"


def name_of(pick: Pick, key: Key, *, is_whole: bool = False) -> str:
    """``连衣裙 · 100–149 元``; ``is_whole``: with everything that was merged."""
    said = called if is_whole else called_shortly
    order = list(DIMENSIONS)
    nodes = sorted(key, key=lambda pair: order.index(pair[0]))
    return " · ".join(said(pick, dimension, node) for dimension, node in nodes)


def hidden_words(pick: Pick, found: Changes, newest: Month, cube: str) -> str:
    """Which cells cannot be compared, and how many of the newest month are published at all."""
    names = listed(pick, [name_of(pick, key) for key in found.hidden[:MOST]])
    more = len(found.hidden) - MOST
    zh, en = (f"等 {len(found.hidden)} 格", f" and {more} more") if more > 0 else ("", "")
    said = pick(
        f"**保密**（其中一个月保密、合并了或没有，不能比）：{names}{zh}。",
        f"**Withheld** (in one of both months withheld, merged or empty): {names}{en}.",
    )
    loss = next(row for row in newest.first["loss"] if row["cube"] == cube)
    cells, shown = loss["cells_qty"], loss["shown_cells_qty"]
    of = pick(
        f"这张表最细的 {cells} 格里，{shown} 格单独公开。",
        f"Of the {cells} finest cells of this table {shown} are published by themselves.",
    )
    return f"{said} {of}" if found.hidden else of
