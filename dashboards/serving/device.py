"""A device in words, from what its browser says of itself: for people who look where they are signed in.

In Chinese, as it is kept; pages say it in their own language.
"""

from __future__ import annotations

_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("Lark", "飞书"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "鸿蒙"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def device_words(agent: str) -> str:
    """``Chrome · Windows``; 未知设备 where nothing is recognised.

    Only words of ours, never the browser's own.
    """
    found = [next((words for mark, words in known if mark in agent), "") for known in (_BROWSERS, _SYSTEMS)]
    return " · ".join(word for word in found if word) or "未知设备"
