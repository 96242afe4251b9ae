"""The released months of the district: of each its newest document, and the one that holds its index."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from contracts.errors import no_such_page
from district.cubes import Cube, Key
from district.document import FIRST, read
from district.panel import LAG_DAYS, first_day, last_day
from district.release import MOST_CORRECTIONS
from metrics.query.access import Viewer, require
from metrics.query.memo import Memo
from warehouse.signed.district_log import Document, Entry, ReleaseLog

__all__ = ["MOST_CORRECTIONS", "Month", "next_due", "released"]


@dataclass(frozen=True, eq=False)
class Month:
    """``document``: the newest release of a month, whose cells count. ``first``: its first release, whose
    index counts. ``corrections_qty``: how often its cells were corrected.
    """

    document: Document
    first: Document
    corrections_qty: int

    @property
    def name(self) -> str:
        """``YYYY-MM``."""
        return str(self.document["month"])

    @property
    def number(self) -> int:
        """Of its newest release."""
        return int(self.document["number"])

    @property
    def made_at(self) -> dt.datetime:
        """When that was made."""
        return dt.datetime.fromisoformat(self.document["made_at"])

    @cached_property
    def figures(self) -> Mapping[Key, Mapping[str, int]]:
        """Cell → measure → fen, of every published cell."""
        return read(self.document).figures

    @cached_property
    def cubes(self) -> Mapping[str, Cube]:
        """Name → cube, as it was merged."""
        return {cube.name: cube for cube in read(self.document).cubes}

    def shown_rate(self, cube: str) -> float | None:
        """The part of the value (0–1, rounded down) in cells of ``cube`` that are published each by itself;
        None where the district's total is withheld.
        """
        found = next((row for row in self.first["loss"] if row["cube"] == cube), None)
        value = None if found is None else found["shown_value_per_1000"]
        return None if value is None else value / 1000


_MONTHS: Memo[tuple[Month, ...]] = Memo(4)
_ENTRIES: Memo[tuple[Entry, ...]] = Memo(4)


def released(viewer: Viewer) -> tuple[Month, ...]:
    """Every released month, the first one first.

    Raises ``NotFoundError`` for anybody but the association and an operator who named no merchant,
    ``UsageError`` LOG_DAMAGED when the log was changed.
    """
    log = log_of(viewer)
    return _MONTHS.get((viewer.place, *_files(log)), lambda: by_month(entries_of(viewer)))


def entries_of(viewer: Viewer) -> tuple[Entry, ...]:
    """Every release, the first one first, corrections among them. Raises as ``released`` does."""
    log = log_of(viewer)
    return _ENTRIES.get((viewer.place, *_files(log)), lambda: tuple(log.entries()))


def log_of(viewer: Viewer) -> ReleaseLog:
    """The log for whoever may read it. Raises as ``released`` does for everybody else."""
    require(viewer)
    if viewer.role == "merchant" or viewer.merchant_id is not None:
        raise no_such_page()
    return ReleaseLog(viewer.place)


def as_of(entries: Sequence[Entry], number: int) -> tuple[Month, ...]:
    """What was released when release ``number`` was made, up to its month, which comes last."""
    then = entries[:number]
    month = then[-1].document["month"]
    return tuple(item for item in by_month(then) if item.name <= month)


def next_due(today: dt.date, months: tuple[Month, ...] = ()) -> tuple[str, dt.date]:
    """The month that comes next, and the first day on which it may: the one after the newest released, else
    the newest that is closed.
    """
    month = months[-1].name if months else f"{today - dt.timedelta(days=LAG_DAYS):%Y-%m}"
    if months:
        month = f"{last_day(month) + dt.timedelta(days=1):%Y-%m}"
    elif last_day(month) + dt.timedelta(days=LAG_DAYS) > today:
        month = f"{first_day(month) - dt.timedelta(days=1):%Y-%m}"
    return month, last_day(month) + dt.timedelta(days=LAG_DAYS)


def _files(log: ReleaseLog) -> list[tuple[str, int, int]]:
    return [(path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in log.files()]


def by_month(entries: Sequence[Entry]) -> tuple[Month, ...]:
    """Every month of some releases, the first one first."""
    documents: dict[str, list[Document]] = {}
    for entry in entries:
        documents.setdefault(entry.document["month"], []).append(entry.document)
    return tuple(
        Month(of_month[-1], next(one for one in of_month if one["kind"] == FIRST), len(of_month) - 1)
        for _, of_month in sorted(documents.items())
    )
