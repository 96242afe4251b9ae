"""Which days a page speaks of: the newest that has data, and the period a person chose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import streamlit as st

from dashboards.parts.windows import Window
from dashboards.parts.words import today
from metrics.access import Viewer
from metrics.ask import ask


def newest_day(viewer: Viewer, metric: str = "paid_gmv") -> dt.date | None:
    """The newest day, today at most, of which the release tells ``metric``; None where it tells none."""
    return max((date for date in ask(viewer, [metric], by=["date"]).rows["date"] if date <= today()), default=None)


def choose_window(windows: Sequence[Window], key: str, *, usual: int = -1) -> Window:
    """The period of the parts below, of ``windows``; the one at place ``usual`` until another is chosen."""
    places = range(len(windows))
    chosen = st.segmented_control(
        "时段 Period", places, default=places[usual], required=True, format_func=lambda place: windows[place].zh, key=key, label_visibility="collapsed"
    )
    return windows[usual if chosen is None else chosen]
