"""Text on a page: days, moments, labels, and words from outside, which are never trusted to be only words."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from zoneinfo import ZoneInfo

from contracts.code_list import CodeList
from contracts.codes import CHANNEL
from contracts.fields import TIME_ZONE

BEIJING = ZoneInfo(TIME_ZONE)
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_LATE_CODES = re.compile(r"(https?|www|:)(?=\S)", re.IGNORECASE)
_ELLIPSIS = "…"


def today() -> dt.date:
    """The calendar day in Beijing."""
    return dt.datetime.now(BEIJING).date()


def visible(text: str | None, limit: int = 60) -> str:
    """Words from outside for cells and charts: control, bidi and other invisible characters shown as
    ``⟨U+202E⟩``, cut at ``limit``.
    """
    shown = "".join(_shown(character) for character in text or "").strip()
    return shown if len(shown) <= limit else shown[: limit - 1] + _ELLIPSIS


def plain(text: str | None, limit: int = 60) -> str:
    """Words from outside for a Markdown sentence: nothing in them is markup, formula, link, icon or emoji
    code.
    """
    # emoji codes and bare addresses are found after Markdown was parsed, where a backslash no longer helps
    return _PUNCTUATION.sub(r"\\\1", _LATE_CODES.sub("\\1\u2060", visible(text, limit)))


#: ``CHANNEL`` with a word for what is not known of that could not be anything else's.
CHANNEL_NAMES = CodeList("channel", {**CHANNEL.labels, "unknown": ("平台没分渠道", "channel unknown")})


def channel_name(code: str) -> str:
    """A channel's Chinese label; 平台没分渠道 for ``unknown``, which alone could be anything."""
    return CHANNEL_NAMES.zh(code)


def sentence(en: str) -> str:
    """An English phrase as a sentence."""
    return f"{en[:1].upper()}{en[1:]}{'' if en.endswith(('.', '?')) else '.'}"


def halves(text: str | None, limit: int = 160) -> tuple[str, str]:
    """Chinese and English of a stored ``中文 / English``, each as ``visible`` shows it."""
    zh, _, en = (text or "").partition(" / ")
    return visible(zh, limit), visible(en, limit)


def day(date: dt.date, this_year: int | None = None) -> str:
    """``11月24日``, with the year when it is not ``this_year`` (default: now)."""
    year = "" if date.year == (this_year or today().year) else f"{date.year}年"
    return f"{year}{date.month}月{date.day}日"


def moment(at: dt.datetime) -> str:
    """``11月24日 14:05`` in Beijing time."""
    local = at.astimezone(BEIJING)
    return f"{day(local.date())} {local:%H:%M}"


def span(first: dt.date, last: dt.date) -> str:
    """``11月18日–11月24日``; one day stands alone, and a year stands once."""
    return day(first) if first == last else f"{day(first)}–{day(last, first.year)}"


def _shown(character: str) -> str:
    if character in "\t\n\r":
        return " "
    if character == "\u200d":  # joins the parts of one emoji
        return character
    return (
        f"⟨U+{ord(character):04X}⟩"
        if unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
        else character
    )
