"""Releases that take two people: what waits, who stands behind it, and releasing it once enough do.

A proposal is the release itself, signed and chained; approved, the same bytes are kept for good. Whoever
proposes by hand counts as one of the two; what the timetable proposed takes two publishers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from contracts.errors import NotFoundError, UsageError
from pipeline.district import kept
from pipeline.district.reasons import check_words
from pipeline.district.rules import digest_of, policy_of
from warehouse import accounts
from warehouse.accounts import security
from warehouse.accounts.security import Visit
from warehouse.settings import Settings
from warehouse.signed.approvals import NOBODY, TWO, Approvals, Withdrawals, are_enough, missing
from warehouse.signed.district_log import Document, Entry, ReleaseLog
from warehouse.signed.proposals import Proposals, taken

#: The fewest digits of a sha256 by which somebody names what he saw.
_DIGITS = 16


@dataclass(frozen=True)
class Waiting:
    """One proposal; ``people``: who stand behind it and are publishers still."""

    entry: Entry
    people: tuple[str, ...]

    @property
    def missing(self) -> int:
        """How many more people it takes."""
        return missing(frozenset(self.people))


def takes_two(settings: Settings) -> bool:
    """Whether releases take two people."""
    return settings.district_approval == TWO


def waiting(settings: Settings) -> list[Waiting]:
    """What waits, in the order in which it is released. Raises ``UsageError`` LOG_DAMAGED and
    PROPOSAL_DAMAGED.
    """
    found = _proposals(settings).waiting(ReleaseLog(settings.place).entries())
    return [Waiting(entry, tuple(sorted(_people(settings, entry)))) for entry in found]


def chain(settings: Settings) -> list[Entry]:
    """What the next release is made after: what was released, and what waits where that takes two people.

    What has enough people is released first, and what can no longer be released is dropped: another policy is
    in force, or something else was released. Raises as ``waiting``.
    """
    log = ReleaseLog(settings.place)
    if not takes_two(settings):
        return log.entries()
    with _proposals(settings).locked():
        _finish(settings)
        entries = log.entries()
        return entries + _current(settings, entries)


def put(settings: Settings, document: Document, contributions: pl.DataFrame) -> Entry:
    """Release a document, or have it wait where that takes two people.

    Raises ``UsageError`` ALREADY_RELEASED where something else was released or proposed meanwhile.
    """
    log, proposals = ReleaseLog(settings.place), _proposals(settings)
    if not takes_two(settings):
        return kept.keep(log, document, contributions)
    with proposals.locked():
        entries = log.entries()
        before = [*entries, *proposals.waiting(entries)]
        if document["previous_sha256"] != (before[-1].sha256 if before else None):
            raise taken(document["number"])
        entry = kept.keep(proposals, document, contributions)
    _note(settings, "proposed", document["made_by"], entry, accounts.HERE)
    return entry


def approve(
    settings: Settings, number: int, sha256: str, *, by: str, at: dt.datetime, visit: Visit = accounts.HERE
) -> Entry | None:
    """Approve the proposal ``by`` saw, named by its sha256 or its first 16 digits: the release, once enough
    people stand behind it, else None. Approved again, or cut off and called again, nothing is written twice.

    Raises ``UsageError`` NOT_A_PUBLISHER, OTHER_PROPOSAL for another sha256, NOT_NEXT while an earlier one
    waits, POLICY_CHANGED, OWN_PROPOSAL; ``NotFoundError`` NO_PROPOSAL; else as ``waiting``.
    """
    require_publisher(settings, by)
    log, proposals = ReleaseLog(settings.place), _proposals(settings)
    with proposals.locked():
        entries = log.entries()
        if len(entries) >= number > 0 and _is_seen(entries[number - 1], sha256):
            return entries[number - 1]
        found = proposals.waiting(entries)
        entry = next((item for item in found if item.document["number"] == number), None)
        if entry is None:
            raise _no_proposal(number)
        _check(settings, entry, found[0], sha256, by)
        is_new = Approvals(settings.place).add(entry, by, at)
        _finish(settings)
        is_released = len(log.entries()) > len(entries)
    if is_new:
        _note(settings, "approved", by, entry, visit)
    return entry if is_released else None


def withdraw(
    settings: Settings, number: int, *, by: str, why: str, at: dt.datetime, visit: Visit = accounts.HERE
) -> list[int]:
    """Send a proposal back, and drop those chained on it: their numbers. The timetable does not propose its
    month again; a person does.

    Raises ``UsageError`` NOT_A_PUBLISHER, ``NotFoundError`` NO_PROPOSAL, as ``check_words`` for ``why``. One
    that was damaged is dropped without a record.
    """
    require_publisher(settings, by)
    log, proposals = ReleaseLog(settings.place), _proposals(settings)
    with proposals.locked():
        entries = log.entries()
        numbers = {item for item in proposals.numbers() if item >= number > len(entries)}
        if number not in numbers:
            raise _no_proposal(number)
        entry = _whole(proposals, entries, number)
        if entry:
            check_words(kept.contributions_of(log, entry), by, why)
            Withdrawals(settings.place).add(entry, by, why.strip(), at)
        proposals.drop(numbers)
    if entry:
        _note(settings, "withdrawn", by, entry, visit)
    return sorted(numbers)


def withdrawn(settings: Settings) -> dict[str, Document]:
    """Month → who sent it back, when and why, of months that were neither released nor proposed since."""
    entries = ReleaseLog(settings.place).entries()
    there = {entry.document["month"] for entry in [*entries, *_proposals(settings).waiting(entries)]}
    found = Withdrawals(settings.place).by_month()
    return {month: document for month, document in found.items() if month not in there}


def require_proposer(settings: Settings, name: str) -> None:
    """Raise as ``require_publisher`` for somebody who proposes by hand where that takes two people."""
    if takes_two(settings) and name != NOBODY:
        require_publisher(settings, name)


def require_publisher(settings: Settings, name: str) -> None:
    """Raise ``UsageError`` NOT_A_PUBLISHER unless ``name`` is a publisher of the association now."""
    if not _is_publisher(settings, name):
        raise UsageError(
            "NOT_A_PUBLISHER",
            "这个账号不是协会的发布人",
            "this account is no publisher of the association",
            step_zh="由管理员或 baiyun user duty 改成 publisher",
            step_en="an administrator, or `baiyun user duty`, makes it one",
            name=name,
        )


def _proposals(settings: Settings) -> Proposals:
    return Proposals(settings.place)


def _is_publisher(settings: Settings, name: str) -> bool:
    account = accounts.get(settings.place, name)
    return account is not None and account.duty == "publisher"


def _people(settings: Settings, entry: Entry) -> frozenset[str]:
    """Whoever stands behind it and is a publisher still: with the duty goes what was approved under it."""
    people = Approvals(settings.place).people(entry)
    return frozenset(name for name in people if _is_publisher(settings, name))


def _finish(settings: Settings) -> None:
    """Release what enough people stand behind, and clear away what was released."""
    log, proposals = ReleaseLog(settings.place), _proposals(settings)
    entries = log.entries()
    for entry in _current(settings, entries):
        if not are_enough(_people(settings, entry)):
            break
        kept.release(log, proposals, entry)
        entries.append(entry)
    proposals.drop({number for number in proposals.numbers() if number <= len(entries)})


def _current(settings: Settings, entries: Sequence[Entry]) -> list[Entry]:
    """What waits under the policy in force; all else is dropped."""
    proposals = _proposals(settings)
    found = []
    for entry in proposals.waiting(entries):
        if not _is_in_force(settings, entry):
            break
        found.append(entry)
    proposals.drop({number for number in proposals.numbers() if number > len(entries) + len(found)})
    return found


def _is_in_force(settings: Settings, entry: Entry) -> bool:
    return bool(entry.document["policy_digest"] == digest_of(settings, policy_of(settings)))


def _whole(proposals: Proposals, entries: Sequence[Entry], number: int) -> Entry | None:
    try:
        found = proposals.waiting(entries)
    except UsageError:
        return None
    return next((item for item in found if item.document["number"] == number), None)


def _is_seen(entry: Entry, sha256: str) -> bool:
    return len(sha256) >= _DIGITS and entry.sha256.startswith(sha256)


def _check(settings: Settings, entry: Entry, first: Entry, sha256: str, by: str) -> None:
    """Hold an approval to what was seen, its turn, the policy in force, and another's proposal."""
    if not _is_seen(entry, sha256):
        raise _refused(
            "OTHER_PROPOSAL",
            "等待的不是你看过的那一份",
            "what waits is not what you saw",
            "重新看一遍，用新的 sha256",
            "look again, and name the new sha256",
            entry,
        )
    if entry != first:
        raise _refused(
            "NOT_NEXT",
            "前面还有没批准的",
            "an earlier one waits",
            "按顺序批准，或退回前面那份",
            "approve them in order, or send the earlier one back",
            entry,
        )
    if not _is_in_force(settings, entry):
        raise _refused(
            "POLICY_CHANGED",
            "准备之后规则改过",
            "the rules were changed since it was prepared",
            "明早会按新规则重新准备，或运行 baiyun district publish",
            "it is prepared again in the morning, or by `baiyun district publish`",
            entry,
        )
    if by == entry.document["made_by"] != NOBODY:
        raise _refused(
            "OWN_PROPOSAL",
            "自己提出的要由别人批准",
            "one's own proposal is approved by somebody else",
            "请另一位发布人来批准",
            "ask another publisher",
            entry,
        )


def _refused(rule: str, zh: str, en: str, step_zh: str, step_en: str, entry: Entry) -> UsageError:
    number, month = entry.document["number"], entry.document["month"]
    return UsageError(rule, zh, en, step_zh=step_zh, step_en=step_en, number=number, month=month)


def _no_proposal(number: int) -> NotFoundError:
    return NotFoundError(
        "NO_PROPOSAL",
        "没有这份等待批准的发布",
        "no such release waits",
        step_zh="用 baiyun district waiting 核对",
        step_en="see `baiyun district waiting`",
        number=number,
    )


def _note(settings: Settings, kind: str, name: str, entry: Entry, visit: Visit) -> None:
    number, month = entry.document["number"], entry.document["month"]
    what = f"#{number} {month} · {entry.sha256[:12]}"
    security.note_done(settings.place, kind, name, replace(visit, device=what))
