"""Foreign orders that are in no figure yet: their day's exchange rate is not known."""

from __future__ import annotations

import streamlit as st

from dashboards.parts.health.checks import own_shops
from dashboards.parts.page.language import listed, pick
from dashboards.parts.page.money import yuan
from dashboards.parts.page.words import day, plain
from metrics.query.access import Viewer
from metrics.reports import health

_DAYS = 5


def show_waiting(viewer: Viewer) -> None:
    """A warning per shop and currency; nothing where nothing waits."""
    rows = health.waiting(viewer)
    if rows.is_empty():
        return
    names = own_shops(viewer)
    for (shop, currency), mine in rows.group_by("shop_id", "currency_code", maintain_order=True):
        days = [day(date) if date else pick("日期不明", "an unknown day") for date in mine["rate_date"]]
        more = (
            pick(f" 等 {len(days)} 天", f" and others, {len(days)} days in all") if len(days) > _DAYS else ""
        )
        named, orders = listed(days[:_DAYS]) + more, mine["orders_qty"].sum()
        who, money = plain(names.get(str(shop), str(shop))), plain(str(currency))
        zh = (
            f"**{who}：{orders:,} 笔外币订单等待 {named} 的汇率（{money}），还没有计入数字。** → "
            "请运维用 baiyun rates import 补上"
        )
        en = (
            f"**{who}: {orders:,} {money} order{'s' if orders != 1 else ''} in no figure yet for want of the "
            f"exchange rate of {named}.** → Ask your operator to add it with baiyun rates import"
        )
        st.warning(pick(zh, en), icon=":material/currency_exchange:")


def show_marked(viewer: Viewer) -> None:
    """A warning where lines count that are a hundred times their shop's largest other, and nobody has
    confirmed them.
    """
    rows = health.outliers(viewer)
    if rows.is_empty():
        return
    marked = yuan(int(rows["marked_fen"].sum()))
    zh = f"**有 {rows.height} 行共 {marked} 大得异常，已计入数字并带标记。** → 在「数据健康」核对、确认"
    en = (
        f"**{rows.height} lines of {marked} are a hundred times the shop's largest other: they count, with a "
        "mark.** → Look at them and confirm under Data health"
    )
    st.warning(pick(zh, en), icon=":material/priority_high:")
