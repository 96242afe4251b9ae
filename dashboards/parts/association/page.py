"""What the association's pages have in common: the released months, and what is said of them at the end."""

from __future__ import annotations

import streamlit as st

from dashboards.parts.association.words import about_next, about_release, show_nothing_yet
from dashboards.parts.page.frame import loading
from metrics.query.access import Viewer
from metrics.reports.association.releases import Month, released


def months_of(viewer: Viewer) -> tuple[Month, ...]:
    """Every released month; where there is none, the page says when the first comes and what it takes."""
    with loading():
        months = released(viewer)
    if not months:
        show_nothing_yet()
    return months


def show_method(about: str, month: Month, months: tuple[Month, ...]) -> None:
    """How the page's figures are made, which release ``month`` is of, and which month comes next."""
    with st.container(border=True):
        st.markdown(about)
        st.caption(f"{about_release(month)} {about_next(months)}")
