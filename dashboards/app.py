"""The dashboards: ``streamlit run dashboards/app.py``.

Decides who is looking and which pages are theirs; pages do the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from dashboards.parts.page.failure import TellFailure, show_empty
from dashboards.parts.page.frame import show_top
from dashboards.parts.page.menu import Card, Entry, entries
from dashboards.parts.page.sign_in import show_sign_in, signed_in
from dashboards.parts.page.way import know_pages
from metrics.query.access import Viewer

#: A file of ours: Streamlit fetches the picture of a named icon from another host, for the browser tab only.
ICON = Path(__file__).parent / "icon.svg"


def main() -> None:
    """One run of one session."""
    st.set_option("client.showErrorDetails", "none")  # also when started from a folder without our .streamlit
    st.set_page_config(
        page_title="白云直播 · 净成交", page_icon=ICON, layout="wide", initial_sidebar_state="collapsed"
    )
    form = (
        st.empty()
    )  # the first place on the page: left empty after signing in, so that the old form goes at once
    viewer = None
    with TellFailure("登录"):
        viewer = signed_in()
    if viewer is None:
        _route_to_form(partial(_show_form, form))
    else:
        _route(viewer, [entry for entry in entries() if entry.audience == viewer.role])


def _route_to_form(form: Callable[[], None]) -> None:
    # every address leads to the form, so that a link into a page, or a reload there, is kept through signing
    # in
    known = sorted({entry.card.path for entry in entries()})
    hidden = [st.Page(form, title="登录", url_path=path, visibility="hidden") for path in known]
    st.navigation(
        [st.Page(form, title="登录", url_path="sign_in", default=True), *hidden], position="hidden"
    ).run()


def _show_form(place: DeltaGenerator) -> None:
    with place.container():
        show_sign_in()


def _route(viewer: Viewer, mine: list[Entry]) -> None:
    links: list[tuple[Card, StreamlitPage]] = []  # filled before any of them runs
    for entry in mine:
        show = partial(_show_page, viewer, entry, links)
        links.append(
            (entry.card, st.Page(show, title=entry.card.zh, url_path=entry.card.path, default=not links))
        )
    know_pages({card.path: page for card, page in links})
    nothing = st.Page(partial(_show_nothing, viewer), title="白云直播", url_path="home", default=True)
    st.navigation([page for _, page in links] or [nothing], position="hidden").run()


def _show_page(viewer: Viewer, entry: Entry, links: list[tuple[Card, StreamlitPage]]) -> None:
    show_top(viewer, links)
    with TellFailure(entry.card.zh):
        entry.show(viewer)


def _show_nothing(viewer: Viewer) -> None:
    show_top(viewer, [])
    show_empty(
        "这个账号没有可看的页面,请用命令行 baiyun。",
        "This account has no pages; use the command line.",
        icon=":material/terminal:",
    )


main()
