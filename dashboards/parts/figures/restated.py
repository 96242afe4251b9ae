"""What moved in figures the merchant already saw: one line since their last look, and where."""

from __future__ import annotations

import polars as pl
import streamlit as st

from contracts.codes import RESTATEMENT
from dashboards.parts.page.language import called, label, pick
from dashboards.parts.page.money import yuan
from dashboards.parts.page.table import in_words, named, show_table
from dashboards.parts.page.words import CHANNEL_NAMES
from metrics.model.definitions import METRICS
from metrics.query.access import Viewer
from metrics.query.labels import labels
from metrics.reports.health import release_line
from metrics.reports.restated import last_look, look, restatements
from metrics.reports.sheets import Column, Sheet

_KEPT = "net_by_order_date"
_MOVE = {
    "business_date": Column("日期", "day", "date"),
    "metric": Column("指标", "metric"),
    "moved_fen": Column("金额变动", "moved, yuan", "fen"),
    "moved_qty": Column("数量变动", "moved, count", "count"),
    "reason": Column("原因", "reason"),
    "shop": Column("店铺", "shop"),
    "channel": Column("渠道", "channel"),
    "orders_qty": Column("订单", "orders", "count"),
    "release_number": Column("发布", "release", "count"),
}
_SINCE = "restated_since"


def show_restated(viewer: Viewer) -> None:
    """The line and its expander.

    Nothing at the first look, and nothing where no figure moved; it stays until the session ends or a release
    comes.
    """
    shown = release_line(viewer).current
    if shown is None:
        return
    since, seen = st.session_state.get(_SINCE, (None, None))
    if seen != shown:
        since = last_look(viewer)
        st.session_state[_SINCE] = (since, shown)
        look(viewer, shown)
    rows = restatements(viewer, since=since) if since is not None else None
    if rows is None or rows.is_empty():
        return
    st.caption(
        pick(
            f"自上次查看（发布 \\#{since}）以来，净成交 {_by_reason(rows)}。",
            f"Since your last look (release \\#{since}) kept sales moved by {_by_reason(rows)}.",
        )
    )
    with st.expander(pick("变动明细", "What moved")):
        show_table(
            viewer,
            Sheet(pick("数字变动", "Figures that moved"), _MOVE, _moves(viewer, rows)),
            leads=("business_date", "metric", "moved_fen", "moved_qty"),
            is_folded=True,
        )


def _by_reason(rows: pl.DataFrame) -> str:
    """``+¥12,345.00:新到的订单 +¥15,000.00,后来的退款 -¥2,655.00``."""
    kept = rows.filter(metric_id=_KEPT).group_by("restatement_code").agg(pl.col("restated_number").sum())
    moved = dict(kept.iter_rows())
    told = [
        f"{label(RESTATEMENT, code)} **{_signed(moved[code])}**"
        for code in RESTATEMENT.values
        if moved.get(code)
    ]
    return f"**{_signed(sum(moved.values()))}**" + (
        pick("：", ": ") + pick("，", ", ").join(told) if told else ""
    )


def _moves(viewer: Viewer, rows: pl.DataFrame) -> pl.DataFrame:
    """What moved, largest first; money and counts in columns of their own."""
    is_money = pl.col("metric_id").is_in([name for name, metric in METRICS.items() if metric.unit == "fen"])
    return rows.sort(pl.col("restated_number").abs(), descending=True).with_columns(
        shop=named("shop_id", labels(viewer, "shop")),
        channel=in_words("channel_code", CHANNEL_NAMES),
        metric=pl.col("metric_id").replace({name: called(metric) for name, metric in METRICS.items()}),
        moved_fen=pl.when(is_money).then("restated_number"),
        moved_qty=pl.when(~is_money).then("restated_number"),
        reason=in_words("restatement_code", RESTATEMENT),
    )


def _signed(fen: int) -> str:
    return f"{'+' if fen > 0 else ''}{yuan(fen)}"
