"""Verify a release from outside itself: recompute its marts from facts, the fingerprints of its rows and its
judgement, and report what differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from expectations.run import export, judge
from metrics.query.released import choose
from pipeline.build.additive import out_of_step
from pipeline.house import reading
from pipeline.release.releasing import published_before
from transforms.gold import gold_tables
from warehouse import release as releasing
from warehouse.release import Release
from warehouse.settings import Settings


@dataclass(frozen=True)
class Verified:
    """What differs of a release; nothing where it stands as published.

    ``marts``: additive mart → rows that are not the sum of their facts. ``content``: tables whose rows are
    not those that were judged. ``rules``: stop rules that fail now, as ``table rule``.
    """

    release: Release
    marts: dict[str, int]
    content: list[str]
    rules: list[str]

    @property
    def is_whole(self) -> bool:
        """Whether nothing differs."""
        return not (self.marts or self.content or self.rules)


def export_suites(settings: Settings, folder: Path, *, with_rows: bool = False) -> list[Path]:
    """Write what the current release was asked to ``folder`` (see ``expectations.run.export``).

    Raises ``NotFoundError`` NO_RELEASE.
    """
    found = choose(settings.place)
    before = published_before(settings, found.build)
    return export(settings.place, found.snapshot, folder, previous=before, with_rows=with_rows)


def verify_release(settings: Settings) -> Verified:
    """Recompute everything the current release rests on; reads only, whatever the size of the history.

    Raises ``NotFoundError`` NO_RELEASE.
    """
    found = choose(settings.place)
    with reading(settings, found.snapshot) as lake:
        marts, content = out_of_step(lake), releasing.damaged(lake, found, gold_tables().values())
    outcomes = judge(settings.place, found.snapshot, previous=published_before(settings, found.build))
    failed = [item for item in outcomes if not item.is_passed and item.severity_code == "stop"]
    return Verified(found, marts, content, [f"{item.table_name} {item.rule_name}" for item in failed])
