"""Orders of one session, creator or style of a channel, and one order down to the rows it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl
import streamlit as st

from contracts.codes import CHANNEL_BASIS, ORDER_STATUS
from dashboards.parts.channels.address import Spot, show_tap
from dashboards.parts.channels.channel import PAGE, member_line, show_pages
from dashboards.parts.channels.names import member_names
from dashboards.parts.figures.passport import show_raw_row
from dashboards.parts.page.book import put
from dashboards.parts.page.failure import show_empty
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.language import label, pick
from dashboards.parts.page.money import yuan
from dashboards.parts.page.windows import Window
from dashboards.parts.page.words import channel_name, day, moment, plain, visible
from metrics.query.access import Viewer
from metrics.reports.channels.cell import orders
from metrics.reports.sheets import Column, Sheet
from pipeline.counter import raw_rows

_ORDER = {
    "order_id": Column("订单", "order"),
    "paid_date": Column("支付日", "day paid", "date"),
    "paid_fen": Column("支付", "paid", "fen"),
    "kept_fen": Column("现在留着", "kept so far", "fen"),
    "lines_qty": Column("行", "lines", "count"),
    "product_name": Column("商品", "goods"),
}
_LINE = {
    "order_line_id": Column("子订单", "order line"),
    "product_name": Column("商品", "goods"),
    "sku_code": Column("商家编码", "SKU"),
    "paid_fen": Column("支付", "paid", "fen"),
    "cohort_refund_fen": Column("已退", "gone back", "fen"),
    "kept_fen": Column("现在留着", "kept so far", "fen"),
}


def show_orders(viewer: Viewer, spot: Spot, window: Window, member: Mapping[str, Any]) -> None:
    """``member``: its row of ``members``; then its orders, the newest first."""
    with st.container(border=True, gap="xxsmall"):
        st.markdown(member_line(member))
    show_heading("订单", "Orders")
    st.caption(
        pick(
            "一单里有别的渠道、场次或款的，只算这里的部分。", "Of each order only the part that belongs here."
        )
    )
    rows = orders(viewer, spot.cell, window.period, limit=PAGE, offset=(spot.page - 1) * PAGE)
    put(Sheet(pick("订单", "Orders"), _ORDER, rows))
    if rows.is_empty():
        show_empty("这一页没有订单。", "No orders on this page.")
    for row in rows.iter_rows(named=True):
        there = replace(spot, shop=row["shop_id"], order=row["order_id"], page=1)
        with st.container(border=True, gap=None):
            show_tap(f"**{plain(row['order_id'])}**", there, icon=":material/receipt_long:")
            name = f" · {plain(row['product_name'], 24)}" if row["product_name"] else ""
            lines = row["lines_qty"]
            more = pick(f" 等 {lines} 行", f", {lines} lines") if lines > 1 else ""
            paid, kept = yuan(row["paid_fen"]), f"**{yuan(row['kept_fen'])}**"
            at = day(row["paid_date"])
            told = pick(f"{at} 支付 {paid} · 现在留着 {kept}", f"{at} · paid {paid} · kept now {kept}")
            st.markdown(f"{told}:gray[:small[{name}{more}]]")
    show_pages(spot, member["orders"])


def show_order(viewer: Viewer, lines: pl.DataFrame) -> None:
    """Every line of an order with where it was sold, and every received row that told of it."""
    names, sessions = member_names(viewer, "creator"), member_names(viewer, "session")
    put(Sheet(pick("订单明细", "Order lines"), _LINE, lines))
    first = lines.row(0, named=True)
    back = yuan(int(lines["cohort_refund_fen"].sum()))
    kept = None if lines["kept_fen"].null_count() else int(lines["kept_fen"].sum())
    with st.container(border=True, gap="xxsmall"):
        st.markdown(
            _parts(*(f"**{text}**" for text in (yuan(int(lines["paid_fen"].sum())), back, yuan(kept))))
        )
        at = moment(first["paid_at"]) if first["paid_at"] else ""
        paid = pick(f"{at} 支付 · ", f"paid {at} · ") if at else ""
        st.markdown(f":gray[{paid}{label(ORDER_STATUS, first['order_status_code'])}]")
    for line in lines.iter_rows(named=True):
        with st.container(border=True, gap="xxsmall"):
            _show_line(line, names, sessions)
    show_heading("原始行", "Rows as received")
    rows = raw_rows(viewer, first)
    if not rows:
        show_empty("这一单没有原始行。", "No received row.")
    for place, row in enumerate(rows):
        told = f"{visible(row.name, 60)} · {pick(f'第 {row.row_number} 行', f'row {row.row_number}')}"
        with st.expander(plain(told, 90), expanded=not place):
            show_raw_row(row)


def _show_line(line: Mapping[str, Any], names: Mapping[str, str], sessions: Mapping[str, str]) -> None:
    goods = line["product_name"] or (
        pick("整单", "whole order") if line["is_order_level"] else pick("没有商品名", "no product name")
    )
    gift = f" · {pick('赠品', 'gift')}" if line["is_gift"] else ""
    st.markdown(f"**{plain(goods, 60)}**{gift}")
    told = [plain(line[name], 40) for name in ("sku_code", "color_name", "size_name") if line[name]]
    sold = channel_name(line["channel_code"])
    where = [sold]
    where += [plain(names.get(line["creator_id"], line["creator_id"]), 40)] if line["creator_id"] else []
    session = line["live_session_id"]
    where += [plain(sessions.get(session, session), 40)] if session else []
    basis = line["channel_basis_code"]
    why = (
        f" :gray[:small[{pick('渠道依据：', 'channel by: ')}{label(CHANNEL_BASIS, basis)}]]" if basis else ""
    )
    st.markdown(f":small[{' · '.join(where)}]{why}")
    money = _parts(*(yuan(line[name]) for name in ("paid_fen", "cohort_refund_fen", "kept_fen")))
    st.markdown(f":small[{money}]" + (f" :gray[:small[{' · '.join(told)}]]" if told else ""))


def _parts(paid: str, back: str, kept: str) -> str:
    return pick(
        f"支付 {paid} · 已退 {back} · 现在留着 {kept}", f"paid {paid} · returned {back} · kept now {kept}"
    )
