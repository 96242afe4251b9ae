"""成熟净成交: what will stay of the orders people have paid, how sure that is, and who keeps best at
one age.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl
import streamlit as st

from contracts.codes import PLATFORM
from dashboards.parts.figures.outlook import show_at_age, show_outlook, show_ranges
from dashboards.parts.figures.said import show_said
from dashboards.parts.page.failure import TellFailure, show_cut, show_empty
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.menu import Card
from dashboards.parts.page.money import NOTHING, short_yuan
from dashboards.parts.page.period import choose_window, newest_day
from dashboards.parts.page.windows import Window, windows_to
from dashboards.parts.page.words import channel_name, visible
from metrics.query.access import Viewer
from metrics.query.labels import labels
from metrics.query.matured import matured
from metrics.reports.equal_age import AGES, kept_at_age
from metrics.reports.staying.backtest import said_before, score

CARD = Card("matured", "会留下多少", "Will be kept", ":material/hourglass_top:", 11)

LENGTHS, TOP = (7, 30, 90), 10
_AGE = 14
#: What is ranked by what will stay: its name, the dimensions, and what is said of what tells none.
BY = {
    "channel": ("渠道 × 平台", ("platform", "channel"), ""),
    "style": ("款式", ("style",), "没有款式信息"),
    "session": ("场次", ("session",), "不在场次里"),
}  # fmt: skip


def show(viewer: Viewer) -> None:
    """The whole page; each part fails alone."""
    with st.spinner("正在读取… Loading"):
        newest = newest_day(viewer, "matured_net")
    if newest is None:
        show_empty(
            "**还没有可以推算的订单。** 数据跟满 45 天后显示。",
            "Nothing to project from yet; it comes once orders were followed for 45 days.",
        )
        return
    window = _choose(newest)
    rows = matured(viewer, period=window.period)
    show_outlook(rows.row(0, named=True), window)
    with TellFailure("预告对照"):
        show_said(said_before(viewer), score(viewer))
    left, right = st.columns(2, gap="medium")
    with left, TellFailure("谁留得多"):
        _show_keepers(viewer, window)
    with right, TellFailure("同龄比较"):
        _show_equal_age(viewer)


def _choose(newest: dt.date) -> Window:
    return choose_window(windows_to(newest, LENGTHS), "matured_period", usual=1)


def _show_keepers(viewer: Viewer, window: Window) -> None:
    show_heading("谁留得多", "Who keeps most")
    by = st.segmented_control(
        "按 By",
        list(BY),
        default="channel",
        required=True,
        format_func=lambda name: BY[name][0],
        key="matured_by",
        label_visibility="collapsed",
    )
    title, dimensions, untold = BY[by or "channel"]
    st.caption(
        "绿条最后会留下,黑线是八成把握的区间,灰条是现在还留着的。 Green will be kept, black its 80 % "
        "interval, grey kept so far."
    )
    every = matured(viewer, by=dimensions, period=window.period).sort(
        "matured_fen", descending=True, nulls_last=True
    )
    ranked = every.filter(pl.lit(not untold) | (pl.col(dimensions[0]) != "untold"))
    rows = ranked.head(TOP)
    if rows.is_empty():
        show_empty(
            f"这段时间的订单都{untold}。" if untold and every.height else "这段时间没有订单。",
            "Nothing to rank in this period.",
        )
        return
    show_ranges(rows, _names(viewer, rows, dimensions), f"{window.zh}各{title}最后会留下多少,从高到低")
    show_cut(rows.height, ranked.height)
    if untold:
        _say_shared(every.filter(pl.col(dimensions[0]) == "untold"), untold)


def _names(viewer: Viewer, rows: pl.DataFrame, dimensions: Sequence[str]) -> list[str]:
    if len(dimensions) > 1:
        return [
            f"{PLATFORM.zh(platform)} · {channel_name(channel)}"
            for platform, channel in rows.select(dimensions).rows()
        ]
    titles = labels(viewer, dimensions[0])
    return [visible(titles.get(code, code), 40) for code in rows[dimensions[0]]]


def _say_shared(rest: pl.DataFrame, untold: str) -> None:
    """What these figures cannot know, and what stands beside them."""
    zh = "没退的部分按同类订单(渠道、品类、价位)的退法分摊:自己退得多还是少,退了才看得出。单少的,看区间。"
    st.caption(f"{zh} Shared by how orders of a kind come back; with few orders, go by the interval.")
    if rest.height:
        kept = rest["matured_fen"].item()
        st.caption(f"另有 {NOTHING if kept is None else short_yuan(kept)} {untold}。 The rest tells none.")


def _show_equal_age(viewer: Viewer) -> None:
    show_heading("同龄比较", "At equal age")
    age = st.segmented_control(
        "账龄 Age",
        AGES,
        default=_AGE,
        required=True,
        format_func=lambda days: f"满 {days} 天",
        key="matured_age",
        label_visibility="collapsed",
    )
    age = _AGE if age is None else age
    zh = f"大家都看付款满 {age} 天那一刻留下的占比(最近 60 个满龄日),新款、新渠道不会因为还没退完而显得好。"
    st.caption(
        f"{zh} Everyone as they stood {age} days after payment: nobody looks better for being younger."
    )
    st.caption(
        "右侧:留下的占比 · 那一刻留下的净成交。 At the right: the share kept, and the money kept at that age."
    )
    channels = kept_at_age(viewer, age, by=["platform", "channel"])
    if channels.is_empty():
        show_empty(f"还没有付款满 {age} 天的订单。", f"No orders are {age} days old yet.")
        return
    names = [
        f"{PLATFORM.zh(platform)} · {channel_name(channel)}"
        for platform, channel in channels.select("platform", "channel").rows()
    ]
    _show_ranked(channels, names, f"各渠道满 {age} 天的留存占比,从高到低")
    styles = kept_at_age(viewer, age, by=["style"]).filter(pl.col("style") != "untold")
    largest = styles.filter(pl.col("paid_fen").rank("ordinal", descending=True) <= TOP)
    if largest.height:
        st.markdown(f"**卖得最多的 {largest.height} 款** :gray[:small[The {largest.height} largest styles]]")
        titles = labels(viewer, "style")
        show_cut(largest.height, styles.height, "款")
        _show_ranked(
            largest,
            [visible(titles.get(style, style), 40) for style in largest["style"]],
            f"款式满 {age} 天的留存占比,从高到低",
        )


def _show_ranked(rows: pl.DataFrame, names: list[str], alt_text: str) -> None:
    is_told = rows["kept_rate"].is_not_null()
    if is_told.any():
        show_at_age(
            rows.filter(is_told), [name for name, told in zip(names, is_told, strict=True) if told], alt_text
        )
    if untold := [name for name, told in zip(names, is_told, strict=True) if not told]:
        st.caption(
            f"退款日期不明,不能比:{'、'.join(untold[:5])}{' 等' if len(untold) > 5 else ''}。 Refunds of "
            "untold date: not comparable."
        )
