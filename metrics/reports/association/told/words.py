"""Words for released figures: months, nodes, and what is not shown. ``pick`` chooses the language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

from metrics.reports.association.names import node_name
from metrics.reports.association.releases import Month
from metrics.reports.readable import MONTHS_EN

_T = TypeVar("_T")


class Pick(Protocol):
    """Which half of a pair its reader reads."""

    def __call__(self, zh: _T, en: _T) -> _T:
        """The Chinese half, or the English one."""


def _chinese(zh: _T, en: _T) -> _T:
    return zh


def _english(zh: _T, en: _T) -> _T:
    return en


#: For what is written in both languages, whoever reads it.
PICKS: Mapping[str, Pick] = {"zh": _chinese, "en": _english}
#: A cell that is withheld, or empty: nobody is told which.
HIDDEN = ("保密", "withheld")
#: What is left of a whole beside its published parts.
REST = ("未单独公开", "not published by itself")


def month_name(pick: Pick, month: str) -> str:
    """``2026-09`` → ``2026年9月``, ``Sep 2026``."""
    year, number = month[:4], int(month[5:])
    return pick(f"{year}年{number}月", f"{MONTHS_EN[number - 1]} {year}")


def marked(pick: Pick, month: Month) -> str:
    """A month's name; one that was corrected says so: ``2026年9月（更正 1 次）``."""
    name, count = month_name(pick, month.name), month.corrections_qty
    return pick(f"{name}（更正 {count} 次）", f"{name} (correction {count})") if count else name


def short_month(pick: Pick, month: str) -> str:
    """``26年9月``, ``Sep 2026``: under a chart."""
    return pick(f"{month[2:4]}年{int(month[5:])}月", month_name(pick, month))


def called(pick: Pick, dimension: str, node: str) -> str:
    """What a node is called, all of what was merged in it."""
    return pick(*node_name(dimension, node))


def called_shortly(pick: Pick, dimension: str, node: str) -> str:
    """The same for sentences, headings and charts, where many names do not fit: ``A, B and 2 more``."""
    return pick(*node_name(dimension, node, most=3))


def called_rest(pick: Pick, dimension: str, node: str) -> str:
    """What is left of ``node``, or of the whole, beside its published parts: ``裙装（未单独公开）``."""
    rest = pick(*REST)
    if not node:
        return rest
    name = called(pick, dimension, node)
    return pick(f"{name}（{rest}）", f"{name} ({rest})")


def listed(pick: Pick, words: Iterable[str]) -> str:
    """``A、B``, ``A, B``."""
    return pick("、", ", ").join(words)
