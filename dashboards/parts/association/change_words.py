"""What rose and what fell in the district, in sentences, and which cells nobody can compare."""

from __future__ import annotations

from dashboards.parts.association.cubes import DIMENSIONS
from dashboards.parts.association.words import called, called_shortly, month_name
from dashboards.parts.page.language import listed, pick
from dashboards.parts.page.money import signed_percent
from metrics.reports.association.changes import Changes, Key
from metrics.reports.association.releases import Month

#: Cells of a list that a page has room for.
MOST = 8


def finding(found: Changes, newest: Month, what: str) -> str:
    """What rose most and what fell most: ``2026年9月和上月比：涨得最多的是衬衫，+12.0%；…``."""
    month = month_name(newest.name)
    rises = [row for row in found.rows if (row.rate or 0.0) > 0]
    falls = [row for row in found.rows if (row.rate or 0.0) < 0]
    said = []
    if rises:
        name, rate = name_of(rises[0].key), signed_percent(rises[0].rate)
        said.append(pick(f"涨得最多的是{name}，{rate}", f"{name} rose most, {rate}"))
    if falls:
        name, rate = name_of(falls[-1].key), signed_percent(falls[-1].rate)
        said.append(pick(f"跌得最多的是{name}，{rate}", f"{name} fell most, {rate}"))
    if bool(rises) != bool(falls):
        said.append(pick("没有下跌的", "nothing fell") if rises else pick("没有上涨的", "nothing rose"))
    if not said:
        said.append(
            pick("没有一格涨跌", "no cell rose or fell")
            if found.rows
            else pick("没有两个月都公开的格子", "no cell is published in both months")
        )
    return (
        pick(f"{month}和{what}比：", f"{month} beside {what}: ")
        + pick("；", "; ").join(said)
        + pick("。", ".")
    )


def name_of(key: Key, *, is_whole: bool = False) -> str:
    """``连衣裙 · 100–149 元``; ``is_whole``: with everything that was merged."""
    said = called if is_whole else called_shortly
    order = list(DIMENSIONS)
    nodes = sorted(key, key=lambda pair: order.index(pair[0]))
    return " · ".join(said(dimension, node) for dimension, node in nodes)


def hidden_words(found: Changes, newest: Month, cube: str) -> str:
    """Which cells cannot be compared, and how many of the newest month are published at all."""
    names = listed(name_of(key) for key in found.hidden[:MOST])
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
