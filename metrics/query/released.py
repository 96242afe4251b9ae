"""Which release a question reads: the current one, one by number, or the newest at a moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from contracts.errors import NotFoundError, UsageError
from metrics.query.memo import Memo
from warehouse import release
from warehouse.lake import Lake
from warehouse.ops import MERCHANT
from warehouse.place import Place

AsOf = int | dt.datetime | None
Mark = tuple[object, ...]
Value = TypeVar("Value")


@dataclass(frozen=True)
class Judged:
    """Every judged snapshot of a place, oldest first; what the dashboards read.

    The newest attempt when it was held back from everybody; the merchants registered.
    """

    releases: tuple[release.Release, ...]
    current: release.Release | None
    held: release.Release | None
    merchants: frozenset[str] = frozenset()

    @property
    def published(self) -> tuple[release.Release, ...]:
        """Only what was let through."""
        return tuple(item for item in self.releases if item.status == release.PUBLISHED)

    def shown(self, merchant_id: str | None) -> release.Release | None:
        """What a merchant reads now, everybody where none is named; None while there is nothing to read."""
        return self.current and release.of_merchant(self.published, self.current, merchant_id)

    def held_from(self, merchant_id: str) -> release.Release | None:
        """The newest attempt when this merchant does not read it: it was held back from everybody, or holds
        the merchant alone.
        """
        newest = self.published[-1] if self.published else None
        return self.held or (newest if newest and merchant_id in newest.holds else None)


_LINES: Memo[Judged] = Memo(8)


def mark(place: Place) -> Mark | None:
    """What changes with every commit to the warehouse: the catalog file's and its log's identity, size and
    time. None when the catalog is a server.

    Opening the warehouse costs a tenth of a second and most calls come between two commits, so what was read
    under a mark is read once.
    """
    if place.catalog_file is None:
        return None
    found: list[object] = []
    for path in (place.catalog_file, Path(f"{place.catalog_file}-wal")):
        try:
            stat = path.stat()
        except FileNotFoundError:
            found.append(None)
        else:
            found.append((stat.st_ino, stat.st_size, stat.st_mtime_ns))
    return tuple(found)


def read_once(memo: Memo[Value], place: Place, key: Hashable, make: Callable[[], Value]) -> Value:
    """What ``make`` reads of the warehouse as of now, read once between two commits.

    Read at every call where commits leave no mark.
    """
    seen = mark(place)  # taken before reading: a commit in between is read again, never missed
    return make() if seen is None else memo.get((key, place, seen), make)


def judged(place: Place) -> Judged:
    """The releases as of now; none of them when there is no warehouse yet."""
    if place.catalog_file and not place.catalog_file.exists():
        return Judged((), None, None)
    return read_once(_LINES, place, None, lambda: _read(place))


def _read(place: Place) -> Judged:
    with Lake.open(place) as lake:
        merchants = lake.read(MERCHANT, columns=["merchant_id"])["merchant_id"]
        return Judged(
            tuple(release.releases(lake)),
            release.current(lake),
            release.held_since(lake),
            frozenset(merchants),
        )


def choose(place: Place, as_of: AsOf = None, *, merchant_id: str | None) -> release.Release:
    """The release ``merchant_id`` reads (None: who reads no merchant's figures) where ``as_of`` names one: a
    number, an aware moment (newest published at or before it), or None for the current one.

    A merchant whom it holds reads the newest before it that does not. Raises ``NotFoundError`` NO_RELEASE
    before the merchant's first release, NO_SUCH_RELEASE for a number never published or a moment before the
    first; ``UsageError`` for a moment without time zone.
    """
    line = judged(place)
    if line.current is None:
        raise _none_yet()
    named = line.current if as_of is None else _named(line, as_of)
    found = release.of_merchant(line.published, named, merchant_id)
    if found is None:
        raise _none_yet()
    return found


def _named(line: Judged, as_of: int | dt.datetime) -> release.Release:
    if isinstance(as_of, dt.datetime):
        if as_of.tzinfo is None:
            raise UsageError(
                "NAIVE_MOMENT",
                "时间缺少时区",
                "the moment has no time zone",
                step_zh="补上时区",
                step_en="add a time zone",
                as_of=as_of,
            )
        found = [item for item in line.published if item.changed_at <= as_of]
    else:
        found = [item for item in line.published if item.number == as_of]
    if not found:
        raise NotFoundError(
            "NO_SUCH_RELEASE",
            "没有这个已发布的版本",
            "no such published release",
            step_zh="查看发布列表",
            step_en="see the list of releases",
            as_of=as_of,
        )
    return max(found, key=lambda item: (item.changed_at, item.number))


def open_release(place: Place, found: release.Release) -> Lake:
    """The warehouse as ``found`` was published.

    Raises ``NotFoundError`` RELEASE_EXPIRED when it is past retention and its snapshot was cleaned up.
    """
    try:
        return Lake.open(place, snapshot=found.snapshot)
    except NotFoundError as error:
        if error.rule != "NO_SUCH_SNAPSHOT":
            raise
        raise NotFoundError(
            "RELEASE_EXPIRED",
            "这个发布已超过保留期，不能再查询",
            "this release is past retention and can no longer be asked",
            step_zh="换一个较新的发布；需要保留更久时调大 BAIYUN_KEEP_RELEASES",
            step_en="ask a newer one; set BAIYUN_KEEP_RELEASES higher to keep more",
            release=found.number,
            published_at=f"{found.changed_at:%Y-%m-%d %H:%M}",
        ) from error


def _none_yet() -> NotFoundError:
    return NotFoundError(
        "NO_RELEASE",
        "还没有发布任何数据",
        "nothing has been released yet",
        step_zh="先导入数据并构建：baiyun ingest，然后 baiyun build",
        step_en="load data and build first: baiyun ingest, then baiyun build",
    )
