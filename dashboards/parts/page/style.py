"""What no option of Streamlit changes: constant styles, in one place, with nothing of anybody's in them."""

from __future__ import annotations

import streamlit as st

#: A chart's own menu would show what it is drawn from: codes and numbers for lengths, not for people. Taps of
#: the channels are as high as a thumb is wide, and look like rows of a list. Captions are dark enough to read
#: in the sun; a page's name is there for who hears the page; the box for files has no English sentence where
#: the page is Chinese. On a phone what is tapped is 40 pixels high, no toolbar covers a heading, and the five
#: pages of every day stand at the bottom, under the thumb.
_STYLE = """<style>
[data-testid="stElementToolbar"] button[aria-label^="Show data"],
[data-testid="stElementToolbar"] button[aria-label^="Copy Vega"] {display: none;}
[class*="st-key-tap"] a {min-height: 2.75rem; background: transparent;}
[class*="st-key-tap"] a:hover {background: rgba(15, 154, 138, 0.12);}
.st-key-channels button, .st-key-channels summary {min-height: 2.75rem;}
[data-testid="stHeaderActionElements"] {display: none;}
html:lang(zh) [data-testid="stFileUploaderDropzoneInstructions"] {display: none;}
[data-testid="stCaptionContainer"] {color: inherit; opacity: 0.78;}
.st-key-title {position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);}
@media (max-width: 640px) {
  button, summary, input[type="text"], [data-testid="stButtonGroup"] label, [data-baseweb="select"] > div,
  a[data-testid="stPageLink-NavLink"] {min-height: 40px;}
  [data-testid="stButtonGroup"] :is(label, [role="radio"]), [data-testid="stExpander"] summary,
  [data-testid="stCheckbox"] label {
    min-height: 40px; align-items: center;
  }
  [data-testid="stElementToolbar"] {display: none;}
  .st-key-bar {
    position: fixed; inset: auto 0 0 0; z-index: 1000; flex-wrap: nowrap; justify-content: space-around;
    padding: 2px 0 calc(2px + env(safe-area-inset-bottom)); background: Canvas;
    border-top: 1px solid color-mix(in srgb, currentColor 15%, transparent);
  }
  .st-key-bar a[data-testid="stPageLink-NavLink"] {
    flex-direction: column; justify-content: center; gap: 0; min-height: 52px; padding: 0 4px;
  }
  .st-key-bar a p {font-size: 12px;}
  [data-testid="stMainBlockContainer"] {padding-bottom: 6rem;}
}
</style>"""


def show_style() -> None:
    """Once a run, before anything else of the page."""
    st.html(_STYLE)
