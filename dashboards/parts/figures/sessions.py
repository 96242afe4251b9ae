"""Livestream sessions, each in a box."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from contracts.codes import CHANNEL, PLATFORM
from dashboards.parts.page.money import NOTHING, rough_yuan, short_count, short_yuan, yuan
from dashboards.parts.page.words import moment, plain, visible
from metrics.query.access import Viewer, open_desk
from metrics.query.ask import Note, ask
from metrics.query.question import Period

_COLOURS = {"own_live": "blue", "creator_live": "violet"}
_MEASURES = {
    "matured_net": "stays_fen",
    "net_by_order_date": "kept_fen",
    "paid_gmv": "paid_fen",
    "gpm": "gpm",
    "net_gpm": "net_gpm",
}


def sessions_of(viewer: Viewer, period: Period) -> tuple[pl.DataFrame, list[Note]]:
    """The sessions begun in ``period``, by what will stay of all their orders, the most first, with money in
    fen (null where nothing tells it), and what must be said beside them. Without an estimate by what was
    paid.

    Columns: ``shop, session, platform_code, started_at, business_date, channel_code, session_name,
    live_account_name, views_qty, stays_fen, kept_fen, paid_fen, gpm, net_gpm``.
    """
    rows = open_desk(viewer).sql(
        "SELECT shop_id AS shop, live_session_id AS session, platform_code, started_at, business_date, "
        "channel_code, session_name, live_account_name,"
        " session_views_qty AS views_qty FROM gold.mart_live_session WHERE business_date BETWEEN ? AND ?",
        list(period),
    )
    if rows.is_empty():
        return rows, []
    # an order may be paid after midnight, or later: a session is all its orders
    told = ask(viewer, list(_MEASURES), by=["shop", "session"], where={"session": rows["session"].to_list()})
    found = rows.join(told.rows.rename(_MEASURES), on=["shop", "session"], how="left", validate="1:1")
    order = ["stays_fen", "paid_fen", "started_at", "session"]
    return found.sort(order, descending=[True, True, True, False], nulls_last=True), told.notes


def show_session(row: Mapping[str, Any]) -> None:
    """One row of ``sessions_of``. The title comes from outside and stays plain text."""
    channel = str(row["channel_code"])
    views = f"{short_count(row['views_qty'])} 次观看" if row["views_qty"] else "观看次数不明"
    title = row["session_name"] or row["live_account_name"] or "未命名场次"
    account = plain(row["live_account_name"], 20)
    with st.container(border=True, gap="xxsmall", height="stretch"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{moment(row['started_at'])}**", width="content")
            st.badge(CHANNEL.zh(channel), color=_COLOURS.get(channel, "gray"))
        st.text(visible(title, 40))
        stays = NOTHING if row["stays_fen"] is None else rough_yuan(row["stays_fen"])
        st.markdown(f"**最后大约留下 {stays}**")
        st.markdown(f":gray[目前留下 {short_yuan(row['kept_fen'])} / 支付 {short_yuan(row['paid_fen'])}]")
        st.markdown(f"净GPM **{yuan(row['net_gpm'])}** :gray[/ GPM {yuan(row['gpm'])}]")
        st.caption(
            " · ".join(
                [
                    PLATFORM.zh(row["platform_code"]),
                    views,
                    *([account] if account and row["session_name"] else []),
                ]
            )
        )
