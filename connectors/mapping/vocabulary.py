"""What ERPs, shop systems and merchants' own tables call things: their headers and words → our names and
codes, each with where it was seen.

The vocabulary is data: ``mappings/vocabulary``. ``headers.csv``: name, header, source; ``words.csv``: name,
word, code, source; ``sources.csv``: source, citation. A ``name`` is one of ours or one of ``ROLES``. Of
several headers of one name that stand in one table the first listed is taken.
"""

from __future__ import annotations

import csv
from functools import cache

from connectors.mapping.file import FOLDER
from connectors.typed import fold

#: What a header may be beside one of our names: whose shop or platform a row is of, a person's, or known and
#: not needed.
SHOP, PLATFORM, PERSONAL, UNREAD = ROLES = ("shop", "platform", "personal", "unread")
_FOLDER = FOLDER / "vocabulary"


@cache
def spoken() -> dict[str, dict[str, int]]:
    """Our name, or a role → folded header → its place among the headers of this name, from 0."""
    found: dict[str, dict[str, int]] = {}
    for row in _rows("headers.csv"):
        headers = found.setdefault(row["name"], {})
        headers.setdefault(fold(row["header"]), len(headers))
    return found


@cache
def spoken_words(name: str) -> dict[str, str]:
    """Folded word → our code of one name."""
    return {fold(row["word"]): row["code"] for row in _rows("words.csv") if row["name"] == name}


def has_role(header: str, *roles: str) -> bool:
    """Whether a folded header is listed under one of ``roles``."""
    return any(header in spoken().get(role, {}) for role in roles)


def place_of(header: str, name: str) -> int:
    """Where a folded header stands among those of a name; behind all of them when it is not listed."""
    listed = spoken().get(name, {})
    return listed.get(header, len(listed))


def _rows(file: str) -> list[dict[str, str]]:
    with (_FOLDER / file).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
