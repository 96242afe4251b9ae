"""What will stay of one period's orders, in a box: the figure and how sure it is, the parts that make up what
was paid, and what it is beside earlier periods.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import streamlit as st

from dashboards.parts.health.shops import late_shops
from dashboards.parts.page.beside import show_beside, spark
from dashboards.parts.page.book import put_figures
from dashboards.parts.page.few import few_sentence
from dashboards.parts.page.language import called, listed, pick
from dashboards.parts.page.money import count_orders, percent, rough_yuan, share, short_yuan, yuan
from dashboards.parts.page.parts_bar import show_parts
from dashboards.parts.page.way import show_way
from dashboards.parts.page.windows import Window
from dashboards.parts.page.words import about, moment, plain, today
from metrics.query.ages import MATURE_DAYS, Age
from metrics.reports.staying.compared import Compared
from metrics.reports.staying.headline import Headline

KEPT, PAID, STAYS = "net_by_order_date", "paid_gmv", "matured_net"
_ABOUT_AGE = (
    f"付款后 {MATURE_DAYS} 天内还会有退款。",
    f"Refunds keep coming in for {MATURE_DAYS} days after payment.",
)


def show_headline(
    window: Window,
    found: Headline,
    beside: Compared,
    shops: pl.DataFrame,
    cell: Mapping[str, str] | None = None,
) -> None:
    """The box. ``shops`` as ``metrics.reports.health.freshness`` gives them; ``cell``: of which orders alone,
    by dimension, it is.
    """
    _put(window, found, cell)
    with st.container(border=True, gap="xxsmall"):
        _show_figure(window, found, beside)
        if found.is_told:
            show_parts(
                found, pick(f"{window.zh}支付由哪几部分组成", f"{window.en}: the parts of what was paid")
            )
        st.markdown(f":gray[:small[{_paid_line(found)}]]")
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"
        ):
            show_beside(window, beside)
            show_way(STAYS if found.is_told else KEPT, window.period, called(window), cell)
        if found.kept_fen is not None and (found.is_over or not found.is_told):  # else the interval says it
            _show_age(found.age)
        _tell_unfinished(window, found, shops)


def _put(window: Window, found: Headline, cell: Mapping[str, str] | None) -> None:
    """What the box shows, for the page's workbook."""
    told = {PAID: found.paid_fen, "paid_orders": found.orders, KEPT: found.kept_fen}
    if found.is_told:
        told = {STAYS: found.stays_fen, "refunds": found.back_fen, "still_to_return": found.still_fen} | told
    put_figures(told, window.period, " · ".join([called(window), *(cell or {}).values()]), found.answer)


def _show_figure(window: Window, found: Headline, beside: Compared) -> None:
    small = f":gray[:small[{window.days}]]"
    line = spark(beside)
    if not found.is_told:
        name = pick(f"{window.zh}目前留下", f"{window.en}: kept so far")
        st.metric(f"{name} {small}", short_yuan(found.kept_fen), help=about(KEPT))
        st.markdown(f":orange[:material/hourglass_top: {_why_not(found)}]")
        return
    if found.is_over:
        name = pick(f"{window.zh}留下", f"{window.en}: kept")
        st.metric(f"{name} {small}", short_yuan(found.stays_fen), help=about(KEPT), **line)
        final = pick("退货期已过，不是估计", "returns are over: no estimate")
        st.markdown(f"**{yuan(found.stays_fen)}** :gray[{final}]")
        return
    name = pick(f"{window.zh}最后大约留下", f"{window.en}: about what will stay")
    st.metric(f"{name} {small}", rough_yuan(found.stays_fen), help=about(STAYS), **line)
    st.markdown(f"**{_interval(found)}**")


def _interval(found: Headline) -> str:
    if found.low_fen is None or found.high_fen is None:
        return pick("同类订单到这时基本不再退", "Orders of this kind are hardly returned any more by now")
    return f"{pick('八成把握', '80% sure')} {rough_yuan(found.low_fen)}–{rough_yuan(found.high_fen)}"


def _why_not(found: Headline) -> str:
    """Why nothing is said of what will stay."""
    if not found.orders:
        return pick("这段时间没有付款订单。", "No paid orders in this period.")
    if any(note.code == "REFUNDS_NONE" for note in found.answer.notes) and found.kept_fen is None:
        return pick(
            "还没有收到售后（退款）文件，留下多少算不出：上传售后文件就有。",
            "No file of refunds has been given, so what was kept is not known: upload one.",
        )
    if found.is_few:
        return few_sentence(found.orders)
    return pick(
        "还估不了最后留下多少（还没有订单跟满 45 天，或来源没说退款日期）；现在的数还会降。",
        "No estimate of what will stay yet (no order followed for 45 days, or the source gives no refund "
        "dates); this figure will go down.",
    )


def _paid_line(found: Headline) -> str:
    """The small figures. The kept part is of what the same shops were paid."""
    kept = percent(share(found.kept_fen, (found.kept_fen or 0) + (found.back_fen or 0)))
    paid, so_far = yuan(found.paid_fen), yuan(found.kept_fen)
    return pick(
        f"支付 {paid} · {found.orders:,} 单 · 目前留下 {so_far}（{kept}）",
        f"Paid {paid} · {count_orders(found.orders)} · kept so far {so_far} ({kept})",
    )


def _tell_unfinished(window: Window, found: Headline, shops: pl.DataFrame) -> None:
    """Of one day: that it is not over, or which shops have not told all of it."""
    if window.first != window.last:
        return
    if window.last == today():
        so_far = pick("**今天还没完**，这只是到现在的。", "**Today is not over**: this is up to now.")
        st.markdown(f":orange[:material/timelapse: {so_far}]")
        return
    late = late_shops(shops, window.last, found.answer.as_of)
    if late:
        until = pick("{}只到 {}", "{} up to {} only")
        named = listed(until.format(plain(name, 20), moment(at)) for name, at in late[:3])
        zh, en = (f" 等 {len(late)} 家店", f", {len(late)} shops in all") if len(late) > 3 else ("", "")
        what = pick(f"**这一天还没收全**：{named}{zh}。", f"**Not all of this day is in**: {named}{en}.")
        st.markdown(f":orange[:material/pending: {what}]")


def _show_age(age: Age | None) -> None:
    """How final the figures are: a badge; colour is only the second sign. Nothing where nothing was paid."""
    if age is None:
        return
    if age.is_open:
        st.badge(
            pick("还在退货期，数字还会降", "Returns still open: this will go down"),
            icon=":material/hourglass_top:",
            color="orange",
            help=pick(*_ABOUT_AGE),
        )
    else:
        st.badge(
            pick(
                f"付款都满 {MATURE_DAYS} 天，基本定了", f"All paid over {MATURE_DAYS} days ago: nearly final"
            ),
            icon=":material/check_circle:",
            color="green",
            help=pick(*_ABOUT_AGE),
        )
