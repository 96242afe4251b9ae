"""How fresh the figures are, and what holds a newer build back."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from dashboards.parts.page.rules import in_words
from dashboards.parts.page.words import moment, plain
from metrics.query.access import Viewer
from metrics.reports import health
from metrics.reports.health import ReleaseLine

_HELP = (
    "数据截至:平台导出或接口所示的最近时刻。发布:没有阻断检查未通过的一版数据。 Data as of the "
    "platforms' last word; no check that stops a release failed."
)


def show_freshness(viewer: Viewer, line: ReleaseLine) -> None:
    """``数据截至 11月24日 14:05 · 发布 #12``: the answer to "is this the newest number".

    Nothing before the first release.
    """
    if line.current is None or line.as_of is None:
        return
    newest = None if viewer.role == "association" else _newest_observation(viewer, line.as_of)
    until = f"数据截至 **{moment(newest)}** · " if newest else ""
    st.caption(f"{until}发布 **\\#{line.current}**({moment(line.as_of)})", help=_HELP)


def show_banner(viewer: Viewer, line: ReleaseLine) -> None:
    """Why the figures stay where they are; nothing when they follow the newest build."""
    if line.held is not None and line.held_at is not None:
        stay = f"页面停留在已通过的发布 \\#{line.current}" if line.current else "还没有可看的发布"
        rules = "、".join(f"「{plain(rule, 160)}」" for rule in in_words(viewer, line.failed_rules))
        failed = f" 未通过检查:{rules}。" if rules else ""
        en = "A newer build failed a check; figures stay on the last good release."
        st.warning(
            f"**{moment(line.held_at)} 的新数据未放行,{stay}。**{failed}  \n:small[{en}]",
            icon=":material/front_hand:",
        )
    if line.is_pinned:
        newest = f",最新为 \\#{line.newest}" if line.newest != line.current else ""
        st.info(
            f"页面固定在发布 \\#{line.current}{newest}。 :small[Pinned to this release by the operator.]",
            icon=":material/push_pin:",
        )


def _newest_observation(viewer: Viewer, released_at: dt.datetime) -> dt.datetime | None:
    """The last moment any platform was seen at, no later than the release that is shown."""
    seen = [at for at in health.freshness(viewer)["observed_at"].to_list() if at is not None]
    return min(max(seen), released_at) if seen else None
