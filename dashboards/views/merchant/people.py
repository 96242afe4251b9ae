"""场次与买家: what a buyer and a thousand exposures bring, whether the money hangs on a few, and who comes
again.
"""

from __future__ import annotations

import streamlit as st

from dashboards.parts.figures.creators import creator_names
from dashboards.parts.figures.people import show_buyers, show_concentration, show_figure, show_indexes
from dashboards.parts.page.book import put_figures
from dashboards.parts.page.failure import TellFailure, show_empty
from dashboards.parts.page.frame import loading, show_heading
from dashboards.parts.page.language import pick
from dashboards.parts.page.menu import Card
from dashboards.parts.page.money import NOTHING, duration, percent, yuan
from dashboards.parts.page.period import choose_window, newest_day
from dashboards.parts.page.windows import Window, windows_to
from dashboards.parts.page.words import channel_name, remark
from metrics.query.access import Viewer, open_desk
from metrics.query.ask import Note, ask
from metrics.reports.concentration import concentration

CARD = Card("people", "场次与买家", "Sessions and buyers", ":material/groups:", 14)

#: Metric → its names on the page, and how its figure is written.
_FIGURES = {
    "paid_per_buyer": ("客单价", "Paid per buyer", yuan), "aov": ("笔单价", "Paid per order", yuan),
    "product_gpm": ("商品GPM", "Per 1,000 product exposures", yuan),
    "gpm": ("GPM", "Per 1,000 views (GPM)", yuan),
    "watch_time": ("平均停留", "Average watching time", duration),
}  # fmt: skip
_SHARES = {
    "own_live_share": ("自播占能分出形式的成交", "Own lives, of sales of known form"),
    "creator_live_share": ("达播占能分出形式的成交", "Creators' lives, of sales of known form"),
}

#: What hangs on few: Chinese and English.
_NET = ("净成交", "kept sales")


def show(viewer: Viewer) -> None:
    """The whole page; each part fails alone."""
    with loading():
        newest = newest_day(viewer)
    if newest is None:
        show_empty("**发布的数据里还没有付款订单。**", "The released data has no paid orders yet.")
        return
    window = choose_window(windows_to(newest), "people_period")
    left, right = st.columns(2, gap="large")
    with left, TellFailure(pick("客单价与流量价值", "Order value and traffic")):
        _show_figures(viewer, window)
    with right, TellFailure(pick("收入集中在谁身上", "Who the money comes from")):
        _show_concentration(viewer, window)
    with TellFailure(pick("复购", "Buying again")):
        _show_buyers(viewer)


def _show_figures(viewer: Viewer, window: Window) -> None:
    show_heading("客单价与流量价值", "What one brings")
    answer = ask(viewer, list(_FIGURES), period=window.period)
    row = answer.rows.row(0, named=True)
    put_figures(row, window.period, answer=answer)
    for metric, (zh, en, written) in _FIGURES.items():
        show_figure(metric, zh, en, written(row[metric]))
    zh = "客单价只看说了成交人数的直播场次，笔单价看全部订单：两个数范围不同，不能互相除。"
    en = (
        "Per buyer is of sessions that report their buyers, per order of all orders: the two are of "
        "different things "
        "and do not divide."
    )
    st.caption(pick(zh, en))
    if None in row.values():
        st.caption(
            pick(
                f"「{NOTHING}」表示平台没提供，不是 0。",
                f"{NOTHING} is what the platform does not give, not 0.",
            )
        )
    _show_notes(answer.notes)


def _show_concentration(viewer: Viewer, window: Window) -> None:
    show_heading("收入集中在谁身上", "On whom it hangs")
    answer = ask(viewer, list(_SHARES), period=window.period)
    put_figures(answer.rows.row(0, named=True), window.period, answer=answer)
    for metric, (zh, en) in _SHARES.items():
        show_figure(metric, zh, en, percent(answer.rows[metric][0]))
    _show_notes(answer.notes)
    channel = concentration(viewer, "channel", period=window.period)
    show_concentration(
        channel, _NET, "渠道", "channel", {channel.largest or "": channel_name(channel.largest or "unknown")}
    )
    creator = concentration(viewer, "creator", period=window.period, where={"channel": "creator_live"})
    show_concentration(
        creator, ("达播净成交", "kept sales through creators"), "达人", "creator", creator_names(viewer)
    )
    sku = concentration(viewer, "sku", period=window.period)
    show_concentration(sku, _NET, "SKU", "SKU", {})
    show_indexes({("渠道", "channels"): channel, ("达人", "creators"): creator, ("SKU", "SKUs"): sku})


def _show_buyers(viewer: Viewer) -> None:
    show_heading("复购", "Who comes again")
    answer = ask(viewer, ["kept_buyers", "repurchase_rate"], by=["platform", "month"])
    if answer.rows.is_empty():
        show_empty("还没有留存的订单。", "No kept orders yet.")
        return
    days = open_desk(viewer).sql("SELECT max(window_days_qty) FROM gold.mart_buyer_monthly").item()
    zh = f"截至月末 {days} 天里留下两单以上的买家占比；各平台分开，不能相加。最近一个月还没定。"
    en = (
        f"Share of buyers who kept two orders or more in the {days} days to the month's end; platforms are "
        "never "
        "added up; the last month is not settled."
    )
    st.caption(pick(zh, en))
    show_buyers(viewer, answer.rows)


def _show_notes(notes: list[Note]) -> None:
    """What the figures leave out, folded away: a phone has room for the figures first."""
    if notes:
        with st.expander(pick("哪些没算在里面", "What is left out")):
            for note in notes:
                st.caption(remark(note))
