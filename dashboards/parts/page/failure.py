"""What a page shows when it cannot show its figures: a sentence and the next step, never a traceback."""

from __future__ import annotations

import logging
from types import TracebackType

import streamlit as st

from contracts.errors import BaiyunError
from dashboards.parts.page.words import plain, sentence

_LOG = logging.getLogger(__name__)
#: Not failures: a merchant before the first build, and the like.
_EMPTY = {"NO_RELEASE", "NO_WAREHOUSE"}


class TellFailure:
    """Context of a page or of one part of it.

    What is raised inside is told in its place, and logged when nobody raised it on purpose.

    ``what`` is the part's Chinese name. Streamlit's own stop and rerun signals are no ``Exception`` and pass.
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
            en = "This part failed to load. Refresh later, or tell your operator."
            st.error(
                f"「{self._what}」暂时打不开。请稍后刷新;若持续出现请联系管理员。  \n:small[{en}]",
                icon=":material/error:",
            )
            return True
        return False


def show_empty(zh: str, en: str, *, icon: str = ":material/inbox:") -> None:
    """A calm box where there is nothing to show yet.

    Sentences are ours; words from outside go through ``plain`` first.
    """
    st.info(f"{zh}  \n:small[{en}]", icon=icon)


def show_cut(shown: int, every: int, unit: str = "个") -> None:
    """That a list is not all there is; nothing where it is."""
    if shown < every:
        st.caption(f"只列前 {shown} {unit},共 {every} {unit}。 The first {shown} of {every}.")


def show_error(error: BaiyunError) -> None:
    """One of the house's own errors: its sentence and the next step, Chinese first.

    A calm box where there is merely nothing yet.
    """
    zh, en = plain(error.zh, 200), sentence(plain(error.en, 200))
    step = f" → {plain(error.step_zh, 200)}" if error.step_zh else ""
    if error.rule in _EMPTY:
        show_empty(f"**{zh}**{step}", f"{en} {sentence(plain(error.step_en, 200))}")
    else:
        st.error(f"{zh}{step}  \n:small[{en}]", icon=":material/error:")
