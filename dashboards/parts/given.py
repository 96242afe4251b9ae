"""What a shop was given so far, and taking one file back."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from contracts.codes import KIND, VERDICT
from dashboards.parts.words import moment, plain
from metrics.access import Viewer
from pipeline.counter import Delivery, Given, given, withdraw

_SHOWN = 50
_ASKED = "withdraw_asked"


def show_given(viewer: Viewer, shop_id: str) -> Delivery | None:
    """The shop's files, newest first; a file is taken back with a second click, and then its delivery is returned."""
    files = given(viewer, shop_id)
    if not files:
        return None
    with st.expander(f"已收文件 {len(files)} 个 Files received"):
        for item in files[:_SHOWN]:
            if (started := _show_one(viewer, shop_id, item)) is not None:
                return started
        _show_rest(files)
    return None


def _show_one(viewer: Viewer, shop_id: str, item: Given) -> Delivery | None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(_told(item), width="stretch")
        if item.withdrawn_at is None and st.button("撤回", key=f"withdraw_{item.export_id}", icon=":material/undo:", type="tertiary"):
            st.session_state[_ASKED] = item.export_id
    if item.withdrawn_at is not None or st.session_state.get(_ASKED) != item.export_id:
        return None
    st.warning("撤回后,这个文件的行不再计入,店铺用其余文件重算;再次上传就恢复。  \n:small[Its rows count no more; upload it again to restore them.]")
    with st.container(horizontal=True, gap="small"):
        is_sure = st.button("确认撤回 Withdraw", key=f"sure_{item.export_id}", type="primary", icon=":material/undo:")
        is_kept = st.button("不撤回 Keep", key=f"keep_{item.export_id}", type="tertiary")
    if is_sure or is_kept:
        del st.session_state[_ASKED]
    if is_kept:
        st.rerun()
    return withdraw(viewer, shop_id, item.export_id) if is_sure else None


def _told(item: Given) -> str:
    verdict = VERDICT.zh(item.verdict) if item.verdict else "等待构建"
    who = f"{KIND.zh(item.kind)} · {moment(item.received_at)} · {plain(item.received_by or '—', 40)}"
    if item.withdrawn_at is not None:
        return f":gray[~~{plain(item.name, 80)}~~ 已撤回  \n:small[{who} · 撤回 {moment(item.withdrawn_at)} · {plain(item.withdrawn_by or '—', 40)}]]"
    return f"**{plain(item.name, 80)}** {verdict}  \n:gray[:small[{who}]]"


def _show_rest(files: Sequence[Given]) -> None:
    if len(files) > _SHOWN:
        st.caption(f"更早的 {len(files) - _SHOWN} 个用 baiyun files list 查看。 Older ones: baiyun files list.")
