"""One page as the router would run it, and what it says."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from metrics.query.access import Viewer

_SCRIPT = """
import streamlit as st
from dashboards.parts.page.failure import TellFailure
with TellFailure("页面"):
    st.session_state["show"](st.session_state["looking"])
"""


def page_of(show: Callable[[Viewer], None], viewer: Viewer) -> AppTest:
    """``show`` run for ``viewer`` in a session of its own."""
    app = AppTest.from_string(_SCRIPT, default_timeout=60)
    app.session_state["show"], app.session_state["looking"] = show, viewer
    return app.run()


def text(app: AppTest) -> str:
    """Every sentence on the page."""
    return "\n".join(
        str(item.value)
        for item in [*app.markdown, *app.caption, *app.info, *app.success, *app.warning, *app.error]
    )
