"""A mapped table that says a word nobody has explained: what it means is asked once, and known from
then on.
"""

from __future__ import annotations

import streamlit as st

from dashboards.parts.entering.questions import ask_words
from dashboards.parts.page.language import pick
from metrics.query.access import Viewer
from pipeline.counter import Preview, explain_words


def show_new_words(viewer: Viewer, preview: Preview, key: str) -> bool:
    """The form; True when something was explained by this run's click. ``key`` is unique on the page."""
    with st.form(f"new_words_{key}", border=False):
        said = {word: code for word, code in ask_words(preview.words, f"new_words_{key}_").items() if code}
        is_sent = st.form_submit_button(pick("记住这些词", "Learn these words"), icon=":material/check:")
    if is_sent and said:
        explain_words(viewer, preview.receipt.layout, said)
    return is_sent and bool(said)
