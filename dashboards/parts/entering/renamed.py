"""A header that drifted: the nearest known names are offered, a person says which it is, and only then is it
learned.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboards.parts.entering.kinds import layout_name
from dashboards.parts.page.language import pick
from dashboards.parts.page.words import moment, plain, visible
from metrics.query.access import Viewer
from pipeline.counter import Learned, Offer, confirm_alias, forget_alias, learned

NONE = ""


def show_offers(viewer: Viewer, shop_id: str, offers: Sequence[Offer], key: str) -> list[Offer]:
    """The form; returns what was learned by this run's click, nothing before there is one.

    ``key`` is unique on the page.
    """
    with st.form(f"renamed_{key}", border=False):
        st.markdown(
            ":material/edit_note: "
            + pick(
                "**列改名了吗？** 只有您确认的才会记住。",
                "**Was a column renamed?** Only what you confirm is learned.",
            )
        )
        chosen = [
            st.selectbox(
                pick(f"“{plain(offer.theirs)}” 就是", f"“{plain(offer.theirs)}” is"),
                [NONE, *offer.known],
                format_func=lambda name: visible(name) or pick("都不是", "none of these"),
                key=f"renamed_{key}_{number}",
            )
            for number, offer in enumerate(offers)
        ]
        is_sent = st.form_submit_button(pick("确认并记住", "Confirm"), icon=":material/check:")
    if not is_sent:
        return []
    said = [(offer, known) for offer, known in zip(offers, chosen, strict=True) if known != NONE]
    if not said:
        st.warning(pick("没有选择任何列名。", "Nothing was chosen."), icon=":material/edit:")
    if len({known for _, known in said}) < len(said):
        st.error(pick("同一个列名选了两次。", "One name was chosen twice."), icon=":material/error:")
        return []
    for offer, known in said:
        confirm_alias(viewer, shop_id, offer.layout_key, offer.theirs, known)
    return [offer for offer, _ in said]


def show_learned(viewer: Viewer, shop_id: str) -> bool:
    """What this merchant's people have confirmed, with who and when, each to be taken back.

    True when one was just now.
    """
    names = learned(viewer)
    if not names:
        return False
    is_changed = False
    with st.expander(pick(f"已确认的改名 {len(names)} 个", f"Confirmed names: {len(names)}")):
        for number, name in enumerate(names):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(_told(name), width="stretch")
                if st.button(
                    pick("撤销", "Take back"), key=f"forget_{number}", icon=":material/undo:", type="tertiary"
                ):
                    is_changed = forget_alias(viewer, shop_id, name)
    return is_changed


def _told(name: Learned) -> str:
    who = f"{plain(name.by)} · {moment(name.at)} · {plain(layout_name(name.layout_key), 80)}"
    return f"{plain(name.theirs)} → **{plain(name.known)}**  \n:gray[:small[{who}]]"
