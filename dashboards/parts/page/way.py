"""The way from a figure to the page behind it: one tap, with what was asked kept in the session, never in the
address.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboards.parts.page.language import pick

_ASKED = "passport_asked"
#: Pages that others lead to; each is kept under its address and ``_page``.
_PATHS = ("passport", "open_items", "channels", "take_out")


@dataclass(frozen=True)
class Asked:
    """Whose passport: a metric, its days, first and last, and the cell it is of (dimension → value)."""

    metric: str
    period: tuple[dt.date, dt.date]
    cell: Mapping[str, str] = field(default_factory=dict)


def know_pages(pages: Mapping[str, StreamlitPage]) -> None:
    """Address → page of this viewer, before any of them runs."""
    for path in _PATHS:
        st.session_state[f"{path}_page"] = pages.get(path)


def page_of(path: str) -> StreamlitPage | None:
    """The page at ``path``; None where the viewer has none."""
    found: StreamlitPage | None = st.session_state.get(f"{path}_page")
    return found


def show_way(
    metric: str, period: tuple[dt.date, dt.date], place: str, cell: Mapping[str, str] | None = None
) -> None:
    """The button beside a figure of ``cell`` (all of the business where there is none); ``place`` tells apart
    two figures of one metric on a page.

    Nothing where the viewer has no passports.
    """
    page = page_of("passport")
    if page is None:
        return
    about = pick("这个数字的口径、文件和逐行明细", "This figure's definition, its files and every row of it")
    name, key = pick("凭证", "Proof"), f"way_{place}_{metric}"
    if st.button(name, icon=":material/verified:", type="tertiary", help=about, key=key):
        st.session_state[_ASKED] = Asked(metric, period, cell or {})
        st.switch_page(page)


def show_way_to_open(place: str) -> None:
    """The button to what is not settled yet, order by order; nothing where the viewer has no such page."""
    page = page_of("open_items")
    if page is None:
        return
    about = pick(
        "平台还没结给我的钱：每一笔的天数、原因和下一步",
        "Money the platform has not settled: age, reason and next step of each item",
    )
    if st.button(
        pick("平台还差哪些订单没结", "Which orders are still owed"),
        icon=":material/pending_actions:",
        type="tertiary",
        help=about,
        key=f"way_{place}_open_items",
    ):
        st.switch_page(page)


def asked() -> Asked | None:
    """What was asked for by the button, once."""
    found: Asked | None = st.session_state.pop(_ASKED, None)
    return found
