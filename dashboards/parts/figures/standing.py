"""Where somebody stands: the middle half of all as a bar, their median darker, one's own place as a point."""

from __future__ import annotations

import altair as alt
import polars as pl
import streamlit as st

from dashboards.parts.page.charts import ink
from dashboards.parts.page.language import pick
from metrics.reports.readable import FALLING, KEPT_COLOUR, PAID_COLOUR

_ROW = 52


def show_standings(rows: pl.DataFrame, alt_text: str) -> None:
    """``name`` (text, in order), ``told`` (text at its right), and of a hundred ``low`` … ``high`` (the
    others' middle half), ``from`` … ``to`` (their median), ``own``.
    """
    most = max(100.0, *rows["own"])
    scale = alt.Scale(domain=[0, most], nice=False)
    lines = rows["name"].to_list()
    y = alt.Y("name:O", sort=lines, axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    tips = [
        alt.Tooltip("name:N", title=pick("名称", "name")),
        alt.Tooltip("told:N", title=pick("退货率", "return rate")),
    ]
    base = alt.Chart(rows).encode(y=y, tooltip=tips)

    def bar(start: str, end: str, colour: str) -> alt.Chart:
        x = alt.X(f"{start}:Q", axis=None, scale=scale)
        return base.mark_bar(height=12, yOffset=10, color=colour).encode(x=x, x2=f"{end}:Q")

    track = base.transform_calculate(zero="0", end=str(most)).mark_bar(height=2, yOffset=10, color="#dcdcdc")
    limit = alt.ExprRef("width - 190")
    layers = [
        track.encode(x=alt.X("zero:Q", axis=None, scale=scale), x2="end:Q"),
        bar("low", "high", PAID_COLOUR),
        bar("from", "to", KEPT_COLOUR),
        base.mark_point(filled=True, size=110, yOffset=10, color=FALLING, opacity=1).encode(
            x=alt.X("own:Q", axis=None, scale=scale)
        ),
        base.mark_text(align="left", dy=-10, fontSize=14, color=ink(), limit=limit).encode(
            x=alt.value(0), text="name:N"
        ),
        base.mark_text(align="right", dy=-10, fontSize=13, color=ink()).encode(
            x=alt.value("width"), text="told:N"
        ),
    ]
    chart = alt.layer(*layers).properties(height=_ROW * rows.height).configure_view(stroke=None)
    st.altair_chart(chart, width="stretch", alt=alt_text)
