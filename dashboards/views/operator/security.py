"""安全记录: who came in, who guessed, whose sessions ended, and whose files were another's."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards.parts.page.failure import show_cut, show_empty
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.language import label, pick
from dashboards.parts.page.menu import Card
from dashboards.parts.page.table import sheet_of, show_table
from dashboards.parts.page.words import device, visible
from metrics.query.access import Viewer
from metrics.reports.security import EVENT, SUSPECT, security_events

CARD = Card("security", "安全记录", "Security log", ":material/shield:", 2)

_SHOWN = 500


def show(viewer: Viewer) -> None:
    """The newest events, all of them or only what nobody should have done."""
    show_heading("安全记录", "Security log")
    is_all = st.segmented_control(
        pick("显示", "Show"),
        [False, True],
        format_func=lambda value: pick("全部", "All") if value else pick("要留意的", "To look at"),
        default=False,
        required=True,
        key="security_all",
    )
    rows = security_events(viewer, limit=_SHOWN)
    shown = rows if is_all else rows.filter(pl.col("kind").is_in(SUSPECT))
    if shown.is_empty():
        show_empty("最近没有要留意的事。", "Nothing to look at lately.", icon=":material/shield:")
        return
    cells = pl.DataFrame([_cells(row) for row in shown.iter_rows(named=True)])
    show_table(viewer, sheet_of(pick("安全记录", "Security log"), cells, c0="moment"))
    show_cut(_SHOWN, max(_SHOWN, rows.height), "条")
    st.caption(
        pick(
            "同一来源连错五次要等，别人不受影响；账号栏空着 = 输入的名字不是账号。结束某人的登录："
            "`baiyun user sign-out 账号`。",
            "Five wrong tries make that source wait, nobody else; an empty account is a name nobody has. To "
            "end "
            "somebody's sessions: `baiyun user sign-out NAME`.",
        )
    )


def _cells(row: dict[str, object]) -> dict[str, object]:
    kind = str(row["kind"])
    return {
        pick("时间", "at"): row["at"],
        pick("什么事", "what"): label(EVENT, kind),
        pick("账号", "account"): visible(str(row["name"])),
        pick("从哪里", "from"): visible(str(row["origin"])),
        pick("设备或文件", "device or file"): device(str(row["detail"])),
    }
