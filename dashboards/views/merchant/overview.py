"""What a merchant wants in ten seconds: how much money of yesterday stayed, by channel, whether all of it is
in, and the same of longer periods.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import streamlit as st

from contracts.codes import PLATFORM
from dashboards.parts.figures.bridge import show_bridge
from dashboards.parts.figures.restated import show_restated
from dashboards.parts.figures.sessions import last_sessions, show_session
from dashboards.parts.page.cards import KEPT, PAID, show_kept_card
from dashboards.parts.page.charts import show_daily, show_kept_bars
from dashboards.parts.page.failure import TellFailure, show_cut, show_empty
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.menu import Card
from dashboards.parts.page.money import percent, share, short_yuan, yuan
from dashboards.parts.page.period import choose_window, windows_of
from dashboards.parts.page.windows import Window, so_far
from dashboards.parts.page.words import channel_name, day, sentence, span, today, visible
from metrics.model.notes import UNREPORTED
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.query.labels import labels
from metrics.reports import health

CARD = Card("overview", "经营概览", "Overview", ":material/payments:", 1)

TREND_DAYS = 30
TOP, SESSIONS = 8, 6


def show(viewer: Viewer) -> None:
    """The whole page; each part fails alone.

    On a phone the chosen period's card and its channels come first, whatever stands beside them elsewhere.
    """
    with st.spinner("正在读取… Loading"):
        windows = windows_of(viewer)
    if not windows:
        show_empty("**发布的数据里还没有付款订单。**", "The released data has no paid orders yet.")
        return
    _tell_missing_yesterday(windows[0])
    window = choose_window(windows, "period", usual=0)
    left, right = st.columns(2, gap="medium")
    with left:
        _show_cards(viewer, [window])
    others = [other for other in windows if other not in (window, so_far())]
    parts = (
        (left, "渠道 × 平台", _show_channels),
        (left, "能不能信", _show_trust),
        (right, "其他时段", lambda viewer, _: _show_cards(viewer, others)),
        (right, "走势", lambda viewer, _: _show_trend(viewer, max(other.last for other in windows))),
        (st.container(), "数字变动", lambda viewer, _: show_restated(viewer)),
        (st.container(), "两种净成交", show_bridge),
        (st.container(), "卖得住的款", _show_styles),
        (st.container(), "最近场次", _show_sessions),
    )
    for place, name, part in parts:
        with place, TellFailure(name):
            part(viewer, window)


def _tell_missing_yesterday(first: Window) -> None:
    """Where the newest day that is over is not yesterday, which it is."""
    yesterday = today() - dt.timedelta(days=1)
    if first.last < yesterday and first.first == first.last:
        zh = f"昨天({day(yesterday)})还没有数据,先看最新一天 **{day(first.last)}**。"
        show_empty(
            zh,
            "No data for yesterday yet: the newest day that has data is shown.",
            icon=":material/event_busy:",
        )


def _show_cards(viewer: Viewer, windows: list[Window]) -> None:
    shops = health.freshness(viewer)
    for window in windows:
        show_kept_card(window, ask(viewer, [KEPT, PAID], period=window.period), shops)


def _show_trust(viewer: Viewer, window: Window) -> None:
    """Below the channels: what the checks found, what was received and is in no figure, and what the figure
    leaves open; a line each, or that all is well.
    """
    failed = health.checks(viewer).filter(~pl.col("is_passed")).height
    notes = [note for note in ask(viewer, [KEPT], period=window.period).notes if note.code in UNREPORTED]
    doubts = [(f"{failed} 项检查有提醒,见数据健康", f"checks with a warning: {failed}")] if failed else []
    doubts += [*health.held(viewer).iter_rows(), *((note.zh, note.en) for note in notes)]
    if not doubts:
        st.caption(
            ":green[:material/verified: 检查都通过,没有被隔离的行。] All checks passed, no row is held back."
        )
    for zh, en in doubts:
        st.caption(f":orange[:material/front_hand:] {zh}。 {sentence(en)}")


def _show_channels(viewer: Viewer, window: Window) -> None:
    show_heading("渠道 × 平台", "Channel × platform")
    rows = ask(viewer, [KEPT, PAID], by=["platform", "channel"], period=window.period).rows.sort(
        KEPT, descending=True, nulls_last=True
    )
    names = [
        f"{PLATFORM.zh(platform)} · {channel_name(channel)}"
        for platform, channel in rows.select("platform", "channel").rows()
    ]
    _show_bars(rows, names, f"{window.zh}各渠道净成交与支付金额,从高到低")


def _show_trend(viewer: Viewer, last: dt.date) -> None:
    first = last - dt.timedelta(days=TREND_DAYS - 1)
    show_heading(f"近{TREND_DAYS}天走势", "Daily trend")
    rows = ask(viewer, [KEPT, PAID], by=["date"], period=(first, last)).rows
    every = pl.DataFrame({"date": pl.date_range(first, last, eager=True)}).join(
        rows, on="date", how="left", maintain_order="left"
    )
    show_daily(
        _in_yuan(every.with_columns(day=pl.col("date").dt.strftime("%-m/%-d"))),
        f"{span(first, last)}每日净成交与支付金额",
    )


def _show_styles(viewer: Viewer, window: Window) -> None:
    show_heading("卖得住的款", "Top styles by kept money")
    every = ask(viewer, [KEPT, PAID], by=["style"], period=window.period).rows
    named = every.filter(pl.col("style") != "untold").sort(KEPT, descending=True, nulls_last=True)
    rows = named.head(TOP)
    if rows.is_empty() and not every.is_empty():
        show_empty(
            "**来源没有款式信息。** 导入含商品明细的订单导出后显示。",
            "The source tells no styles; an export with order lines does.",
        )
        return
    titles = labels(viewer, "style")
    called = [
        f"{place}. {visible(titles.get(style, style), 40)}" for place, style in enumerate(rows["style"], 1)
    ]
    _show_bars(rows, called, f"{window.zh}净成交最高的款式")
    show_cut(rows.height, named.height, "款")


def _show_sessions(viewer: Viewer, _: Window) -> None:
    show_heading("最近场次", "Last sessions")
    rows, notes = last_sessions(viewer, SESSIONS)
    if rows.is_empty():
        told = "No session data yet; it comes with the session export."
        show_empty("**还没有直播场次数据。** 导入场次导出文件后显示。", told, icon=":material/videocam_off:")
    for three in rows.iter_slices(3):
        for column, row in zip(st.columns(3), three.iter_rows(named=True), strict=False):
            with column:
                show_session(row)
    for note in notes:
        st.caption(f"{note.zh}。 {sentence(note.en)}")


def _show_bars(rows: pl.DataFrame, names: list[str], alt_text: str) -> None:
    """A pair of bars per row of the two money columns, named in the same order.

    A sentence where the period has none.
    """
    if rows.is_empty():
        show_empty("这段时间没有数据。", "No data in this period.")
        return
    st.caption("绿条净成交,灰条支付;右侧:净成交 / 支付 · 留下多少。 Green kept, grey paid.")
    figures = [
        f"{short_yuan(row[KEPT])} / {short_yuan(row[PAID])} · {percent(share(row[KEPT], row[PAID]))}"
        for row in rows.iter_rows(named=True)
    ]
    show_kept_bars(
        _in_yuan(rows).with_columns(
            pl.Series("name", names, dtype=pl.String), pl.Series("figures", figures, dtype=pl.String)
        ),
        alt_text,
    )


def _in_yuan(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds ``kept_yuan, paid_yuan`` for the lengths of bars and ``kept_text, paid_text`` for reading."""
    texts = [
        pl.Series(name, [yuan(value) for value in rows[column]], dtype=pl.String)
        for name, column in (("kept_text", KEPT), ("paid_text", PAID))
    ]
    return rows.with_columns(*texts, kept_yuan=pl.col(KEPT) / 100, paid_yuan=pl.col(PAID) / 100)
