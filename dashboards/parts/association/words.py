"""Words of the association's pages: which release is shown, which month comes next, and what to do while
nothing is released.
"""

from __future__ import annotations

from dashboards.parts.page import words
from dashboards.parts.page.failure import show_empty
from dashboards.parts.page.language import pick
from metrics.reports.association.archive import Issue
from metrics.reports.association.releases import MOST_CORRECTIONS, Month, next_due
from metrics.reports.association.told.words import month_name


def show_nothing_yet() -> None:
    """When the first month comes, and what it takes."""
    month, since = next_due(words.today())
    first = month_name(pick, month)
    show_empty(
        f"**还没有发布任何月份。** 最早能发布的是 {first}（{words.day(since)}起，退款已来）。"
        "需要：商家加入（`baiyun district join`），满一个完整月份，再由协会发布"
        "（`baiyun district publish`）。人数太少的格子会保密。",
        f"**No month has been released yet.** The first that can be is {first} (from "
        f"{words.day(since)} on, when its returns have come). It takes merchants who joined "
        "(`baiyun district join`) for a whole month, and a release (`baiyun district publish`). Cells of too "
        "few owners are withheld.",
        icon=":material/lock:",
    )


def about_release(month: Month) -> str:
    """Which release a month's figures are of, and whether it is final."""
    at = words.moment(month.made_at)
    count, most = month.corrections_qty, MOST_CORRECTIONS
    corrected = (
        f"，更正过 {count} 次（最多 {most} 次），指数不随更正改",
        f", correction {count} of at most {most}, which leaves the index as it was",
    )
    zh, en = corrected if count else ("", "")
    return pick(
        f"{month_name(pick, month.name)}：第 {month.number} 次发布（{at}），已是终值（月末满 45 天）{zh}。",
        f"{month_name(pick, month.name)}: release {month.number} ({at}), final (45 days after its end){en}.",
    )


def about_people(issue: Issue) -> str:
    """Who released it, where that took two people; empty where it did not."""
    if not issue.approved:
        return ""
    names = [(words.plain(name, 40), words.moment(at)) for name, at in issue.approved]
    proposed = words.plain(issue.made_by, 40)
    zh = "、".join(f"{name}（{at}）" for name, at in names)
    en = ", ".join(f"{name} ({at})" for name, at in names)
    return pick(
        f"两个人发布的：{f'{proposed} 提出，' if proposed else ''}{zh}批准。",
        f"Released by two: {f'proposed by {proposed}, ' if proposed else ''}approved by {en}.",
    )


def about_next(months: tuple[Month, ...]) -> str:
    """Which month comes next, and when."""
    month, since = next_due(words.today(), months)
    return pick(
        f"下一个月份是 {month_name(pick, month)}，{words.day(since)}起可以发布。",
        f"The next month is {month_name(pick, month)}, to be released from {words.day(since)} on.",
    )
