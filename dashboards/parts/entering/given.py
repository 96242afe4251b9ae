"""What a shop was given so far, and taking one file back."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from contracts.codes import KIND, VERDICT
from dashboards.parts.page.words import moment, plain
from metrics.query.access import Viewer
from metrics.reports import health
from pipeline.counter import Delivery, withdraw

_SHOWN = 50
_FILES = 1_000
_ASKED = "withdraw_asked"


def show_given(viewer: Viewer, shop_id: str) -> Delivery | None:
    """The shop's files, newest first; a file is taken back with a second click, and then its delivery is
    returned.
    """
    files = health.receipts(viewer, source="file", limit=_FILES).filter(pl.col("shop_id") == shop_id)
    if files.is_empty():
        return None
    with st.expander(f"已收文件 {files.height} 个 Files received"):
        for item in files.head(_SHOWN).iter_rows(named=True):
            if (started := _show_one(viewer, shop_id, item)) is not None:
                return started
        if files.height > _SHOWN:
            st.caption(
                f"更早的 {files.height - _SHOWN} 个用 baiyun files list 查看。 Older ones: baiyun files list."
            )
    return None


def _show_one(viewer: Viewer, shop_id: str, item: dict[str, Any]) -> Delivery | None:
    export_id, counts = item["export_id"], item["withdrawn_at"] is None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(_told(item), width="stretch")
        if counts and st.button("撤回", key=f"withdraw_{export_id}", icon=":material/undo:", type="tertiary"):
            st.session_state[_ASKED] = export_id
    if not counts or st.session_state.get(_ASKED) != export_id:
        return None
    st.warning(
        "撤回后,这个文件的行不再计入,店铺用其余文件重算;再次上传就恢复。  \n:small[Its rows count no more; "
        "upload it again to restore them.]"
    )
    with st.container(horizontal=True, gap="small"):
        is_sure = st.button(
            "确认撤回 Withdraw", key=f"sure_{export_id}", type="primary", icon=":material/undo:"
        )
        is_kept = st.button("不撤回 Keep", key=f"keep_{export_id}", type="tertiary")
    if is_sure or is_kept:
        del st.session_state[_ASKED]
    if is_kept:
        st.rerun()
    return withdraw(viewer, shop_id, export_id) if is_sure else None


def _told(item: dict[str, Any]) -> str:
    name = plain(item["export_name"], 80)
    verdict = VERDICT.zh(item["verdict_code"]) if item["verdict_code"] else "等待构建"
    who = (
        f"{KIND.zh(item['kind_code'])} · {moment(item['received_at'])} · "
        f"{plain(item['received_by_name'] or '—', 40)}"
    )
    if item["withdrawn_at"] is not None:
        return (
            f":gray[~~{name}~~ 已撤回  \n:small[{who} · 撤回 {moment(item['withdrawn_at'])} · "
            f"{plain(item['withdrawn_by_name'] or '—', 40)}]]"
        )
    return f"**{name}** {verdict}  \n:gray[:small[{who}]]"
