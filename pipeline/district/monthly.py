"""The district's month by itself, as the timetable calls it: what is due is released, and every release gets
its briefing. Called again it does nothing more.
"""

from __future__ import annotations

import datetime as dt

from contracts.errors import NotFoundError
from pipeline.briefing.making import brief_all
from pipeline.district.approving import Waiting, takes_two, waiting
from pipeline.district.publish import publish_due
from warehouse.settings import Settings
from warehouse.signed.approvals import NOBODY

_NOTHING_YET = ("NO_WAREHOUSE", "NO_RELEASE")


def release_due(settings: Settings, *, at: dt.datetime | None = None) -> tuple[list[str], list[str]]:
    """Release every closed month that is due: the months, and of each one that stays back its month and why,
    be it that it was refused or that it waits for people.

    Nothing is due before merchants' first release. Raises ``UsageError`` LOG_DAMAGED and PROPOSAL_DAMAGED.
    """
    try:
        outcomes = publish_due(settings, made_by=NOBODY, at=at)
    except NotFoundError as error:
        if error.rule not in _NOTHING_YET:
            raise
        return [], []
    waits = waiting(settings) if takes_two(settings) else []
    return (
        [outcome.month for outcome in outcomes if outcome.entry and not takes_two(settings)],
        [f"{outcome.month}: {outcome.refusal.sentence()}" for outcome in outcomes if outcome.refusal]
        + [_waits(item) for item in waits],
    )


def _waits(item: Waiting) -> str:
    number, month = item.entry.document["number"], item.entry.document["month"]
    return (
        f"{month}: 第 {number} 次发布等待批准，还差 {item.missing} 人 / release {number} waits for "
        f"{item.missing} more to approve it → baiyun district waiting"
    )


def brief_released(settings: Settings) -> tuple[list[str], list[str]]:
    """Make the briefings that are missing: the files' names, and why a release has none.

    Raises ``UsageError`` LOG_DAMAGED.
    """
    made, refused = brief_all(settings)
    return [file.name for file in made], [error.sentence() for error in refused]
