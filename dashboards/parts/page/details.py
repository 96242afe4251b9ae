"""What engineers ask for and a merchant does not: codes, names of rules, indexes. Folded away."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards.parts.page.language import pick
from dashboards.parts.page.words import plain

#: What stands on every fold of this kind.
TITLE = ("技术细节", "Technical details")


def details(more: tuple[str, str] = ("", "")) -> DeltaGenerator:
    """The fold itself, named the same on every page; ``more`` says what is in it, in both languages."""
    zh, en = more
    return st.expander(pick(f"{TITLE[0]}{f'：{zh}' if zh else ''}", f"{TITLE[1]}{f': {en}' if en else ''}"))


def show_codes(codes: Mapping[str, str]) -> None:
    """Codes with the sentence each stands for, folded away; nothing where there are none."""
    if codes:
        with details():
            st.markdown(
                ":gray[:small["
                + "  \n".join(f"{plain(code)} · {told}" for code, told in codes.items())
                + "]]"
            )
