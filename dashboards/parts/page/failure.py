"""What a page shows when it cannot show its figures: a sentence and the next step, never a traceback."""

from __future__ import annotations

import logging
from types import TracebackType

import streamlit as st

from contracts.errors import BaiyunError
from dashboards.parts.page.language import called, pick
from dashboards.parts.page.words import plain

_LOG = logging.getLogger(__name__)
#: Not failures: a merchant before the first build, and the like.
_EMPTY = {"NO_RELEASE", "NO_WAREHOUSE"}


class TellFailure:
    """Context of a page or of one part of it.

    What is raised inside is told in its place, and logged when nobody raised it on purpose.

    ``what`` is what the part is called. Streamlit's own stop and rerun signals are no ``Exception`` and pass.
    """

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """True when the failure was told."""
        if isinstance(error, BaiyunError):
            show_error(error)
            return True
        if isinstance(error, Exception):
            _LOG.error("a page failed", exc_info=(type(error), error, trace))
            zh = f"「{self._what}」暂时打不开。请稍后刷新；若持续出现请联系管理员。"
            en = f"“{self._what}” cannot be shown now. Reload later; if it stays so, tell your operator."
            st.error(pick(zh, en), icon=":material/error:")
            return True
        return False


def show_empty(zh: str, en: str, *, icon: str = ":material/inbox:") -> None:
    """A calm box where there is nothing to show yet.

    Sentences are ours; words from outside go through ``plain`` first.
    """
    st.info(pick(zh, en), icon=icon)


def show_cut(shown: int, every: int, unit: str = "个") -> None:
    """That a list is not all there is; nothing where it is."""
    if shown < every:
        st.caption(pick(f"只列前 {shown} {unit}，共 {every} {unit}。", f"The first {shown} of {every}."))


def show_error(error: BaiyunError) -> None:
    """One of the house's own errors: its sentence and the next step.

    A calm box where there is merely nothing yet.
    """
    what, step = plain(called(error), 300), plain(pick(error.step_zh, error.step_en), 300)
    then = f" → {step}" if step else ""
    if error.rule in _EMPTY:
        st.info(f"**{what}**{then}", icon=":material/inbox:")
    else:
        st.error(f"{what}{then}", icon=":material/error:")
