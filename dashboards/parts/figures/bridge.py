"""From one figure to another: a waterfall, every step in figures, and what is left over, always said."""

from __future__ import annotations

import altair as alt
import polars as pl
import streamlit as st

from dashboards.parts.page.charts import ink
from dashboards.parts.page.findings import tell_steps
from dashboards.parts.page.language import pick
from dashboards.parts.page.money import yuan
from dashboards.parts.page.windows import Window
from metrics.query.access import Viewer
from metrics.reports.bridge import Bridge, net_bridge

_TOTAL, _LESS, _MORE = "#0f9a8a", "#c8643c", "#5b8fb0"
_ROW_HEIGHT = 44


def show_bridge(viewer: Viewer, window: Window) -> None:
    """Why the operations' net and the finance's net of one period differ, in an expander."""
    with st.expander(
        pick("两种净成交为什么不一样？", "Why do the two nets differ?"), icon=":material/compare_arrows:"
    ):
        show_steps(
            net_bridge(viewer, window.period),
            pick("两种净成交之间的瀑布图", "Waterfall between the two nets"),
        )


def show_steps(found: Bridge, alt: str) -> None:
    """A bridge between two figures: its waterfall, and what is left over."""
    show_waterfall(with_ends(found.steps), found.residual_fen, alt=alt)


def with_ends(steps: pl.DataFrame) -> pl.DataFrame:
    """``step, zh, en, fen`` whose first and last are totals, as ``show_waterfall`` takes them."""
    return steps.with_columns(is_total=pl.col("step").is_in([steps["step"][0], steps["step"][-1]]))


def show_waterfall(steps: pl.DataFrame, residual_fen: int, *, alt: str, always: str = "") -> None:
    """``steps``: ``step, zh, en, fen, is_total``, beginning with a total.

    Steps of nothing are left out but for the one named ``always``.
    """
    tell_steps(steps, alt.partition(" / ")[0])
    st.altair_chart(_chart(_bars(steps, always)), width="stretch", alt=alt)
    if residual_fen:
        left = yuan(residual_fen)
        st.error(pick(f"还差 {left} 没有解释。", f"{left} is not explained."), icon=":material/error:")
    else:
        closed = pick("每一步相加，差 **0 分**。", "All steps added up, **0 fen** are left over.")
        st.markdown(f":green[:material/check: {closed}]")


def _bars(steps: pl.DataFrame, always: str) -> pl.DataFrame:
    """``name, text, left, right, colour`` per step, in order: totals from 0, the others from where the one
    before ended.
    """
    is_first = pl.int_range(pl.len()) == 0
    walked = pl.when(pl.col("is_total") & ~is_first).then(0).otherwise("fen").cum_sum()
    told = steps.with_columns(end=pl.when("is_total").then("fen").otherwise(walked))
    told = told.with_columns(start=pl.when("is_total").then(0).otherwise(pl.col("end") - pl.col("fen")))
    colour = (
        pl.when("is_total")
        .then(pl.lit(_TOTAL))
        .when(pl.col("fen") < 0)
        .then(pl.lit(_LESS))
        .otherwise(pl.lit(_MORE))
    )
    return told.filter(pl.col("is_total") | (pl.col("fen") != 0) | (pl.col("step") == always)).select(
        name=pl.col(pick("zh", "en")),
        text=pl.when(~pl.col("is_total") & (pl.col("fen") > 0)).then(pl.lit("+")).otherwise(pl.lit(""))
        + pl.col("fen").map_elements(yuan, return_dtype=pl.String),
        left=pl.min_horizontal("start", "end") / 100,
        right=pl.max_horizontal("start", "end") / 100,
        colour=colour,
    )


def _chart(rows: pl.DataFrame) -> alt.LayerChart:
    base = alt.Chart(rows.with_row_index("place")).encode(
        y=alt.Y("place:O", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0)),
        tooltip=[
            alt.Tooltip("name:N", title=pick("项目", "step")),
            alt.Tooltip("text:N", title=pick("金额", "amount")),
        ],
    )
    length = alt.X("left:Q", axis=None, scale=alt.Scale(zero=True))
    layers = [
        base.mark_bar(height=10, yOffset=8, cornerRadius=2).encode(
            x=length, x2="right:Q", color=alt.Color("colour:N", scale=None)
        ),
        base.mark_text(
            align="left", dx=0, dy=-9, fontSize=13, color=ink(), limit=alt.ExprRef("width - 110")
        ).encode(x=alt.value(0), text="name:N"),
        base.mark_text(align="right", dy=-9, fontSize=13, color=ink()).encode(
            x=alt.value("width"), text="text:N"
        ),
    ]
    return (
        alt.layer(*layers).properties(height=_ROW_HEIGHT * rows.height, padding=0).configure_view(stroke=None)
    )
