"""对平: a merchant types the number their platform shows; we lead from it to ours, to the fen."""

from __future__ import annotations

import datetime as dt

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from contracts.codes import PLATFORM
from contracts.errors import UsageError
from dashboards.parts.figures.matching import choose_lines, show_definition, show_match
from dashboards.parts.figures.passport import show_raw_row
from dashboards.parts.page.failure import TellFailure, show_empty, show_error
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.menu import Card
from dashboards.parts.page.period import newest_day
from dashboards.parts.page.windows import windows_to
from dashboards.parts.page.words import plain, today
from metrics.query.access import Viewer
from metrics.reports.match import match, shops
from metrics.reports.screens import SCREENS, Screen, screens_of
from metrics.reports.typed import Typed, read_amount
from pipeline.counter import raw_rows

CARD = Card("match", "和后台对账", "Match", ":material/balance:", 13)

_ASKED = "match_asked"


def show(viewer: Viewer) -> None:
    """Choose the number, type it; then the way to ours, the lines of a step, and the received rows of a
    line.
    """
    st.markdown(
        "平台后台的数和我们的数差在哪里?填上平台的数,一步步对到分。  \n:gray[:small[Type the number your "
        "platform shows: every step to ours, to the fen.]]"
    )
    mine = {row["shop_id"]: row for row in shops(viewer).iter_rows(named=True)}
    newest = newest_day(viewer)
    if not mine or newest is None:
        show_empty("**发布的数据里还没有付款订单。**", "The released data has no paid orders yet.")
        return
    left, right = st.columns(2, gap="small")
    with left:
        shop = st.selectbox(
            "店铺 Shop",
            list(mine),
            format_func=lambda name: (
                f"{PLATFORM.zh(mine[name]['platform_code'])} · {plain(mine[name]['shop_name'])}"
            ),
            key="match_shop",
        )
    platform = mine[shop]["platform_code"]
    screen = _choose_screen(right, platform)
    if screen is None:
        show_empty(
            "**这个平台还没有口径明确的数可以对。**", "Nobody tells what this platform's numbers count."
        )
        return
    show_definition(screen)
    _ask(shop, screen, newest)
    asked = st.session_state.get(_ASKED)
    if asked is None or asked[:2] != (shop, screen.id):
        return
    with TellFailure("和后台对账"):
        _answer(viewer, *asked)


def _choose_screen(place: DeltaGenerator, platform: str) -> Screen | None:
    names = [screen.id for screen in screens_of(platform)]
    with place:
        chosen = (
            st.selectbox(
                "哪一个数 Which number",
                names,
                format_func=lambda name: SCREENS[name].zh,
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
            "时段 Period",
            windows_to(newest)[0].period,
            max_value=today(),
            format="YYYY-MM-DD",
            key="match_days",
        )
        money = "平台上的数(当地货币) Number" if screen.counts.zone == "shop" else "平台上的数(元) Number"
        text = middle.text_input(money, placeholder="59847.17", max_chars=30, key="match_number")
        is_sent = right.form_submit_button(
            "对账 Match", icon=":material/balance:", type="primary", width="stretch"
        )
    if not is_sent:
        return
    st.session_state.pop(_ASKED, None)
    if not isinstance(days, tuple) or len(days) != 2:
        st.warning("请选开始和结束两个日期。 :small[Choose both days.]", icon=":material/date_range:")
        return
    try:
        st.session_state[_ASKED] = (shop, screen.id, days, read_amount(text))
    except UsageError as error:
        show_error(error)


def _answer(viewer: Viewer, shop: str, screen: str, days: tuple[dt.date, dt.date], typed: Typed) -> None:
    with st.spinner("正在对… Matching"):
        found = match(viewer, screen, shop, days, typed)
    show_match(found)
    show_heading("每一步的明细", "Lines behind each step")
    line = choose_lines(viewer, found)
    if line is not None:
        show_heading("原始行", "Rows as received")
        with st.spinner("正在打开原文件… Opening the file"):
            rows = raw_rows(viewer, line)
        for row in rows:
            show_raw_row(row)
