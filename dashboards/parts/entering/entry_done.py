"""How entering a list went: the release it came into, and what it did to the list's own metrics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboards.parts.entering.moves import show_moves
from dashboards.parts.page.language import called, capital, pick
from dashboards.parts.page.words import plain, remark
from metrics.model.definitions import METRICS
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.reports.sheets import kind_of
from pipeline.counter import EntryList, Ingested


def show_done(viewer: Viewer, item: EntryList, done: Ingested, before: int | None) -> None:
    """The release the entries came into, and what they did to the list's own metrics against release
    ``before`` (None: there was none).
    """
    if done.held is not None:
        why = plain(called(done.held), 300)
        zh = f"**{item.zh}已收下，新数据未放行，看板停留在上一个发布。** {why}"
        en = (
            f"**The {item.en} are kept, the new data is held back, and the dashboards stay on the release "
            "before.** "
            f"{capital(why)}"
        )
        st.warning(pick(zh, en), icon=":material/front_hand:")
        return
    number = done.current.number if done.current else None
    zh = f"**{item.zh}已生效，看板现在读取发布 \\#{number}。**"
    en = f"**{capital(item.en)} are in force; the dashboards now read release \\#{number}.**"
    st.success(pick(zh, en), icon=":material/rocket_launch:")
    if not item.metrics:
        return
    answer = ask(viewer, list(item.metrics))
    then: Mapping[str, Any] = (
        ask(viewer, list(item.metrics), as_of=before).rows.row(0, named=True)
        if before
        else dict.fromkeys(item.metrics)
    )
    now = answer.rows.row(0, named=True)
    kinds = {called(METRICS[name]): kind_of(name) for name in item.metrics}
    lines = {
        pick(*words): [values[name] for name in item.metrics]
        for words, values in ((("之前", "before"), then), (("现在", "now"), now))
    }
    show_moves(viewer, pick("全部日期合计", "All days together"), kinds, lines)
    for note in answer.notes:
        st.caption(remark(note))
