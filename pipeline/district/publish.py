"""Release a closed month of the district, or correct one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import polars as pl

from contracts.errors import BaiyunError, UsageError
from contracts.fields import TIME_ZONE
from district.cubes import Cube
from district.declared import CUBES, MEASURES
from district.document import CORRECTION, FIRST, Circumstances, read, write
from district.panel import LAG_DAYS, is_closed
from district.policy import Policy
from district.release import correct_month, release_month
from pipeline.district.approving import chain, put, require_proposer, takes_two, withdrawn
from pipeline.district.contributing import of_members
from pipeline.district.indexing import index_section
from pipeline.district.kept import contributions_of
from pipeline.district.quartering import quartiles_section
from pipeline.district.reasons import check_words
from pipeline.district.rules import digest_of, policy_of
from warehouse.settings import Settings
from warehouse.signed.approvals import TWO
from warehouse.signed.district_log import Document, Entry, ReleaseLog


def publish_month(
    settings: Settings,
    contributions: pl.DataFrame,
    month: str,
    *,
    made_by: str,
    at: dt.datetime,
    policy: Policy | None = None,
    cubes: Sequence[Cube] = CUBES,
) -> Entry:
    """Release a month for the first time, from the contributions of its members (``panel.whole_months``), or
    have it wait where that takes two people.

    Raises ``UsageError`` for a month that is not closed or was released or proposed already, as
    ``require_proposer`` for ``made_by``, ``RefusedReleaseError`` when the audit finds that something could be
    inferred.
    """
    require_proposer(settings, made_by)
    log, policy = ReleaseLog(settings.place), policy or policy_of(settings)
    entries = chain(settings)
    if not is_closed(month, at.date(), LAG_DAYS):
        raise UsageError(
            "MONTH_NOT_CLOSED",
            "这个月还没有关账",
            "this month is not closed yet",
            step_zh=f"月末后满 {LAG_DAYS} 天再发布",
            step_en=f"release it {LAG_DAYS} days after its end",
            month=month,
        )
    if any(entry.document["month"] == month for entry in entries):
        raise UsageError(
            "ALREADY_RELEASED",
            "这个月已经发布过，只写一次",
            "this month was released before; it is written once",
            step_zh="有错就发一次更正",
            step_en="release a correction if something was wrong",
            month=month,
        )
    firsts = [entry.document for entry in entries if entry.document["kind"] == FIRST]
    last = read(max(firsts, key=lambda document: document["month"])).cubes if firsts else ()
    rows = contributions.filter(pl.col("business_month") == month)
    release = release_month(rows, month, cubes, MEASURES, policy, last)
    index = index_section(log, entries, rows, release, policy)
    quartiles = quartiles_section(rows, release, policy)
    about = _about(settings, entries, FIRST, made_by, at, policy)
    return put(settings, write(release, about, index, quartiles), rows)


@dataclass(frozen=True)
class Outcome:
    """What became of a month: its release or proposal, or why there is none."""

    month: str
    entry: Entry | None = None
    refusal: BaiyunError | None = None


def publish_due(
    settings: Settings,
    *,
    made_by: str,
    at: dt.datetime | None = None,
    month: str = "",
    say: Callable[[str, str], None] = lambda zh, en: None,
) -> list[Outcome]:
    """Release ``month``, else every month that is due, from what the members contribute, or have it wait
    where that takes two people: one that is refused stays back alone, one that somebody sent back until it is
    named.

    Raises ``NotFoundError`` before merchants' first release, ``UsageError`` LOG_DAMAGED, PROPOSAL_DAMAGED and
    NOT_A_PUBLISHER.
    """
    require_proposer(settings, made_by)
    say("读取贡献", "reading contributions")
    rows, now = of_members(settings), at or dt.datetime.now(ZoneInfo(TIME_ZONE))
    found, back = [], {} if month else withdrawn(settings)
    for wanted in [month] if month else due_months(settings, rows, now.date()):
        say(wanted, f"releasing {wanted}")
        try:
            if wanted in back:
                raise _sent_back(back[wanted])
            found.append(Outcome(wanted, publish_month(settings, rows, wanted, made_by=made_by, at=now)))
        except BaiyunError as error:
            found.append(Outcome(wanted, refusal=error))
    return found


def due_months(settings: Settings, contributions: pl.DataFrame, today: dt.date) -> list[str]:
    """Months of the members' ``contributions`` that are closed and were never released or proposed, the first
    one first.
    """
    released = {entry.document["month"] for entry in chain(settings)}
    return sorted(
        month
        for month in contributions["business_month"].unique()
        if month not in released and is_closed(month, today, LAG_DAYS)
    )


def _sent_back(withdrawal: Document) -> UsageError:
    return UsageError(
        "SENT_BACK",
        "发布人退回过这个月",
        "a publisher sent this month back",
        step_zh="看退回的原因，再用 baiyun district publish 写明月份重新提出",
        step_en="see why, then name the month to propose it again: `baiyun district publish MONTH`",
        month=withdrawal["month"],
        by=withdrawal["withdrawn_by"],
        why=withdrawal["why"],
    )


def correct(
    settings: Settings,
    contributions: pl.DataFrame,
    month: str,
    *,
    made_by: str,
    why: str,
    at: dt.datetime,
    policy: Policy | None = None,
) -> Entry:
    """Release other figures for the cells of a month that was released, or have them wait where that takes
    two people; its index stays as it is.

    ``made_by`` and ``why`` are kept in the document, which others read: ``why`` names no member. Raises
    ``UsageError`` NOT_RELEASED for a month that was not, NO_REASON or NAMES_A_MEMBER for such words,
    ``RefusedReleaseError`` as ``correct_month`` does.
    """
    check_words(contributions, made_by, why)
    made_by = made_by.strip()
    require_proposer(settings, made_by)
    log, policy = ReleaseLog(settings.place), policy or policy_of(settings)
    entries = chain(settings)
    of_month = [entry for entry in entries if entry.document["month"] == month]
    if not of_month:
        raise UsageError(
            "NOT_RELEASED",
            "这个月还没有发布过",
            "this month was never released",
            step_zh="先发布它",
            step_en="release it first",
            month=month,
        )
    rows = contributions.filter(pl.col("business_month") == month)
    earlier = [contributions_of(log, entry) for entry in of_month]
    release = correct_month(earlier, rows, read(of_month[-1].document), policy)
    about = replace(_about(settings, entries, CORRECTION, made_by, at, policy), why=why.strip())
    return put(settings, write(release, about), rows)


def _about(
    settings: Settings, before: Sequence[Entry], kind: str, made_by: str, at: dt.datetime, policy: Policy
) -> Circumstances:
    return Circumstances(
        len(before) + 1,
        kind,
        made_by,
        at,
        digest_of(settings, policy),
        before[-1].sha256 if before else None,
        approval=TWO if takes_two(settings) else None,
    )
