"""Work under way in the background, drawn anew each second until it is done."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any, Protocol

import streamlit as st

from dashboards.parts.page.language import pick
from dashboards.parts.page.words import plain


class UnderWay(Protocol):
    """What is being done: its steps in Chinese and English, how far it is, and how it ends."""

    said: list[tuple[str, str, float]]

    @property
    def share(self) -> float:
        """From 0 to 1."""

    @property
    def seconds(self) -> float:
        """Since it was asked for."""

    @property
    def outcome(self) -> Future[Any]:
        """How it ends."""


@st.fragment(run_every=1.0)
def show_progress(work: UnderWay, meanwhile: tuple[str, str]) -> None:
    """The bar with the step that began last, and what may be done ``meanwhile``, Chinese and English.

    The whole page is run again when there is an outcome.
    """
    if work.outcome.done():
        st.rerun(scope="app")
    zh, en, _ = work.said[-1]
    with st.container(border=True):
        step = f"**{plain(pick(zh, en), 120)}…** :gray[:small[{work.seconds:.0f} s]]"
        st.progress(work.share, text=step)
        st.caption(pick(*meanwhile))
