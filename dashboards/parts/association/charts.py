"""Charts of the district: the index, shares of a whole, and what rose and fell. Drawn from frames already in
words.
"""

from __future__ import annotations

import altair as alt
import polars as pl
import streamlit as st

from dashboards.parts.page.charts import ink
from dashboards.parts.page.language import pick
from metrics.reports.readable import FALLING, KEPT_COLOUR, PAID_COLOUR, RISING

#: Pixels: a bar with its name, a line of the legend, and what lies around the legend.
_ROW, _LEGEND_LINE, _LEGEND_EDGE = 44, 22, 40


def show_index(rows: pl.DataFrame, alt_text: str) -> None:
    """``month`` (text, in order), ``level`` (null: none), ``told`` (text): a line that stops where there is
    no index, over 100.
    """
    axis = alt.Axis(title=None, labelAngle=0, labelOverlap="parity", labelFontSize=12)
    x = alt.X("month:O", sort=None, axis=axis)
    y = alt.Y("level:Q", scale=alt.Scale(zero=False, nice=True), axis=alt.Axis(title=None, tickCount=5))
    base = alt.Chart(rows).encode(
        x=x,
        tooltip=[
            alt.Tooltip("month:O", title=pick("月份", "month")),
            alt.Tooltip("told:N", title=pick("指数", "index")),
        ],
    )
    levels = rows["level"].drop_nulls().tail(2).to_list()
    below = 16 if levels and levels[-1] < levels[0] else -14  # on the side the line does not come from
    hundred = alt.Chart(pl.DataFrame({"at": [100]})).mark_rule(color=PAID_COLOUR, strokeDash=[4, 4])
    layers = [
        hundred.encode(y="at:Q"),
        base.mark_line(color=KEPT_COLOUR, strokeWidth=2.5, invalid="break-paths-show-domains").encode(y=y),
        base.transform_filter("isValid(datum.level)")
        .mark_point(color=KEPT_COLOUR, filled=True, size=60)
        .encode(y=y),
        alt.Chart(rows.drop_nulls("level").tail(1))
        .mark_text(dy=below, fontSize=14, fontWeight="bold", color=ink())
        .encode(x=x, y=y, text="told:N"),
    ]
    chart = alt.layer(*layers).properties(height=280).configure_view(stroke=None)
    st.altair_chart(chart, width="stretch", alt=alt_text)


def show_share_bars(rows: pl.DataFrame, order: list[str], colours: list[str], alt_text: str) -> None:
    """One bar per ``row`` (text, in order; ``told`` at its right) of parts ``name`` with ``share`` (0–1) and
    ``text``, whose lengths are shares of the same whole.
    """
    rows = rows.with_columns(place=pl.col("name").replace_strict({name: at for at, name in enumerate(order)}))
    lines = rows["row"].unique(maintain_order=True).to_list()
    y = alt.Y("row:O", sort=lines, axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    heads = rows.group_by("row", maintain_order=True).agg(pl.col("told").first())
    tips = [
        alt.Tooltip("row:N", title=pick("行", "row")),
        alt.Tooltip("name:N", title=pick("部分", "part")),
        alt.Tooltip("text:N", title=pick("占全区", "share of the district")),
    ]
    scale = alt.Scale(domain=order, range=colours)
    legend = alt.Legend(
        title=None, orient="top", columns=2, labelFontSize=12, labelLimit=150, symbolType="square"
    )
    bars = (
        alt.Chart(rows)
        .mark_bar(height=12, yOffset=9)
        .encode(
            x=alt.X("share:Q", stack="zero", axis=None, scale=alt.Scale(nice=False)),
            y=y,
            color=alt.Color("name:N", sort=order, scale=scale, legend=legend),
            order=alt.Order("place:O"),
            tooltip=tips,
        )
    )
    base = alt.Chart(heads).encode(y=y)
    limit = alt.ExprRef("width - 115")
    names = base.mark_text(align="left", dy=-8, fontSize=14, color=ink(), limit=limit).encode(
        x=alt.value(0), text="row:N"
    )
    told = base.mark_text(align="right", dy=-8, fontSize=13, color=ink()).encode(
        x=alt.value("width"), text="told:N"
    )
    height = _ROW * len(lines) + _LEGEND_LINE * -(-len(order) // 2) + _LEGEND_EDGE
    chart = alt.layer(bars, names, told).properties(height=height).configure_view(stroke=None)
    st.altair_chart(chart, width="stretch", alt=alt_text)


def show_changes(rows: pl.DataFrame, alt_text: str) -> None:
    """``name`` (text, in order), ``change`` (a rate), ``text``: bars to the right of what rose, to the left
    of what fell, the name above each.
    """
    most = max((abs(value) for value in rows["change"]), default=0.0) or 1.0
    y = alt.Y("name:O", sort=None, axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    base = alt.Chart(rows).encode(
        y=y,
        tooltip=[
            alt.Tooltip("name:N", title=pick("名称", "name")),
            alt.Tooltip("text:N", title=pick("变化", "change")),
        ],
    )
    x = alt.X("change:Q", axis=None, scale=alt.Scale(domain=[-most, most], nice=False))
    colour = alt.condition("datum.change < 0", alt.value(FALLING), alt.value(RISING))
    zero = alt.Chart(pl.DataFrame({"at": [0.0]})).mark_rule(color=PAID_COLOUR)
    layers = [
        zero.encode(x=alt.X("at:Q", axis=None, scale=alt.Scale(domain=[-most, most], nice=False))),
        base.mark_bar(height=10, yOffset=9).encode(x=x, color=colour),
        base.mark_text(align="left", dy=-8, fontSize=13, color=ink(), limit=alt.ExprRef("width - 80")).encode(
            x=alt.value(0), text="name:N"
        ),
        base.mark_text(align="right", dy=-8, fontSize=13, color=ink()).encode(
            x=alt.value("width"), text="text:N"
        ),
    ]
    chart = alt.layer(*layers).properties(height=_ROW * max(rows.height, 1)).configure_view(stroke=None)
    st.altair_chart(chart, width="stretch", alt=alt_text)
