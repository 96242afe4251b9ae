"""The kept money of one period, in a box."""

from __future__ import annotations

import streamlit as st

from dashboards.parts.ages import show_age
from dashboards.parts.money import percent, share, short_yuan, yuan
from dashboards.parts.windows import Window
from metrics.ask import Age
from metrics.guide import tooltip


def show_kept_card(window: Window, kept: int | None, paid: int | None, age: Age | None) -> None:
    """Kept money (fen) large, its exact amount and how final it is, and what was paid beside it."""
    with st.container(border=True, gap="xxsmall", height="stretch"):
        st.metric(f"{window.zh}净成交 :gray[:small[Kept · {window.days}]]", short_yuan(kept), help=tooltip("net_by_order_date"))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if short_yuan(kept) != yuan(kept):
                st.markdown(f"**{yuan(kept)}**", width="content")
            show_age(age)
        st.markdown(f":gray[已支付 {yuan(paid)} · 留下 {percent(share(kept, paid))}]")
