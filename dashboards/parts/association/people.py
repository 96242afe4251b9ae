"""What the association's administrator has: its people with their duties, and who looked at what."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards.parts.page.failure import TellFailure, show_cut, show_empty
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.language import called, label, pick
from dashboards.parts.page.menu import entries
from dashboards.parts.page.table import sheet_of, show_table
from dashboards.parts.page.words import device, plain, visible
from metrics.query.access import Viewer
from metrics.query.people import DUTY, give_duty, people
from metrics.reports.security import EVENT, accesses

_SHOWN = 500


def show_administration(viewer: Viewer) -> None:
    """People, then the access log; each fails alone."""
    show_heading("协会的账号", "The association's people")
    with TellFailure(pick("账号", "The people")):
        _show_people(viewer)
    show_heading("访问记录", "Access log")
    with TellFailure(pick("访问记录", "The access log")):
        _show_log(viewer)


def _show_people(viewer: Viewer) -> None:
    for account in people(viewer):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            mine = account.name == viewer.name
            here = f" :green[{pick('我', 'me')}]" if mine else ""
            st.markdown(f"**{plain(account.name, 40)}**{here}", width="stretch")
            chosen = st.selectbox(
                pick(f"{account.name} 的分工", f"Duty of {account.name}"),
                list(DUTY.values),
                index=list(DUTY.values).index(account.duty),
                format_func=lambda code: label(DUTY, code),
                key=f"duty_{account.name}",
                label_visibility="collapsed",
                disabled=mine,
                width=180,
            )
            if chosen != account.duty and not mine:
                give_duty(viewer, account.name, chosen)
                st.rerun()
    st.caption(
        pick(
            "改了分工的人要重新登录。新账号、删除账号、改密码由管服务器的人做：`baiyun user`。",
            "Whoever gets another duty signs in again. Accounts are made and removed, and passwords set, by "
            "whoever runs the server: `baiyun user`.",
        )
    )


def _show_log(viewer: Viewer) -> None:
    rows = accesses(viewer, limit=_SHOWN)
    if rows.is_empty():
        show_empty("还没有记录。", "Nothing is noted yet.", icon=":material/visibility:")
        return
    cells = pl.DataFrame([_cells(row) for row in rows.iter_rows(named=True)])
    sheet, (at, who, _, what, _) = sheet_of(pick("访问记录", "Access log"), cells, c0="moment"), cells.columns
    show_table(viewer, sheet, leads=(at, who, what), is_released=False)
    show_cut(_SHOWN, max(_SHOWN, rows.height), "条")


def _cells(row: dict[str, object]) -> dict[str, object]:
    return {
        pick("时间", "at"): row["at"],
        pick("账号", "account"): visible(str(row["name"])),
        pick("什么事", "what"): label(EVENT, str(row["kind"])),
        pick("页面或文件", "page or file"): _what(str(row["detail"])),
        pick("从哪里", "from"): visible(str(row["origin"])),
    }


def _what(detail: str) -> str:
    """A page by its name in the menu; a file by its own."""
    pages = {f"/{entry.card.path}": called(entry.card) for entry in entries()}
    return pages.get(detail) or device(detail)
