"""趋势: what rose and what fell, cell by cell, on what stays: the newest month beside the one before and the
same month of last year.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import streamlit as st

from dashboards.parts.association.charts import show_changes
from dashboards.parts.association.cubes import cube_sheet, notes_of
from dashboards.parts.association.page import months_of, show_method
from dashboards.parts.association.words import about_next
from dashboards.parts.page.book import put
from dashboards.parts.page.failure import TellFailure, show_empty
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.language import listed, pick
from dashboards.parts.page.menu import Card
from dashboards.parts.page.money import signed_percent
from dashboards.parts.page.table import show_table
from metrics.query.access import Viewer
from metrics.reports.association.changes import Changes, changes, month_before, year_before
from metrics.reports.association.names import DIMENSIONS
from metrics.reports.association.releases import Month
from metrics.reports.association.told.change_words import MOST, finding, hidden_words, name_of
from metrics.reports.association.told.words import marked, month_name
from metrics.reports.sheets import Column, Sheet

CARD = Card("trends", "全区趋势", "District trends", ":material/trending_up:", 3)

#: Name → the dimensions compared, and the cube they are of.
_TABLES = {
    "category": (("category_code",), "categories"),
    "price": (("category_code", "price_band_code"), "prices"),
    "colour": (("category_code", "colour_code"), "colours"),
    "size": (("category_code", "size_code"), "sizes"),
    "region": (("category_code", "region_code"), "regions"),
}
_WHY = (
    "比的是关账月份里**留下的钱**（退款之后），两个月都单独公开的格子。成员有进有出，也在里面；"
    "不受进出影响的是「景气」页的指数。"
)
_WHY_EN = (
    "What is compared is **kept money** (after returns) of closed months, in cells published by themselves "
    "in both. Members who joined or left are in it; the index on the Pulse page is free of them."
)


def show(viewer: Viewer) -> None:
    """The whole page; each part fails alone."""
    months = months_of(viewer)
    if not months:
        return
    table = _choose_table()
    by_name = {month.name: month for month in months}
    newest = months[-1]
    against = [
        (by_name[name], zh, en)
        for name, zh, en in (
            (month_before(newest.name), "上月", "the month before"),
            (year_before(newest.name), "去年同月", "the same month of last year"),
        )
        if name in by_name
    ]
    if not against:
        only = month_name(pick, newest.name)
        show_empty(
            f"只有 {only}，还没有可以比的月份。{about_next(months)}",
            f"Only {only} is released: there is no month to compare. {about_next(months)}",
        )
    for before, zh, en in against:
        with TellFailure(pick(f"和{zh}比", f"Beside {en}")):
            _show_against(viewer, months, before, table, pick(zh, en))
    show_method(pick(_WHY, _WHY_EN), newest, months)
    put(cube_sheet(months, _TABLES[table][1]))


def _choose_table() -> str:
    """Which cells, from a closed list."""
    first, *_ = _TABLES
    chosen = st.segmented_control(
        pick("按什么看", "By"),
        list(_TABLES),
        default=first,
        required=True,
        format_func=lambda name: pick(" × ", " × ").join(
            pick(*DIMENSIONS[each]) for each in _TABLES[name][0]
        ),
        key="trends_table",
    )
    return chosen or first


def _show_against(viewer: Viewer, months: Sequence[Month], before: Month, table: str, what: str) -> None:
    newest = months[-1]
    names, cube = _TABLES[table]
    found = changes(before, newest, cube, names)
    st.subheader(finding(pick, found, newest, what), anchor=False)
    if found.rows:
        shown = found.rows if len(found.rows) <= 2 * MOST else (*found.rows[:MOST], *found.rows[-MOST:])
        frame = pl.DataFrame(
            [(name_of(pick, row.key), row.rate, signed_percent(row.rate)) for row in shown],
            schema=["name", "change", "text"],
            orient="row",
        )
        show_changes(frame, pick(f"和{what}比，涨的和跌的", f"What rose and fell beside {what}"))
    st.caption(hidden_words(pick, found, newest, cube))
    if found.rows:
        show_heading(*_table_heading(found))
        show_table(viewer, _sheet(found, months, before, what))


def _table_heading(found: Changes) -> tuple[str, str]:
    up = sum((row.rate or 0.0) > 0 for row in found.rows)
    down = sum((row.rate or 0.0) < 0 for row in found.rows)
    return (
        f"{len(found.rows)} 格能比：{up} 格涨，{down} 格跌",
        f"Of {len(found.rows)} cells {up} rose, {down} fell",
    )


def _sheet(found: Changes, months: Sequence[Month], before: Month, what: str) -> Sheet:
    newest = months[-1]
    columns = {
        "cell": Column("格子", "cell"),
        "before": Column(marked(pick, before), marked(pick, before), "fen"),
        "now": Column(marked(pick, newest), marked(pick, newest), "fen"),
        "rate": Column("变化", "change", "change"),
    }
    rows = [
        {
            "cell": name_of(pick, row.key, is_whole=True),
            "before": row.before_fen,
            "now": row.now_fen,
            "rate": row.rate,
        }
        for row in found.rows
    ]
    schema = {"cell": pl.String, "before": pl.Int64, "now": pl.Int64, "rate": pl.Float64}
    title = listed([newest.name, what])
    return Sheet(title, columns, pl.DataFrame(rows, schema=schema), notes=notes_of(months))
