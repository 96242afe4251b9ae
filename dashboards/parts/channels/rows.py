"""Channels in order, each in a box: what will stay of it, its part, how both moved, what comes back and what
it costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from dashboards.parts.channels.address import Spot, show_tap
from dashboards.parts.channels.names import channel_title
from dashboards.parts.figures.outlook import bounds
from dashboards.parts.page.money import NOTHING, percent, rough_yuan, short_yuan, yuan
from metrics.query.ages import MATURE_DAYS
from metrics.reports.channels.table import AGE, UNKNOWN, ChannelTable, is_few
from metrics.reports.staying.headline import FEW_ORDERS

#: Smaller moves than these are none: of an amount, and of a share in points.
_SAME, _SAME_POINTS = 0.005, 0.005


def show_channel_rows(table: ChannelTable, spot: Spot, days: int) -> None:
    """Two boxes a row where the screen is wide; ``days`` is how many days the period has."""
    for two in table.rows.with_row_index("rank", offset=1).iter_slices(2):
        for column, row in zip(st.columns(2), two.iter_rows(named=True), strict=False):
            with column, st.container(border=True, gap="xxsmall", height="stretch"):
                _show_row(row, spot, days)


def _show_row(row: Mapping[str, Any], spot: Spot, days: int) -> None:
    platform, channel = row["platform"], row["channel"]
    rank = "" if channel == UNKNOWN else f"{row['rank']}. "
    there = replace(spot, platform=platform, channel=channel)
    show_tap(f"**{rank}{channel_title(platform, channel)}**", there, icon=":material/chevron_right:")
    st.markdown(stays_line(row))
    told = f"{share_line(row)} · {change_line(row, days)}"
    st.progress(min(1.0, max(0.0, row["share"] or 0.0)), text=f":small[{told}]")
    st.markdown(f":small[{back_line(row)}]  \n:small[{cost_line(row)}]")


def stays_line(row: Mapping[str, Any]) -> str:
    """What will stay and how sure that is; a fact where nothing comes back any more; of too few orders, what
    is kept so far.
    """
    if row["matured_fen"] is not None and row["age_days_qty"] > MATURE_DAYS:
        return f"留下 **{short_yuan(row['matured_fen'])}** :gray[:small[退货期已过]]"
    if row["matured_fen"] is None or is_few(row["orders"]):
        why = (
            f"只有 {row['orders'] or 0} 单,不到 {FEW_ORDERS} 单不估" if is_few(row["orders"]) else "还估不了"
        )
        return f"目前留下 **{short_yuan(row['kept_fen'])}** :gray[:small[{why},还会降]]"
    return f"最后大约留下 **{rough_yuan(row['matured_fen'])}** :gray[:small[{bounds(row)}]]"


def share_line(row: Mapping[str, Any]) -> str:
    """Its part of all that will stay, and by how many points that moved."""
    now, then = row["share_now"], row["share_then"]
    told = f"占 {percent(row['share'])}"
    if now is None or then is None:
        return told
    points = now - then
    if abs(points) < _SAME_POINTS:
        return f"{told} :gray[占比差不多]"
    return f"{told} :gray[占比{'↑' if points > 0 else '↓'} {abs(points) * 100:.0f} 个点]"


def change_line(row: Mapping[str, Any], days: int) -> str:
    """Beside the equal period before, both at the age of 45 days."""
    now, then = row["now_fen"], row["then_fen"]
    what = f"比前 {days} 天" if days > 1 else "比前一天"
    if now is None or then is None:
        return f":gray[{what}:还不能比]"
    if then <= 0:
        return f":gray[{what}:那时没有留下]"
    change = now / then - 1
    arrow = "差不多" if abs(change) < _SAME else f"{'↑' if change > 0 else '↓'} {percent(abs(change))}"
    return f"{what} **{arrow}** :gray[{rough_yuan(then)}]"


def back_line(row: Mapping[str, Any]) -> str:
    """What was paid, and what part of it came back by one age."""
    aged = f"满 {AGE} 天退掉 **{percent(row['returned_rate'])}**"
    return f"支付 {yuan(row['paid_fen'])} · {row['orders'] or 0:,} 单 · {aged}"


def cost_line(row: Mapping[str, Any]) -> str:
    """Commissions, and profit as far as costs are known."""
    commission = f"佣金 {yuan(row['commissions'])}" if row["commissions"] != 0 else "没有佣金"
    if row["commissions"] and row["effective_commission"] is not None:
        commission += f"(结算额的 {percent(row['effective_commission'])})"
    if not row["cost_coverage"]:
        return f"{commission} · 利润 {NOTHING} :gray[没填成本]"
    known = f":gray[已知成本 {percent(row['cost_coverage'])}]"
    return f"{commission} · 利润 {yuan(row['contribution'])} {known}"
