"""The account's own menu: the language, a new password, where one is signed in, and out again."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx

from contracts.codes import CodeList
from dashboards.parts.page.failure import TellFailure
from dashboards.parts.page.language import LANGUAGES, label, language, pick
from dashboards.parts.page.way import page_of
from dashboards.parts.page.words import device, moment, plain
from metrics.query import signing
from metrics.query.access import Viewer
from metrics.query.people import DUTY
from metrics.query.signing import Session

_ROLE = CodeList(
    "role",
    {
        "merchant": ("商家", "merchant"),
        "association": ("协会", "association"),
        "operator": ("运维", "operator"),
    },
)


def show_account(viewer: Viewer) -> None:
    """The menu at the right of every page's top row; its last entry names whose account it is."""
    duty = f" · {label(DUTY, viewer.duty)}" if viewer.duty else ""
    who = f"{plain(viewer.name, 20)} · {label(_ROLE, viewer.role)}{duty}"
    others, out = [code for code in LANGUAGES if code != language()], page_of("take_out")
    entries = {
        **{code: f":material/translate: {LANGUAGES[code]}" for code in others},
        **({"take_out": f":material/download: {pick('凭证与导出', 'Statement and export')}"} if out else {}),
        "password": f":material/key: {pick('改密码', 'Change password')}",
        "devices": f":material/devices: {pick('登录的设备', 'Devices')}",
        "sign_out": f":material/logout: {pick('退出登录', 'Sign out')}  \n:small[:gray[{who}]]",
    }
    chosen = st.menu_button(
        pick("账号", "Account"),
        list(entries),
        format_func=entries.__getitem__,
        icon=":material/account_circle:",
        type="tertiary",
        key="account",
    )
    if chosen in others:
        signing.choose_language(viewer, chosen)
        _load_anew()
    elif chosen == "take_out" and out is not None:
        st.switch_page(out)
    elif chosen == "password":
        _open(pick("改密码", "Change password"), show_password_form, viewer)
    elif chosen == "devices":
        _open(pick("登录的设备", "Where you are signed in"), show_devices, viewer)
    elif chosen == "sign_out":
        _leave()


def _open(title: str, show: Callable[[Viewer], None], viewer: Viewer) -> None:
    def shown() -> None:
        with TellFailure(title):
            show(viewer)

    st.dialog(title)(shown)()


def show_password_form(viewer: Viewer) -> None:
    """The old password and twice the new one; every other device is signed out."""
    with st.form("password_form", border=False):
        old, new, again = (
            st.text_input(label, type="password", max_chars=200, autocomplete=kind)
            for label, kind in (
                (pick("现在的密码", "Current password"), "current-password"),
                (pick("新密码", "New password"), "new-password"),
                (pick("再输一次", "New password again"), "new-password"),
            )
        )
        is_sent = st.form_submit_button(pick("改密码", "Change"), type="primary", width="stretch")
    st.caption(pick("改了之后，别的设备都要重新登录。", "All other devices will be signed out."))
    if not is_sent:
        return
    if new != again:
        st.warning(pick("两次输入的新密码不一样。", "The two new passwords differ."), icon=":material/edit:")
        return
    signing.change_password(viewer, old, new)
    done = pick("密码已改，别的设备已退出。", "Changed; your other devices are signed out.")
    st.success(done, icon=":material/check:")


def show_devices(viewer: Viewer) -> None:
    """Every session of the account with a button to end it, and one for all of them."""
    for session, is_mine in signing.my_sessions(viewer):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(_words(session, is_mine), width="stretch")
            if not is_mine:
                ending = {"on_click": signing.end_session, "args": (viewer, session.id)}
                st.button(pick("结束", "End"), key=f"end_{session.id}", **ending)
    st.caption(
        pick(
            "不认识的设备：结束它，再改密码。", "A device you do not know: end it, then change your password."
        )
    )
    if st.button(pick("在所有设备上退出", "Sign out everywhere"), key="end_all", width="stretch"):
        signing.end_everywhere(viewer)
        _leave()


def _words(session: Session, is_mine: bool) -> str:
    here = f" :green[{pick('本机', 'this one')}]" if is_mine else ""
    used, begun = moment(session.seen_at), moment(session.begun_at)
    seen = pick(f"最近 {used} · 登录于 {begun}", f"last used {used} · signed in {begun}")
    return f"**{plain(device(session.device))}**{here}  \n:gray[:small[{plain(session.address)} · {seen}]]"


def _load_anew() -> None:
    """The browser loads the page again, all of it: what it says of its language, too."""
    message, context = ForwardMsg(), get_script_run_ctx()
    message.auth_redirect.url = ""
    if context is not None:
        context.enqueue(message)
    st.stop()


def _leave() -> None:
    """The browser is led to where its session ends."""
    st.logout()
    st.stop()
