"""Rules in words: what a check demands, for people who did not write it."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.parts.page.language import pick
from dashboards.parts.page.words import halves
from metrics.query.access import Viewer
from metrics.reports import health


def in_words(viewer: Viewer, names: Sequence[str]) -> list[str]:
    """The sentence of each rule of the newest judged build, as ``visible`` shows it."""
    if not names:
        return []
    told = {
        row["rule_name"]: demand(row["message_name"]) for row in health.checks(viewer).iter_rows(named=True)
    }
    return list(dict.fromkeys(told.get(name) or demand(None) for name in names))


def demand(message: str | None) -> str:
    """What a rule demands, from a stored outcome's message. Its name, where there is none, is for
    engineers.
    """
    return pick(*halves(message)) or pick("一项没有说明的检查", "a check without a description")
