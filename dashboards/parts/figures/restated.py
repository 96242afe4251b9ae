"""What moved in figures the merchant already saw: one line since their last look, and where."""

from __future__ import annotations

import polars as pl
import streamlit as st

from contracts.codes import RESTATEMENT
from dashboards.parts.page.money import yuan
from dashboards.parts.page.words import channel_name, day, plain
from metrics.model.definitions import METRICS
from metrics.query.access import Viewer
from metrics.query.labels import labels
from metrics.reports.health import release_line
from metrics.reports.restated import last_look, look, restatements

_KEPT = "net_by_order_date"
_MOST = 50
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
        f"自上次查看(发布 \\#{since})以来,净成交 {_by_reason(rows)}。 Kept money has moved since your last "
        "look, by reason."
    )
    with st.expander("变动明细 What moved"):
        st.dataframe(_largest(viewer, rows), hide_index=True, height="content")
        if rows.height > _MOST:
            st.caption(
                f"共 {rows.height} 处,列出变动最大的 {_MOST} 处。 The largest {_MOST} of {rows.height}."
            )


def _by_reason(rows: pl.DataFrame) -> str:
    """``+¥12,345.00:新到的订单 +¥15,000.00,后来的退款 -¥2,655.00``."""
    kept = rows.filter(metric_id=_KEPT).group_by("restatement_code").agg(pl.col("restated_number").sum())
    moved = dict(kept.iter_rows())
    told = [
        f"{RESTATEMENT.zh(code)} **{_signed(moved[code])}**" for code in RESTATEMENT.values if moved.get(code)
    ]
    return f"**{_signed(sum(moved.values()))}**" + (f":{','.join(told)}" if told else "")


def _largest(viewer: Viewer, rows: pl.DataFrame) -> pl.DataFrame:
    names = labels(viewer, "shop")
    most = rows.sort(pl.col("restated_number").abs(), descending=True).head(_MOST)
    return pl.DataFrame(
        [
            {
                "日期": day(row["business_date"]),
                "店铺": plain(names.get(row["shop_id"], row["shop_id"])),
                "渠道": channel_name(row["channel_code"]),
                "指标": METRICS[row["metric_id"]].zh if row["metric_id"] in METRICS else row["metric_id"],
                "变动": _moved(row["metric_id"], row["restated_number"]),
                "原因": RESTATEMENT.zh(row["restatement_code"]),
                "订单": row["orders_qty"],
                "发布": row["release_number"],
            }
            for row in most.iter_rows(named=True)
        ]
    )


def _moved(metric: str, moved: int) -> str:
    return _signed(moved) if metric in METRICS and METRICS[metric].unit == "fen" else f"{moved:+,}"


def _signed(fen: int) -> str:
    return f"{'+' if fen > 0 else ''}{yuan(fen)}"
