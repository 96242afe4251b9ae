"""Who is looking: whose session the door let in, asked anew on every run, so that an end bites at once."""

from __future__ import annotations

import streamlit as st

from dashboards.parts.page.failure import show_empty
from metrics.query import access
from metrics.query.access import Viewer


def signed_in() -> Viewer | None:
    """The viewer of this run; None when the session has ended, or nobody stood at the door."""
    return access.resume(access.home_place(), _token())


def show_closed() -> None:
    """Nothing but the way back: to the form, or to the one command that serves these pages."""
    if _token():
        show_empty(
            "登录已失效，正在回到登录页。", "No longer signed in. Back to the form…", icon=":material/lock:"
        )
        st.logout()
    else:
        show_empty(
            "看板要用 `baiyun dashboards` 启动：这样启动的没有门，谁都能连上来。",
            "Start the dashboards with `baiyun dashboards`: started like this they have no door.",
            icon=":material/lock:",
        )


def _token() -> str:
    """The session's token, which the door puts beside every request it lets in."""
    return str(st.user.to_dict().get("session") or "")
