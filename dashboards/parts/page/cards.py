"""What will stay of one period's orders, in a box: the figure and how sure it is, the parts that make up what
was paid, and what it is beside earlier periods.
"""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards.parts.health.shops import late_shops
from dashboards.parts.page.ages import show_age
from dashboards.parts.page.money import NOTHING, percent, rough_yuan, share, short_yuan, yuan
from dashboards.parts.page.parts_bar import show_parts
from dashboards.parts.page.way import show_way
from dashboards.parts.page.windows import Window
from dashboards.parts.page.words import day, moment, plain, span, today
from metrics.model.guide import tooltip
from metrics.reports.staying.compared import Against, Compared
from metrics.reports.staying.headline import FEW_ORDERS, Headline

KEPT, PAID, STAYS = "net_by_order_date", "paid_gmv", "matured_net"
#: Smaller changes than this are none.
_SAME = 0.005


def show_headline(
    window: Window, found: Headline, beside: Compared, shops: pl.DataFrame, *, is_part: bool = False
) -> None:
    """The box. ``shops`` as ``metrics.reports.health.freshness`` gives them; ``is_part``: of some of the
    orders alone, for which there is no passport to lead to.
    """
    with st.container(border=True, gap="xxsmall"):
        _show_figure(window, found, beside)
        if found.is_told:
            show_parts(found, f"{window.zh}支付由哪几部分组成")
        st.markdown(f":gray[:small[{_paid_line(found)}]]")
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"
        ):
            _show_beside(window, beside)
            if not is_part:
                show_way(STAYS if found.is_told else KEPT, window.period, window.zh)
        if found.is_over or not found.is_told:  # the interval says it of an estimate
            show_age(found.age)
        _tell_unfinished(window, found, shops)


def _show_figure(window: Window, found: Headline, beside: Compared) -> None:
    small = f":gray[:small[{window.days}]]"
    points = [point / 100 for point in beside.points if point is not None]
    line = {"chart_data": points, "chart_type": "line"} if len(points) == len(beside.points) >= 3 else {}
    if not found.is_told:
        st.metric(f"{window.zh}目前留下 {small}", short_yuan(found.kept_fen), help=tooltip(KEPT))
        st.markdown(f":orange[:material/hourglass_top: {_why_not(found)}]")
        return
    if found.is_over:
        st.metric(f"{window.zh}留下 {small}", short_yuan(found.stays_fen), help=tooltip(KEPT), **line)
        st.markdown(f"**{yuan(found.stays_fen)}** :gray[退货期已过,不是估计 :small[final]]")
        return
    st.metric(f"{window.zh}最后大约留下 {small}", rough_yuan(found.stays_fen), help=tooltip(STAYS), **line)
    st.markdown(f"**{_interval(found)}** :gray[:small[will stay, 80 % interval]]")


def _interval(found: Headline) -> str:
    if found.low_fen is None or found.high_fen is None:
        return "同类订单到这时基本不再退"
    return f"八成把握 {rough_yuan(found.low_fen)}–{rough_yuan(found.high_fen)}"


def _why_not(found: Headline) -> str:
    """Why nothing is said of what will stay."""
    if not found.orders:
        return "这段时间没有付款订单。 :small[No paid orders.]"
    if found.is_few:
        zh = f"只有 {found.orders} 单,不到 {FEW_ORDERS} 单不估最后留下多少;现在的数还会降。"
        return f"{zh} :small[Too few orders for an estimate.]"
    zh = "还估不了最后留下多少(还没有订单跟满 45 天,或来源没说退款日期);现在的数还会降。"
    return f"{zh} :small[Nothing to estimate by yet.]"


def _paid_line(found: Headline) -> str:
    """The small figures. The kept part is of what the same shops were paid."""
    kept = percent(share(found.kept_fen, (found.kept_fen or 0) + (found.back_fen or 0)))
    return f"支付 {yuan(found.paid_fen)} · {found.orders:,} 单 · 目前留下 {yuan(found.kept_fen)}({kept})"


def _show_beside(window: Window, beside: Compared) -> None:
    if window.last == today():
        st.caption("今天还没过完,不和整天比。 Today is not over.", width="content")
        return
    if not beside.against:
        st.caption("更早的数据还不够比。 Nothing earlier to compare.", width="content")
        return
    told = (
        "只拿整段和整段比,两边都按付款满 45 天能留下的钱算;有一边估不了,就比支付。曲线是前几段同样长的日子。"
    )
    en = "Whole periods, both at the age of 45 days, or by what was paid where one cannot be estimated."
    lines = "  \n".join(_against_line(one) for one in beside.against)
    st.markdown(lines, help=f"{told} {en}", width="content")


def _against_line(one: Against) -> str:
    what = "支付" if one.metric == PAID else ""
    some = f"(只比两段都有数据的 {len(one.shops)} 家店)" if one.shops else ""
    return f":small[{_name(one)}{what} **{_change(one)}** :gray[{rough_yuan(one.then_fen)}{some}]]"


def _name(one: Against) -> str:
    first, last = one.period
    if one.kind == "last_year":
        by = {"lunar": "农历同期", "weekday": "同期"}.get(one.aligned, f"{one.aligned}同期")
        return f"比去年{by}({span(first, last)})"
    if one.kind == "week_before":
        return f"比上周{'一二三四五六日'[first.weekday()]}({day(first)})"
    return f"比前一天({day(first)})" if one.kind == "day_before" else f"比前 {(last - first).days + 1} 天"


def _change(one: Against) -> str:
    if one.change is None:
        return NOTHING
    if abs(one.change) < _SAME:
        return "差不多"
    return f"{'↑' if one.change > 0 else '↓'} {percent(abs(one.change))}"


def _tell_unfinished(window: Window, found: Headline, shops: pl.DataFrame) -> None:
    """Of one day: that it is not over, or which shops have not told all of it."""
    if window.first != window.last:
        return
    if window.last == today():
        st.markdown(
            ":orange[:material/timelapse: **今天还没完**,这只是到现在的。] :gray[:small[Today is not over.]]"
        )
        return
    late = late_shops(shops, window.last, found.answer.as_of)
    if late:
        told = "、".join(f"{plain(name, 20)}只到 {moment(at)}" for name, at in late[:3])
        more = f" 等 {len(late)} 家店" if len(late) > 3 else ""
        st.markdown(
            f":orange[:material/pending: **这一天还没收全**:{told}{more}。] :gray[:small[Not all of the day "
            "is in yet.]]"
        )
