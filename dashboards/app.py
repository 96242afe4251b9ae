"""The dashboards, as ``baiyun dashboards`` serves them.

Decides who is looking and which pages are theirs; pages do the rest.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboards.parts.channels.address import NO_PAGE, dropped
from dashboards.parts.page.book import begin_book, show_book
from dashboards.parts.page.failure import TellFailure, show_empty
from dashboards.parts.page.frame import show_top
from dashboards.parts.page.language import called, pick, speak
from dashboards.parts.page.menu import Card, Entry, entries
from dashboards.parts.page.sign_in import show_closed, signed_in
from dashboards.parts.page.way import know_pages
from metrics.query.access import Viewer
from metrics.query.people import note_look

#: A file of ours: Streamlit fetches the picture of a named icon from another host, for the browser tab only.
ICON = Path(__file__).parent / "icon.svg"


def main() -> None:
    """One run of one session."""
    viewer, was_asked = None, False
    with TellFailure(pick("登录", "Signing in")):
        viewer, was_asked = signed_in(), True
    if viewer is not None:
        speak(viewer.language)
    name = pick("白云直播 · 净成交", "Baiyun Live · kept sales")
    st.set_page_config(page_title=name, page_icon=ICON, layout="wide", initial_sidebar_state="collapsed")
    if viewer is not None:
        _route(viewer, [entry for entry in entries() if entry.audience == viewer.role])
    elif was_asked:
        show_closed()


def _route(viewer: Viewer, mine: list[Entry]) -> None:
    links: list[tuple[Card, StreamlitPage]] = []  # filled before any of them runs
    for entry in mine:
        show = partial(_show_page, viewer, entry, links)
        links.append(
            (entry.card, st.Page(show, title=called(entry.card), url_path=entry.card.path, default=not links))
        )
    know_pages({card.path: page for card, page in links})
    nothing = st.Page(
        partial(_show_nothing, viewer), title=pick("白云直播", "Baiyun Live"), url_path="home", default=True
    )
    st.navigation([page for _, page in links] or [nothing], position="hidden").run()


def _show_page(viewer: Viewer, entry: Entry, links: list[tuple[Card, StreamlitPage]]) -> None:
    corner = show_top(viewer, links)
    with st.container(key="title"):
        st.title(called(entry.card), anchor=False)
    begin_book()
    told = dropped(entry.card.path)
    if NO_PAGE in told:
        show_empty(
            f"没有这一页，或者它不是给这个账号看的；下面是“{entry.card.zh}”。",
            f"There is no such page, or it is not for this account; below is “{entry.card.en}”.",
            icon=":material/link_off:",
        )
    elif told:
        show_empty(
            "链接里带的条件这一页用不上，没有采用；下面是您自己的数据。",
            "This page does not go by what stands in the link; below is your own data.",
            icon=":material/link_off:",
        )
    with TellFailure(called(entry.card)):
        note_look(viewer, entry.card.path)
        entry.show(viewer)
    with corner, TellFailure(called(entry.card)):
        show_book(viewer, entry.card)


def _show_nothing(viewer: Viewer) -> None:
    show_top(viewer, [])
    show_empty(
        "这个账号没有可看的页面，请用命令行 baiyun。",
        "This account has no pages; use the command line.",
        icon=":material/terminal:",
    )


main()
