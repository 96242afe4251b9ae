"""What a shop was given so far, and taking one file back."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from contracts.codes import KIND, VERDICT
from dashboards.parts.health.files import files_sheet
from dashboards.parts.page.book import put
from dashboards.parts.page.language import label, pick
from dashboards.parts.page.words import moment, plain
from metrics.query.access import Viewer
from metrics.reports import health
from pipeline.counter import Delivery, withdraw

#: Files of a page.
_SHOWN = 20
_FILES = 1_000
_ASKED = "withdraw_asked"


def show_given(viewer: Viewer, shop_id: str) -> Delivery | None:
    """The shop's files, newest first; a file is taken back with a second click, and then its delivery is
    returned.
    """
    files = health.receipts(viewer, source="file", limit=_FILES).filter(pl.col("shop_id") == shop_id)
    if files.is_empty():
        return None
    put(files_sheet(pick("已收文件", "Files received"), files))
    with st.expander(pick(f"已收文件 {files.height} 个", f"Files received: {files.height}")):
        for item in _page(files).iter_rows(named=True):
            if (started := _show_one(viewer, shop_id, item)) is not None:
                return started
    return None


def _page(files: pl.DataFrame) -> pl.DataFrame:
    """The files to show: by name where there are many, and a page of them where there are more."""
    if files.height > _SHOWN:
        asked = st.text_input(
            pick("查找", "Search"),
            key="given_search",
            placeholder=pick("按文件名查找", "Search by name"),
            label_visibility="collapsed",
            icon=":material/search:",
        ).casefold()
        files = files.filter(pl.col("export_name").str.to_lowercase().str.contains(asked, literal=True))
    pages = max(-(-files.height // _SHOWN), 1)
    page = st.pagination(pages, key="given_page") if pages > 1 else 1
    return files.slice((min(page, pages) - 1) * _SHOWN, _SHOWN)


def _show_one(viewer: Viewer, shop_id: str, item: dict[str, Any]) -> Delivery | None:
    export_id, counts = item["export_id"], item["withdrawn_at"] is None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(_told(item), width="stretch")
        if counts and st.button(
            pick("撤回", "Withdraw"), key=f"withdraw_{export_id}", icon=":material/undo:", type="tertiary"
        ):
            st.session_state[_ASKED] = export_id
    if not counts or st.session_state.get(_ASKED) != export_id:
        return None
    st.warning(
        pick(
            "撤回后，这个文件的行不再计入，店铺用其余文件重算；再次上传就恢复。",
            "Its rows will count no more, and the shop is worked out from its other files; upload it again "
            "to "
            "restore them.",
        )
    )
    with st.container(horizontal=True, gap="small"):
        is_sure = st.button(
            pick("确认撤回", "Withdraw it"), key=f"sure_{export_id}", type="primary", icon=":material/undo:"
        )
        is_kept = st.button(pick("不撤回", "Keep it"), key=f"keep_{export_id}", type="tertiary")
    if is_sure or is_kept:
        del st.session_state[_ASKED]
    if is_kept:
        st.rerun()
    return withdraw(viewer, shop_id, export_id) if is_sure else None


def _told(item: dict[str, Any]) -> str:
    name = plain(item["export_name"], 80)
    verdict = (
        label(VERDICT, item["verdict_code"])
        if item["verdict_code"]
        else pick("等待构建", "waits for a build")
    )
    who = (
        f"{label(KIND, item['kind_code'])} · {moment(item['received_at'])} · "
        f"{plain(item['received_by_name'] or '—', 40)}"
    )
    if item["withdrawn_at"] is not None:
        gone, when = pick("已撤回", "withdrawn"), moment(item["withdrawn_at"])
        at = pick(f"撤回 {when}", f"withdrawn {when}")
        return (
            f":gray[~~{name}~~ {gone}  \n:small[{who} · {at} · "
            f"{plain(item['withdrawn_by_name'] or '—', 40)}]]"
        )
    return f"**{name}** {verdict}  \n:gray[:small[{who}]]"
