"""推广: what advertising brings back against what it must bring, shop by shop, and which report of the same
money counts.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import streamlit as st

from dashboards.parts.figures.ads import (
    BREAK_EVEN,
    PAIRS,
    show_break_even_lack,
    show_coverage,
    show_notes,
    show_pairs,
    show_reports,
    show_shops,
    show_verdict,
)
from dashboards.parts.page.failure import TellFailure, show_empty
from dashboards.parts.page.frame import loading, show_heading
from dashboards.parts.page.language import pick
from dashboards.parts.page.menu import Card
from dashboards.parts.page.money import times
from dashboards.parts.page.period import choose_window, newest_day
from dashboards.parts.page.windows import Window, windows_to
from metrics.query.access import Viewer
from metrics.query.ask import Answer, ask
from metrics.query.labels import labels
from metrics.reports.ad_spend import ad_spend
from metrics.reports.staying.compared import compared

CARD = Card("ads", "推广", "Advertising", ":material/campaign:", 5)

_ASKED = ["ad_spend", *PAIRS, "contribution_after_ads"]
_LINE = [*BREAK_EVEN, "cost_coverage"]
#: What breaks even is a matter of goods and costs, not of the period: young days alone have neither their
#: bills nor their returns.
_LINE_DAYS = 90


def show(viewer: Viewer) -> None:
    """The whole page; each part fails alone."""
    with loading():
        newest = newest_day(viewer)
    if newest is None:
        show_empty("**发布的数据里还没有付款订单。**", "The released data has no paid orders yet.")
        return
    window = choose_window(windows_to(newest), "ads_period")
    shops = ask(viewer, _ASKED, by=["shop"], period=window.period).rows.filter(pl.col("ad_spend") > 0)
    line = _line(viewer, newest, shops["shop"].to_list())
    if shops.is_empty():
        _show_nothing(line)
    else:
        _show_figures(viewer, window, shops, line, newest)
    with TellFailure(pick("推广报表", "Advertising reports")):
        spent = ad_spend(viewer, period=window.period)
        if spent.height:
            show_heading("报表和录入", "Reports and entries")
            show_reports(viewer, spent, labels(viewer, "shop"))


def _line(viewer: Viewer, newest: dt.date, shops: list[str], by: tuple[str, ...] = ()) -> Answer:
    """What breaks even, of the shops that advertise; of all where none does."""
    return ask(
        viewer,
        _LINE,
        by=by,
        where={"shop": shops} if shops else None,
        period=(newest - dt.timedelta(days=_LINE_DAYS - 1), newest),
    )


def _show_figures(viewer: Viewer, window: Window, shops: pl.DataFrame, line: Answer, newest: dt.date) -> None:
    answer = ask(viewer, _ASKED, period=window.period)
    found, even = answer.rows.row(0, named=True), line.rows.row(0, named=True)
    mine = {"shop": shops["shop"].to_list()}
    beside = {
        name: compared(viewer, window.period, mine, metric=name) for name in ("ad_spend", "matured_roi")
    }
    show_verdict(found, even, window, beside)
    show_break_even_lack(line)
    show_coverage(answer.notes)
    show_heading("投产比和保本线", "Returns, and what breaks even")
    show_pairs(viewer, found, even)
    st.caption(
        pick(
            f"保本线按这些店近 {_LINE_DAYS} 天成本已知的订单算，每种ROI有自己的保本线。"
            "各种ROI的分子不同，只和自己那一行的保本比，互相不能比。",
            "Each ROI has its own break-even, of these shops' orders of known cost of the last "
            f"{_LINE_DAYS} days. "
            "Their numerators differ: compare along a row, never down.",
        )
    )
    if shops.height > 1:
        with TellFailure(pick("各店推广", "Advertising by shop")):
            show_heading("各店", "By shop")
            show_shops(
                viewer,
                shops,
                _line(viewer, newest, shops["shop"].to_list(), ("shop",)).rows,
                labels(viewer, "shop"),
            )
    show_notes([*line.notes, *answer.notes])


def _show_nothing(line: Answer) -> None:
    show_empty(
        "**这段时间没有推广花费的数据，所以没有投产比，也不猜。** "
        "上传推广报表（如全域推广数据_计划），或者在「成本」页录入推广现金、推广赠款。",
        "**No advertising spend is reported for this period, so there is no ROI, and no guess.** Upload an "
        "advertising report, or enter cash and grants on the page “Costs”.",
        icon=":material/campaign:",
    )
    even = line.rows.row(0, named=True)
    if even["break_even_roi"] is None:
        show_break_even_lack(line)
        return
    with st.container(border=True, gap="xxsmall"):
        paid, net = st.columns(2)
        paid.metric(pick("保本ROI（支付）", "Break-even ROI, paid"), times(even["break_even_roi"]))
        net.metric(pick("保本净ROI", "Break-even ROI, net"), times(even["break_even_net_roi"]))
        st.caption(
            pick("投之前先看：投产比低于它就是亏。", "Before spending: below these, advertising loses money.")
        )
    show_notes(line.notes)
