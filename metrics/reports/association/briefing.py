"""The month's briefing: what one page says of a release, in words and figures, before it is HTML, PDF or
Word.

It is made of signed documents alone, by the words of the association's pages, and only of those that were
there when its release was made: it reads the same whenever it is made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from contracts.errors import UsageError
from contracts.fields import TIME_ZONE
from metrics.reports.association.cells import part
from metrics.reports.association.changes import Change, changes, month_before, year_before
from metrics.reports.association.pulse import Pulse, pulse
from metrics.reports.association.releases import Month
from metrics.reports.association.told import change_words, shares
from metrics.reports.association.told.index_words import (
    diffusion_words,
    headline,
    matched_words,
    published_words,
    turning_words,
)
from metrics.reports.association.told.words import PICKS, Pick, month_name
from metrics.reports.readable import points, signed_percent, yuan
from warehouse.signed.signing import canonical

#: Months of the index, and cells that rose and that fell, for which one page has room.
_MONTHS, _CELLS = 25, 3
_CUBE, _NAMES = "categories", ("category_code",)
TITLE = ("白云直播服装产业简报", "Baiyun live apparel briefing")


@dataclass(frozen=True)
class Card:
    """A figure with its name above and what it means below."""

    name: str
    value: str
    said: str


@dataclass(frozen=True)
class Level:
    """A month of the index (``YYYY-MM``); ``level`` is None, and ``text`` a dash, where it has none."""

    name: str
    level: float | None
    text: str


@dataclass(frozen=True)
class Part:
    """A channel, or what is not published by itself; ``text`` is its share of the district, where the
    district's own bar tells it apart.
    """

    name: str
    colour: str
    text: str


@dataclass(frozen=True)
class Moved:
    """A cell that rose or fell."""

    name: str
    rate: float
    text: str


@dataclass(frozen=True)
class Compared:
    """The month beside an earlier one: what rose and fell most, and what cannot be compared."""

    finding: str
    rows: tuple[Moved, ...]
    hidden: str


@dataclass(frozen=True)
class Briefing:
    """One page in one language. Words may hold ``**`` around what is printed bold.

    ``bars``: the whole district and its platforms by channel; ``legend``: their parts in order.
    """

    language: str
    title: str
    month: str
    issued: str
    headline: str
    turning: str
    cards: tuple[Card, ...]
    index_heading: str
    levels: tuple[Level, ...]
    channels: tuple[str, ...]
    bars: tuple[shares.Row, ...]
    legend: tuple[Part, ...]
    compared: tuple[Compared, ...]
    notes_heading: str
    notes: tuple[str, ...]


def briefing(months: Sequence[Month], language: str) -> Briefing:
    """The briefing of the last of ``months`` (``releases.as_of``) in ``zh`` or ``en``.

    Raises ``UsageError`` NOTHING_TO_BRIEF where not one cell of the month is published.
    """
    pick, month, read = PICKS[language], months[-1], pulse(months)
    if not month.figures:
        raise UsageError(
            "NOTHING_TO_BRIEF",
            "这个月没有一格可以公开，没有简报",
            "not one cell of this month is published, so there is no briefing",
            step_zh="等更多成员加入后的月份",
            step_en="wait for a month with more members",
            month=month.name,
        )
    newest = read[-1]
    legend, bars = _bars(pick, month)
    return Briefing(
        language,
        pick(*TITLE),
        month_name(pick, month.name),
        _issued(pick, month),
        headline(pick, read),
        turning_words(pick, read),
        (
            Card(pick("可比的部分", "Matched part"), *matched_words(pick, newest.monthly)),
            Card(pick("扩散指数", "Diffusion index"), *diffusion_words(pick, newest.monthly)),
            Card(pick("公开的部分", "Published part"), *published_words(pick, month)),
        ),
        _index_heading(pick, newest),
        tuple(Level(point.month, point.level, points(point.level)) for point in read[-_MONTHS:]),
        tuple(_channels(pick, month)),
        bars,
        legend,
        tuple(_compared(pick, months)),
        pick("数据说明", "About these figures"),
        tuple(_notes(pick, month, newest)),
    )


def _bars(pick: Pick, month: Month) -> tuple[tuple[Part, ...], tuple[shares.Row, ...]]:
    """The district's parts, and every bar with its own in their order."""
    if () not in month.figures:
        return (), ()
    rows = [row for row in shares.rows_of(pick, month, "kept") if row.share > 0]
    names, colours = shares.colours_of(rows)
    whole = {row.name: row.text for row in rows if row.row == rows[0].row}
    legend = [Part(name, colour, whole.get(name, "")) for name, colour in zip(names, colours, strict=True)]
    lines = list(dict.fromkeys(row.row for row in rows))
    ordered = sorted(rows, key=lambda row: (lines.index(row.row), names.index(row.name)))
    return tuple(legend), tuple(ordered)


