"""Charts, drawn from frames already formatted for people.

Words inside a chart are drawn, never read as markup.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal

import altair as alt
import polars as pl
import streamlit as st

from dashboards.parts.page.language import pick
from dashboards.parts.page.money import tick_yuan, ticks
from metrics.reports.readable import CHANNEL_COLOURS as CHANNEL_COLOURS
from metrics.reports.readable import KEPT_COLOUR as KEPT_COLOUR
from metrics.reports.readable import PAID_COLOUR as PAID_COLOUR

ROW_HEIGHT = 46


def show_kept_bars(
    rows: pl.DataFrame, alt_text: str, *, front: str = "kept_yuan", back: str = "paid_yuan"
) -> None:
    """One bar pair per row, in the order given, name above and figures at the right, so that names need no
    margin on a phone.

    ``rows``: ``name``, ``figures`` (text), and the columns ``front`` and ``back`` (numbers, for the bars'
    lengths only).
    """
    base = alt.Chart(rows.with_row_index("place")).encode(
        y=alt.Y("place:O", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0)),
        tooltip=[
            alt.Tooltip("name:N", title=pick("名称", "name")),
            alt.Tooltip("figures:N", title=pick("数字", "figures")),
        ],
    )
    text_colour = ink()
    layers = [
        base.mark_bar(height=10, yOffset=8, cornerRadius=3, color=PAID_COLOUR, opacity=0.55).encode(
            x=_length(back)
        ),
        base.mark_bar(height=10, yOffset=8, cornerRadius=3, color=KEPT_COLOUR).encode(x=_length(front)),
        base.mark_text(
            align="left", dx=0, dy=-9, fontSize=14, color=text_colour, limit=alt.ExprRef("width - 165")
        ).encode(x=alt.value(0), text="name:N"),
        base.mark_text(align="right", dy=-9, fontSize=13, color=text_colour).encode(
            x=alt.value("width"), text="figures:N"
        ),
    ]
    chart = (
        alt.layer(*layers).properties(height=ROW_HEIGHT * rows.height, padding=0).configure_view(stroke=None)
    )
    st.altair_chart(chart, width="stretch", alt=alt_text)


def show_daily(rows: pl.DataFrame, alt_text: str, front: str) -> None:
    """What is kept, called ``front``, in front of paid, one place per day; a day without data
    stays empty.

    ``rows``: ``day`` (text, in order), ``kept_yuan``, ``paid_yuan`` (null = no data), ``kept_text``,
    ``paid_text``.
    """
    # every fifth day back from the newest: a phone has room for no more
    marked = rows["day"].reverse().gather_every(5).to_list()
    axis = alt.Axis(title=None, values=marked, labelAngle=0, labelFontSize=12, ticks=False, domain=False)
    x = alt.X("day:O", sort=None, axis=axis, scale=alt.Scale(paddingInner=0.25))
    tips = [
        alt.Tooltip("day:O", title=pick("日期", "day")),
        alt.Tooltip("kept_text:N", title=front),
        alt.Tooltip("paid_text:N", title=_paid()),
    ]
    base = alt.Chart(rows).encode(x=x, tooltip=tips)
    told = [float(value) for name in ("kept_yuan", "paid_yuan") for value in rows[name].drop_nulls()]
    marks = ticks(min(told, default=0), max(told, default=0))
    layers = [
        _named(base, _paid(), front)
        .mark_bar(opacity=0.55, cornerRadiusEnd=2)
        .encode(y=_height("paid_yuan", marks)),
        _named(base, front, front).mark_bar(cornerRadiusEnd=2).encode(y=_height("kept_yuan", marks)),
    ]
    st.altair_chart(
        alt.layer(*layers).properties(height=300).configure_view(stroke=None), width="stretch", alt=alt_text
    )


def show_line(points: Sequence[float], alt_text: str) -> None:
    """A line without axes, the newest point last: how something went, not how much it was."""
    rows = pl.DataFrame({"place": range(len(points)), "value": points})
    x, y = (alt.X("place:O", axis=None), alt.Y("value:Q", axis=None, scale=alt.Scale(zero=False)))
    line = alt.Chart(rows).mark_line(color=KEPT_COLOUR, point=True, tooltip=None).encode(x=x, y=y)
    st.altair_chart(
        line.properties(height=40, padding=0).configure_view(stroke=None), width="stretch", alt=alt_text
    )


def _length(column: str) -> alt.X:
    return alt.X(f"{column}:Q", axis=None, scale=alt.Scale(domainMin=0, nice=False, zero=True))


def _height(column: str, marks: Sequence[Decimal]) -> alt.Y:
    """Bars over an axis whose marks are worked out and worded here: Vega rounds what it words, and two marks
    may then read alike.
    """
    words = json.dumps({f"{mark.normalize():f}": tick_yuan(mark) for mark in marks}, ensure_ascii=False)
    values = [float(mark) for mark in marks]
    axis = alt.Axis(
        title=None, values=values, labelExpr=f"{words}[datum.value]", labelFontSize=12, domain=False
    )
    return alt.Y(
        f"{column}:Q", stack=None, axis=axis, scale=alt.Scale(domain=[values[0], values[-1]], nice=False)
    )


def _paid() -> str:
    return pick("支付", "paid")


def _named(base: alt.Chart, name: str, front: str) -> alt.Chart:
    """``base`` with every mark under ``name`` in the legend."""
    scale = alt.Scale(domain=[front, _paid()], range=[KEPT_COLOUR, PAID_COLOUR])
    return base.transform_calculate(series=f"'{name}'").encode(
        color=alt.Color("series:N", scale=scale, legend=_legend_box(2))
    )


def _legend_box(columns: int) -> alt.Legend:
    return alt.Legend(
        title=None,
        orient="top",
        direction="horizontal",
        columns=columns,
        labelFontSize=13,
        symbolType="square",
        symbolSize=130,
        symbolStrokeWidth=0,
        symbolOpacity=1,
    )


def ink() -> str:
    """Text drawn by hand does not follow the theme by itself."""
    return "#e7efed" if st.context.theme.type == "dark" else "#1b2a28"
