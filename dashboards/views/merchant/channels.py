"""渠道: where the money that will stay comes from, each platform's channels down to the rows of one order."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import streamlit as st

from dashboards.parts.channels.address import Spot, go, read_spot, show_tap, up
from dashboards.parts.channels.channel import show_channel
from dashboards.parts.channels.names import LISTS, channel_title, member_names
from dashboards.parts.channels.orders import show_order, show_orders
from dashboards.parts.channels.rows import show_channel_rows
from dashboards.parts.channels.summary import show_advertising, show_finding
from dashboards.parts.page.failure import TellFailure, show_empty
from dashboards.parts.page.frame import loading, show_heading
from dashboards.parts.page.language import called, pick
from dashboards.parts.page.menu import Card
from dashboards.parts.page.period import windows_of
from dashboards.parts.page.windows import Window, windows_to
from dashboards.parts.page.words import plain, remark, today
from metrics.query.access import Viewer
from metrics.reports.channels.cell import members, order
from metrics.reports.channels.table import AGE, ChannelTable, channel_table

CARD = Card("channels", "渠道", "Channels", ":material/hub:", 2)

_USUAL = 30
#: Days of the address that are none of the usual periods.
_THESE = ("这段时间", "These days")
_PERIOD = "channels_period"


def show(viewer: Viewer) -> None:
    """The place the address tells; each part fails alone."""
    with loading():
        windows = [window for window in windows_of(viewer) if window.last < today()]
    if not windows:
        show_empty("**发布的数据里还没有付款订单。**", "The released data has no paid orders yet.")
        return
    spot = read_spot()
    with st.container(key="channels", gap="small"):
        window = _choose_window([*windows, *windows_to(windows[0].last, (90,))], spot)
        _show_spot(viewer, replace(spot, period=window.period), window)


def _show_spot(viewer: Viewer, spot: Spot, window: Window) -> None:
    if not spot.is_known:
        _show_nothing(spot, pick("渠道", "channel"))
        return
    if spot.order:
        _show_order(viewer, spot)
        return
    with loading():
        table = channel_table(viewer, window.period)
    here = table.rows.filter(platform=spot.platform, channel=spot.channel)
    if not (spot.platform or spot.channel):
        _show_all(viewer, spot, window, table)
    elif here.is_empty():
        _show_nothing(spot, pick("渠道", "channel"))
    elif spot.member:
        _show_member(viewer, spot, window)
    else:
        _show_way_up(viewer, spot, channel_title(spot.platform, spot.channel))
        show_channel(viewer, spot, window, here.row(0, named=True))


def _choose_window(windows: list[Window], spot: Spot) -> Window:
    """The period of the address, the usual one where it tells none; another one is a new address."""
    if spot.period and spot.period not in [window.period for window in windows]:
        windows = [*windows, Window(*_THESE, *spot.period)]
    periods = [window.period for window in windows]
    names = [window.days if window.zh == _THESE[0] else called(window) for window in windows]
    usual = [window.length for window in windows].index(_USUAL)
    st.session_state[_PERIOD] = periods.index(spot.period) if spot.period else usual
    st.segmented_control(
        pick("时段", "Period"),
        range(len(windows)),
        required=True,
        format_func=lambda place: names[place],
        key=_PERIOD,
        on_change=lambda: go(replace(spot, period=periods[st.session_state[_PERIOD]], page=1)),
        label_visibility="collapsed",
    )
    return windows[st.session_state[_PERIOD]]


def _show_all(viewer: Viewer, spot: Spot, window: Window, table: ChannelTable) -> None:
    st.caption(f"{called(window)} · {window.days}")
    if table.rows.is_empty():
        show_empty("这段时间没有付款订单。", "No paid orders in this period.")
        return
    with TellFailure(pick("靠谁", "On whom it hangs")):
        show_finding(viewer, window, table)
    show_heading("渠道 × 平台", "Channel × platform")
    with TellFailure(pick("渠道", "Channels")):
        show_channel_rows(table, spot, (window.last - window.first).days + 1)
        st.caption(
            pick(
                f"按最后会留下的钱排，点一个往下看。满 {AGE} 天退掉：最近 60 个满龄日，大家都看付款满 {AGE} "
                "天那一刻。佣金：这段时间结算的。利润：没扣推广，只算成本已知的。",
                f"Ranked by what will stay; tap one to go further. Returned within {AGE} days: of the last "
                "60 days "
                f"that are old enough, all at {AGE} days after payment. Commission: as settled in this "
                "period. "
                "Profit: before advertising, of what has a known cost.",
            )
        )
        with st.expander(pick("哪些没算在里面", "What is left out")):
            for note in table.notes:
                st.caption(remark(note))
    show_heading("推广花费", "Advertising")
    with TellFailure(pick("推广花费", "Advertising")):
        show_advertising(viewer, window)


def _show_member(viewer: Viewer, spot: Spot, window: Window) -> None:
    rows = members(viewer, spot.by, replace(spot, member="").cell, window.period)
    here = rows.filter(pl.col(spot.by) == spot.member)
    if here.is_empty():
        _show_nothing(spot, pick(*LISTS[spot.by][0]))
        return
    _show_way_up(viewer, spot, _member_name(viewer, spot))
    show_orders(viewer, spot, window, here.row(0, named=True))


def _show_order(viewer: Viewer, spot: Spot) -> None:
    lines = order(viewer, spot.shop, spot.order)
    if lines.is_empty():
        _show_nothing(spot, pick("订单", "order"))
        return
    _show_way_up(viewer, spot, f"{pick('订单', 'Order')} {plain(spot.order)}")
    show_order(viewer, lines)


def _show_way_up(viewer: Viewer, spot: Spot, title: str) -> None:
    """Links to the places this one lies within, then its name."""
    with st.container(horizontal=True, gap="xsmall"):
        for wider in up(spot):
            name = (
                pick("全部渠道", "All channels")
                if not wider.platform
                else channel_title(wider.platform, wider.channel)
            )
            if wider.member:
                name = _member_name(viewer, wider)
            show_tap(name, wider, icon=":material/arrow_back:", place="up")
    st.subheader(title, anchor=False)


def _member_name(viewer: Viewer, spot: Spot) -> str:
    return plain(member_names(viewer, spot.by).get(spot.member, spot.member), 40)


def _show_nothing(spot: Spot, what: str) -> None:
    """One sentence for what is not there and for what is another's."""
    show_tap(pick("全部渠道", "All channels"), Spot(spot.period), icon=":material/arrow_back:", place="up")
    show_empty(
        f"**这段时间没有这个{what}。** 换个时段，或从全部渠道看起。",
        "Nothing here in this period; choose another, or begin with all channels.",
        icon=":material/search_off:",
    )
