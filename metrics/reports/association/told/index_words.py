"""The district's index in sentences: up or down, by how much, since when, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence

from metrics.reports.association.pulse import (
    FALSE_ALARMS_A_YEAR,
    NEEDED,
    Pulse,
    Step,
    slower_months,
    turning,
)
from metrics.reports.association.releases import Month
from metrics.reports.association.told.words import Pick, month_name
from metrics.reports.readable import NOTHING, percent, signed_percent
from metrics.reports.readable import points as in_points

#: A diffusion index this near to 50 says that about as many rise as fall.
_EVEN = 5
_WITHHELD = (
    "全区的合计保密，成员太少，或有人占得太大",
    "the district's total is withheld, as members are too few or one is too large",
)
_REFUSED = (
    "两个月都在的成员不到金额的六成，或者指数会让人算出某一家",
    "members of both months have less than 60% of the value, or an index would give a member away",
)


def headline(pick: Pick, points: Sequence[Pulse]) -> str:
    """``2026年10月：白云直播服装指数 96.4（2025年1月 = 100），环比 −1.8%，同比 −3.9%；连续 3 个月放缓。``, or
    why there is none.
    """
    newest = points[-1]
    month = month_name(pick, newest.month)
    if newest.level is None:
        return pick(f"{month}没有指数：{_why(newest, 0)}。", f"{month} has no index: {_why(newest, 1)}.")
    base = month_name(pick, newest.base_month or newest.month)
    steps = [words for words in (_against(pick, newest, newest.monthly), _year(pick, newest.yearly)) if words]
    zh = f"{month}：白云直播服装指数 {in_points(newest.level)}（{base} = 100）"
    en = f"{month}: the Baiyun live apparel index is {in_points(newest.level)} ({base} = 100)"
    said = pick("，", ", ").join([pick(zh, en), *steps])
    return f"{said}{pick('；', '; ')}{_slower(pick, points)}{pick('。', '.')}"


def turning_words(pick: Pick, points: Sequence[Pulse]) -> str:
    """Whether a turning point is flagged, and how often that is a false alarm."""
    found = turning(points)
    years = round(1 / FALSE_ALARMS_A_YEAR)
    rate = pick(
        f"在模拟的历史上，这个判断大约每 {years} 年误报一次",
        f"on simulated histories this test gives a false alarm about once in {years} years",
    )
    if found is None:
        return pick(
            f"**稳中趋缓？还不能判断。** 需要连续 {NEEDED} 个月有同比（约 {NEEDED + 12} 个月历史）。",
            f"**Slowing down? Too early to tell.** It takes {NEEDED} months in a row with a year-on-year "
            f"change (some {NEEDED + 12} months of history).",
        )
    if found:
        return pick(
            f"**稳中趋缓：是。** 同比持续低于平常的水平，累计已超过警戒线；{rate}。",
            f"**Slowing down: yes.** Year-on-year changes have been below the usual for long enough; {rate}.",
        )
    return pick(
        f"**稳中趋缓：没有迹象。** 同比还在平常的范围里；{rate}。",
        f"**Slowing down: no sign of it.** Year-on-year changes are within the usual; {rate}.",
    )


def matched_words(pick: Pick, step: Step | None) -> tuple[str, str]:
    """The matched part as a figure, and on how many members it stands."""
    if step is None:
        return "—", pick("第一个月，还没有可比的月份", "the first month: nothing to compare with yet")
    of = pick(
        f"{step.members_qty} 家里 {step.matched_qty} 家和 {month_name(pick, step.since)} 可比",
        f"{step.matched_qty} of {step.members_qty} members compare with {month_name(pick, step.since)}",
    )
    rate = step.matched_rate
    return ("—" if rate is None else pick(f"至少 {percent(rate)}", f"at least {percent(rate)}")), of


def diffusion_words(pick: Pick, step: Step | None) -> tuple[str, str]:
    """The diffusion index, and what it says."""
    if step is None:
        return "—", pick("要有两个月才能比", "it takes two months to compare")
    if step.diffusion is None:
        return pick("保密", "withheld"), pick(
            "太多成员往同一个方向走，公开会让人看出别人是涨是跌",
            "too many moved the same way: it would tell how others did",
        )
    voters = step.voters_qty
    if abs(step.diffusion - 50) <= _EVEN:
        said = pick("涨的和跌的差不多", "about as many rise as fall")
    elif step.diffusion > 50:
        said = pick("涨的比跌的多", "more rise than fall")
    else:
        said = pick("跌的比涨的多", "more fall than rise")
    return str(step.diffusion), pick(
        f"{said}；{voters} 个老板一人一票", f"{said}; {voters} owners, one vote each"
    )


def published_words(pick: Pick, month: Month) -> tuple[str, str]:
    """How much of the value is published cell by cell: from the cube that tells least to the one that tells
    most.
    """
    known = [rate for cube in month.cubes if (rate := month.shown_rate(cube)) is not None]
    least, most = (percent(find(known)) if known else NOTHING for find in (min, max))
    return least if least == most else f"{least}–{most}", pick(
        "各张表里单独公开的金额；其余合并公开或保密", "of the value is published cell by cell, table by table"
    )


def _why(point: Pulse, place: int) -> str:
    if point.base_month is None:
        return _WITHHELD[place]
    if point.monthly is None:
        return ("它早于第一个有指数的月份", "it is before the first month that has one")[place]
    return _REFUSED[place]


def _against(pick: Pick, point: Pulse, step: Step | None) -> str:
    """The change from the month before, or from the last one that has a level."""
    if step is None:
        return ""
    said, since = _rounded(pick, step), month_name(pick, step.since)
    if _is_month_before(step.since, point.month):
        return pick(f"环比{said}", f"{said} on the month before")
    return pick(f"比 {since}{said}", f"{said} on {since}")


def _year(pick: Pick, step: Step | None) -> str:
    if step is None:
        return ""
    if step.change_rate is None:
        return pick(
            "同比没有（可比的成员太少）", "no comparison with the year before (too few members match)"
        )
    return pick(f"同比{_rounded(pick, step)}", f"{_rounded(pick, step)} on the year before")


def _rounded(pick: Pick, step: Step) -> str:
    """A change, and whether it had to be rounded more than usual."""
    is_rough = step.rounded_rate is not None and step.rounded_rate > 0.001
    said = signed_percent(step.change_rate)
    return pick(f"约 {said}" if is_rough else f" {said}", f"about {said}" if is_rough else said)


def _slower(pick: Pick, points: Sequence[Pulse]) -> str:
    count = slower_months(points)
    if points[-1].yearly is None:
        return pick("不到一年，还没有同比", "less than a year, nothing to compare with yet")
    if not count:
        return pick("没有比上月放缓", "no slower than the month before")
    return pick(
        f"连续 {count} 个月放缓" if count > 1 else "比上月放缓",
        f"slower for {count} months in a row" if count > 1 else "slower than the month before",
    )


def _is_month_before(earlier: str, month: str) -> bool:
    at, now = (int(name[:4]) * 12 + int(name[5:]) for name in (earlier, month))
    return now - at == 1
