"""What channels and their members are called on the page."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.codes import PLATFORM
from dashboards.parts.figures.creators import creator_names
from dashboards.parts.page.language import label, pick
from dashboards.parts.page.words import channel_name
from metrics.query.access import Viewer
from metrics.query.labels import labels
from metrics.reports.channels.cell import UNREPORTED

#: What a channel is taken apart by: its title, and what lines are called that tell no member of it.
LISTS = {
    "session": (("场次", "Sessions"), ("不在场次里", "in no session")),
    "creator": (("达人/账号", "Creators and accounts"), ("未归到达人", "of no creator")),
    "style": (("款式", "Styles"), ("没有款式信息", "no style given")),
}


def channel_title(platform: str, channel: str) -> str:
    """``抖音 · 自播``, ``Douyin · own live``."""
    return f"{label(PLATFORM, platform)} · {channel_name(channel)}"


def member_names(viewer: Viewer, by: str) -> Mapping[str, str]:
    """Code → what people call it; one without a name is missing. Names come from outside."""
    names = creator_names(viewer) if by == "creator" else labels(viewer, by)
    return {**names, UNREPORTED: pick(*LISTS[by][1])}
