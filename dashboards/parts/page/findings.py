"""What a chart shows, in a sentence above it: worked out from what is drawn, also where there is nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
import streamlit as st

from dashboards.parts.page.book import put
from dashboards.parts.page.language import pick
from dashboards.parts.page.money import percent, rough_yuan, share, yuan
from dashboards.parts.page.words import plain
from metrics.reports.nobody import is_nobody
from metrics.reports.sheets import Column, Sheet

#: A name's place in the list, which the sentence says in words.
_RANK = re.compile(r"^\d+\. ")
#: Chinese and English.
Finding = tuple[str, str]
#: Dimensions whose members may be nobody.
_BY = ("channel", "style", "session", "creator")
_Lists = tuple[list[Any], list[str]]

_RANGE = {
    "name": Column("名称", "name"),
    "matured_fen": Column("最后留下（估）", "will stay", "fen"),
    "matured_low_fen": Column("八成把握：少", "80 % interval, low", "fen"),
    "matured_high_fen": Column("八成把握：多", "80 % interval, high", "fen"),
    "kept_fen": Column("目前留下", "kept so far", "fen"),
    "paid_fen": Column("支付", "paid", "fen"),
}
_AT_AGE = {
    "name": Column("名称", "name"),
    "kept_rate": Column("留下的占比", "share kept", "fraction"),
    "kept_fen": Column("那一刻留下", "kept at that age", "fen"),
    "paid_fen": Column("支付", "paid", "fen"),
}
_STEP = {
    "zh": Column("步骤", "step"),
    "en": Column("英文", "in English"),
    "fen": Column("金额", "amount", "fen"),
}
_DAY = {
    "date": Column("日期", "day", "date"),
    "front_fen": Column("留下", "kept", "fen"),
    "paid_fen": Column("支付", "paid", "fen"),
}


def show_finding(found: Finding) -> None:
    """The sentence above a chart."""
    st.markdown(f"**{pick(*found)}**")


def tell_ranges(rows: pl.DataFrame, names: Sequence[str], title: str) -> None:
    """``rows`` of ``metrics.query.matured``, called ``names``, as they are drawn."""
    named, nobody = _named(rows, [_RANK.sub("", name) for name in names], "matured_fen")
    show_finding(most_will_stay(*named, apart=nobody[0]))
    put(Sheet(title, _RANGE, rows.with_columns(name=pl.Series(names, dtype=pl.String))))


def tell_at_age(rows: pl.DataFrame, names: Sequence[str], title: str) -> None:
    """``rows`` of ``metrics.reports.equal_age``, called ``names``."""
    named, _ = _named(rows, names, "kept_rate")
    show_finding(most_and_least(*named))
    put(Sheet(title, _AT_AGE, rows.with_columns(name=pl.Series(names, dtype=pl.String))))


def tell_steps(steps: pl.DataFrame, title: str) -> None:
    """``step, zh, en, fen, is_total`` of a waterfall, the first and the last a total."""
    show_finding(largest_step(steps))
    put(Sheet(title, _STEP, steps))


def tell_days(rows: pl.DataFrame, front: Finding, title: str) -> None:
    """``date, front_fen, paid_fen`` per day, unknown null; ``front`` is what the first is called."""
    show_finding(best_day(rows, front))
    put(Sheet(title, _DAY, rows))


def _named(rows: pl.DataFrame, names: Sequence[str], column: str) -> tuple[_Lists, _Lists]:
    """Values and names of the rows that tell who they are of, and of those that are nobody's: these lead no
    sentence.
    """
    by = [name for name in _BY if name in rows.columns]
    is_apart = rows.select(is_nobody(by)).to_series().to_list() if by else [False] * rows.height
    told = list(zip(rows[column].to_list(), names, is_apart, strict=True))
    named, nobody = ([one[:2] for one in told if one[2] is apart] for apart in (False, True))
    return _split(named), _split(nobody)


def _split(told: Sequence[tuple[Any, str]]) -> _Lists:
    return [value for value, _ in told], [name for _, name in told]


def most_will_stay(
    amounts: Sequence[int | None], names: Sequence[str], apart: Sequence[int | None] = ()
) -> Finding:
    """Of whom most will stay, how much, and which part of all that is shown; ``apart``: what will stay of
    what no platform tells the channel of, which is none of them.
    """
    if not [amount for amount in amounts if amount is not None]:
        return "还估不了谁最后留得最多", "Nothing can be estimated yet"
    best, who, who_en = _best(amounts, names, max)
    told = [amount for amount in amounts if amount is not None]
    part = share(int(best), sum(told)) if len(told) > 1 and min(told) >= 0 else None
    zh = f"最后留下最多的是{who}，{rough_yuan(int(best))}"
    en = f"Most will stay of {who_en}: {rough_yuan(int(best))}"
    rest = sum(amount for amount in apart if amount is not None)
    if part is not None:
        zh += f"，占{'能分出渠道' if rest else '列出'}的 {len(told)} 个的 {percent(part)}"
        en += f", {percent(part)} of the {len(told)} {'whose channel is known' if rest else 'shown'}"
    if rest:
        zh += f"；另有 {rough_yuan(rest)} 平台没分渠道"
        en += f"; of another {rough_yuan(rest)} no platform gives the channel"
    return zh, en


def most_and_least(rates: Sequence[float | None], names: Sequence[str]) -> Finding:
    """Who keeps the largest part, and who the smallest."""
    told = [rate for rate in rates if rate is not None]
    if not told:
        return "还没有可以比的", "Nothing to compare yet"
    best, who, who_en = _best(rates, names, max)
    zh, en = f"留得最多的是{who}，{percent(best)}", f"{who_en} keeps most, {percent(best)}"
    if len(told) == 1 or min(told) == best:
        return zh, en
    least, last, last_en = _best(rates, names, min)
    return f"{zh}；最少的是{last}，{percent(least)}", f"{en}; {last_en} least, {percent(least)}"


def largest_step(steps: pl.DataFrame) -> Finding:
    """From what to what a waterfall leads, and by which step most is gained or lost."""
    first, last = steps.row(0, named=True), steps.row(-1, named=True)
    zh = f"从{first['zh']} {yuan(first['fen'])} 到{last['zh']} {yuan(last['fen'])}"
    en = f"From {first['en']} {yuan(first['fen'])} to {last['en']} {yuan(last['fen'])}"
    between = steps.filter(~pl.col("is_total") & (pl.col("fen") != 0))
    if between.is_empty():
        return f"{zh}，中间没有差别", f"{en}: nothing between"
    most = between.sort(pl.col("fen").abs(), descending=True, maintain_order=True).row(0, named=True)
    signed = f"{'+' if most['fen'] > 0 else ''}{yuan(most['fen'])}"
    return f"{zh}，最大的一步是{most['zh']} {signed}", f"{en}; the largest step is {most['en']}, {signed}"


def best_day(rows: pl.DataFrame, front: Finding) -> Finding:
    """On which day there was most of it, and how many days nothing is known of."""
    told = rows.drop_nulls("front_fen")
    if told.is_empty():
        return f"这 {rows.height} 天还没有数字", f"No figures of these {rows.height} days yet"
    names = [f"{date.month}月{date.day}日" for date in told["date"]]
    best, who, _ = _best(told["front_fen"].to_list(), names, max)
    names_en = [f"{date:%-d %b}" for date in told["date"]]
    _, _, who_en = _best(told["front_fen"].to_list(), names_en, max)
    zh = f"{rows.height} 天里{front[0]}最多的是{who}，{rough_yuan(int(best))}"
    en = f"Of {rows.height} days {who_en} had most {front[1]}: {rough_yuan(int(best))}"
    lacking = rows.height - told.height
    return (f"{zh}；{lacking} 天没有数据", f"{en}; {lacking} without data") if lacking else (zh, en)


def _best(
    values: Sequence[float | None], names: Sequence[str], which: Callable[[list[float]], float]
) -> tuple[float, str, str]:
    """The largest, or least, value, and whose it is: a name, or how many share it."""
    best = which([value for value in values if value is not None])
    whose = [name for value, name in zip(values, names, strict=True) if value == best]
    if len(whose) == 1:
        return best, plain(whose[0], 40), plain(whose[0], 40)
    first = plain(whose[0], 40)
    return best, f"{first}等 {len(whose)} 个（一样多）", f"{first} and {len(whose) - 1} more alike"
