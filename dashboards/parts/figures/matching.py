"""对平 on a page: which number it is and what it counts, and the way from it to ours."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import streamlit as st

from dashboards.parts.figures.bridge import show_waterfall
from dashboards.parts.page.money import money_of, yuan
from dashboards.parts.page.table import in_words, show_table
from dashboards.parts.page.words import CHANNEL_NAMES, day, plain, sentence
from metrics.query.access import Viewer
from metrics.reports.match import Match
from metrics.reports.screens import UNKNOWN, Screen
from metrics.reports.sheets import Column, Sheet
from metrics.reports.told_days import TOLD

_DAYS = 10
_LINE = {
    "business_date": Column("日期", "day", "date"),
    "amount": Column("金额", "amount", "fen"),
    "channel": Column("渠道", "channel"),
    "order_id": Column("订单", "order"),
    "order_line_id": Column("子订单", "order line"),
}


def show_definition(screen: Screen) -> None:
    """Where to read the number; what it counts, who says so, and which of the platform's numbers cannot be
    matched and why.
    """
    st.caption(f"**在哪里看**:{plain(screen.where_zh, 200)}  \n:small[{plain(screen.where_en, 200)}]")
    with st.expander("这个数怎么算、依据是什么 What it counts", icon=":material/rule:"):
        zh, en = zip(*screen.counts.words(), strict=True)
        st.markdown(f"{' · '.join(zh)}  \n:gray[:small[{'; '.join(en)}]]")
        st.caption(f"依据:{plain(screen.source_zh, 300)}  \n:small[{plain(screen.source_en, 300)}]")
        for code, what, why_zh, why_en in UNKNOWN:
            if code == screen.platform:
                st.caption(f"暂时没法对:{what}。{why_zh}。 {sentence(why_en)}")


def show_match(found: Match) -> None:
    """The verdict, the days nobody told, the waterfall."""
    _show_verdict(found)
    _show_untold(found)
    # what our rows give is the typed number itself where nothing is left over
    steps = found.steps.filter((pl.col("step") != "screen") | (found.rest_minor != 0))
    show_waterfall(
        steps,
        found.residual_fen,
        alt="从平台的数到净成交的瀑布图 / waterfall from the platform's number to our net",
        always="rest",
    )
    if found.currency != "CNY":
        st.caption(
            f"您填的 {money_of(found.currency, found.typed.minor)} 按各单下单日的汇率折成人民币。 Converted "
            "at each order's own rate."
        )


def choose_lines(viewer: Viewer, found: Match) -> dict[str, Any] | None:
    """A step and its lines, largest first; the line a person picks is returned."""
    words = {row["step"]: row["zh"] for row in found.steps.iter_rows(named=True) if row["lines_qty"]}
    changes = [name for name in words if name not in ("screen", "paid_gmv", "net_by_order_date")]
    step = st.selectbox(
        "哪一步的明细 Lines of",
        [*changes, *(name for name in words if name not in changes)],
        format_func=words.get,
        key="match_step",
    )
    if step is None:
        return None
    rows = found.lines(step).with_columns(channel=in_words("channel_code", CHANNEL_NAMES))
    picked = show_table(viewer, Sheet(f"对账明细 {words[step]}", _LINE, rows), picks=True)
    total = f"全部相加 **{yuan(int(rows['amount'].sum()))}**。"
    st.caption(f"{total} All lines add up to the step. 选一行看原始数据。")
    return picked


def _show_verdict(found: Match) -> None:
    rest = money_of(found.currency, abs(found.rest_minor))
    if found.rest_minor == 0:
        st.success(
            "**对上了:差 0 分。** 每一步的明细在下面。  \n:small[Matched: nothing is left.]",
            icon=":material/check_circle:",
        )
    elif found.is_explained:
        st.success(
            f"**对上了**:差 {rest},在取整的范围之内。  \n:small[Matched within rounding.]",
            icon=":material/check_circle:",
        )
    else:
        which = "后台多" if found.rest_minor > 0 else "我们多"
        st.warning(
            f"**还差 {rest},原因未知({which})。**  \n:small[An unexplained rest; nobody guesses at it.]",
            icon=":material/help:",
        )


def _show_untold(found: Match) -> None:
    """Missing files are days, never a guess in money."""
    for told, (zh, en) in TOLD.items():
        days: list[dt.date] = found.untold.filter(told=told)["date"].to_list()
        if days:
            more = f" 等 {len(days)} 天" if len(days) > _DAYS else ""
            text = f"{zh}:{'、'.join(map(day, days[:_DAYS]))}{more}"
            step = "请补上这些天的订单导出再对。" if told == "none" and not found.is_explained else ""
            st.caption(f":orange[:material/event_busy:] {text}。{step} {sentence(en)}")
    for note in found.held:
        st.caption(f":orange[:material/front_hand:] {note.zh}。 {sentence(note.en)}")
