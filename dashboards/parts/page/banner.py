"""How fresh the figures are, and what holds a newer build back."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from dashboards.parts.page.language import listed, pick
from dashboards.parts.page.rules import in_words
from dashboards.parts.page.words import moment, plain, quoted
from metrics.query.access import Viewer
from metrics.reports import health
from metrics.reports.health import ReleaseLine

_HELP = (
    "数据截至：平台导出或接口所示的最近时刻。发布：没有阻断检查未通过的一版数据。",
    "Data as of: the newest moment in the platforms' files and interfaces. Release: a version of the data "
    "that "
    "passed every check that can stop it.",
)


def show_freshness(viewer: Viewer, line: ReleaseLine) -> None:
    """``数据截至 11月24日 14:05 · 发布 #12``: the answer to "is this the newest number".

    Nothing before the first release.
    """
    if line.current is None or line.as_of is None:
        return
    newest = None if viewer.role == "association" else _newest_observation(viewer, line.as_of)
    until = f"{pick('数据截至', 'Data as of')} **{moment(newest)}** · " if newest else ""
    zh, en = f"发布 **\\#{line.current}**（{moment(line.as_of)}）", f"release **\\#{line.current}**"
    st.caption(f"{until}{pick(zh, f'{en} ({moment(line.as_of)})')}", help=pick(*_HELP))


def show_banner(viewer: Viewer, line: ReleaseLine) -> None:
    """Why the figures stay where they are; nothing when they follow the newest build."""
    if alone := line.why_held():
        first, *rows = (plain(pick(*words), 500) for words in alone)
        st.warning("  \n".join([f"**{first}**", *rows]), icon=":material/front_hand:")
    elif line.held is not None and line.held_at is not None:
        at, rules = moment(line.held_at), listed(quoted(rule) for rule in in_words(viewer, line.failed_rules))
        stay = (
            (f"页面停留在已通过的发布 \\#{line.current}", f"the pages stay on release \\#{line.current}")
            if line.current
            else ("还没有可看的发布", "there is no release to show yet")
        )
        what = pick(f"{at} 的新数据未放行，{stay[0]}。", f"New data of {at} is held back; {stay[1]}.")
        failed = pick(f" 未通过检查：{rules}。", f" Failed checks: {rules}.") if rules else ""
        st.warning(f"**{what}**{failed}", icon=":material/front_hand:")
    if line.held_merchants:
        names = listed(plain(name) for name in line.held_merchants)
        zh, en = f"未放行的商家：{names}，仍读各自上一个发布。", f"Held, on their last good release: {names}."
        st.warning(pick(zh, en), icon=":material/front_hand:")
    if line.is_pinned:
        zh, en = (
            (f"，最新为 \\#{line.newest}", f"; the newest is \\#{line.newest}")
            if line.newest != line.current
            else ("", "")
        )
        st.info(
            pick(
                f"页面固定在发布 \\#{line.current}{zh}。",
                f"Your operator pinned the pages to release \\#{line.current}{en}.",
            ),
            icon=":material/push_pin:",
        )


def _newest_observation(viewer: Viewer, released_at: dt.datetime) -> dt.datetime | None:
    """The last moment any platform was seen at, no later than the release that is shown."""
    seen = [at for at in health.freshness(viewer)["observed_at"].to_list() if at is not None]
    return min(max(seen), released_at) if seen else None
