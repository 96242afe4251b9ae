"""景气: is the district up or down, in the first line; the index, on how much it stands, and whether it slows
down.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import streamlit as st

from dashboards.parts.association.charts import show_index
from dashboards.parts.association.cubes import notes_of
from dashboards.parts.association.page import months_of, show_method
from dashboards.parts.page.failure import TellFailure
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.language import pick
from dashboards.parts.page.menu import Card
from dashboards.parts.page.money import points as in_points
from dashboards.parts.page.table import show_table
from metrics.query.access import Viewer
from metrics.reports.association.pulse import Pulse, pulse
from metrics.reports.association.releases import Month
from metrics.reports.association.told.index_words import (
    diffusion_words,
    headline,
    matched_words,
    published_words,
    turning_words,
)
from metrics.reports.association.told.words import marked, month_name, short_month
from metrics.reports.sheets import Column, Sheet

CARD = Card("pulse", "景气", "Pulse", ":material/monitoring:", 1)

_COLUMNS = {
    "month": Column("月份", "month"),
    "level": Column("指数", "index", "points"),
    "monthly": Column("环比", "month on month", "change"),
    "yearly": Column("同比", "year on year", "change"),
    "matched": Column("配对金额至少", "matched value at least", "fraction"),
    "matched_qty": Column("配对成员", "members matched", "count"),
    "members_qty": Column("成员", "members", "count"),
    "diffusion": Column("扩散指数", "diffusion index", "count"),
}
_METHOD = (
    "**指数**是两个月都在的成员留下的钱之比，一个月一个月连起来：谁加入、谁退出都不动它。"
    "只用关账的月份（月末满 45 天、退款已来），所以没有初值，只有终值。"
    "环比和同比取整到不会让人算出某一家为止，取整也不够就没有指数。"
    "同比是和去年同一个公历月比，没有按农历和大促对齐；不到 36 个月，没有做季节调整。"
)
_METHOD_EN = (
    "**The index** is the ratio of what members of both months kept, chained month by month: whoever joins "
    "or leaves moves it by nothing. Only closed months count (45 days after their end, with their returns), "
    "so every figure is final and none preliminary. Changes are rounded until they give no member away, or "
    "are not published. A year ago is the same calendar month, not aligned to the lunar calendar or to "
    "promotions; with less than 36 months nothing is adjusted for season."
)


def show(viewer: Viewer) -> None:
    """The whole page; each part fails alone."""
    months = months_of(viewer)
    if not months:
        return
    points = pulse(months)
    st.subheader(headline(pick, points), anchor=False)
    if any(point.level is not None for point in points):
        with TellFailure(pick("指数图", "Chart of the index")):
            _show_chart(points)
    _show_beside(months, points)
    st.markdown(turning_words(pick, points))
    show_heading("每个月", "Month by month")
    with TellFailure(pick("每个月", "Month by month")):
        show_table(viewer, index_sheet(months, points), leads=["month"])
    show_method(pick(_METHOD, _METHOD_EN), months[-1], months)


def index_sheet(months: Sequence[Month], points: Sequence[Pulse]) -> Sheet:
    """Every released month of the index, the newest first."""
    names = {month.name: marked(pick, month) for month in months}
    rows = [
        {
            "month": names[point.month],
            "level": point.level,
            "monthly": point.monthly.change_rate if point.monthly else None,
            "yearly": point.yearly.change_rate if point.yearly else None,
            "matched": point.monthly.matched_rate if point.monthly else None,
            "matched_qty": point.monthly.matched_qty if point.monthly else None,
            "members_qty": point.monthly.members_qty if point.monthly else None,
            "diffusion": point.monthly.diffusion if point.monthly else None,
        }
        for point in reversed(points)
    ]
    kinds = {"text": pl.String, "count": pl.Int64}
    shape = {name: kinds.get(column.kind, pl.Float64) for name, column in _COLUMNS.items()}
    title = pick("白云直播服装指数", "Baiyun live apparel index")
    return Sheet(title, _COLUMNS, pl.DataFrame(rows, schema=shape), notes=notes_of(months))


def _show_chart(points: Sequence[Pulse]) -> None:
    rows = pl.DataFrame(
        {
            "month": [short_month(pick, point.month) for point in points],
            "level": pl.Series([point.level for point in points], dtype=pl.Float64),
            "told": [in_points(point.level) for point in points],
        }
    )
    first, last = month_name(pick, points[0].month), month_name(pick, points[-1].month)
    show_index(
        rows,
        pick(f"{first}到{last}的白云直播服装指数", f"The Baiyun live apparel index from {first} to {last}"),
    )


def _show_beside(months: Sequence[Month], points: Sequence[Pulse]) -> None:
    """On how much the newest month stands: matched part, diffusion, published part."""
    newest = points[-1]
    cards = [
        (pick("可比的部分", "Matched part"), *matched_words(pick, newest.monthly)),
        (pick("扩散指数", "Diffusion index"), *diffusion_words(pick, newest.monthly)),
        (pick("公开的部分", "Published part"), *published_words(pick, months[-1])),
    ]
    for column, (name, value, said) in zip(st.columns(3), cards, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.metric(name, value)
            st.caption(said)
