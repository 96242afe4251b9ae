"""A figure beside earlier ones: each comparison in a line, and the sparkline of equal periods."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.parts.page.language import pick
from dashboards.parts.page.money import NOTHING, percent, rough_yuan, times
from dashboards.parts.page.windows import Window
from dashboards.parts.page.words import day, span, today, weekday
from metrics.model.definitions import METRICS
from metrics.reports.staying.compared import AGEING, INSTEAD, Against, Compared

#: Smaller changes than this are none.
_SAME = 0.005
#: What stands instead of a figure, in a word.
_SHORT = {"paid_gmv": ("支付", ", paid"), "shop_roi": ("整体支付ROI", ", ROI on paid")}
_FEWEST = 3


def spark(beside: Compared, unit: str = "fen") -> dict[str, Any]:
    """Options of ``st.metric`` for the line of earlier periods; none where a point is missing, or they are
    few.
    """
    points = [point / 100 if unit == "fen" else point for point in beside.points if point is not None]
    is_whole = len(points) == len(beside.points) >= _FEWEST
    return {"chart_data": points, "chart_type": "line"} if is_whole else {}


def show_beside(window: Window, beside: Compared, metric: str = "matured_net") -> None:
    """The comparisons of ``metric``, or why there are none."""
    if window.last == today():
        st.caption(
            pick("今天还没过完，不和整天比。", "Today is not over: not compared with whole days."),
            width="content",
        )
        return
    if not beside.against:
        st.caption(pick("更早的数据还不够比。", "No earlier data to compare with."), width="content")
        return
    lines = "  \n".join(against_line(one, metric) for one in beside.against)
    st.markdown(lines, help=_how(metric), width="content")


def against_line(one: Against, metric: str = "matured_net") -> str:
    """``比上周二(11月24日)**↑ 12%** ¥1,240``; said what is compared where it is not ``metric``."""
    what = pick(*_SHORT.get(one.metric, (METRICS[one.metric].zh, f", {METRICS[one.metric].en}")))
    some = (
        pick(
            f"（只比两段都有数据的 {len(one.shops)} 家店）",
            f" (only the {len(one.shops)} shops with data of both)",
        )
        if one.shops
        else ""
    )
    then = rough_yuan(int(one.then)) if METRICS[one.metric].unit == "fen" else times(one.then)
    name = f"{_name(one)}{what if one.metric != metric else ''}"
    return f":small[{name} **{_change(one)}** :gray[{then}{some}]]"


def _how(metric: str) -> str:
    """By what both are measured, so that neither looks better for being younger."""
    if metric in AGEING:
        zh = "两边按同样的账龄比：更早那段，用它当时那一版发布的数"
        en = "Both at one age: the earlier by the release of its day"
    elif metric in INSTEAD:
        zh, en = "两边都按付款满 45 天能留下的钱算", "both by what stays 45 days after payment"
    else:
        zh, en = "这个数不随退款变", "no refund changes this figure"
    if metric in INSTEAD:
        zh += f"；有一边估不了，就比{_SHORT[INSTEAD[metric]][0]}"
        en += f"{_SHORT[INSTEAD[metric]][1]} where one of them cannot be estimated"
    return pick(
        f"只拿整段和整段比，{zh}。曲线是前几段同样长的日子。",
        f"Whole periods only, {en[:1].lower()}{en[1:]}. The line is earlier periods of the same length.",
    )


def _name(one: Against) -> str:
    first, last = one.period
    if one.kind == "last_year":
        zh, en = {"lunar": ("农历同期", "lunar"), "weekday": ("同期", "same weekdays")}.get(
            one.aligned, (f"{one.aligned}同期", one.aligned)
        )
        days = span(first, last)
        return pick(f"比去年{zh}（{days}）", f"Against last year, {en} ({days})")
    if one.kind == "week_before":
        name = pick(f"比上{weekday(first)}", f"Against last {weekday(first)}")
    elif one.kind == "session_before":
        name = pick("比上一场", "Against the session before")
    elif one.kind == "day_before":
        name = pick("比前一天", "Against the day before")
    else:
        count = (last - first).days + 1
        return pick(f"比前 {count} 天", f"Against the {count} days before")
    return name + pick(f"（{day(first)}）", f" ({day(first)})")


def _change(one: Against) -> str:
    if one.change is None:
        return NOTHING
    if abs(one.change) < _SAME:
        return pick("差不多", "about the same")
    return f"{'↑' if one.change > 0 else '↓'} {percent(abs(one.change))}"
