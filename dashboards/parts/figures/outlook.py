"""What will stay of orders that may still come back: points with their intervals, what was said before, and
what stays at one age.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import polars as pl
import streamlit as st

from dashboards.parts.page.book import put_figures
from dashboards.parts.page.charts import KEPT_COLOUR, PAID_COLOUR, ink
from dashboards.parts.page.few import few_sentence, few_words, is_few
from dashboards.parts.page.findings import tell_at_age, tell_ranges
from dashboards.parts.page.language import listed, pick
from dashboards.parts.page.money import percent, rough_yuan, short_yuan, yuan
from dashboards.parts.page.way import show_way
from dashboards.parts.page.windows import Window
from dashboards.parts.page.words import about
from metrics.query.ages import MATURE_DAYS

_ROW_HEIGHT = 66
_HERE = 0.005


def bounds(row: Mapping[str, Any]) -> str:
    """``八成把握 ¥41.2万–¥45.5万``; a word where nothing can change, where orders of a kind no longer come
    back at that age, or nothing is told.
    """
    low, high = row["matured_low_fen"], row["matured_high_fen"]
    if low is None:
        return pick("还没有估计", "no estimate yet")
    if low < high:
        return f"{pick('八成把握', '80% sure')} {rough_yuan(low)}–{rough_yuan(high)}"
    if row["age_days_qty"] > MATURE_DAYS or not row["kept_fen"]:
        return pick("已定", "settled")
    return pick("同类到这时不再退", "orders of its kind no longer go back by now")


def show_outlook(row: Mapping[str, Any], window: Window) -> None:
    """The whole of a period in a box: the point, its bounds, and how far it is settled; of too few orders
    that they are.

    ``row`` as ``metrics.query.matured`` gives it, with its ``orders``.
    """
    few = is_few(row)
    row = {**row, "matured_fen": None} if few else row
    put_figures(
        {
            "matured_net": row["matured_fen"],
            "paid_gmv": row["paid_fen"],
            "net_by_order_date": row["kept_fen"],
        },
        window.period,
    )
    with st.container(border=True, gap="xxsmall"):
        name = f"{pick('这些订单最后会留下', 'Of these orders will stay')} :gray[:small[{window.days}]]"
        with st.container(gap=None):
            st.metric(name, rough_yuan(row["matured_fen"]), help=about("matured_net"))
            show_way("matured_net", window.period, "matured")
        st.markdown(f":orange[{few_sentence(row['orders'])}]" if few else f"**{bounds(row)}**")
        paid, kept = yuan(row["paid_fen"]), yuan(row["kept_fen"])
        told = pick(f"已支付 {paid} · 现在留着 {kept}", f"paid {paid} · kept so far {kept}")
        st.markdown(f":gray[{told}{'' if few else f' · {_how_open(row)}'}]")


def show_ranges(rows: pl.DataFrame, names: Sequence[str], alt_text: str) -> None:
    """Per row of ``metrics.reports.staying.ranked``: a light bar of what is kept now, a dark one of what will
    be, a line over its interval; words above and below.
    """
    tell_ranges(rows, names, alt_text)
    told = rows.select(
        name=pl.Series(names, dtype=pl.String),
        point=pl.Series([rough_yuan(value) for value in rows["matured_fen"]], dtype=pl.String),
        below=pl.Series([_below(row) for row in rows.iter_rows(named=True)], dtype=pl.String),
        kept=pl.col("kept_fen") / 100,
        matured=pl.col("matured_fen") / 100,
        low=pl.col("matured_low_fen") / 100,
        high=pl.col("matured_high_fen") / 100,
    )
    base = alt.Chart(told.with_row_index("place")).encode(
        y=alt.Y("place:O", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0)),
        tooltip=[
            alt.Tooltip("name:N", title=pick("名称", "name")),
            alt.Tooltip("point:N", title=pick("最后留下（估）", "will stay (estimate)")),
            alt.Tooltip("below:N", title=pick("说明", "details")),
        ],
    )
    colour, bar = ink(), {"height": 10, "cornerRadius": 3}
    layers = [
        base.mark_bar(**bar, color=PAID_COLOUR, opacity=0.55).encode(x=_length("kept")),
        base.mark_bar(**bar, color=KEPT_COLOUR).encode(x=_length("matured")),
        base.mark_rule(color=colour, strokeWidth=2).encode(x=_length("low"), x2="high:Q"),
        base.mark_text(
            align="left", dy=-17, fontSize=14, color=colour, limit=alt.ExprRef("width - 90")
        ).encode(x=alt.value(0), text="name:N"),
        base.mark_text(align="right", dy=-17, fontSize=14, fontWeight="bold", color=colour).encode(
            x=alt.value("width"), text="point:N"
        ),
        base.mark_text(
            align="left", dy=16, fontSize=12, color=colour, opacity=0.75, limit=alt.ExprRef("width")
        ).encode(x=alt.value(0), text="below:N"),
    ]
    chart = (
        alt.layer(*layers).properties(height=_ROW_HEIGHT * told.height, padding=0).configure_view(stroke=None)
    )
    st.altair_chart(chart, width="stretch", alt=alt_text)


def show_at_age(rows: pl.DataFrame, names: Sequence[str], alt_text: str) -> None:
    """Per row of ``metrics.reports.equal_age``, in its order: the part kept at that age as a bar over the
    whole.
    """
    tell_at_age(rows, names, alt_text)
    told = rows.select(
        name=pl.Series(names, dtype=pl.String),
        rate=pl.Series(
            [
                f"{percent(row['kept_rate'])} · {rough_yuan(row['kept_fen'])}"
                for row in rows.iter_rows(named=True)
            ],
            dtype=pl.String,
        ),
        share="kept_rate",
    )
    base = alt.Chart(told.with_row_index("place")).encode(
        y=alt.Y("place:O", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0)),
        tooltip=[
            alt.Tooltip("name:N", title=pick("名称", "name")),
            alt.Tooltip("rate:N", title=pick("留下", "kept")),
        ],
    )
    scale, bar = alt.Scale(domain=[0, 1]), {"height": 10, "yOffset": 8, "cornerRadius": 3}
    layers = [
        base.transform_calculate(whole="1")
        .mark_bar(**bar, color=PAID_COLOUR, opacity=0.35)
        .encode(x=alt.X("whole:Q", axis=None, scale=scale)),
        base.mark_bar(**bar, color=KEPT_COLOUR).encode(x=alt.X("share:Q", axis=None, scale=scale)),
        base.mark_text(
            align="left", dy=-9, fontSize=14, color=ink(), limit=alt.ExprRef("width - 130")
        ).encode(x=alt.value(0), text="name:N"),
        base.mark_text(align="right", dy=-9, fontSize=13, color=ink()).encode(
            x=alt.value("width"), text="rate:N"
        ),
    ]
    chart = alt.layer(*layers).properties(height=46 * told.height, padding=0).configure_view(stroke=None)
    st.altair_chart(chart, width="stretch", alt=alt_text)


def _how_open(row: Mapping[str, Any]) -> str:
    """Age and what is still open."""
    age, share = row["age_days_qty"], _few(row["open_rate"] or 0.0)
    if age > MATURE_DAYS:
        return pick(f"付款都满 {MATURE_DAYS} 天了", f"all paid over {MATURE_DAYS} days ago")
    young = f"the newest orders are {age} day{'s' if age != 1 else ''} old"
    if row["matured_fen"] is None:
        return pick(
            f"最新订单才 {age} 天，还要退多少没有依据可估",
            f"{young}; nothing yet to estimate by how much will still go back",
        )
    return pick(
        f"最新订单才 {age} 天，支付里估计还有 {share} 会退",
        f"{young}; about {share} of paid will still go back",
    )


def _length(column: str) -> alt.X:
    return alt.X(f"{column}:Q", axis=None, scale=alt.Scale(zero=True))


def _below(row: Mapping[str, Any]) -> str:
    """Bounds, what was paid, age and what is open, for the line under a bar."""
    paid = f"{pick('支付', 'paid')} {short_yuan(row['paid_fen'])}"
    if row["matured_fen"] is None:
        kept = f"{pick('目前留下', 'kept so far')} {short_yuan(row['kept_fen'])}"
        why = few_words(row["orders"]) if is_few(row) else pick("还没有估计", "no estimate yet")
        return f"{why} · {kept} · {paid}"
    if row["age_days_qty"] > MATURE_DAYS:
        return f"{bounds(row)} · {paid}"
    return f"{bounds(row)} · {paid} · {pick('还会退', 'still going back')} {_few(row['open_rate'] or 0.0)}"


def _few(part: float) -> str:
    """A share in per cent; what is there and rounds to nothing is ``不到 1%``."""
    return pick("不到 1%", "under 1%") if 0 < part < _HERE else percent(max(part, 0.0))


def show_ranked(rows: pl.DataFrame, names: list[str], alt_text: str) -> None:
    """Shares kept at one age, the members without a dated refund named below instead."""
    is_told = rows["kept_rate"].is_not_null()
    if is_told.any():
        show_at_age(
            rows.filter(is_told), [name for name, told in zip(names, is_told, strict=True) if told], alt_text
        )
    if untold := [name for name, told in zip(names, is_told, strict=True) if not told]:
        more = pick(" 等", " and others") if len(untold) > 5 else ""
        names_of = f"{listed(untold[:5])}{more}"
        zh = f"退款日期不明，不能比：{names_of}。"
        st.caption(pick(zh, f"Refunds without a date, so not comparable: {names_of}."))
