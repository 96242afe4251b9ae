"""The account's own menu: a new password, where one is signed in, and out again."""

from __future__ import annotations

import streamlit as st

from contracts.codes import CodeList
from dashboards.parts.page.failure import TellFailure
from dashboards.parts.page.words import moment, plain
from metrics.query import signing
from metrics.query.access import Viewer
from metrics.query.signing import Session

_ROLES = CodeList(
    "role",
    {
        "merchant": ("商家", "merchant"),
        "association": ("协会", "association"),
        "operator": ("运维", "operator"),
    },
)


def show_account(viewer: Viewer) -> None:
    """The menu at the right of every page's top row; its last entry names whose account it is."""
    who = f"{plain(viewer.name, 20)} · {_ROLES.zh(viewer.role)}"
    entries = {
        "password": ":material/key: 改密码 Password",
        "devices": ":material/devices: 登录的设备 Devices",
        "sign_out": f":material/logout: 退出登录 Sign out  \n:small[:gray[{who}]]",
    }
    chosen = st.menu_button(
        "账号",
        list(entries),
        format_func=entries.__getitem__,
        icon=":material/account_circle:",
        type="tertiary",
        key="account",
    )
    if chosen == "password":
        _password(viewer)
    elif chosen == "devices":
        _devices(viewer)
    elif chosen == "sign_out":
        _leave()


@st.dialog("改密码 Change password")
def _password(viewer: Viewer) -> None:
    with TellFailure("改密码"):
        show_password_form(viewer)


@st.dialog("登录的设备 Where you are signed in")
def _devices(viewer: Viewer) -> None:
    with TellFailure("登录的设备"):
        show_devices(viewer)


def show_password_form(viewer: Viewer) -> None:
    """The old password and twice the new one; every other device is signed out."""
    with st.form("password_form", border=False):
        old, new, again = (
            st.text_input(label, type="password", max_chars=200, autocomplete=kind)
            for label, kind in (
                ("现在的密码 Current password", "current-password"),
                ("新密码 New password", "new-password"),
                ("再输一次 New password again", "new-password"),
            )
        )
        is_sent = st.form_submit_button("改密码 Change", type="primary", width="stretch")
    st.caption("改了之后,别的设备都要重新登录。 All other devices are signed out.")
    if not is_sent:
        return
    if new != again:
        st.warning("两次输入的新密码不一样。 The new passwords differ.", icon=":material/edit:")
        return
    signing.change_password(viewer, old, new)
    st.success("密码已改,别的设备已退出。 Changed; other devices are signed out.", icon=":material/check:")


def show_devices(viewer: Viewer) -> None:
    """Every session of the account with a button to end it, and one for all of them."""
    for session, is_mine in signing.my_sessions(viewer):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(_words(session, is_mine), width="stretch")
            if not is_mine:
                ending = {"on_click": signing.end_session, "args": (viewer, session.id)}
                st.button("结束 End", key=f"end_{session.id}", **ending)
    st.caption("不认识的设备:结束它,再改密码。 End what you do not know, then change the password.")
    if st.button("在所有设备上退出 Sign out everywhere", key="end_all", width="stretch"):
        signing.end_everywhere(viewer)
        _leave()


def _words(session: Session, is_mine: bool) -> str:
    here = " :green[本机 this one]" if is_mine else ""
    seen = f"最近 {moment(session.seen_at)} · 登录于 {moment(session.begun_at)}"
    return f"**{plain(session.device)}**{here}  \n:gray[:small[{plain(session.address)} · {seen}]]"


def _leave() -> None:
    """The browser is led to where its session ends."""
    st.logout()
    st.stop()
