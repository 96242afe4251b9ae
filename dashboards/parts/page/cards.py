"""The kept money of one period, in a box."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards.parts.health.shops import late_shops
from dashboards.parts.page.ages import show_age
from dashboards.parts.page.money import percent, share, short_yuan, yuan
from dashboards.parts.page.way import show_way
from dashboards.parts.page.windows import Window
from dashboards.parts.page.words import moment, plain, today
from metrics.model.guide import tooltip
from metrics.query.ask import Answer

KEPT, PAID = "net_by_order_date", "paid_gmv"


def show_kept_card(window: Window, answer: Answer, shops: pl.DataFrame) -> None:
    """Kept money large, its exact amount and how final it is, what was paid beside it, and what of the day
    has not come yet.

    ``answer`` is of ``KEPT`` and ``PAID``, ``shops`` as ``metrics.reports.health.freshness`` gives them.
    """
    kept, paid = answer.rows[KEPT][0], answer.rows[PAID][0]
    with st.container(border=True, gap="xxsmall"):
        st.metric(
            f"{window.zh}净成交 :gray[:small[Kept · {window.days}]]", short_yuan(kept), help=tooltip(KEPT)
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if short_yuan(kept) != yuan(kept):
                st.markdown(f"**{yuan(kept)}**", width="content")
            show_age(answer.age)
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"
        ):
            st.markdown(f":gray[已支付 {yuan(paid)} · 留下 {percent(share(kept, paid))}]", width="content")
            show_way(KEPT, window.period, window.zh)
        _tell_unfinished(window, answer, shops)


def _tell_unfinished(window: Window, answer: Answer, shops: pl.DataFrame) -> None:
    """Of one day: that it is not over, or which shops have not told all of it."""
    if window.first != window.last:
        return
    if window.last == today():
        st.markdown(
            ":orange[:material/timelapse: **今天还没完**,这只是到现在的。] :gray[:small[Today is not over.]]"
        )
        return
    late = late_shops(shops, window.last, answer.as_of)
    if late:
        told = "、".join(f"{plain(name, 20)}只到 {moment(at)}" for name, at in late[:3])
        more = f" 等 {len(late)} 家店" if len(late) > 3 else ""
        st.markdown(
            f":orange[:material/pending: **这一天还没收全**:{told}{more}。] :gray[:small[Not all of the day "
            "is in yet.]]"
        )
