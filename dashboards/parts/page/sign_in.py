"""Who is looking: kept in this browser session's state only, and asked anew on every run, so that a removal
bites at once.
"""

from __future__ import annotations

import streamlit as st

from contracts.errors import NotFoundError
from dashboards.parts.page.words import sentence
from metrics.query import access
from metrics.query.access import Viewer

_KEY = "viewer"


def signed_in() -> Viewer | None:
    """The viewer of this run, or None.

    An account that was removed or changed since the last run is signed out here.
    """
    known = st.session_state.get(_KEY)
    if known is None:
        return None
    viewer = access.refresh(known)
    if viewer is None:
        sign_out()
    else:
        st.session_state[_KEY] = viewer
    return viewer


def sign_out() -> None:
    """Forget the viewer and everything this session chose, so that the next one starts from nothing."""
    st.session_state.clear()


def show_sign_in() -> None:
    """The form. A refusal says one and the same sentence, whatever the reason."""
    with st.container(horizontal_alignment="center"), st.container(width=420, key="sign_in"):
        st.space("small")
        st.title("白云直播", anchor=False)
        st.markdown("**退款之后,真正留下多少钱** :gray[What you keep, after returns]")
        with st.form("sign_in_form", border=True):
            name = st.text_input("账号 Account", max_chars=80, autocomplete="username")
            password = st.text_input(
                "密码 Password", type="password", max_chars=200, autocomplete="current-password"
            )
            is_sent = st.form_submit_button("登录 Sign in", type="primary", width="stretch")
        if is_sent:
            _try(name, password)
        st.caption("忘记密码请联系管理员。 Ask your operator for a new password.")


def _try(name: str, password: str) -> None:
    if not name.strip() or not password:
        st.warning("请填写账号和密码。 Fill in both fields.", icon=":material/edit:")
        return
    try:
        with st.spinner("正在登录… Signing in"):
            viewer = access.sign_in(access.home_place(), name, password)
    except NotFoundError as refused:
        st.error(
            f"{refused.zh}。{refused.step_zh}。  \n:small[{sentence(refused.en)}]", icon=":material/lock:"
        )
        return
    st.session_state.clear()
    st.session_state[_KEY] = viewer
    st.rerun()
