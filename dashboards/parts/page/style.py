"""What no option of Streamlit changes: constant styles, in one place, with nothing of anybody's in them."""

from __future__ import annotations

import streamlit as st

#: A chart's own menu would show what it is drawn from: codes and numbers for lengths, not for people. Taps of
#: the channels are as high as a thumb is wide, and look like rows of a list.
_STYLE = """<style>
[data-testid="stElementToolbar"] button[aria-label^="Show data"],
[data-testid="stElementToolbar"] button[aria-label^="Copy Vega"] {display: none;}
[class*="st-key-tap"] a {min-height: 2.75rem; background: transparent;}
[class*="st-key-tap"] a:hover {background: rgba(15, 154, 138, 0.12);}
.st-key-channels button, .st-key-channels summary {min-height: 2.75rem;}
</style>"""


def show_style() -> None:
    """Once a run, before anything else of the page."""
    st.html(_STYLE)
