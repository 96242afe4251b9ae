"""利润: what is left after what things cost, by style, SKU, session, account and channel, each with how much
of its cost is known.
"""

from __future__ import annotations

import streamlit as st

from dashboards.parts.figures.bridge import show_waterfall, with_ends
from dashboards.parts.figures.creators import creator_names
from dashboards.parts.figures.profit import show_members, show_summary
from dashboards.parts.page.failure import TellFailure, show_empty
from dashboards.parts.page.frame import loading, show_heading
from dashboards.parts.page.language import pick
from dashboards.parts.page.menu import Card
from dashboards.parts.page.period import choose_window, newest_day
from dashboards.parts.page.windows import Window, windows_to
from dashboards.parts.page.words import channel_name, remark
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.query.labels import labels
from metrics.reports.nobody import is_nobody
from metrics.reports.profit_steps import paid_by, profit_steps
from metrics.reports.staying.compared import compared

CARD = Card("profit", "利润", "Profit", ":material/savings:", 3)

PROFIT = ["contribution", "gross_profit", "cost_coverage"]
#: Dimension → its title, and what its member without a name is called.
BY = {
    "style": (("款式", "Style"), ("没有款号", "no style number")),
    "sku": (("SKU", "SKU"), ("没有商家编码", "no SKU code")),
    "session": (("场次", "Session"), ("不在场次里", "in no session")),
    "creator": (("账号/达人", "Account or creator"), ("未归到达人", "of no creator")),
    "channel": (("渠道", "Channel"), ("", "")),
}
#: What the box on top says in plain words.
_SAID_ABOVE = ("COST_UNTOLD", "FEES_UNTOLD")
_NAMED = ("style", "session")


def show(viewer: Viewer) -> None:
    """The whole page; each part fails alone."""
    with loading():
        newest = newest_day(viewer)
    if newest is None:
        show_empty("**发布的数据里还没有付款订单。**", "The released data has no paid orders yet.")
        return
    window = choose_window(windows_to(newest), "profit_period")
    answer = ask(viewer, PROFIT, period=window.period)
    found = profit_steps(viewer, period=window.period)
    show_summary(answer, found, window, compared(viewer, window.period, metric="contribution"))
    if found.residual_fen is None or found.untold_fen == found.paid_fen:
        return
    with (
        TellFailure(pick("利润去向", "Where profit goes")),
        st.expander(
            pick("从支付到利润，每一步扣了多少", "From paid to profit, step by step"),
            icon=":material/waterfall_chart:",
        ),
    ):
        show_waterfall(
            with_ends(found.steps),
            found.residual_fen,
            alt=pick("从支付到贡献利润的瀑布图", "Waterfall from paid to contribution"),
        )
        st.caption(
            pick("推广费不在内，见「推广」页。", "Advertising is not in it: see the page “Advertising”.")
        )
    with TellFailure(pick("利润明细", "Profit in detail")):
        _show_members(viewer, window)


def _show_members(viewer: Viewer, window: Window) -> None:
    show_heading("谁赚钱", "Who brings it")
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        by = st.segmented_control(
            pick("按", "By"),
            list(BY),
            default="style",
            required=True,
            format_func=lambda name: pick(*BY[name][0]),
            key="profit_by",
            label_visibility="collapsed",
        )
        is_worst = st.toggle(pick("亏的在前", "Losses first"), key="profit_worst")
    by = by or "style"
    answer = ask(viewer, PROFIT, by=[by], period=window.period)
    rows = answer.rows.join(paid_by(viewer, by, window.period), on=by, how="left")
    order = ["contribution", "gross_profit", by]
    down = [False, not is_worst, not is_worst, False]
    rows = rows.sort(is_nobody([by]), *order, descending=down, nulls_last=True)
    title, untold = BY[by]
    names = _names(viewer, by, rows[by].to_list()) | ({"untold": pick(*untold)} if any(untold) else {})
    show_members(viewer, answer, rows, title, names)
    for note in answer.notes:
        if note.code in _SAID_ABOVE:
            continue
        st.caption(remark(note))


def _names(viewer: Viewer, by: str, codes: list[str]) -> dict[str, str]:
    """Code → what people call it; SKUs are called by their codes."""
    if by == "creator":
        return creator_names(viewer)
    if by == "channel":
        return {code: channel_name(code) for code in codes}
    return dict(labels(viewer, by)) if by in _NAMED else {}
