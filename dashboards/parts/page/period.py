"""Which days a page speaks of: the newest that has data, and the period a person chose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import streamlit as st

from dashboards.parts.page.language import called, pick
from dashboards.parts.page.windows import Window, so_far, whole_day, windows_to
from dashboards.parts.page.words import today
from metrics.query.access import Viewer
from metrics.query.ask import ask

_OWN = ("自选日期", "Other days")
_USUAL = 30


def newest_day(viewer: Viewer, metric: str = "paid_gmv") -> dt.date | None:
    """The newest day, today at most, of which the release tells ``metric``; None where it tells none."""
    return max(_days(viewer, metric), default=None)


def windows_of(viewer: Viewer) -> list[Window]:
    """The newest day that is over (yesterday, where it has data), then 7 and 30 days, then today if it has
    begun; none where nothing was paid.
    """
    days = _days(viewer, "paid_gmv")
    if not days:
        return []
    over = max((date for date in days if date < today()), default=None)
    return [
        *([whole_day(over)] if over else []),
        *windows_to(max(days)),
        *([so_far()] if today() in days else []),
    ]


def choose_window(windows: Sequence[Window], key: str, *, usual: int = -1) -> Window:
    """The period of the parts below, of ``windows``; the one at place ``usual`` until another is chosen."""
    places = range(len(windows))
    chosen = st.segmented_control(
        pick("时段", "Period"),
        places,
        default=places[usual],
        required=True,
        format_func=lambda place: called(windows[place]),
        key=key,
        label_visibility="collapsed",
    )
    return windows[usual if chosen is None else chosen]


def choose_days(windows: Sequence[Window], key: str) -> tuple[dt.date, dt.date] | None:
    """Days of one of ``windows``, 30 days until another is chosen, or a person's own.

    None while only one end of their own is chosen.
    """
    names = {called(window): window.period for window in windows}
    usual = next(called(window) for window in windows if window.length == _USUAL)
    st.session_state.setdefault(f"{key}_period", usual)
    name = st.selectbox(pick("时段", "Period"), [*names, pick(*_OWN)], key=f"{key}_period")
    if name in names:
        return names[name]
    days = st.date_input(
        pick("日期", "Days"),
        st.session_state.get(f"{key}_own", names[usual]),
        max_value=today(),
        format="YYYY-MM-DD",
        key=f"{key}_days",
        width=300,
    )
    return (days[0], days[1]) if isinstance(days, tuple) and len(days) == 2 else None


def offer_days(windows: Sequence[Window], key: str, period: tuple[dt.date, dt.date]) -> None:
    """Makes ``choose_days`` of the same windows and key begin with ``period``."""
    own = pick(*_OWN)
    name = next((called(window) for window in windows if window.period == period), own)
    st.session_state[f"{key}_period"] = name
    if name == own:
        st.session_state[f"{key}_own"] = period


def _days(viewer: Viewer, metric: str) -> list[dt.date]:
    return [date for date in ask(viewer, [metric], by=["date"]).rows["date"] if date <= today()]
