"""我的位置: own figures beside the district's released ones, of each own category and channel."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import streamlit as st

from dashboards.parts.figures.standing import show_standings
from dashboards.parts.page.failure import TellFailure, show_empty
from dashboards.parts.page.frame import loading, show_heading
from dashboards.parts.page.language import pick
from dashboards.parts.page.menu import Card
from dashboards.parts.page.money import percent
from dashboards.parts.page.table import show_table
from metrics.model.notes import Note
from metrics.query.access import Viewer
from metrics.reports.association.standing import BAND, Standing, band_name
from metrics.reports.association.told.words import called, called_shortly, month_name
from metrics.reports.sheets import Column, Sheet
from pipeline.counter import Position, positions

CARD = Card("position", "我的位置", "My position", ":material/leaderboard:", 21)

_PLACES = {
    "lowest": ("比四分之三的同行低", "lower than three quarters of owners"),
    "low": ("比一半的同行低", "lower than half of the owners"),
    "middle": ("和中位数差不多", "about the median"),
    "high": ("比一半的同行高", "higher than half of the owners"),
    "highest": ("比四分之三的同行高", "higher than three quarters of owners"),
}
_COLUMNS = {
    "cell": Column("品类或渠道", "category or channel"),
    "own": Column("我的退货率", "my rate", "fraction"),
    "district": Column("全区退货率", "district", "fraction"),
    "lower": Column("下四分位", "lower quartile"),
    "median": Column("中位数", "median"),
    "upper": Column("上四分位", "upper quartile"),
    "place": Column("我在哪", "where I stand"),
    "own_change": Column("我留下的，环比", "my change in kept", "change"),
    "district_change": Column("全区留下的，环比", "the district's change in kept", "change"),
}
_WHY = (
    "**退货率**是当月付款里退回的部分（金额），您的按现在的数据算。**四分位**是同一格里各位老板的退货率"
    f"（同一老板的几家店算一个），只说落在哪 {BAND} 个百分点里，所以不是任何一家的数。老板不够多的格子、"
    "和另一格只差几家的格子不公开四分位，写「—」。\n\n增长没有公开四分位，目前只能和**全区合计**的变化比（和上个月比，"
    "有进有出的成员也算在里面）。\n\n这一页只打开您自己的数和协会已签名的发布；协会和别的商家打不开它。"
)
_WHY_EN = (
    "The **return rate** is the part of what was paid in the month that went back, by value; yours is of the "
    "data as they are now. **Quartiles** are of owners' return rates in the same cell (shops of one owner "
    f"count as one) and only say in which {BAND} points they lie, so that they are nobody's own figure. "
    "Cells of too few owners, or that differ from another in few, have none: “—”.\n\nOf growth no quartiles "
    "are released: it can be compared with the change of the **district's total** alone (on the month "
    "before, members who joined or left included).\n\nThis page opens your own figures and the association's "
    "signed releases, and neither the association nor another merchant can open it."
)


def show(viewer: Viewer) -> None:
    """A month, its sentence, and every own cell."""
    with loading():
        found = positions(viewer)
    if not found:
        show_empty(
            "**协会还没有发布您有付款订单的月份。** 月末满 45 天、协会发布之后，这里就有。",
            "**The association has released no month yet in which you were paid.** It is here once a month "
            "has been over for 45 days and is released.",
        )
        return
    at = st.selectbox(
        pick("月份", "Month"),
        range(len(found)),
        format_func=lambda place: month_name(pick, found[place].month),
        key="position_month",
        width=220,
    )
    chosen = found[at]
    if not chosen.standings:
        show_empty(
            "**这个月您的品类和渠道没有一格是公开的。** 成员多起来就有。",
            "**Not one cell of your categories and channels is published for this month.** It takes more "
            "members.",
            icon=":material/lock:",
        )
        return
    st.subheader(_finding(chosen), anchor=False)
    if told := [row for row in chosen.standings if row.quartiles]:
        with TellFailure(pick("退货率图", "Chart of return rates")):
            _show_chart(chosen, told)
    show_heading("每个品类、每个渠道", "Each category and channel")
    with TellFailure(pick("我的位置", "My position")):
        show_table(viewer, _sheet(chosen), leads=("cell", "own", "district", "median", "place"))
    with st.container(border=True):
        st.markdown(pick(_WHY, _WHY_EN))


def _finding(chosen: Position) -> str:
    """Where one stands in the cell where most was paid, of those with quartiles."""
    month = month_name(pick, chosen.month)
    told = [row for row in chosen.standings if row.quartiles and row.place]
    if not told:
        whole = chosen.standings[0]
        mine, theirs = percent(whole.own_rate), percent(whole.district_rate)
        name = _name(whole)
        return pick(
            f"{month}，{name}：我的退货率 {mine}，全区 {theirs}；同行太少，没有公开四分位。",
            f"{month}, {name}: my return rate is {mine}, the district's {theirs}; too few owners for "
            "quartiles.",
        )
    most = max(told, key=lambda row: (row.dimension == "category_code", row.own_paid_fen))
    middle = band_name((most.quartiles or (0, 0, 0))[1])
    place = pick(*_PLACES[most.place or "middle"])
    name, mine = _name(most), percent(most.own_rate)
    return pick(
        f"{month}，{name}：我的退货率 {mine}，同行的中位数在 {middle}，{place}。",
        f"{month}, {name}: my return rate is {mine}, the owners' median in {middle}: {place}.",
    )


def _show_chart(chosen: Position, told: Sequence[Standing]) -> None:
    """Each own cell with quartiles; in words what its bar, the darker part and the point are."""
    rows = [
        {
            "name": _name(row),
            "told": pick(
                f"我 {percent(row.own_rate)}，中位数 {band_name(median)}",
                f"mine {percent(row.own_rate)}, median {band_name(median)}",
            ),
            "low": lower,
            "high": upper + BAND,
            "from": median,
            "to": median + BAND,
            "own": row.own_rate * 100,
        }
        for row in told
        for lower, median, upper in [row.quartiles or (0, 0, 0)]
    ]
    month = month_name(pick, chosen.month)
    st.caption(
        pick(
            "退货率，从 0 到 100%：橙点是我，灰条里是中间一半的同行，绿色一段里是他们的中位数。",
            "Return rates from 0 to 100%: the point is mine, the middle half of owners lies in the grey bar, "
            "their median in its green part.",
        )
    )
    show_standings(
        pl.DataFrame(rows),
        pick(f"{month}我的退货率和同行的四分位", f"{month}: my return rate beside the owners' quartiles"),
    )


def _name(row: Standing) -> str:
    return called_shortly(pick, row.dimension, row.node) if row.dimension else pick("全部", "all together")


def _sheet(chosen: Position) -> Sheet:
    shape = {"text": pl.String, "fraction": pl.Float64, "change": pl.Float64}
    rows = [_row(row) for row in chosen.standings]
    frame = pl.DataFrame(rows, schema={name: shape[column.kind] for name, column in _COLUMNS.items()})
    title = pick(f"我的位置 {chosen.month}", f"My position {chosen.month}")
    return Sheet(title, _COLUMNS, frame, notes=_notes(chosen))


def _row(row: Standing) -> dict[str, object]:
    bands: Sequence[str | None] = [band_name(at) for at in row.quartiles] if row.quartiles else [None] * 3
    return {
        "cell": called(pick, row.dimension, row.node) if row.dimension else _name(row),
        "own": row.own_rate,
        "district": row.district_rate,
        **dict(zip(("lower", "median", "upper"), bands, strict=True)),
        "place": pick(*_PLACES[row.place]) if row.place else None,
        "own_change": row.own_change,
        "district_change": row.district_change,
    }


def _notes(chosen: Position) -> tuple[Note, ...]:
    return (
        Note(
            "DISTRICT_RELEASE",
            f"全区的数来自已签名的协会发布第 {chosen.number} 号；四分位只说落在哪 {BAND} 个百分点里",
            f"figures of the district are of the association's signed release {chosen.number}; quartiles "
            f"only say in which {BAND} points they lie",
        ),
    )
