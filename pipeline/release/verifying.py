"""Verify a release from outside itself: recompute its marts from facts, the fingerprints of its rows and its
judgement, and report what differs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from expectations.rule import STOP
from expectations.run import export, judge
from metrics.query.released import choose, judged
from pipeline.build.additive import out_of_step
from pipeline.house import reading
from pipeline.release.holding import is_held
from pipeline.release.releasing import published_before
from transforms.gold import gold_tables
from warehouse import release as releasing
from warehouse.release import Release
from warehouse.settings import Settings


@dataclass(frozen=True)
class Verified:
    """What differs of the current release; nothing where it stands as published.

    ``marts``: additive mart → rows that are not the sum of their facts. ``content``: tables whose rows are
    not those that were judged. ``rules``: stop rules that fail now, as ``table rule``. ``held``: each
    merchant it holds → the number of the release that one reads; what is wrong in its rows alone is known.

    What differs of the releases that held merchants read is beside it, as ``#5 table``.
    """

    release: Release
    marts: dict[str, int]
    content: list[str]
    rules: list[str]
    held: dict[str, int | None] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether nothing differs."""
        return not (self.marts or self.content or self.rules)


def export_suites(settings: Settings, folder: Path, *, with_rows: bool = False) -> list[Path]:
    """Write what the current release was asked to ``folder`` (see ``expectations.run.export``).

    Raises ``NotFoundError`` NO_RELEASE.
    """
    found = choose(settings.place, merchant_id=None)
    before = published_before(settings, found.build)
    return export(settings.place, found.snapshot, folder, previous=before, with_rows=with_rows)


def verify_release(settings: Settings) -> Verified:
    """Recompute everything the current release rests on; reads only, whatever the size of the history.

    Raises ``NotFoundError`` NO_RELEASE.
    """
    found, line = choose(settings.place, merchant_id=None), judged(settings.place)
    read = {merchant: line.shown(merchant) for merchant in sorted(found.holds)}
    held = {merchant: item.number if item else None for merchant, item in read.items()}
    marts, content, rules = _differing(settings, found)
    for item in {item.number: item for item in read.values() if item}.values():
        more, others, failed = _differing(settings, item)
        marts |= {f"#{item.number} {name}": rows for name, rows in more.items()}
        content += [f"#{item.number} {name}" for name in others]
        rules += [f"#{item.number} {name}" for name in failed]
    return Verified(found, marts, content, rules, held)


def _differing(settings: Settings, found: Release) -> tuple[dict[str, int], list[str], list[str]]:
    """Marts, tables and stop rules of one release that are not as published."""
    with reading(settings, found.snapshot) as lake:
        marts = out_of_step(lake, found.holds)
        content = releasing.damaged(lake, found, gold_tables().values())
    outcomes = judge(settings.place, found.snapshot, previous=published_before(settings, found.build))
    failed = [
        item
        for item in outcomes
        if not item.is_passed and item.severity_code == STOP and not is_held(found, item)
    ]
    return marts, content, [f"{item.table_name} {item.rule_name}" for item in failed]