def _issued(pick: Pick, month: Month) -> str:
    """Which release, when, by whom."""
    at = month.made_at.astimezone(ZoneInfo(TIME_ZONE))
    by = month.document["made_by"]
    return pick(
        f"第 {month.number} 次发布，{at:%Y-%m-%d %H:%M}（北京时间），发布人 {by}",
        f"Release {month.number}, {at:%Y-%m-%d %H:%M} Beijing time, by {by}",
    )


def _index_heading(pick: Pick, newest: Pulse) -> str:
    base = month_name(pick, newest.base_month or newest.month)
    if newest.base_month is None:
        return pick("白云直播服装指数", "Baiyun live apparel index")
    return pick(f"白云直播服装指数（{base} = 100）", f"Baiyun live apparel index ({base} = 100)")


def _channels(pick: Pick, month: Month) -> list[str]:
    whole = part(month, {})
    if whole is None:
        return [
            pick("全区的合计保密，没有占比。", "The district's total is withheld, so there are no shares.")
        ]
    sums = pick(
        f"全区支付 {yuan(whole.paid_fen)}，留下 {yuan(whole.kept_fen)}，退回 {yuan(whole.refund_fen)}。",
        f"The district was paid {yuan(whole.paid_fen)} and kept {yuan(whole.kept_fen)}; "
        f"{yuan(whole.refund_fen)} went back.",
    )
    refunds = f"{pick(*shares.refund_words(pick, month))}{pick('。', '.')}"
    return [shares.finding(pick, month, "kept"), sums, refunds, shares.concentration_words(pick, month)]


def _compared(pick: Pick, months: Sequence[Month]) -> list[Compared]:
    newest, by_name = months[-1], {month.name: month for month in months}
    found = []
    for name, what in (
        (month_before(newest.name), pick("上月", "the month before")),
        (year_before(newest.name), pick("去年同月", "the same month of last year")),
    ):
        if name not in by_name:
            continue
        both = changes(by_name[name], newest, _CUBE, _NAMES)
        rises = [row for row in both.rows if (row.rate or 0.0) > 0][:_CELLS]
        falls = [row for row in both.rows if (row.rate or 0.0) < 0][-_CELLS:]
        rows = tuple(_moved(pick, row) for row in (*rises, *falls))
        finding = change_words.finding(pick, both, newest, what)
        found.append(Compared(finding, rows, change_words.hidden_words(pick, both, newest, _CUBE)))
    return found


def _moved(pick: Pick, row: Change) -> Moved:
    return Moved(change_words.name_of(pick, row.key), row.rate or 0.0, signed_percent(row.rate))


def _notes(pick: Pick, month: Month, newest: Pulse) -> list[str]:
    """Whence, how final, of how many, what is withheld, where the method stands."""
    digest = hashlib.sha256(canonical(month.document)).hexdigest()[:16]
    corrected = (f"，更正过 {month.corrections_qty} 次", f", corrected {month.corrections_qty} times")
    zh, en = corrected if month.corrections_qty else ("，没有更正过", ", never corrected")
    shown, withheld = len(month.figures), month.document["withheld_cells_qty"]
    told = [
        pick(
            f"{_issued(pick, month)}；签名的文件 sha256 {digest}…；终值（月末满 45 天、退款已来）{zh}。",
            f"{_issued(pick, month)}; signed document sha256 {digest}…; final (45 days after the month's end)"
            f"{en}.",
        )
    ]
    if step := newest.monthly:
        told.append(
            pick(
                f"成员 {step.members_qty} 家，{step.matched_qty} 家两个月可比，至少 {step.voters_qty} 个老板"
                "（没有登记老板的商家合起来只算一个）。",
                f"{step.members_qty} members, {step.matched_qty} of them in both months, of at least "
                f"{step.voters_qty} owners (merchants whose owner nobody named count as one).",
            )
        )
    told.append(
        pick(
            f"公开 {shown} 格，保密 {withheld} 格；保密和没有发生不区分，没有单独公开的部分是灰色的一块。"
            "同比是同一个公历月，没有按农历和大促对齐。",
            f"{shown} cells are published, {withheld} withheld; withheld and empty are not told apart, and "
            "what is not published by itself is the grey block. A year ago is the same calendar month, not "
            "aligned to the lunar calendar or to promotions.",
        )
    )
    told.append(
        pick(
            "方法、规则和来源：系统文档《全区数字怎么公开》（docs/district.md）。",
            "Methods, rules and sources: docs/district.md, how figures of the district are published.",
        )
    )
    return told
