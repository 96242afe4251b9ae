"""One bar of what was paid: what will stay, what has gone back, and, hatched, what is still expected to."""

from __future__ import annotations

import altair as alt
import polars as pl
import streamlit as st

from contracts.code_list import CodeList
from dashboards.parts.page.charts import KEPT_COLOUR, PAID_COLOUR
from dashboards.parts.page.language import label, pick
from dashboards.parts.page.money import yuan
from metrics.reports.staying.headline import Headline

BACK_COLOUR, STILL_COLOUR = "#c8553d", "#f3c9a5"
_HEIGHT, _LINES = 26, 90


_PARTS = CodeList(
    "part",
    {
        "stays": ("最后留下", "will stay"),
        "back": ("已经退了", "gone back"),
        "still": ("估计还会退", "still expected back"),
        "apart": ("没给退款数据，算不了", "no returns reported"),
    },
)
#: Part → its colour in the bar, and its mark in the sentence below.
_LOOKS = {
    "stays": (KEPT_COLOUR, ":green[■]"),
    "back": (BACK_COLOUR, ":red[■]"),
    "still": (STILL_COLOUR, ":orange[▨]"),
    "apart": (PAID_COLOUR, ":gray[■]"),
}


def parts_of(found: Headline) -> list[tuple[str, int]]:
    """Code and fen of every part that is not empty, left to right; they add up to what was paid."""
    told = (found.stays_fen or 0, found.back_fen or 0, found.still_fen or 0, found.apart_fen)
    return [(code, fen) for code, fen in zip(_LOOKS, told, strict=True) if fen]


def show_parts(found: Headline, alt_text: str) -> None:
    """The bar, and the sum in words below it; words alone where a part is below 0, an error of the source."""
    parts = parts_of(found)
    if parts and min(fen for _, fen in parts) > 0:
        _draw(parts, alt_text)
    told = " + ".join(f"{_LOOKS[code][1]} {label(_PARTS, code)} {yuan(fen)}" for code, fen in parts)
    st.markdown(f":small[{told} = {pick('支付', 'paid')} {yuan(found.paid_fen)}]")


def _draw(parts: list[tuple[str, int]], alt_text: str) -> None:
    whole, until = sum(fen for _, fen in parts), 0
    rows: list[dict[str, object]] = []
    lines: list[tuple[float, float, float, float]] = []
    for code, fen in parts:
        name = label(_PARTS, code)
        start, end = until / whole, (until + fen) / whole
        rows.append({"name": name, "from": start, "to": end, "up": 0, "top": 1, "told": yuan(fen)})
        lines += _hatching(start, end) if code == "still" else []
        until += fen
    scale = alt.Scale(domain=[0, 1], nice=False)
    x, x2 = alt.X("from:Q", axis=None, scale=scale), alt.X2("to:Q")
    tips = [
        alt.Tooltip("name:N", title=pick("部分", "part")),
        alt.Tooltip("told:N", title=pick("金额", "amount")),
    ]
    looks = alt.Scale(
        domain=[label(_PARTS, code) for code in _LOOKS], range=[colour for colour, _ in _LOOKS.values()]
    )
    # a page fits a chart into its width, and leaves an axis of so little height none
    y = alt.Y("up:Q", axis=None, scale=alt.Scale(domain=[0, 1], range=[_HEIGHT, 0]))
    bars = alt.Chart(pl.DataFrame(rows)).mark_rect().encode(y=y, y2="top:Q")
    layers = [bars.encode(x=x, x2=x2, color=alt.Color("name:N", legend=None, scale=looks), tooltip=tips)]
    if lines:
        ends = [(number, *end) for number, line in enumerate(lines) for end in (line[:2], line[2:])]
        points = pl.DataFrame(ends, schema=["line", "from", "up"], orient="row")
        hatch = alt.Chart(points).mark_line(color="#8a4b1f", strokeWidth=1.5, opacity=0.8)
        layers.append(hatch.encode(x=x, y=y, detail="line:N"))
    chart = alt.layer(*layers).properties(height=_HEIGHT, padding=0).configure_view(stroke=None)
    st.altair_chart(chart, width="stretch", alt=alt_text)


def _hatching(start: float, end: float) -> list[tuple[float, float, float, float]]:
    """Slanting lines over the bar between two shares of its length, cut at its ends: both ends of each, along
    the bar and up it.
    """
    step = 1 / _LINES
    lines = []
    for number in range(int(start / step) - 1, int(end / step) + 1):
        place = number * step
        left, right = max(place, start), min(place + step, end)
        if right > left:
            lines.append((left, (left - place) / step, right, (right - place) / step))
    return lines
