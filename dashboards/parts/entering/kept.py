"""A merchant's own mappings: what each reads, for which shops, since when and by whom.

Each can be taken back.
"""

from __future__ import annotations

import streamlit as st

from contracts.codes import KIND, PLATFORM
from dashboards.parts.page.language import called, label, pick
from dashboards.parts.page.words import moment, plain
from metrics.query.access import Viewer
from pipeline.counter import Kept, forget_mapping, mappings


def show_kept(viewer: Viewer) -> bool:
    """The mappings in force, newest first; True when one was taken back just now.

    What it read before stays until the shop is made anew.
    """
    kept = mappings(viewer)
    if not kept:
        return False
    is_changed = False
    with st.expander(pick(f"自建映射 {len(kept)} 个", f"Own mappings: {len(kept)}")):
        st.caption(
            pick(
                "撤销后，这样的文件不再认识；已导入的保持原样，直到全部重算。",
                "Taken back, such files are unknown again; what was imported stays as it is until all is "
                "rebuilt.",
            )
        )
        for item in kept:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(_told(item), width="stretch")
                if st.button(
                    pick("撤销", "Take back"),
                    key=f"forget_mapping_{item.mapping.name}",
                    icon=":material/undo:",
                    type="tertiary",
                ):
                    forget_mapping(viewer, item.mapping.name)
                    is_changed = True
    return is_changed


def _told(item: Kept) -> str:
    where = (
        pick("任何平台", "any platform")
        if item.mapping.platform == "shop"
        else label(PLATFORM, item.mapping.platform)
    )
    version = pick(f"第 {item.version} 版", f"version {item.version}")
    who = (
        f"{label(KIND, item.mapping.kind)} · {where} · {version} · {plain(item.by)} · "
        f"{moment(item.at)} · {plain(item.mapping.name)}"
    )
    return f"**{plain(called(item.mapping))}**  \n:gray[:small[{who}]]"
