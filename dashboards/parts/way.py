"""The way from a figure to its passport: one tap, with the metric and the days kept in the session, never in the address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st
from streamlit.navigation.page import StreamlitPage

_ASKED, _PAGE = "passport_asked", "passport_page"
_PATH = "passport"


@dataclass(frozen=True)
class Asked:
    """Whose passport: a metric, and its days, first and last."""

    metric: str
    period: tuple[dt.date, dt.date]


def know_pages(pages: Mapping[str, StreamlitPage]) -> None:
    """Address → page of this viewer, before any of them runs."""
    st.session_state[_PAGE] = pages.get(_PATH)


def show_way(metric: str, period: tuple[dt.date, dt.date], place: str) -> None:
    """The button beside a figure; ``place`` tells apart two figures of one metric on a page. Nothing where the viewer has no passports."""
    page = st.session_state.get(_PAGE)
    if page is None:
        return
    told = "这个数字的口径、文件和逐行明细 What stands behind this figure"
    if st.button("凭证", icon=":material/verified:", type="tertiary", help=told, key=f"way_{place}_{metric}"):
        st.session_state[_ASKED] = Asked(metric, period)
        st.switch_page(page)


def asked() -> Asked | None:
    """What was asked for by the button, once."""
    found: Asked | None = st.session_state.pop(_ASKED, None)
    return found
