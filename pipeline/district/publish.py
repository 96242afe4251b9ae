"""Release a closed month of the district, or correct one."""

from __future__ import annotations

import datetime as dt
import re
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
from pipeline.district.contributing import of_members
from pipeline.district.indexing import index_section
from pipeline.district.kept import contributions_of, keep
from pipeline.district.quartering import quartiles_section
from warehouse import keys
from warehouse.settings import Settings
from warehouse.signed.district_log import Entry, ReleaseLog


def policy_of(settings: Settings, waivers: frozenset[str] = frozenset()) -> Policy:
    """The policy in force."""
    return Policy(
        settings.disclosure_minimum_owners,
        settings.disclosure_p,
        settings.disclosure_largest_share,
        settings.disclosure_minimum_platforms,
        settings.disclosure_coalition,
        waivers,
    )


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
    """Release a month for the first time, from the contributions of its members (``panel.whole_months``).

    Raises ``UsageError`` for a month that is not closed or was released already, ``RefusedReleaseError`` when
    the audit finds that something could be inferred.
    """
    log, policy = ReleaseLog(settings.place), policy or policy_of(settings)
    entries = log.entries()
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
    return keep(log, write(release, about, index, quartiles), rows)


@dataclass(frozen=True)
class Outcome:
    """What became of a month: its release, or why there is none."""

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
    """Release ``month``, else every month that is due, from what the members contribute: one that is refused
    stays back alone.

    Raises ``NotFoundError`` before merchants' first release, ``UsageError`` LOG_DAMAGED.
    """
    say("读取贡献", "reading contributions")
    rows, now = of_members(settings), at or dt.datetime.now(ZoneInfo(TIME_ZONE))
    found = []
    for wanted in [month] if month else due_months(settings, rows, now.date()):
        say(wanted, f"releasing {wanted}")
        try:
            found.append(Outcome(wanted, publish_month(settings, rows, wanted, made_by=made_by, at=now)))
        except BaiyunError as error:
            found.append(Outcome(wanted, refusal=error))
    return found


def due_months(settings: Settings, contributions: pl.DataFrame, today: dt.date) -> list[str]:
    """Months of the members' ``contributions`` that are closed and were never released, the first one
    first.
    """
    released = ReleaseLog(settings.place).months()
    return sorted(
        month
        for month in contributions["business_month"].unique()
        if month not in released and is_closed(month, today, LAG_DAYS)
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
    """Release other figures for the cells of a month that was released; its index stays as it is.

    ``made_by`` and ``why`` are kept in the document, which others read: ``why`` names no member. Raises
    ``UsageError`` NOT_RELEASED for a month that was not, NO_REASON or NAMES_A_MEMBER for such words,
    ``RefusedReleaseError`` as ``correct_month`` does.
    """
    _check_words(contributions, made_by, why)
    log, policy = ReleaseLog(settings.place), policy or policy_of(settings)
    entries = log.entries()
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
    about = replace(_about(settings, entries, CORRECTION, made_by.strip(), at, policy), why=why.strip())
    return keep(log, write(release, about), rows)


def _check_words(contributions: pl.DataFrame, made_by: str, why: str) -> None:
    """Hold a correction to naming who and why, and no member."""
    if not made_by.strip() or not why.strip():
        raise UsageError(
            "NO_REASON",
            "更正要写明谁更正、为什么",
            "a correction names who makes it, and why",
            step_zh="用 --by 和 --why 写明",
            step_en="tell it by --by and --why",
        )
    members = {name for column in ("merchant_id", "owner_id") for name in contributions[column].drop_nulls()}
    if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", why, re.ASCII) for name in members):
        raise UsageError(
            "NAMES_A_MEMBER",
            "更正的原因会留在公开的记录里，不能写是哪家",
            "the reason of a correction is kept in what others read, and may name no member",
            step_zh="只写改了什么",
            step_en="tell what was corrected, not whose",
        )


def _about(
    settings: Settings, entries: Sequence[Entry], kind: str, made_by: str, at: dt.datetime, policy: Policy
) -> Circumstances:
    digest = policy.digest(keys.key(settings.place, "district", "house"))
    return Circumstances(len(entries) + 1, kind, made_by, at, digest, entries[-1].sha256 if entries else None)
