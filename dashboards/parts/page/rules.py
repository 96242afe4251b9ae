"""Rules in words: what a check demands, for people who did not write it."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.parts.page.words import halves
from metrics.query.access import Viewer
from metrics.reports import health


def in_words(viewer: Viewer, names: Sequence[str]) -> list[str]:
    """The Chinese sentence of each rule of the newest judged build, as ``visible`` shows it.

    Its name where no sentence was stored.
    """
    if not names:
        return []
    told = {
        row["rule_name"]: demand(row["message_name"], row["rule_name"])[0]
        for row in health.checks(viewer).iter_rows(named=True)
    }
    return [told.get(name, name) for name in names]


def demand(message: str | None, name: str) -> tuple[str, str]:
    """What a rule demands in Chinese and English, from a stored outcome's message.

    The rule's name where there is none.
    """
    zh, en = halves(message)
    return zh or name, en
