"""Absurd figures that wait for a person: rows that are held, and lines that count with a mark, each with the
button that settles it.
"""

from __future__ import annotations

import polars as pl
import streamlit as st

from contracts.intake import CONFIRMABLE, row_place
from dashboards.parts.entering.receipts import MEANWHILE
from dashboards.parts.page.failure import TellFailure
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.language import pick
from dashboards.parts.page.money import yuan
from dashboards.parts.page.progress import show_progress
from dashboards.parts.page.words import halves, plain, quoted
from metrics.query.access import Viewer
from metrics.reports import health
from pipeline import counter
from pipeline.counter import Delivery

_KEY = "confirming"
#: Held rows and marked lines with a button of their own; the command line has them all.
_SHOWN = 10


def show_confirming(viewer: Viewer) -> None:
    """What waits, a line and a button each; nothing where nothing waits.

    Only the merchant may say that a figure is right.
    """
    delivery: Delivery | None = st.session_state.get(_KEY)
    rows, lines = _held(viewer), health.outliers(viewer)
    if rows.is_empty() and lines.is_empty() and delivery is None:
        return
    show_heading("等您确认", "Waiting for your word")
    if delivery is not None and not delivery.outcome.done():
        show_progress(delivery, MEANWHILE)
        return
    if delivery is not None:
        del st.session_state[_KEY]
        with TellFailure(pick("确认", "Confirming")):
            _show_done(delivery)
    _show_rows(viewer, rows)
    _show_lines(viewer, lines)


def _held(viewer: Viewer) -> pl.DataFrame:
    """One row per file, for a rule that holds files whole, or per held row.

    With what is wrong in ``message_name`` and ``cell_name``.
    """
    held = health.quarantine(viewer).filter(pl.col("rule_name").is_in(sorted(CONFIRMABLE)))
    is_whole = pl.col("rule_name") == "PAID_ZERO"
    by_file = (
        held.filter(is_whole)
        .unique(["shop_id", "export_id"], maintain_order=True)
        .with_columns(row_number=pl.lit(0, pl.Int64))
    )
    by_row = held.filter(~is_whole).unique(["shop_id", "export_id", "row_number"], maintain_order=True)
    return pl.concat([by_file, by_row])


def _show_done(delivery: Delivery) -> None:
    if delivery.outcome.result().held is None:
        st.success(
            pick("已确认，数字已更新。", "Confirmed; the figures are up to date."), icon=":material/check:"
        )
    else:
        zh = "已记下您的确认，但新数据没有通过检查，看板停留在上一个发布。"
        en = (
            "Your word is kept, but the new figures failed a check: the dashboards stay on the release "
            "before."
        )
        st.warning(pick(zh, en), icon=":material/front_hand:")


def _show_rows(viewer: Viewer, rows: pl.DataFrame) -> None:
    for row in rows.head(_SHOWN).iter_rows(named=True):
        why, column = plain(pick(*halves(row["message_name"])), 200), quoted(row["column_name"], 60)
        zh, en = halves(row_place(row["row_number"]))
        where = (
            f"{pick(f'第 {zh} 行{column}', f'row {en}, {column} ')}{plain(row['cell_name'])}"
            if row["row_number"]
            else pick("整个文件", "the whole file")
        )
        told = f"**{plain(row['export_name'], 80)}** · {where}{pick('：', ': ')}{why}"
        if _asks(viewer, told, f"{row['shop_id']}_{row['export_id']}_{row['row_number']}"):
            numbers = [row["row_number"]] if row["row_number"] else []
            st.session_state[_KEY] = counter.confirm_rows(viewer, row["shop_id"], row["export_id"], numbers)
            st.rerun()


def _show_lines(viewer: Viewer, lines: pl.DataFrame) -> None:
    for line in lines.head(_SHOWN).iter_rows(named=True):
        marked, largest = yuan(line["marked_fen"]), yuan(line["largest_fen"])
        what = pick(
            f"一行 {marked}，是店里其余最大一行（{largest}）的百倍以上，已计入数字",
            f"a line of {marked}, a hundred times the shop's largest other ({largest}) or more; it counts",
        )
        told = f"**{pick('订单', 'Order')} {plain(line['order_id'])}** · {what}"
        if _asks(viewer, told, f"{line['shop_id']}_{line['order_line_id']}"):
            st.session_state[_KEY] = counter.confirm_line(viewer, line["shop_id"], line["order_line_id"])
            st.rerun()


def _asks(viewer: Viewer, told: str, key: str) -> bool:
    """The line with its button; True when it was pressed."""
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(told)
        return viewer.role == "merchant" and st.button(
            pick("确认无误", "It is right"), icon=":material/check:", key=f"{_KEY}_{key}"
        )
