"""One language at a time: of two phrases that stand together in the code, the one its reader reads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from contracts.code_list import CodeList

#: Each in its own words, as somebody who reads no other looks for it.
LANGUAGES = {"zh": "中文", "en": "English"}
_KEY = "language"
_T = TypeVar("_T")


class Named(Protocol):
    """Whatever is called something in both languages."""

    @property
    def zh(self) -> str:
        """In Chinese."""

    @property
    def en(self) -> str:
        """In English."""


def speak(language: str) -> None:
    """Show this session's pages in ``language``, of ``LANGUAGES``: the one it began with, for as long as it
    lasts. Another begins when the page is loaded again.
    """
    st.session_state.setdefault(_KEY, language)


def language() -> str:
    """What the page that runs is read in; Chinese where no page does."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return "zh"
    return str(st.session_state.get(_KEY, "zh"))


def pick(zh: _T, en: _T) -> _T:
    """The half of a pair that is shown."""
    return en if language() == "en" else zh


def label(codes: CodeList, code: str) -> str:
    """What a code of a list is called; the code itself when it is not in the list."""
    return pick(codes.zh(code), codes.en(code))


def called(thing: Named) -> str:
    """What a metric, a period, a note, ... is called."""
    return pick(thing.zh, thing.en)


def phrase(zh: str, en: str) -> str:
    """Two phrases without an end as one sentence."""
    return pick(f"{zh}。", f"{capital(en)}{'' if en.endswith(('.', '?')) else '.'}")


def phrases(*pairs: tuple[str, str]) -> str:
    """Several ``phrase``, one after the other; empty ones are left out."""
    return pick("", " ").join(phrase(zh, en) for zh, en in pairs if zh or en)


def capital(en: str) -> str:
    """An English phrase with a capital letter, the rest as it is."""
    return f"{en[:1].upper()}{en[1:]}"


def listed(words: Iterable[str]) -> str:
    """``A、B``, ``A, B``."""
    return pick("、", ", ").join(words)
