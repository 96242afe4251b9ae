"""成熟净成交: what will stay of the orders people have paid, how sure that is, and who keeps best at
one age.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl
import streamlit as st

from contracts.codes import PLATFORM
from dashboards.parts.figures.outlook import show_outlook, show_ranges, show_ranked
from dashboards.parts.figures.said import show_said
from dashboards.parts.page.failure import TellFailure, show_cut, show_empty
from dashboards.parts.page.frame import loading, show_heading
from dashboards.parts.page.language import label, pick
from dashboards.parts.page.menu import Card
from dashboards.parts.page.money import short_yuan
from dashboards.parts.page.period import choose_window, newest_day
from dashboards.parts.page.windows import Window, windows_to
from dashboards.parts.page.words import channel_name, visible
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.query.labels import labels
from metrics.query.matured import matured
from metrics.reports.equal_age import AGES, kept_at_age
from metrics.reports.nobody import leading
from metrics.reports.staying.backtest import said_before, score
from metrics.reports.staying.ranked import ranked

CARD = Card("matured", "会留下多少", "Will be kept", ":material/hourglass_top:", 11)

LENGTHS, TOP = (7, 30, 90), 10
_AGE = 14
#: What is ranked by what will stay: its name, the dimensions, and what is said of what tells none.
BY: dict[str, tuple[tuple[str, str], tuple[str, ...], tuple[str, str] | None]] = {
    "channel": (("渠道 × 平台", "Channel × platform"), ("platform", "channel"), None),
    "style": (("款式", "Styles"), ("style",), ("没有款式信息", "of no known style")),
    "session": (("场次", "Sessions"), ("session",), ("不在场次里", "in no session")),
}


def show(viewer: Viewer) -> None:
    """The whole page; each part fails alone."""
    with loading():
        newest = newest_day(viewer, "matured_net")
    if newest is None:
        show_empty(
            "**还没有可以推算的订单。** 数据跟满 45 天后显示。",
            "Nothing to project from yet; it comes once orders were followed for 45 days.",
        )
        return
    window = _choose(newest)
    row = matured(viewer, period=window.period).row(0, named=True)
    sold = ask(viewer, ["paid_orders"], period=window.period).rows["paid_orders"].item()
    show_outlook({**row, "orders": sold}, window)
    with TellFailure(pick("预告对照", "Forecasts held against what came")):
        show_said(said_before(viewer), score(viewer))
    left, right = st.columns(2, gap="medium")
    with left, TellFailure(pick("谁留得多", "Who keeps most")):
        _show_keepers(viewer, window)
    with right, TellFailure(pick("同龄比较", "At equal age")):
        _show_equal_age(viewer)


def _choose(newest: dt.date) -> Window:
    return choose_window(windows_to(newest, LENGTHS), "matured_period", usual=1)


def _show_keepers(viewer: Viewer, window: Window) -> None:
    show_heading("谁留得多", "Who keeps most")
    by = st.segmented_control(
        pick("按", "By"),
        list(BY),
        default="channel",
        required=True,
        format_func=lambda name: pick(*BY[name][0]),
        key="matured_by",
        label_visibility="collapsed",
    )
    title, dimensions, untold = BY[by or "channel"]
    st.caption(
        pick(
            "绿条最后会留下，黑线是八成把握的区间，灰条是现在还留着的。",
            "Green: will stay; black line: 80% sure; grey: kept so far.",
        )
    )
    every = ranked(viewer, dimensions, window.period)[0].filter(pl.col("age_days_qty").is_not_null())
    known = every.filter(pl.lit(untold is None) | (pl.col(dimensions[0]) != "untold"))
    rows = leading(known, dimensions, TOP)
    if rows.is_empty():
        show_empty(
            f"这段时间的订单都{untold[0]}。" if untold and every.height else "这段时间没有订单。",
            f"All orders of this period are {untold[1]}."
            if untold and every.height
            else "No orders in this period.",
        )
        return
    show_ranges(
        rows,
        _names(viewer, rows, dimensions),
        pick(
            f"{window.zh}各{title[0]}最后会留下多少，从高到低",
            f"{window.en}, {title[1].lower()}: what will stay, the most first",
        ),
    )
    show_cut(rows.height, known.height)
    if untold:
        _say_shared(every.filter(pl.col(dimensions[0]) == "untold"), untold)


def _names(viewer: Viewer, rows: pl.DataFrame, dimensions: Sequence[str]) -> list[str]:
    if len(dimensions) > 1:
        return [
            f"{label(PLATFORM, platform)} · {channel_name(channel)}"
            for platform, channel in rows.select(dimensions).rows()
        ]
    titles = labels(viewer, dimensions[0])
    return [visible(titles.get(code, code), 40) for code in rows[dimensions[0]]]


def _say_shared(rest: pl.DataFrame, untold: tuple[str, str]) -> None:
    """What these figures cannot know, and what stands beside them."""
    zh = (
        "没退的部分按同类订单（渠道、品类、价位）的退法分摊：自己退得多还是少，退了才看得出。单少的，看区间。"
    )
    en = (
        "What has not come back yet is shared out by how orders of a kind (channel, category, price) come "
        "back: who "
        "has more or fewer returns shows only when they come. With few orders, go by the interval."
    )
    st.caption(pick(zh, en))
    if rest.height:
        kept = short_yuan(rest["adds_fen"].item())
        st.caption(pick(f"另有 {kept} {untold[0]}。", f"Another {kept} is {untold[1]}."))


def _show_equal_age(viewer: Viewer) -> None:
    show_heading("同龄比较", "At equal age")
    age = st.segmented_control(
        pick("账龄", "Age"),
        AGES,
        default=_AGE,
        required=True,
        format_func=lambda days: pick(f"满 {days} 天", f"{days} days"),
        key="matured_age",
        label_visibility="collapsed",
    )
    age = _AGE if age is None else age
    zh = (
        f"大家都看付款满 {age} 天那一刻留下的占比（最近 60 个满龄日），新款、新渠道不会因为还没退完而显得好。"
    )
    en = (
        f"Everyone as they stood {age} days after payment (of the last 60 days that are old enough): nobody "
        "looks "
        "better for being new."
    )
    st.caption(pick(zh, en))
    zh, en = (
        "右侧：留下的占比 · 那一刻留下的净成交。",
        "At the right: the share and the money kept at that age.",
    )
    st.caption(pick(zh, en))
    channels = kept_at_age(viewer, age, by=["platform", "channel"])
    if channels.is_empty():
        show_empty(f"还没有付款满 {age} 天的订单。", f"No orders are {age} days old yet.")
        return
    names = [
        f"{label(PLATFORM, platform)} · {channel_name(channel)}"
        for platform, channel in channels.select("platform", "channel").rows()
    ]
    show_ranked(
        channels,
        names,
        pick(
            f"各渠道满 {age} 天的留存占比，从高到低", f"Share kept at {age} days by channel, the most first"
        ),
    )
    _show_styles(viewer, age)


def _show_styles(viewer: Viewer, age: int) -> None:
    styles = kept_at_age(viewer, age, by=["style"]).filter(pl.col("style") != "untold")
    largest = styles.filter(pl.col("paid_fen").rank("ordinal", descending=True) <= TOP)
    if largest.height:
        count = largest.height
        st.markdown(pick(f"**卖得最多的 {count} 款**", f"**The {count} styles that sell most**"))
        titles = labels(viewer, "style")
        show_cut(largest.height, styles.height, "款")
        show_ranked(
            largest,
            [visible(titles.get(style, style), 40) for style in largest["style"]],
            pick(
                f"款式满 {age} 天的留存占比，从高到低", f"Share kept at {age} days by style, the most first"
            ),
        )
