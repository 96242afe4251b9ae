"""What the association's publisher has: releases that wait for two people, with what would be public and what
differs, to be approved or sent back.
"""

from __future__ import annotations

from functools import partial

import polars as pl
import streamlit as st

from dashboards.parts.page.failure import TellFailure, show_empty
from dashboards.parts.page.frame import loading, show_heading
from dashboards.parts.page.language import language, pick
from dashboards.parts.page.money import NOTHING, percent, points, signed_percent, yuan
from dashboards.parts.page.table import sheet_of, show_table
from dashboards.parts.page.words import moment, plain
from metrics.query.access import Viewer
from metrics.query.people import Noted
from metrics.reports.association.briefing import TITLE
from metrics.reports.association.cells import Part, part
from metrics.reports.association.pulse import pulse
from metrics.reports.association.releases import Month
from metrics.reports.association.told.index_words import headline
from metrics.reports.association.told.words import month_name
from pipeline.counter import (
    WaitingRelease,
    approve_release,
    send_back,
    sent_back,
    waiting_briefing,
    waiting_releases,
)

#: What became of the last click, told once above the list.
_SAID = "waiting_said"
_REASON = 200


def show_waiting(viewer: Viewer) -> None:
    """What waits, the first of it to be approved first, then what was sent back; a click is told above."""
    show_heading("等待批准的发布", "Releases that wait for approval")
    if said := st.session_state.pop(_SAID, ""):
        st.success(said, icon=":material/check:")
    with TellFailure(pick("等待批准的发布", "What waits")):
        with loading():
            found = waiting_releases(viewer)
        if not found:
            show_empty(
                "没有等待批准的发布。到期的月份每天早上 7 点准备。",
                "Nothing waits. Months that are due are prepared at 7 every morning.",
                icon=":material/done_all:",
            )
        for item in found:
            with st.container(border=True):
                _show_one(viewer, item)
    with TellFailure(pick("退回的月份", "What was sent back")):
        for told in sent_back(viewer):
            by, why = plain(told["withdrawn_by"], 40), plain(told["why"], _REASON)
            month = month_name(pick, told["month"])
            st.caption(
                pick(
                    f"{month}：{by} 退回了（{why}）。要再提出，请管服务器的人运行 "
                    f"`baiyun district publish {told['month']}`。",
                    f"{month}: sent back by {by} ({why}). To propose it again, whoever runs the server runs "
                    f"`baiyun district publish {told['month']}`.",
                )
            )


def _show_one(viewer: Viewer, item: WaitingRelease) -> None:
    month = item.month
    kind = pick("更正", "a correction") if month.corrections_qty else pick("第一次发布", "its first release")
    name, number = month_name(pick, month.name), month.number
    st.markdown(pick(f"**{name}** · 第 {number} 次发布（{kind}）", f"**{name}** · release {number} ({kind})"))
    st.markdown(headline(pick, pulse(item.months)))
    st.caption(_behind(item))
    rows, title = _compared(item), pick(f"第 {number} 次发布和之前", f"Release {number} and before")
    show_table(viewer, sheet_of(title, rows), leads=rows.columns[:1], is_released=False)
    st.caption(_changed(item))
    with st.container(horizontal=True, gap="small"):
        _show_buttons(viewer, item)
    if why_not := _why_not(viewer, item):
        st.caption(why_not)


def _behind(item: WaitingRelease) -> str:
    """Who prepared it and why, who is for it, and how many more it takes."""
    at = moment(item.month.made_at)
    by = plain(item.made_by, 40) or pick("每天早上的自动任务", "the timetable")
    names = pick("、", ", ").join(plain(name, 40) for name in item.people) or pick("还没有人", "nobody yet")
    why = plain(item.month.document["why"], _REASON)
    return pick(
        f"{at}，由{by}准备{f'（{why}）' if why else ''}；同意的：{names}；还差 {item.missing_qty} 人。"
        f"sha256 {item.sha256[:16]}…",
        f"Prepared by {by}, {at}{f' ({why})' if why else ''}. For it: {names}; {item.missing_qty} more "
        f"needed. sha256 {item.sha256[:16]}…",
    )


def _compared(item: WaitingRelease) -> pl.DataFrame:
    """The district's figures as they would be public, beside those before."""
    before, levels = item.before, {point.month: point.level for point in pulse(item.months)}
    told = {
        pick("全区", "The district"): [
            pick("支付", "paid"), pick("留下", "kept"), pick("退回", "went back"),
            pick("退货率", "return rate"), pick("指数", "index"), pick("公开的格子", "cells published"),
            pick("保密的格子", "cells withheld"),
        ],
        pick("这一次", "this one"): _figures(item.month, levels[item.month.name]),
        _before_name(item): _figures(before, levels[before.name]) if before else [NOTHING] * 7,
        pick("变化", "change"): _changes(item.month, before),
    }  # fmt: skip
    return pl.DataFrame(told)


