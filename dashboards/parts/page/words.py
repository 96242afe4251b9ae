"""Text on a page: days, moments, labels, and words from outside, which are never trusted to be only words."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from zoneinfo import ZoneInfo

from contracts.code_list import CodeList
from contracts.codes import CHANNEL
from contracts.fields import TIME_ZONE
from dashboards.parts.page.language import Named, label, phrase, pick
from metrics.model.guide import tooltip
from metrics.reports.readable import MONTHS_EN

BEIJING = ZoneInfo(TIME_ZONE)
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_LATE_CODES = re.compile(r"(https?|www|:)(?=\S)", re.IGNORECASE)
_ELLIPSIS = "…"
_DAY, _MONTH = r"20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", r"20\d\d-(?:0[1-9]|1[0-2])"
_SPAN = rf"(?P<first>{_DAY})(?: – (?P<last>{_DAY}))?"
_DAYS = re.compile(rf"(?<![\w-])(?:{_SPAN}|(?P<month>{_MONTH}))(?![\w-])", re.ASCII)
_DEVICES = {
    "微信": "WeChat",
    "钉钉": "DingTalk",
    "飞书": "Feishu",
    "鸿蒙": "HarmonyOS",
    "未知设备": "unknown device",
    "命令行": "command line",
}
_WEEKDAYS = (
    ("一", "Monday"), ("二", "Tuesday"), ("三", "Wednesday"), ("四", "Thursday"), ("五", "Friday"),
    ("六", "Saturday"), ("日", "Sunday"),
)  # fmt: skip


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


def quoted(text: str | None, limit: int = 160) -> str:
    """``plain`` words between the marks of the language: ``「退款不超过支付」``."""
    return pick("「{}」", "“{}”").format(plain(text, limit))


#: ``CHANNEL`` with a word for what is not known of that could not be anything else's.
CHANNEL_NAMES = CodeList("channel", {**CHANNEL.labels, "unknown": ("平台没分渠道", "channel unknown")})


def channel_name(code: str) -> str:
    """What a channel is called; 平台没分渠道 for ``unknown``, which alone could be anything."""
    return label(CHANNEL_NAMES, code)


def sentence(en: str) -> str:
    """An English phrase as a sentence."""
    return f"{en[:1].upper()}{en[1:]}{'' if en.endswith(('.', '?')) else '.'}"


def about(metric: str) -> str:
    """What a metric is, for who taps the question mark beside it."""
    return pick(*tooltip(metric))


def halves(text: str | None, limit: int = 160) -> tuple[str, str]:
    """Chinese and English of a stored ``中文 / English``, each as ``visible`` shows it; what has no halves,
    such as a number, is the same in both.
    """
    zh, is_split, en = (text or "").partition(" / ")
    return visible(zh, limit), visible(en if is_split else zh, limit)


def device(words: str) -> str:
    """A device as it is kept, ``微信 · iPhone``, for who reads no Chinese: ``WeChat · iPhone``."""
    names = [visible(name) for name in words.split(" · ")]
    return " · ".join(pick(name, _DEVICES.get(name, name)) for name in names)


def day(date: dt.date, this_year: int | None = None) -> str:
    """``11月24日`` or ``24 Nov``, with the year when it is not ``this_year`` (default: now)."""
    is_this = date.year == (this_year or today().year)
    zh = f"{'' if is_this else f'{date.year}年'}{date.month}月{date.day}日"
    return pick(zh, f"{date.day} {MONTHS_EN[date.month - 1]}{'' if is_this else f' {date.year}'}")


def month(first: dt.date) -> str:
    """``2026年11月``, ``Nov 2026``."""
    return pick(f"{first.year}年{first.month}月", f"{MONTHS_EN[first.month - 1]} {first.year}")


def weekday(date: dt.date) -> str:
    """``周二``, ``Tuesday``."""
    zh, en = _WEEKDAYS[date.weekday()]
    return pick(f"周{zh}", en)


def moment(at: dt.datetime) -> str:
    """``11月24日 14:05`` or ``24 Nov 14:05``, in Beijing time."""
    local = at.astimezone(BEIJING)
    return f"{day(local.date())} {local:%H:%M}"


def span(first: dt.date, last: dt.date) -> str:
    """``11月18日–11月24日`` or ``18 Nov–24 Nov``; one day stands alone, and a year stands once."""
    if first == last:
        return day(first)
    return pick(f"{day(first)}–{day(last, first.year)}", f"{day(first, last.year)}–{day(last)}")


def remark(note: Named) -> str:
    """A note or a caveat as a sentence."""
    return dated(phrase(note.zh, note.en))


def dated(text: str) -> str:
    """A sentence in which days and months of the form ``2026-11-18`` stand as a page writes them."""
    return _DAYS.sub(_in_words, text)


def _in_words(found: re.Match[str]) -> str:
    first, last, lone = found["first"], found["last"], found["month"]
    if lone:
        return month(dt.date.fromisoformat(f"{lone}-01"))
    days = dt.date.fromisoformat(first), dt.date.fromisoformat(last or first)
    return span(*days)


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
