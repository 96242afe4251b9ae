"""Channels in order, each in a box: what will stay of it, its part, how both moved, what comes back and what
it costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl
import streamlit as st

from dashboards.parts.channels.address import Spot, show_tap
from dashboards.parts.channels.names import channel_title
from dashboards.parts.figures.outlook import bounds
from dashboards.parts.page.book import put
from dashboards.parts.page.few import few_words, is_few
from dashboards.parts.page.language import pick
from dashboards.parts.page.money import NOTHING, count_orders, percent, rough_yuan, short_yuan, yuan
from metrics.query.ages import MATURE_DAYS
from metrics.reports.channels.table import AGE, UNKNOWN, ChannelTable
from metrics.reports.sheets import Column, Sheet

#: Smaller moves than these are none: of an amount, and of a share in points.
_SAME, _SAME_POINTS = 0.005, 0.005


_SHEET = {
    "name": Column("渠道", "channel"),
    "matured_fen": Column("最后留下（估）", "will stay", "fen"),
    "matured_low_fen": Column("八成把握：少", "80 % interval, low", "fen"),
    "matured_high_fen": Column("八成把握：多", "80 % interval, high", "fen"),
    "share": Column("占比", "share", "fraction"),
    "share_now": Column("可比的占比", "share of what compares", "fraction"),
    "share_then": Column("前一段的占比", "share before", "fraction"),
    "then_fen": Column("前一段留下", "stays of the period before", "fen"),
    "paid_fen": Column("支付", "paid", "fen"),
    "kept_fen": Column("目前留下", "kept so far", "fen"),
    "orders": Column("订单", "orders", "count"),
    "returned_rate": Column(f"满 {AGE} 天退掉", f"returned by day {AGE}", "fraction"),
    "commissions": Column("佣金", "commissions", "fen"),
    "contribution": Column("贡献利润（未扣推广）", "contribution", "fen"),
    "cost_coverage": Column("已知成本", "known cost", "fraction"),
}


def show_channel_rows(table: ChannelTable, spot: Spot, days: int) -> None:
    """Two boxes a row where the screen is wide; ``days`` is how many days the period has."""
    named = [channel_title(*row) for row in table.rows.select("platform", "channel").rows()]
    put(
        Sheet(
            "渠道 × 平台",
            _SHEET,
            table.rows.with_columns(name=pl.Series(named, dtype=pl.String)),
            notes=table.notes,
        )
    )
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
        over = pick("退货期已过", "returns are over")
        return f"{pick('留下', 'Kept')} **{short_yuan(row['matured_fen'])}** :gray[:small[{over}]]"
    if row["matured_fen"] is None:
        why = few_words(row["orders"]) if is_few(row) else pick("还估不了", "no estimate yet")
        falls = pick("，还会降", ", will go down")
        kept = f"{pick('目前留下', 'Kept so far')} **{short_yuan(row['kept_fen'])}**"
        return f"{kept} :gray[:small[{why}{falls}]]"
    stays = f"{pick('最后大约留下', 'About')} **{rough_yuan(row['matured_fen'])}**{pick('', ' will stay')}"
    return f"{stays} :gray[:small[{bounds(row)}]]"


def share_line(row: Mapping[str, Any]) -> str:
    """Its part of all that will stay, and by how many points that moved."""
    now, then = row["share_now"], row["share_then"]
    told = pick(f"占 {percent(row['share'])}", f"{percent(row['share'])} of all")
    if now is None or then is None:
        return told
    points = now - then
    if abs(points) < _SAME_POINTS:
        return f"{told} :gray[{pick('占比差不多', 'about the same share')}]"
    arrow, moved = "↑" if points > 0 else "↓", f"{abs(points) * 100:.0f}"
    return f"{told} :gray[{pick(f'占比{arrow} {moved} 个点', f'{arrow} {moved} points')}]"


def change_line(row: Mapping[str, Any], days: int) -> str:
    """Beside the equal period before, both at the age of 45 days."""
    now, then = row["now_fen"], row["then_fen"]
    what = (
        pick(f"比前 {days} 天", f"against the {days} days before")
        if days > 1
        else pick("比前一天", "against the day before")
    )
    if now is None or then is None:
        return f":gray[{what}{pick('：还不能比', ': not yet')}]"
    if then <= 0:
        return f":gray[{what}{pick('：那时没有留下', ': nothing stayed then')}]"
    change = now / then - 1
    arrow = (
        pick("差不多", "about the same")
        if abs(change) < _SAME
        else f"{'↑' if change > 0 else '↓'} {percent(abs(change))}"
    )
    return f"{what} **{arrow}** :gray[{rough_yuan(then)}]"


def back_line(row: Mapping[str, Any]) -> str:
    """What was paid, and what part of it came back by one age."""
    rate = f"**{percent(row['returned_rate'])}**"
    aged = pick(f"满 {AGE} 天退掉 {rate}", f"{rate} returned within {AGE} days")
    return f"{paid_words(row['paid_fen'], row['orders'] or 0)} · {aged}"


def paid_words(fen: int | None, orders: int) -> str:
    """What was paid, in how many orders."""
    return pick(f"支付 {yuan(fen)} · {orders:,} 单", f"paid {yuan(fen)} · {count_orders(orders)}")


def cost_line(row: Mapping[str, Any]) -> str:
    """Commissions, and profit as far as costs are known."""
    name, profit = pick("佣金", "commission"), pick("利润", "profit")
    commission = (
        f"{name} {yuan(row['commissions'])}" if row["commissions"] != 0 else pick("没有佣金", "no commission")
    )
    if row["commissions"] and row["effective_commission"] is not None:
        part = percent(row["effective_commission"])
        commission += pick(f"（结算额的 {part}）", f" ({part} of what was settled)")
    if not row["cost_coverage"]:
        return f"{commission} · {profit} {NOTHING} :gray[{pick('没填成本', 'no costs entered')}]"
    known = f":gray[{pick('已知成本', 'costs known of')} {percent(row['cost_coverage'])}]"
    return f"{commission} · {profit} {yuan(row['contribution'])} {known}"