def _before_name(item: WaitingRelease) -> str:
    return pick("更正前", "before it") if item.month.corrections_qty else pick("上个月", "the month before")


def _figures(month: Month, level: float | None) -> list[str]:
    whole = part(month, {})
    hidden = pick("保密", "withheld")
    return [
        *(yuan(value) if whole else hidden for value in _sums(whole)),
        (NOTHING if whole.refund_rate is None else percent(whole.refund_rate)) if whole else hidden,
        points(level),
        f"{len(month.figures):,}",
        f"{month.document['withheld_cells_qty']:,}",
    ]


def _sums(whole: Part | None) -> tuple[int, int, int]:
    return (whole.paid_fen, whole.kept_fen, whole.refund_fen) if whole else (0, 0, 0)


def _changes(month: Month, before: Month | None) -> list[str]:
    both = [part(one, {}) if one else None for one in (month, before)]
    if not all(both):
        return [NOTHING] * 7
    pairs = zip(*(_sums(whole) for whole in both), strict=True)
    return [*(signed_percent(now / then - 1) if then else NOTHING for now, then in pairs), *[NOTHING] * 4]


def _changed(item: WaitingRelease) -> str:
    """Of a correction how many published cells it changes; of a first release which cells are new."""
    now, before = item.month.figures, item.before.figures if item.before else {}
    if item.month.corrections_qty:
        moved = sum(figures != before.get(key) for key, figures in now.items())
        return pick(
            f"公开的 {len(now)} 格里，{moved} 格的数变了；哪些格子公开不变。",
            f"Of {len(now)} published cells {moved} have other figures; which are published stays.",
        )
    new, gone = len(now.keys() - before.keys()), len(before.keys() - now.keys())
    return pick(
        f"和上个月比，新公开 {new} 格，不再公开 {gone} 格。每一格都已通过独立的审核。",
        f"Beside the month before {new} cells are newly published, {gone} no longer. Each has passed the "
        "independent audit.",
    )


def _show_buttons(viewer: Viewer, item: WaitingRelease) -> None:
    """The figures as a file; approve, for whom it is to; send back. The keys name what was seen."""
    number, sha256 = item.month.number, item.sha256
    name = f"{pick(*TITLE)}-{number:06d}-{item.month.name}.pdf"
    if item.month.figures:
        st.download_button(
            pick("将公开的简报", "The briefing to be"),
            data=Noted(viewer, name, partial(waiting_briefing, viewer, number, sha256, language())),
            file_name=name,
            mime="application/pdf",
            key=f"waiting_pdf_{sha256}",
            icon=":material/picture_as_pdf:",
            on_click="ignore",
        )
    words, is_shut = pick("批准", "Approve"), bool(_why_not(viewer, item))
    if st.button(words, type="primary", key=f"approve_{sha256}", disabled=is_shut):
        is_out = approve_release(viewer, number, sha256)
        month = month_name(pick, item.month.name)
        _say(
            pick(f"{month}发布了。", f"{month} is released.")
            if is_out
            else pick(f"您批准了{month}，还要另一位。", f"You approved {month}; it takes somebody else, too.")
        )
    with st.popover(pick("退回", "Send back")):
        st.markdown(
            pick(
                "退回后这个月先不发布，也不会自己再提出；接在后面的一起撤掉。",
                "The month is not released and does not come again by itself; what is chained on it is "
                "dropped, too.",
            )
        )
        why = st.text_input(
            pick("为什么（会留下，不写是哪家）", "Why (kept; name no member)"),
            key=f"why_{sha256}",
            max_chars=_REASON,
        )
        if st.button(pick("确定退回", "Send it back"), key=f"back_{sha256}", disabled=not why.strip()):
            send_back(viewer, number, sha256, why)
            _say(pick("已退回。", "It is sent back."))


def _why_not(viewer: Viewer, item: WaitingRelease) -> str:
    """Why the viewer cannot approve it now; empty where that is possible."""
    if viewer.name == item.made_by:
        return pick("您自己提出的，要另一位批准。", "You proposed it; somebody else approves it.")
    if viewer.name in item.people:
        return pick("您已经批准，还要另一位。", "You approved it; it takes somebody else, too.")
    if not item.is_next:
        return pick("先批准前面那份。", "The one before it comes first.")
    return ""


def _say(words: str) -> None:
    st.session_state[_SAID] = words
    st.rerun()
