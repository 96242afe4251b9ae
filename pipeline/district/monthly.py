"""The district's month by itself, as the timetable calls it: what is due is released, and every release gets
its briefing. Called again it does nothing more.
"""

from __future__ import annotations

import datetime as dt

from contracts.errors import NotFoundError
from pipeline.briefing.making import brief_all
from pipeline.district.publish import publish_due
from warehouse.settings import Settings

#: Who releases when nobody does by hand.
MADE_BY = "baiyun"
_NOTHING_YET = ("NO_WAREHOUSE", "NO_RELEASE")


def release_due(settings: Settings, *, at: dt.datetime | None = None) -> tuple[list[str], list[str]]:
    """Release every closed month that is due: the months, and of each one that stays back its month and why.

    Nothing is due before merchants' first release. Raises ``UsageError`` LOG_DAMAGED.
    """
    try:
        outcomes = publish_due(settings, made_by=MADE_BY, at=at)
    except NotFoundError as error:
        if error.rule not in _NOTHING_YET:
            raise
        return [], []
    return (
        [outcome.month for outcome in outcomes if outcome.entry],
        [f"{outcome.month}: {outcome.refusal.sentence()}" for outcome in outcomes if outcome.refusal],
    )


def brief_released(settings: Settings) -> tuple[list[str], list[str]]:
    """Make the briefings that are missing: the files' names, and why a release has none.

    Raises ``UsageError`` LOG_DAMAGED.
    """
    made, refused = brief_all(settings)
    return [file.name for file in made], [error.sentence() for error in refused]
