"""From order to account: what was placed, paid, kept and came through, one under the other, and why each step
differs from the one before.
"""

from __future__ import annotations

import datetime as dt

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from contracts.errors import UsageError
from dashboards.parts.figures.bridge import show_steps
from dashboards.parts.page.book import put_figures
from dashboards.parts.page.failure import TellFailure, show_empty
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.language import called, phrases, pick
from dashboards.parts.page.menu import Card
from dashboards.parts.page.money import NOTHING, percent, share, yuan
from dashboards.parts.page.period import choose_window, newest_day
from dashboards.parts.page.way import show_way, show_way_to_open
from dashboards.parts.page.windows import Window, newest_whole
from dashboards.parts.page.words import about, remark
from metrics.model.definitions import METRICS
from metrics.model.metric import CLOCKS
from metrics.query.access import Viewer
from metrics.reports.ladder.bridges import ENDS, rung_bridge
from metrics.reports.ladder.rungs import RUNGS, Ladder, Rung, ladder

CARD = Card("ladder", "从下单到到账", "Order to account", ":material/stairs:", 12)

#: Chinese and English, days back to its first and last day. Final sales speak of old days only, so old days
#: are offered too.
_PERIODS = (
    ("近7天", "Last 7 days", 6, 0),
    ("近30天", "Last 30 days", 29, 0),
    ("31–60天前", "31–60 days ago", 59, 30),
    ("61–90天前", "61–90 days ago", 89, 60),
)
#: Short names of clocks for a phone; the whole sentence is in the figure's tooltip.
_DAYS = {
    "created": ("按下单日", "by day ordered"),
    "paid": ("按支付日", "by day paid"),
    "mixed": ("支付减当期退款", "paid less refunds of the days"),
    "final": ("按支付日，过了退货期", "by day paid, returns over"),
    "matured": ("推算到 45 天", "estimated at 45 days"),
    "settled": ("按结算日", "by day settled"),
    "moved": ("按动账日", "by day moved"),
}
#: Rungs that are taken off what stands above them.
_TAKEN_OFF = ("M03", "M04")
#: Where a bridge begins and ends before anybody chose: from what screens show to what came into the account.
_START, _END = "M02", "M10"


def show(viewer: Viewer) -> None:
    """The whole page; each part fails alone."""
    newest = newest_day(viewer)
    if newest is None:
        show_empty("**发布的数据里还没有付款订单。**", "The released data has no paid orders yet.")
        return
    window = _choose(newest_whole(newest))
    show_heading("从下单到到账", "From order to account")
    found = ladder(viewer, window.period)
    if not any(rung.fen for rung in found.rungs):
        show_empty("这段时间没有数据。", "No data in this period.")
        return
    _show_rungs(found, window)
    show_heading("从一级到另一级，差在哪", "Why one rung differs from another")
    with TellFailure(pick("瀑布图", "Waterfall")):
        _show_bridge(viewer, window)


def _choose(newest: dt.date) -> Window:
    windows = [
        Window(zh, en, newest - dt.timedelta(days=first), newest - dt.timedelta(days=last))
        for zh, en, first, last in _PERIODS
    ]
    window = choose_window(windows, "ladder_period", usual=1)
    st.caption(f"{window.days} · {pick('占比以支付金额为 100%。', 'Shares are of what was paid.')}")
    return window


def _show_bridge(viewer: Viewer, window: Window) -> None:
    """The waterfall between any two rungs, whichever stands first."""
    start_box, end_box = st.columns(2)
    start, end = (
        _choose_rung(start_box, pick("从", "From"), _START),
        _choose_rung(end_box, pick("到", "To"), _END),
    )
    if start == end:
        show_empty("选两级不同的。", "Choose two different rungs.")
        return
    try:
        found = rung_bridge(viewer, start, end, window.period)
    except UsageError as error:
        st.info(phrases((error.zh, error.en), (error.step_zh, error.step_en)), icon=":material/inbox:")
        return
    zh = (METRICS[RUNGS[start]].zh, METRICS[RUNGS[end]].zh)
    en = (METRICS[RUNGS[start]].en, METRICS[RUNGS[end]].en)
    show_steps(found, pick(f"{zh[0]}到{zh[1]}的瀑布图", f"Waterfall from {en[0]} to {en[1]}"))


def _choose_rung(box: DeltaGenerator, name: str, usual: str) -> str:
    chosen = box.selectbox(
        name,
        ENDS,
        index=ENDS.index(usual),
        format_func=lambda code: f"{called(METRICS[RUNGS[code]])} {code}",
        key=f"ladder_bridge_{usual}",
    )
    return chosen or usual


def _show_rungs(found: Ladder, window: Window) -> None:
    put_figures({rung.metric: rung.fen for rung in found.rungs}, window.period)
    paid = next(rung.fen for rung in found.rungs if rung.code == "M02")
    with st.container(width=720):
        for rung in found.rungs:
            _show_rung(rung, paid, window)
        show_way_to_open("ladder")
    if any(rung.fen is None for rung in found.rungs):
        st.caption(
            pick(
                f"「{NOTHING}」表示平台没提供，不是 0。",
                f"{NOTHING} is what the platform does not give, not 0.",
            )
        )
    for note in found.notes:
        st.caption(remark(note))


def _show_rung(rung: Rung, paid: int | None, window: Window) -> None:
    """One line, which a phone keeps on one row: name and clock on the left, the amount, its share and the way
    to its passport on the right.
    """
    clock = pick(*_DAYS.get(rung.clock, CLOCKS[rung.clock]))
    fen = -rung.fen if rung.fen and rung.code in _TAKEN_OFF else rung.fen
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"
    ):
        name = f"**{called(rung)}**  \n:gray[:small[{rung.code} · {clock}]]"
        st.markdown(name, width="content", help=about(rung.metric))
        with st.container(width="content", gap=None, horizontal_alignment="right"):
            st.markdown(f"**{yuan(fen)}**", width="content")
            with st.container(horizontal=True, width="content", vertical_alignment="center", gap="xsmall"):
                st.markdown(f":gray[:small[{percent(share(fen, paid))}]]", width="content")
                show_way(rung.metric, window.period, "ladder")
