"""What the three formats have in common of how the briefing is laid out."""

from __future__ import annotations

import re
from itertools import groupby

from metrics.reports.association.briefing import Briefing, Compared, Moved
from metrics.reports.association.told.shares import Row

#: How a reader of the format knows what is written.
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
_BOLD = re.compile(r"\*\*(.+?)\*\*")


def bars_of(told: Briefing) -> list[tuple[str, list[Row]]]:
    """The district and each platform, with the parts of its bar."""
    return [(name, list(rows)) for name, rows in groupby(told.bars, key=lambda row: row.row)]


def colours_of(told: Briefing) -> dict[str, str]:
    """Part of a bar → its colour."""
    return {part.name: part.colour for part in told.legend}


def length_of(compared: Compared, row: Moved) -> float:
    """How long a bar is beside the longest (0–1)."""
    return abs(row.rate) / (max(abs(each.rate) for each in compared.rows) or 1.0)


def runs(words: str) -> list[tuple[str, bool]]:
    """Pieces of a sentence, and whether each is bold."""
    pieces = _BOLD.split(words)
    return [(piece, at % 2 == 1) for at, piece in enumerate(pieces) if piece]
