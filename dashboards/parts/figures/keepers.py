"""Who keeps most of a period: channels, styles, creators and sessions, by what will stay and never by what
has not come back yet.
"""

from __future__ import annotations

import polars as pl
import streamlit as st

from contracts.codes import PLATFORM
from dashboards.parts.figures.creators import creator_names
from dashboards.parts.figures.outlook import show_ranges
from dashboards.parts.figures.sessions import put_sessions, sessions_of, show_session
from dashboards.parts.page.failure import show_cut, show_empty
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.language import label, pick
from dashboards.parts.page.windows import Window
from dashboards.parts.page.words import channel_name, remark, visible
from metrics.query.access import Viewer
from metrics.query.labels import labels
from metrics.reports.staying.ranked import ranked
from metrics.reports.staying.sessions import sessions_beside

TOP, SESSIONS = 8, 6


def show_channels(viewer: Viewer, window: Window) -> None:
    """Every platform × channel."""
    show_heading("渠道 × 平台", "Channel × platform")
    rows, _ = ranked(viewer, ["platform", "channel"], window.period)
    names = [
        f"{label(PLATFORM, platform)} · {channel_name(channel)}"
        for platform, channel in rows.select("platform", "channel").rows()
    ]
    _show_ranked(
        rows,
        names,
        pick(
            f"{window.zh}各渠道最后会留下多少，从高到低",
            f"{window.en}: what will stay of every channel, the most first",
        ),
    )


def show_styles(viewer: Viewer, window: Window) -> None:
    """The styles of which most will stay."""
    show_heading("退得少、留得多的款", "Styles that stay")
    every, _ = ranked(viewer, ["style"], window.period)
    named = every.filter(pl.col("style") != "untold")
    rows = named.head(TOP)
    if rows.is_empty() and not every.is_empty():
        show_empty(
            "**来源没有款式信息。** 导入含商品明细的订单导出后显示。",
            "The source gives no styles. An order export with its lines does.",
        )
        return
    titles = labels(viewer, "style")
    called = [
        f"{place}. {visible(titles.get(style, style), 40)}" for place, style in enumerate(rows["style"], 1)
    ]
    _show_ranked(
        rows,
        called,
        pick(f"{window.zh}最后会留下最多的款式", f"{window.en}: the styles of which most will stay"),
    )
    show_cut(rows.height, named.height, "款")


def show_creators(viewer: Viewer, window: Window) -> None:
    """The accounts of whose orders most will stay."""
    show_heading("达人和账号", "Creators")
    every, _ = ranked(viewer, ["creator"], window.period)
    named = every.filter(pl.col("creator") != "untold")
    rows = named.head(TOP)
    if rows.is_empty():
        show_empty("这段时间的订单都没说是哪个达人带的。", "No order of the period names a creator.")
        return
    names = creator_names(viewer)
    called = [visible(names.get(code, code), 40) for code in rows["creator"]]
    _show_ranked(
        rows,
        called,
        pick(
            f"{window.zh}最后会留下最多的达人和账号",
            f"{window.en}: the accounts of whose orders most will stay",
        ),
    )
    show_cut(rows.height, named.height)


def show_sessions(viewer: Viewer, window: Window) -> None:
    """The sessions of the period, each in a box."""
    show_heading("直播场次", "Sessions")
    rows, notes = sessions_of(viewer, window.period)
    if rows.is_empty():
        told = "**No sessions in this period.** Upload a session export to see them."
        show_empty(
            "**这段时间没有直播场次。** 导入场次导出文件后显示。", told, icon=":material/videocam_off:"
        )
        return
    st.caption(pick("按最后会留下多少排，从高到低。", "Ranked by what will stay, the most first."))
    put_sessions(rows, pick("直播场次", "Sessions"))
    shown = rows.head(SESSIONS)
    beside = sessions_beside(viewer, shown["session"].to_list())
    for three in shown.iter_slices(3):
        for column, row in zip(st.columns(3), three.iter_rows(named=True), strict=False):
            with column:
                show_session(row, beside.get((row["shop"], row["session"])))
    show_cut(min(SESSIONS, rows.height), rows.height, "场")
    for note in notes:
        st.caption(remark(note))


def _show_ranked(rows: pl.DataFrame, names: list[str], alt_text: str) -> None:
    """A bar per row of ``ranked``, named in the same order; a sentence where the period has none."""
    if rows.is_empty():
        show_empty("这段时间没有数据。", "No data in this period.")
        return
    if rows["matured_fen"].null_count() == rows.height:
        st.caption(
            pick(
                "还估不了最后留下多少，先按支付金额排；灰条是目前留下的。",
                "No estimate of what will stay yet: ranked by what was paid. Grey: kept so far.",
            )
        )
    else:
        st.caption(
            pick(
                "按最后会留下的钱排：绿条最后留下，黑线八成把握，灰条目前留下。",
                "Ranked by what will stay. Green: will stay; line: 80% sure; grey: kept so far.",
            )
        )
    show_ranges(rows, names, alt_text)
