"""对平: a merchant types the number their platform shows; we lead from it to ours, to the fen."""

from __future__ import annotations

import datetime as dt

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from contracts.codes import PLATFORM
from contracts.errors import UsageError
from dashboards.parts.figures.matching import choose_lines, screens_sheet, show_definition, show_match
from dashboards.parts.figures.passport import show_raw_row
from dashboards.parts.page.book import put
from dashboards.parts.page.failure import TellFailure, show_empty, show_error
from dashboards.parts.page.frame import opening, show_heading
from dashboards.parts.page.language import called, label, pick
from dashboards.parts.page.menu import Card
from dashboards.parts.page.period import newest_day
from dashboards.parts.page.windows import windows_to
from dashboards.parts.page.words import plain, today
from metrics.query.access import Viewer
from metrics.reports.match import match, shops
from metrics.reports.screens import SCREENS, Screen, screens_of
from metrics.reports.typed import Typed, read_amount
from pipeline.counter import raw_rows

CARD = Card("match", "和后台对账", "Match the back office", ":material/balance:", 13)

_ASKED = "match_asked"


def show(viewer: Viewer) -> None:
    """Choose the number, type it; then the way to ours, the lines of a step, and the received rows of a
    line.
    """
    st.markdown(
        pick(
            "平台后台的数和我们的数差在哪里？填上平台的数，一步步对到分。",
            "Where does the platform's number differ from ours? Type it, and see every step to the fen.",
        )
    )
    mine = {row["shop_id"]: row for row in shops(viewer).iter_rows(named=True)}
    newest = newest_day(viewer)
    if not mine or newest is None:
        show_empty("**发布的数据里还没有付款订单。**", "The released data has no paid orders yet.")
        return
    left, right = st.columns(2, gap="small")
    with left:
        shop = st.selectbox(
            pick("店铺", "Shop"),
            list(mine),
            format_func=lambda name: (
                f"{label(PLATFORM, mine[name]['platform_code'])} · {plain(mine[name]['shop_name'])}"
            ),
            key="match_shop",
        )
    platform = mine[shop]["platform_code"]
    screen = _choose_screen(right, platform)
    if screen is None:
        show_empty(
            "**这个平台还没有口径明确的数可以对。**",
            "**No number of this platform can be matched yet**: no source says what they count.",
        )
        return
    put(screens_sheet(screens_of(platform)))
    show_definition(screen)
    _ask(shop, screen, newest)
    asked = st.session_state.get(_ASKED)
    if asked is None or asked[:2] != (shop, screen.id):
        return
    with TellFailure(pick("和后台对账", "Matching the back office")):
        _answer(viewer, *asked)


def _choose_screen(place: DeltaGenerator, platform: str) -> Screen | None:
    names = [screen.id for screen in screens_of(platform)]
    with place:
        chosen = (
            st.selectbox(
                pick("哪一个数", "Which number"),
                names,
                format_func=lambda name: called(SCREENS[name]),
                key=f"match_screen_{platform}",
            )
            if names
            else None
        )
    return SCREENS[chosen] if chosen else None


def _ask(shop: str, screen: Screen, newest: dt.date) -> None:
    """The period and the number; what was asked stays until something else is asked, so that lines can be
    opened below.
    """
    with st.form("match", border=True):
        left, middle, right = st.columns([2, 2, 1], vertical_alignment="bottom", gap="small")
        days = left.date_input(
            pick("时段", "Period"),
            windows_to(newest)[0].period,
            max_value=today(),
            format="YYYY-MM-DD",
            key="match_days",
        )
        money = (
            pick("平台上的数（当地货币）", "Their number, in the shop's money")
            if screen.counts.zone == "shop"
            else pick("平台上的数（元）", "Their number, in yuan")
        )
        text = middle.text_input(money, placeholder="59847.17", max_chars=30, key="match_number")
        is_sent = right.form_submit_button(
            pick("对账", "Match"), icon=":material/balance:", type="primary", width="stretch"
        )
    if not is_sent:
        return
    st.session_state.pop(_ASKED, None)
    if not isinstance(days, tuple) or len(days) != 2:
        st.warning(
            pick("请选开始和结束两个日期。", "Choose the first and the last day."),
            icon=":material/date_range:",
        )
        return
    try:
        st.session_state[_ASKED] = (shop, screen.id, days, read_amount(text))
    except UsageError as error:
        show_error(error)


def _answer(viewer: Viewer, shop: str, screen: str, days: tuple[dt.date, dt.date], typed: Typed) -> None:
    with st.spinner(pick("正在对…", "Matching…")):
        found = match(viewer, screen, shop, days, typed)
    show_match(found)
    show_heading("每一步的明细", "Lines behind each step")
    line = choose_lines(viewer, found)
    if line is not None:
        show_heading("原始行", "Rows as received")
        with opening():
            rows = raw_rows(viewer, line)
        for row in rows:
            show_raw_row(row)
