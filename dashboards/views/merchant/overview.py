"""What a merchant wants in ten seconds: how much money stayed, today and lately, and where it came from."""

from __future__ import annotations

import datetime as dt

import polars as pl
import streamlit as st

from contracts.codes import PLATFORM
from dashboards.parts.bridge import show_bridge
from dashboards.parts.cards import show_kept_card
from dashboards.parts.charts import show_daily, show_kept_bars
from dashboards.parts.failure import TellFailure, show_empty
from dashboards.parts.frame import show_heading
from dashboards.parts.menu import Card
from dashboards.parts.money import percent, share, short_yuan, yuan
from dashboards.parts.period import choose_window, newest_day
from dashboards.parts.restated import show_restated
from dashboards.parts.sessions import last_sessions, show_session
from dashboards.parts.windows import Window, windows_to
from dashboards.parts.words import channel_name, day, sentence, today, visible
from metrics.access import Viewer
from metrics.ask import ask
from metrics.labels import labels

CARD = Card("overview", "经营概览", "Overview", ":material/payments:", 1)

KEPT, PAID = "net_by_order_date", "paid_gmv"
TREND_DAYS = 30
TOP, SESSIONS = 8, 6


def show(viewer: Viewer) -> None:
    """The whole page; each part fails alone."""
    with st.spinner("正在读取… Loading"):
        newest = newest_day(viewer)
    if newest is None:
        show_empty("**发布的数据里还没有付款订单。**", "The released data has no paid orders yet.")
        return
    windows = windows_to(newest)
    _tell_missing_today(newest)
    _show_cards(viewer, windows)
    with TellFailure("数字变动"):
        show_restated(viewer)
    window = choose_window(windows, "period")
    left, right = st.columns(2, gap="medium")
    parts = (
        (left, "渠道 × 平台", _show_channels),
        (right, "走势", _show_trend),
        (st.container(), "两种净成交", show_bridge),
        (st.container(), "卖得住的款", _show_styles),
        (st.container(), "最近场次", _show_sessions),
    )
    for place, name, part in parts:
        with place, TellFailure(name):
            part(viewer, window)


def _tell_missing_today(newest: dt.date) -> None:
    if newest < today():
        zh = f"今日({day(today())})还没有数据,以下各期截至最新一天 **{day(newest)}**。"
        show_empty(zh, "No data for today yet; all periods end on the newest day with data.", icon=":material/event_busy:")


def _show_cards(viewer: Viewer, windows: list[Window]) -> None:
    for column, window in zip(st.columns(len(windows)), windows, strict=True):
        answer = ask(viewer, [KEPT, PAID], period=window.period)
        with column:
            show_kept_card(window, answer.rows[KEPT][0], answer.rows[PAID][0], answer.age)


def _show_channels(viewer: Viewer, window: Window) -> None:
    show_heading("渠道 × 平台", "Channel × platform")
    rows = ask(viewer, [KEPT, PAID], by=["platform", "channel"], period=window.period).rows.sort(KEPT, descending=True)
    names = [f"{PLATFORM.zh(platform)} · {channel_name(channel)}" for platform, channel in rows.select("platform", "channel").rows()]
    _show_bars(rows, names, f"{window.zh}各渠道净成交与支付金额,从高到低")


def _show_trend(viewer: Viewer, window: Window) -> None:
    first = window.last - dt.timedelta(days=TREND_DAYS - 1)
    show_heading(f"近{TREND_DAYS}天走势", "Daily trend")
    rows = ask(viewer, [KEPT, PAID], by=["date"], period=(first, window.last)).rows
    every = pl.DataFrame({"date": pl.date_range(first, window.last, eager=True)}).join(rows, on="date", how="left", maintain_order="left")
    show_daily(_in_yuan(every.with_columns(day=pl.col("date").dt.strftime("%-m/%-d"))), f"{window.days}每日净成交与支付金额")


def _show_styles(viewer: Viewer, window: Window) -> None:
    show_heading("卖得住的款", "Top styles by kept money")
    every = ask(viewer, [KEPT, PAID], by=["style"], period=window.period).rows
    rows = every.filter(pl.col("style") != "untold").sort(KEPT, descending=True).head(TOP)
    if rows.is_empty() and not every.is_empty():
        show_empty("**来源没有款式信息。** 导入含商品明细的订单导出后显示。", "The source tells no styles; an export with order lines does.")
        return
    titles = labels(viewer, "style")
    names = [f"{place}. {visible(titles.get(style, style), 40)}" for place, style in enumerate(rows["style"], 1)]
    _show_bars(rows, names, f"{window.zh}净成交最高的款式")


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
    """A pair of bars per row of the two money columns, named in the same order; a sentence where the period has none."""
    if rows.is_empty():
        show_empty("这段时间没有数据。", "No data in this period.")
        return
    st.caption("绿条净成交,灰条支付;右侧:净成交 / 支付 · 留下多少。 Green kept, grey paid.")
    figures = [f"{short_yuan(row[KEPT])} / {short_yuan(row[PAID])} · {percent(share(row[KEPT], row[PAID]))}" for row in rows.iter_rows(named=True)]
    show_kept_bars(_in_yuan(rows).with_columns(pl.Series("name", names, dtype=pl.String), pl.Series("figures", figures, dtype=pl.String)), alt_text)


def _in_yuan(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds ``kept_yuan, paid_yuan`` for the lengths of bars and ``kept_text, paid_text`` for reading."""
    texts = [pl.Series(name, [yuan(value) for value in rows[column]], dtype=pl.String) for name, column in (("kept_text", KEPT), ("paid_text", PAID))]
    return rows.with_columns(*texts, kept_yuan=pl.col(KEPT) / 100, paid_yuan=pl.col(PAID) / 100)
