"""场次与买家: what a buyer and a thousand exposures bring, whether the money hangs on a few, and who comes
again.
"""

from __future__ import annotations

import streamlit as st

from dashboards.parts.figures.creators import creator_names
from dashboards.parts.figures.people import show_buyers, show_concentration, show_figure
from dashboards.parts.page.failure import TellFailure, show_empty
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.menu import Card
from dashboards.parts.page.money import NOTHING, duration, percent, yuan
from dashboards.parts.page.period import choose_window, newest_day
from dashboards.parts.page.windows import Window, windows_to
from dashboards.parts.page.words import channel_name, sentence
from metrics.query.access import Viewer, open_desk
from metrics.query.ask import Note, ask
from metrics.reports.concentration import concentration

CARD = Card("people", "场次与买家", "Sessions and buyers", ":material/groups:", 14)

#: Metric → its names on the page, and how its figure is written.
_FIGURES = {
    "paid_per_buyer": ("客单价", "per buyer", yuan), "aov": ("笔单价", "per order", yuan),
    "product_gpm": ("商品GPM", "per 1,000 product exposures", yuan),
    "gpm": ("GPM", "per 1,000 views", yuan), "watch_time": ("平均停留", "watching time", duration),
}  # fmt: skip
_SHARES = {
    "own_live_share": ("自播占能分出形式的成交", "own sessions"),
    "creator_live_share": ("达播占能分出形式的成交", "creators"),
}

#: What hangs on few: Chinese and English.
_NET = ("净成交", "kept money")


def show(viewer: Viewer) -> None:
    """The whole page; each part fails alone."""
    with st.spinner("正在读取… Loading"):
        newest = newest_day(viewer)
    if newest is None:
        show_empty("**发布的数据里还没有付款订单。**", "The released data has no paid orders yet.")
        return
    window = choose_window(windows_to(newest), "people_period")
    left, right = st.columns(2, gap="large")
    with left, TellFailure("客单价与流量价值"):
        _show_figures(viewer, window)
    with right, TellFailure("收入集中在谁身上"):
        _show_concentration(viewer, window)
    with TellFailure("复购"):
        _show_buyers(viewer)


def _show_figures(viewer: Viewer, window: Window) -> None:
    show_heading("客单价与流量价值", "What one brings")
    answer = ask(viewer, list(_FIGURES), period=window.period)
    row = answer.rows.row(0, named=True)
    for metric, (zh, en, written) in _FIGURES.items():
        show_figure(metric, zh, en, written(row[metric]))
    zh = "客单价只看说了成交人数的直播场次,笔单价看全部订单:两个数范围不同,不能互相除。"
    st.caption(f"{zh} Per buyer is of sessions that tell their buyers, per order of all orders.")
    if None in row.values():
        st.caption(f"「{NOTHING}」表示来源没有说明,不是 0。 A dash is untold, not 0.")
    _show_notes(answer.notes)


def _show_concentration(viewer: Viewer, window: Window) -> None:
    show_heading("收入集中在谁身上", "On whom it hangs")
    answer = ask(viewer, list(_SHARES), period=window.period)
    for metric, (zh, en) in _SHARES.items():
        show_figure(metric, zh, en, percent(answer.rows[metric][0]))
    _show_notes(answer.notes)
    channel = concentration(viewer, "channel", period=window.period)
    show_concentration(
        channel, _NET, "渠道", "channel", {channel.largest or "": channel_name(channel.largest or "unknown")}
    )
    creator = concentration(viewer, "creator", period=window.period, where={"channel": "creator_live"})
    show_concentration(
        creator, ("达播净成交", "money kept through creators"), "达人", "creator", creator_names(viewer)
    )
    show_concentration(concentration(viewer, "sku", period=window.period), _NET, "SKU", "SKU", {})


def _show_buyers(viewer: Viewer) -> None:
    show_heading("复购", "Who comes again")
    answer = ask(viewer, ["kept_buyers", "repurchase_rate"], by=["platform", "month"])
    if answer.rows.is_empty():
        show_empty("还没有留存的订单。", "No kept orders yet.")
        return
    days = open_desk(viewer).sql("SELECT max(window_days_qty) FROM gold.mart_buyer_monthly").item()
    zh = f"截至月末 {days} 天里留下两单以上的买家占比;各平台分开,不能相加。最近一个月还没定。"
    st.caption(
        f"{zh} Buyers who kept two orders in the {days} days up to the month's end; platforms are never "
        "added up; the last month is not settled."
    )
    show_buyers(answer.rows)


def _show_notes(notes: list[Note]) -> None:
    """What the figures leave out, folded away: a phone has room for the figures first."""
    if notes:
        with st.expander("哪些没算在里面 :gray[:small[What is left out]]"):
            for note in notes:
                st.caption(f"{note.zh}。 {sentence(note.en)}")
