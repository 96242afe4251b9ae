"""Foreign orders that are in no figure yet: their day's exchange rate is not known."""

from __future__ import annotations

import streamlit as st

from dashboards.parts.health.checks import own_shops
from dashboards.parts.page.money import yuan
from dashboards.parts.page.words import plain
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
        days = [str(date) if date else "日期不明" for date in mine["rate_date"]]
        named = "、".join(days[:_DAYS]) + (f" 等 {len(days)} 天" if len(days) > _DAYS else "")
        orders = mine["orders_qty"].sum()
        zh = (
            f"**{plain(names.get(str(shop), str(shop)))}:{orders:,} 笔外币订单等待 {named} "
            f"的汇率({plain(str(currency))}),还没有计入数字。**"
        )
        en = (
            f"{orders:,} {plain(str(currency))} order{'s' if orders != 1 else ''} not counted yet for want "
            "of that day's rate; ask your operator to give it."
        )
        st.warning(
            f"{zh} → 请运维用 baiyun rates import 补上  \n:small[{en}]", icon=":material/currency_exchange:"
        )


def show_marked(viewer: Viewer) -> None:
    """A warning where lines count that are a hundred times their shop's largest other, and nobody has
    confirmed them.
    """
    rows = health.outliers(viewer)
    if rows.is_empty():
        return
    zh = (
        f"**有 {rows.height} 行共 {yuan(int(rows['marked_fen'].sum()))} 元大得异常,已计入数字并带标记。** → "
        "在「数据健康」核对、确认"
    )
    en = "Lines a hundred times the shop's largest other count with a mark; look at them under Data health."
    st.warning(f"{zh}  \n:small[{en}]", icon=":material/priority_high:")
