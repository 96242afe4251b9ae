"""Livestream sessions, each in a box."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from contracts.codes import CHANNEL, PLATFORM
from dashboards.parts.page.beside import against_line, spark
from dashboards.parts.page.book import put
from dashboards.parts.page.charts import show_line
from dashboards.parts.page.few import few_words, is_few
from dashboards.parts.page.language import label, pick
from dashboards.parts.page.money import NOTHING, rough_yuan, short_count, short_yuan, yuan
from dashboards.parts.page.words import moment, plain, visible
from metrics.query.access import Viewer, open_desk
from metrics.query.ask import Note, ask
from metrics.query.question import Period
from metrics.reports.sheets import Column, Sheet
from metrics.reports.staying.compared import Compared
from metrics.reports.staying.ranked import ranked

_SHEET = {
    "started_at": Column("开播", "began", "moment"),
    "session_name": Column("场次", "session"),
    "live_account_name": Column("账号", "account"),
    "stays_fen": Column("最后留下（估）", "will stay", "fen"),
    "kept_fen": Column("目前留下", "kept so far", "fen"),
    "paid_fen": Column("支付", "paid", "fen"),
    "net_gpm": Column("净GPM", "net GPM", "fen"),
    "gpm": Column("GPM", "GPM", "fen"),
    "views_qty": Column("观看次数", "views", "count"),
    "session": Column("编号", "id"),
}
_COLOURS = {"own_live": "blue", "creator_live": "violet"}
_KEY = ["shop", "session"]
_MEASURES = {
    "net_by_order_date": "kept_fen",
    "paid_gmv": "paid_fen",
    "gpm": "gpm",
    "net_gpm": "net_gpm",
}


def sessions_of(viewer: Viewer, period: Period) -> tuple[pl.DataFrame, list[Note]]:
    """The sessions begun in ``period``, by what will stay of all their orders, the most first, with money in
    fen (null where nothing tells it), and what must be said beside them. Without an estimate by what was
    paid. Too few orders have none.

    Columns: ``shop, session, platform_code, started_at, business_date, channel_code, session_name,
    live_account_name, views_qty, stays_fen, orders, age_days_qty, kept_fen, paid_fen, gpm, net_gpm``.
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
    where = {"session": rows["session"].to_list()}
    told = ask(viewer, ["matured_net", *_MEASURES], by=_KEY, where=where)
    estimates = ranked(viewer, _KEY, where=where)[0].select(*_KEY, "orders", "age_days_qty", "matured_fen")
    found = rows
    for frame in (
        told.rows.drop("matured_net").rename(_MEASURES),
        estimates.rename({"matured_fen": "stays_fen"}),
    ):
        found = found.join(frame, on=_KEY, how="left", validate="1:1")
    order = ["stays_fen", "paid_fen", "started_at", "session"]
    return found.sort(order, descending=[True, True, True, False], nulls_last=True), told.notes


def show_session(row: Mapping[str, Any], beside: Compared | None = None) -> None:
    """One row of ``sessions_of``, and what it stands ``beside``. The title comes from outside and stays plain
    text.
    """
    channel = str(row["channel_code"])
    seen = short_count(row["views_qty"])
    views = (
        pick(f"{seen} 次观看", f"{seen} views") if row["views_qty"] else pick("观看次数不明", "views unknown")
    )
    title = row["session_name"] or row["live_account_name"] or pick("未命名场次", "Session without a name")
    account = plain(row["live_account_name"], 20)
    with st.container(border=True, gap="xxsmall", height="stretch"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{moment(row['started_at'])}**", width="content")
            st.badge(label(CHANNEL, channel), color=_COLOURS.get(channel, "gray"))
        st.text(visible(title, 40))
        kept, paid = short_yuan(row["kept_fen"]), short_yuan(row["paid_fen"])
        st.markdown(_stays_line(row))
        st.markdown(f":gray[{pick(f'目前留下 {kept} / 支付 {paid}', f'kept so far {kept} / paid {paid}')}]")
        st.markdown(f"{pick('净GPM', 'Net GPM')} **{yuan(row['net_gpm'])}** :gray[/ GPM {yuan(row['gpm'])}]")
        _show_beside(beside)
        st.caption(
            " · ".join(
                [
                    label(PLATFORM, row["platform_code"]),
                    views,
                    *([account] if account and row["session_name"] else []),
                ]
            )
        )


def _stays_line(row: Mapping[str, Any]) -> str:
    """What will stay; of too few orders that they are."""
    if row["stays_fen"] is None and is_few(row):
        return f":orange[:small[{few_words(row['orders'])}]]"
    stays = NOTHING if row["stays_fen"] is None else rough_yuan(row["stays_fen"])
    return pick(f"**最后大约留下 {stays}**", f"**About {stays} will stay**")


def put_sessions(rows: pl.DataFrame, title: str) -> None:
    """All of them, for the page's workbook."""
    put(Sheet(title, _SHEET, rows, ["matured_net", *_MEASURES]))


def _show_beside(beside: Compared | None) -> None:
    """The account's sessions up to this one as a line, and the comparisons, a line each."""
    if beside is None or not beside.against:
        return
    if line := spark(beside):
        show_line(
            line["chart_data"], pick("这个账号最近几场最后会留下多少", "What stays of its last sessions")
        )
    st.markdown("  \n".join(against_line(one) for one in beside.against))
