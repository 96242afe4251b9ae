"""Several hand-entered lists on one page: chosen by name, one at a time."""

from __future__ import annotations

import streamlit as st

from contracts.errors import no_such_page
from dashboards.parts.entering.entry_form import is_under_way, show_delivery, show_list
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.language import called, capital, pick
from metrics.query.access import Viewer
from pipeline.counter import EntryList

_CHOSEN = "entry_list"


def show_lists(viewer: Viewer, items: tuple[EntryList, ...]) -> None:
    """A list under way or done, else the one chosen.

    Raises ``NotFoundError`` for whoever has none to enter.
    """
    if not items:
        raise no_such_page()
    if under_way := next((item for item in items if is_under_way(item)), None):
        show_delivery(viewer, under_way)
        return
    names = {item.code: item for item in items}
    chosen = next(iter(names))
    if len(names) > 1:
        title, words = pick("录哪一种", "Which list"), {code: called(entry) for code, entry in names.items()}
        chosen = st.segmented_control(
            title,
            list(names),
            default=chosen,
            required=True,
            format_func=words.get,
            key=_CHOSEN,
            label_visibility="collapsed",
        )
    item = names[chosen or next(iter(names))]
    show_heading(item.zh, capital(item.en))
    show_list(viewer, item)
