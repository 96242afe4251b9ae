"""Words of the association's pages: months, changes, nodes, and what to do while nothing is released."""

from __future__ import annotations

import datetime as dt

from dashboards.parts.page import words
from dashboards.parts.page.failure import show_empty
from dashboards.parts.page.language import pick
from metrics.reports.association.names import node_name
from metrics.reports.association.releases import Month, next_due

#: A cell that is withheld, or empty: a page never tells which.
HIDDEN = ("保密", "withheld")
#: What is left of a whole beside its published parts.
REST = ("未单独公开", "not published by itself")


def month_name(month: str) -> str:
    """``2026-09`` → ``2026年9月``, ``Sep 2026``."""
    return words.month(dt.date.fromisoformat(f"{month}-01"))


def short_month(month: str) -> str:
    """``26年9月``, ``Sep 26``: under a chart."""
    return pick(f"{month[2:4]}年{int(month[5:])}月", words.month(dt.date.fromisoformat(f"{month}-01")))


def called(dimension: str, node: str) -> str:
    """What a node is called, all of what was merged in it."""
    return pick(*node_name(dimension, node))


def called_shortly(dimension: str, node: str) -> str:
    """The same for headings and charts, where many names do not fit."""
    return pick(*node_name(dimension, node, most=3))


def called_rest(dimension: str, node: str) -> str:
    """What is left of ``node``, or of the whole, beside its published parts: ``裙装（未单独公开）``."""
    rest = pick(*REST)
    return (
        pick(f"{called(dimension, node)}（{rest}）", f"{called(dimension, node)} ({rest})") if node else rest
    )


def show_nothing_yet() -> None:
    """When the first month comes, and what it takes."""
    month, since = next_due(words.today())
    show_empty(
        f"**还没有发布任何月份。** 最早能发布的是 {month_name(month)}（{words.day(since)}起，退款已来）。"
        "需要：商家加入（`baiyun district join`），满一个完整月份，再由协会发布"
        "（`baiyun district publish`）。人数太少的格子会保密。",
        f"**No month has been released yet.** The first that can be is {month_name(month)} (from "
        f"{words.day(since)} on, when its returns have come). It takes merchants who joined "
        "(`baiyun district join`) for a whole month, and a release (`baiyun district publish`). Cells of too "
        "few owners are withheld.",
        icon=":material/lock:",
    )


def about_release(month: Month) -> str:
    """Which release a month's figures are of, and whether it is final."""
    at = words.moment(month.made_at)
    corrected = (f"，更正过 {month.corrections_qty} 次", f", corrected {month.corrections_qty} times")
    zh, en = corrected if month.corrections_qty else ("", "")
    return pick(
        f"{month_name(month.name)}：第 {month.number} 次发布（{at}），已是终值（月末满 45 天）{zh}。",
        f"{month_name(month.name)}: release {month.number} ({at}), final (45 days after its end){en}.",
    )


def about_next(months: tuple[Month, ...]) -> str:
    """Which month comes next, and when."""
    month, since = next_due(words.today(), months)
    return pick(
        f"下一个月份是 {month_name(month)}，{words.day(since)}起可以发布。",
        f"The next month is {month_name(month)}, to be released from {words.day(since)} on.",
    )
