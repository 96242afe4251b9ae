"""The district's platforms and channels as parts of one whole: rows of a chart, and what they show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

from metrics.reports.association.cells import Part, nested, part
from metrics.reports.association.changes import concentration
from metrics.reports.association.releases import Month
from metrics.reports.association.told.words import REST, Pick, called_rest, called_shortly, marked
from metrics.reports.nobody import NOBODY
from metrics.reports.readable import CHANNEL_COLOURS, MERGED_COLOURS, REST_COLOUR, percent

#: Measure → the parts of a document's cells that it is the sum of.
PARTS = {"kept": ("kept_fen",), "paid": ("kept_fen", "refund_fen")}
MEASURES = {"kept": ("留下", "kept"), "paid": ("支付", "paid")}
_PAST = {"kept": "kept", "paid": "was paid"}
_CUBE, _PLATFORM, _CHANNEL = "channels", "platform_code", "channel_code"
_HANGS = {
    "high": ("集中在少数", "concentrated on a few"),
    "middle": ("集中度适中", "moderately concentrated"),
    "low": ("分散", "spread out"),
}


@dataclass(frozen=True)
class Row:
    """One part of one bar; ``told`` belongs to the whole bar."""

    row: str
    told: str
    name: str
    share: float
    text: str
    code: str


def value(of: Part, measure: str) -> int:
    """What was kept, or paid, in fen."""
    return of.paid_fen if measure == "paid" else of.kept_fen


def part_name(pick: Pick, dimension: str, of: Part) -> str:
    """What a part is called."""
    return called_rest(pick, dimension, of.node) if of.is_rest else called_shortly(pick, dimension, of.node)


def platforms_of(month: Month, measure: str = "kept") -> list[tuple[Part, list[Part]]]:
    """Platforms, the largest first, each with its channels; what is not published comes last."""
    found = nested(month, _CUBE, _PLATFORM, _CHANNEL)
    return sorted(found, key=lambda pair: (pair[0].is_rest, -value(pair[0], measure)))


def rows_of(pick: Pick, month: Month, measure: str) -> list[Row]:
    """The district by channel, as far as cells of a channel are published, then its platforms by channel;
    everything as shares of the district.
    """
    found = platforms_of(month, measure)
    whole = sum(value(each, measure) for each, _ in found)
    channels = [each for each, _ in nested(month, _CUBE, _CHANNEL, _PLATFORM)]
    rows = _bar(pick, pick("全区", "The district"), channels, measure, whole)
    for each, inside in found:
        rest = [Part("", each.kept_fen, each.refund_fen, is_rest=True)]
        rows += _bar(pick, part_name(pick, _PLATFORM, each), inside or rest, measure, whole)
    return rows


def colours_of(rows: Sequence[Row]) -> tuple[list[str], list[str]]:
    """The parts' names as the legend lists them, and their colours; what is not published is grey."""
    order = {code: place for place, code in enumerate(CHANNEL_COLOURS)}
    names = {row.name: row.code for row in rows}
    listed = sorted(names, key=lambda name: (order.get(names[name].split("+")[0], len(order)), name))
    merged = cycle(MERGED_COLOURS)
    codes = [names[name] for name in listed]
    own = {"": REST_COLOUR, **CHANNEL_COLOURS}
    return listed, [own.get(code) or next(merged) for code in codes]


def finding(pick: Pick, month: Month, measure: str) -> str:
    """The largest platform, the largest cell in it, and how much is not published by platform."""
    where, found = marked(pick, month), platforms_of(month, measure)
    whole = sum(value(each, measure) for each, _ in found)
    shown = [pair for pair in found if not pair[0].is_rest]
    if not shown or whole <= 0:
        return pick(f"{where}：没有可以单独公开的平台。", f"{where}: no platform can be shown by itself.")
    most, cells = shown[0]
    name, rate = part_name(pick, _PLATFORM, most), percent(value(most, measure) / whole)
    inside = [each for each in cells if not each.is_rest and each.node not in NOBODY]
    cell = ("", "")
    if inside:
        best = max(inside, key=lambda each: value(each, measure))
        channel, part_rate = part_name(pick, _CHANNEL, best), percent(value(best, measure) / whole)
        cell = f"，{name}的{channel}占 {part_rate}", f", of which {channel} {part_rate}"
    hidden = percent(1 - sum(value(each, measure) for each, _ in shown) / whole)
    return pick(
        f"{where}，全区{MEASURES[measure][0]}的钱里，{name}占 {rate}{cell[0]}；{hidden} 没有按平台公开。",
        f"{where}: of what the district {_PAST[measure]}, {rate} came through {name}{cell[1]}; {hidden} "
        "is not published by platform.",
    )


def refund_words(pick: Pick, month: Month) -> tuple[str, str]:
    """What part of what was paid goes back, and in which cells most and least of it does."""
    whole = part(month, {})
    zh, en = "公开的格子，和它们退回的占比", "Published cells, and what part of them went back"
    if whole is not None:
        rate = percent(whole.refund_rate)
        zh, en = f"全区支付的 {rate} 退了回来", f"Of what the district was paid {rate} went back"
    told = [
        (f"{part_name(pick, _PLATFORM, platform)} · {part_name(pick, _CHANNEL, cell)}", cell.refund_rate)
        for platform, inside in platforms_of(month)
        for cell in inside
        if not cell.is_rest and cell.node not in NOBODY and cell.refund_rate is not None
    ]
    if len(told) < 2:
        return zh, en
    (most, high), (least, low) = (find(told, key=lambda cell: cell[1]) for find in (max, min))
    return (
        f"{zh}；公开的格子里最多的是{most}，{percent(high)}，最少的是{least}，{percent(low)}",
        f"{en}; of the cells shown most of {most}, {percent(high)}, least of {least}, {percent(low)}",
    )


def concentration_words(pick: Pick, month: Month) -> str:
    """On how few platforms and channels the kept money hangs."""
    unknown = ("公开得太少，看不出", "too little is published to tell")
    said = [
        pick(f"{zh}{words[0]}", f"{en} {words[1]}")
        for outer, inner, zh, en in (
            (_PLATFORM, _CHANNEL, "平台", "platforms:"),
            (_CHANNEL, _PLATFORM, "渠道", "channels:"),
        )
        for known in [[each for each, _ in nested(month, _CUBE, outer, inner)]]
        for words in [_HANGS.get(concentration(known) or "", unknown)]
    ]
    return pick(f"**集中度**：{'；'.join(said)}。", f"**Concentration**: {'; '.join(said)}.")


def _bar(pick: Pick, name: str, inside: Sequence[Part], measure: str, whole: int) -> list[Row]:
    share = sum(value(each, measure) for each in inside) / whole if whole else 0.0
    told = pick(f"占全区 {percent(share)}", f"{percent(share)} of the district")
    return [
        Row(
            name,
            told,
            pick(*REST) if each.is_rest else called_shortly(pick, _CHANNEL, each.node),
            value(each, measure) / whole if whole else 0.0,
            percent(value(each, measure) / whole) if whole else "—",
            "" if each.is_rest else each.node,
        )
        for each in inside
    ]
