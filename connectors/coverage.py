"""What each platform can tell of what kind, by file and by API, and what of it is proved.

Layouts say the first. ``coverage.csv`` beside them says the second: whether the simulator plays it, and the
tests that hold what was read against the simulator's truth. tests/connectors/test_connectors_coverage.py
keeps each line honest.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from connectors.base import Layout, platforms
from connectors.mapped import shipped_layouts
from connectors.mapping.file import FOLDER


@dataclass(frozen=True)
class Coverage:
    """One kind of one platform through one source (file or api).

    ``layouts`` has at least one entry; ``proofs`` are pytest node ids, empty where none is.
    """

    layouts: tuple[Layout, ...]
    is_simulated: bool
    proofs: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """Platform, kind and source."""
        first = self.layouts[0]
        return first.platform, first.kind, first.source

    @property
    def is_verified(self) -> bool:
        """Whether an outside source confirms at least one layout."""
        return any(layout.verified for layout in self.layouts)


@cache
def coverage() -> tuple[Coverage, ...]:
    """Every platform's kinds and sources, in the order of ``columns.csv``."""
    found = []
    for platform in platforms().values():
        stated, grouped = stated_in(platform.folder), dict[tuple[str, str], list[Layout]]()
        for layout in platform.layouts:
            grouped.setdefault((layout.kind, layout.source), []).append(layout)
        found += [_covered(layouts, stated.get(key)) for key, layouts in grouped.items()]
    return tuple(found)


@cache
def mapped_coverage() -> tuple[Coverage, ...]:
    """Every shipped mapping, one entry each; in their ``coverage.csv`` the kind is the mapping's name."""
    stated = stated_in(FOLDER)
    return tuple(_covered([layout], stated.get((layout.name, layout.source))) for layout in shipped_layouts())


def stated_in(folder: Path) -> dict[tuple[str, str], tuple[bool, tuple[str, ...]]]:
    """``coverage.csv`` (kind, source, simulated: yes or no, proof: node ids with blanks between): (kind,
    source) → simulated, proofs.

    Raises ``ValueError`` for a pair that stands there twice and for another word than yes or no.
    """
    found: dict[tuple[str, str], tuple[bool, tuple[str, ...]]] = {}
    path = folder / "coverage.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            key = row["kind"], row["source"]
            if key in found or row["simulated"] not in ("yes", "no"):
                raise ValueError(f"{path}: stands twice, or simulated is neither yes nor no: {row}")
            found[key] = row["simulated"] == "yes", tuple(row["proof"].split())
    return found


def _covered(layouts: list[Layout], stated: tuple[bool, tuple[str, ...]] | None) -> Coverage:
    """Without a line in ``coverage.csv`` nothing is claimed."""
    is_simulated, proofs = stated or (False, ())
    return Coverage(tuple(layouts), is_simulated, proofs)
