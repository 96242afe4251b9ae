"""The top of every page: the menu, whose account, how fresh, and whether a newer build is being held back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from dashboards.parts.page.account import show_account
from dashboards.parts.page.banner import show_banner, show_freshness
from dashboards.parts.page.failure import TellFailure
from dashboards.parts.page.language import called, pick
from dashboards.parts.page.menu import IN_THE_ROW, Card
from dashboards.parts.page.style import show_style
from metrics.query.access import Viewer
from metrics.reports import health

#: Pages in the bar at the bottom of a phone.
_BAR = 5


def show_top(viewer: Viewer, links: Sequence[tuple[Card, StreamlitPage]]) -> DeltaGenerator:
    """Menu and account in one row, then the freshness line and the banner; the end of that line, for what is
    of the whole page.

    Their failure leaves the page below standing.

    The menu is drawn here and not by Streamlit, whose own hides behind an arrow on a phone.
    """
    show_style()
    # one row that wraps: on a phone the last links and the account share the second line
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="top"):
        row = [link for link in links if link[0].place <= IN_THE_ROW]
        with st.container(horizontal=True, gap="xsmall", width="content", key="bar"):
            for card, page in row[:_BAR]:
                st.page_link(page, icon=card.icon, width="content")
        for card, page in row[_BAR:]:
            st.page_link(page, icon=card.icon, width="content")
        if more := [link for link in links if link[0].place > IN_THE_ROW]:
            with st.popover(pick("更多", "More"), icon=":material/menu:", type="tertiary"):
                for card, page in more:
                    st.page_link(page, label=called(card), icon=card.icon)
        st.space("stretch")
        show_account(viewer)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        fresh, corner = st.container(width="stretch"), st.container(width="content")
    if viewer.role == "association":  # its pages say of which release of the district they are
        return corner
    with TellFailure(pick("数据状态", "State of the data")), loading():
        line = health.release_line(viewer)
        with fresh:
            show_freshness(viewer, line)
        show_banner(viewer, line)
    return corner


def show_heading(zh: str, en: str) -> None:
    """The heading of one part of a page, without a link of its own."""
    st.subheader(pick(zh, en), anchor=False)


def opening() -> AbstractContextManager[None]:
    """What turns while a file as it was received is opened."""
    return st.spinner(pick("正在打开原文件…", "Opening the file…"))


def loading() -> AbstractContextManager[None]:
    """What turns while a part of a page is read."""
    return st.spinner(pick("正在读取…", "Loading…"))
