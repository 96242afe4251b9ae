"""What a merchant wants in ten seconds: how much of yesterday's money will stay, by channel, whether all of
it is in, and the same of longer periods.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import streamlit as st

from dashboards.parts.figures.bridge import show_bridge
from dashboards.parts.figures.keepers import show_channels, show_creators, show_sessions, show_styles
from dashboards.parts.figures.restated import show_restated
from dashboards.parts.figures.said import show_score
from dashboards.parts.page.cards import KEPT, PAID, STAYS, show_headline
from dashboards.parts.page.charts import show_daily
from dashboards.parts.page.failure import TellFailure, show_empty
from dashboards.parts.page.findings import tell_days
from dashboards.parts.page.frame import loading, show_heading
from dashboards.parts.page.language import phrase, pick
from dashboards.parts.page.menu import Card
from dashboards.parts.page.money import yuan
from dashboards.parts.page.period import choose_window, windows_of
from dashboards.parts.page.windows import Window, so_far
from dashboards.parts.page.words import dated, day, span, today
from metrics.model.notes import UNREPORTED
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.reports import health
from metrics.reports.staying.backtest import score
from metrics.reports.staying.compared import compared
from metrics.reports.staying.headline import headline

CARD = Card("overview", "经营概览", "Overview", ":material/payments:", 1)

TREND_DAYS = 30


def show(viewer: Viewer) -> None:
    """The whole page; each part fails alone.

    On a phone the chosen period's card and its channels come first, whatever stands beside them elsewhere.
    """
    with loading():
        windows = windows_of(viewer)
    if not windows:
        show_empty("**发布的数据里还没有付款订单。**", "The released data has no paid orders yet.")
        return
    _tell_missing_yesterday(windows[0])
    window = choose_window(windows, "period", usual=_usual(viewer, windows))
    left, right = st.columns(2, gap="medium")
    with left:
        _show_cards(viewer, [window])
    longest = max(windows, key=lambda other: other.last - other.first)
    others = [other for other in windows if other not in (window, so_far())]
    parts = (
        (left, pick("渠道 × 平台", "Channel × platform"), show_channels),
        (left, pick("能不能信", "Can it be trusted"), _show_trust),
        (right, pick("其他时段", "Other periods"), lambda viewer, _: _show_cards(viewer, others)),
        (right, pick("走势", "Trend"), lambda viewer, _: _show_trend(viewer, longest.last)),
        (st.container(), pick("数字变动", "Figures that moved"), lambda viewer, _: show_restated(viewer)),
        (st.container(), pick("两种净成交", "Two nets"), show_bridge),
        (st.container(), pick("退得少、留得多的款", "Styles that stay"), show_styles),
        (st.container(), pick("达人和账号", "Creators"), show_creators),
        (st.container(), pick("直播场次", "Sessions"), show_sessions),
    )
    for place, name, part in parts:
        with place, TellFailure(name):
            part(viewer, window)


def _usual(viewer: Viewer, windows: list[Window]) -> int:
    """The place of the newest whole day; of the longest period where that day has too few orders to estimate
    by, and the longest has not.
    """
    longest = max(range(len(windows)), key=lambda place: windows[place].last - windows[place].first)
    day_is_few, long_is_few = (headline(viewer, windows[place].period).is_few for place in (0, longest))
    return longest if day_is_few and not long_is_few else 0


def _tell_missing_yesterday(first: Window) -> None:
    """Where the newest day that is over is not yesterday, which it is."""
    yesterday = today() - dt.timedelta(days=1)
    if first.last < yesterday and first.first == first.last:
        zh = f"昨天（{day(yesterday)}）还没有数据，先看最新一天 **{day(first.last)}**。"
        show_empty(
            zh,
            f"No data for yesterday ({day(yesterday)}) yet: this is the newest day, **{day(first.last)}**.",
            icon=":material/event_busy:",
        )


def _show_cards(viewer: Viewer, windows: list[Window]) -> None:
    shops = health.freshness(viewer)
    for window in windows:
        beside = compared(viewer, window.period)
        show_headline(window, headline(viewer, window.period), beside, shops)


def _show_trust(viewer: Viewer, window: Window) -> None:
    """Below the channels: what the checks found, what was received and is in no figure, and what the figure
    leaves open; a line each, or that all is well.
    """
    failed = health.checks(viewer).filter(~pl.col("is_passed")).height
    notes = [note for note in ask(viewer, [KEPT], period=window.period).notes if note.code in UNREPORTED]
    warned = (f"{failed} 项检查有提醒，见数据健康", f"Checks that warn: {failed}, see Data health")
    doubts = [warned] if failed else []
    doubts += [*health.held(viewer).iter_rows(), *((note.zh, note.en) for note in notes)]
    if (told := score(viewer)).weeks_qty:
        show_score(told)
    if not doubts:
        good = pick("数据已核对，没有问题行。", "All checks passed; no problem rows.")
        st.caption(f":green[:material/verified: {good}]")
    for zh, en in doubts:
        st.caption(f":orange[:material/front_hand:] {dated(phrase(zh, en))}")


def _show_trend(viewer: Viewer, last: dt.date) -> None:
    first = last - dt.timedelta(days=TREND_DAYS - 1)
    show_heading(f"近{TREND_DAYS}天走势", "Daily trend")
    rows = ask(viewer, [STAYS, KEPT, PAID], by=["date"], period=(first, last)).rows
    is_told = rows[STAYS].null_count() == 0
    front, name = (
        (STAYS, pick("最后留下（估）", "will stay (estimate)"))
        if is_told
        else (KEPT, pick("目前留下（还会降）", "kept so far (will go down)"))
    )
    every = pl.DataFrame({"date": pl.date_range(first, last, eager=True)}).join(
        rows, on="date", how="left", maintain_order="left"
    )
    front_name = ("最后留下", "to stay") if is_told else ("目前留下", "kept so far")
    tell_days(
        every.select("date", front_fen=front, paid_fen=PAID),
        front_name,
        pick(f"近{TREND_DAYS}天走势", f"Trend, {TREND_DAYS} days"),
    )
    texts = [
        pl.Series(text, [yuan(value) for value in every[column]], dtype=pl.String)
        for text, column in (("kept_text", front), ("paid_text", PAID))
    ]
    show_daily(
        every.select(
            *texts,
            kept_yuan=pl.col(front) / 100,
            paid_yuan=pl.col(PAID) / 100,
            day=pl.Series([_short(date) for date in every["date"]], dtype=pl.String),
        ),
        pick(f"{span(first, last)}每日{name}与支付金额", f"{span(first, last)}, every day: {name}, and paid"),
        name,
    )


def _short(date: dt.date) -> str:
    """As much of a day as an axis has room for."""
    return pick(f"{date.month}/{date.day}", day(date, date.year))
