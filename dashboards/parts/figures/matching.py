"""对平 on a page: which number it is and what it counts, and the way from it to ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import polars as pl
import streamlit as st

from dashboards.parts.figures.bridge import show_waterfall
from dashboards.parts.page.book import put
from dashboards.parts.page.language import called, listed, phrase, pick
from dashboards.parts.page.money import money_of, yuan
from dashboards.parts.page.table import in_words, show_table
from dashboards.parts.page.words import CHANNEL_NAMES, day, plain, remark
from metrics.query.access import Viewer
from metrics.reports.match import Match
from metrics.reports.screens import UNKNOWN, Screen
from metrics.reports.sheets import Column, Sheet
from metrics.reports.told_days import TOLD

_DAYS = 10
_SCREEN = {
    "name": Column("数", "number"),
    "where": Column("在哪里看", "where to look"),
    "counts": Column("怎么算", "what it counts"),
    "source": Column("依据", "source"),
}
_STEP = {"name": Column("步骤", "step"), "fen": Column("金额", "amount", "fen")}
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
    where = plain(pick(screen.where_zh, screen.where_en), 300)
    st.caption(f"{pick('**在哪里看**：', '**Where to look**: ')}{where}")
    with st.expander(
        pick("这个数怎么算、依据是什么", "What it counts, and who says so"), icon=":material/rule:"
    ):
        zh, en = zip(*screen.counts.words(), strict=True)
        st.markdown(" · ".join(pick(zh, en)))
        source = plain(pick(screen.source_zh, screen.source_en), 300)
        st.caption(f"{pick('依据：', 'Source: ')}{source}")
        for code, what, what_en, why_zh, why_en in UNKNOWN:
            if code == screen.platform:
                told = f"暂时没法对：{what}。{why_zh}。", f"Cannot be matched yet: {what_en} ({why_en})."
                st.caption(pick(*told))


def screens_sheet(screens: Sequence[Screen]) -> Sheet:
    """The platform's numbers that can be matched: where each is read, what it counts, who says so."""
    rows = [
        {
            "name": called(screen),
            "where": pick(screen.where_zh, screen.where_en),
            "counts": " · ".join(pick(*words) for words in screen.counts.words()),
            "source": pick(screen.source_zh, screen.source_en),
        }
        for screen in screens
    ]
    return Sheet(pick("能对的数", "Numbers to match"), _SCREEN, pl.DataFrame(rows))


def show_match(found: Match) -> None:
    """The verdict, the days nobody told, the waterfall."""
    _show_verdict(found)
    _show_untold(found)
    # what our rows give is the typed number itself where nothing is left over
    steps = found.steps.filter((pl.col("step") != "screen") | (found.rest_minor != 0))
    put(Sheet(pick("对账", "Matching"), _STEP, steps.with_columns(name=pl.col(pick("zh", "en")))))
    show_waterfall(
        steps,
        found.residual_fen,
        alt=pick("从平台的数到净成交的瀑布图", "Waterfall from the platform's number to our net"),
        always="rest",
    )
    if found.currency != "CNY":
        typed = money_of(found.currency, found.typed.minor)
        zh = f"您填的 {typed} 按各单下单日的汇率折成人民币。"
        st.caption(pick(zh, f"Your {typed} at the exchange rate of each order's own day."))


def choose_lines(viewer: Viewer, found: Match) -> dict[str, Any] | None:
    """A step and its lines, largest first; the line a person picks is returned."""
    words = {
        row["step"]: row[pick("zh", "en")] for row in found.steps.iter_rows(named=True) if row["lines_qty"]
    }
    changes = [name for name in words if name not in ("screen", "paid_gmv", "net_by_order_date")]
    step = st.selectbox(
        pick("哪一步的明细", "Lines of which step"),
        [*changes, *(name for name in words if name not in changes)],
        format_func=words.get,
        key="match_step",
    )
    if step is None:
        return None
    rows = found.lines(step).with_columns(channel=in_words("channel_code", CHANNEL_NAMES))
    picked = show_table(
        viewer, Sheet(f"{pick('对账明细', 'Lines of')} {words[step]}", _LINE, rows), picks=True
    )
    total = f"**{yuan(int(rows['amount'].sum()))}**"
    zh, en = f"全部相加 {total}。选一行看原始数据。", f"All lines add up to {total}."
    st.caption(pick(zh, f"{en} Choose a line to see it as received."))
    return picked


def _show_verdict(found: Match) -> None:
    rest = money_of(found.currency, abs(found.rest_minor))
    if found.rest_minor == 0:
        st.success(
            pick(
                "**对上了：差 0 分。** 每一步的明细在下面。",
                "**Matched: 0 fen are left.** The lines of each step are below.",
            ),
            icon=":material/check_circle:",
        )
    elif found.is_explained:
        st.success(
            pick(f"**对上了**：差 {rest}，在取整的范围之内。", f"**Matched**: {rest} left, within rounding."),
            icon=":material/check_circle:",
        )
    else:
        zh, en = ("后台多", "theirs is more") if found.rest_minor > 0 else ("我们多", "ours is more")
        left = pick(f"**还差 {rest}，原因未知（{zh}）。**", f"**{rest} are left, reason unknown ({en}).**")
        st.warning(left, icon=":material/help:")


def _show_untold(found: Match) -> None:
    """Missing files are days, never a guess in money."""
    for told, (zh, en) in TOLD.items():
        days: list[dt.date] = found.untold.filter(told=told)["date"].to_list()
        if days:
            more = pick(f" 等 {len(days)} 天", f", {len(days)} days in all") if len(days) > _DAYS else ""
            which = f"{listed(map(day, days[:_DAYS]))}{more}"
            step = pick(
                "请补上这些天的订单导出再对。", " Upload the order exports of these days, then match again."
            )
            then = step if told == "none" and not found.is_explained else ""
            st.caption(f":orange[:material/event_busy:] {phrase(f'{zh}：{which}', f'{en}: {which}')}{then}")
    for note in found.held:
        st.caption(f":orange[:material/front_hand:] {remark(note)}")
