"""One channel: what will stay of it and how that moved, what it costs, and what sold in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl
import streamlit as st

from dashboards.parts.channels.address import Spot, go, show_tap
from dashboards.parts.channels.names import LISTS, member_names
from dashboards.parts.channels.rows import back_line, cost_line, paid_words, share_line, stays_line
from dashboards.parts.page.book import put
from dashboards.parts.page.cards import show_headline
from dashboards.parts.page.failure import show_empty
from dashboards.parts.page.language import pick
from dashboards.parts.page.table import named
from dashboards.parts.page.windows import Window
from dashboards.parts.page.words import plain
from metrics.query.access import Viewer
from metrics.reports import health
from metrics.reports.channels.cell import MEMBERS, members
from metrics.reports.sheets import Column, Sheet
from metrics.reports.staying.compared import compared
from metrics.reports.staying.headline import headline

#: As many of a list as fit on two screens of a phone.
PAGE = 12
_BY = "channels_by"
#: Channels whose orders belong to no session.
_WITHOUT_SESSIONS = ("product_card", "search", "short_video")


_MEMBER = {
    "matured_fen": Column("最后留下（估）", "will stay", "fen"),
    "kept_fen": Column("目前留下", "kept so far", "fen"),
    "paid_fen": Column("支付", "paid", "fen"),
    "orders": Column("订单", "orders", "count"),
}


def show_channel(viewer: Viewer, spot: Spot, window: Window, row: Mapping[str, Any]) -> None:
    """``row`` of the channels' table, and the lists of what sold in it."""
    left, right = st.columns(2, gap="medium")
    with left:
        found = headline(viewer, window.period, spot.cell)
        beside = compared(viewer, window.period, spot.cell)
        show_headline(window, found, beside, health.freshness(viewer), spot.cell)
    with right, st.container(border=True, gap="xxsmall"):
        for line in (share_line(row), back_line(row), cost_line(row)):
            st.markdown(line)
    _show_members(viewer, spot, window)


def _show_members(viewer: Viewer, spot: Spot, window: Window) -> None:
    by = spot.by or ("style" if spot.channel in _WITHOUT_SESSIONS else "session")
    st.session_state[_BY] = by
    st.segmented_control(
        pick("看什么", "What to look at"),
        MEMBERS,
        required=True,
        format_func=lambda name: pick(*LISTS[name][0]),
        key=_BY,
        on_change=lambda: go(replace(spot, by=st.session_state[_BY], page=1)),
        label_visibility="collapsed",
    )
    rows = members(viewer, by, spot.cell, window.period)
    if rows.is_empty():
        show_empty("这段时间没有订单。", "No orders in this period.")
        return
    st.caption(
        pick("按最后会留下的钱排；点一个看它的订单。", "Ranked by what will stay. Tap one for its orders.")
    )
    names = member_names(viewer, by)
    put(
        Sheet(
            pick(*LISTS[by][0]), {by: Column(*LISTS[by][0]), **_MEMBER}, rows.with_columns(named(by, names))
        )
    )
    shown = page_of_rows(rows, spot.page)
    for two in shown.iter_slices(2):
        for column, member in zip(st.columns(2), two.iter_rows(named=True), strict=False):
            with column, st.container(border=True, gap=None, height="stretch"):
                there = replace(spot, by=by, member=member[by], page=1)
                name = plain(names.get(member[by], member[by]), 40)
                show_tap(f"**{name}**", there, icon=":material/chevron_right:")
                st.markdown(member_line(member))
    show_pages(spot, rows.height)


def member_line(member: Mapping[str, Any]) -> str:
    """What will stay of a row of ``members``, and what was paid."""
    return f"{stays_line(member)}  \n:gray[:small[{paid_words(member['paid_fen'], member['orders'])}]]"


def page_of_rows(rows: pl.DataFrame, page: int) -> pl.DataFrame:
    """Rows of one page of a list, from 1."""
    return rows.slice((page - 1) * PAGE, PAGE)


def show_pages(spot: Spot, every: int) -> None:
    """Links to the pages before and after, and where this one stands; nothing where there is one."""
    last = max(1, -(-every // PAGE))
    if last == 1:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if spot.page > 1:
            show_tap(pick("上一页", "Previous"), replace(spot, page=min(spot.page - 1, last)), place="back")
        where = pick(
            f"第 {spot.page} / {last} 页，共 {every:,} 个", f"page {spot.page} of {last}, {every:,} in all"
        )
        st.markdown(f":gray[{where}]", width="content")
        if spot.page < last:
            show_tap(pick("下一页", "Next"), replace(spot, page=spot.page + 1), place="on")
