"""Write – audit – publish: which snapshot the dashboards may read.

A build commits, is judged, and only then is published or held. A published release may hold single merchants:
they go on reading the newest release before it that does not.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from contracts.errors import NotFoundError, WriterBusyError
from contracts.tables import Table
from warehouse.lake import Lake
from warehouse.ops import BUILD, HOLD, PIN, RELEASE, RESTATEMENT
from warehouse.points import reach

PUBLISHED, HELD = "published", "held"


@dataclass(frozen=True)
class Hold:
    """Why a published release holds one merchant: the rules that failed in its rows, and of each a row.

    ``rows`` tell ``rule``, ``message`` (what it demands) and ``step`` (what to do) in both languages,
    ``shop_id``, and the ``file`` and ``row`` that told the failing row last, as far as they are known.
    """

    failed_rules: tuple[str, ...]
    rows: tuple[dict[str, object], ...] = ()


@dataclass(frozen=True)
class Release:
    """One judged snapshot.

    ``failed_rules`` is empty for a published one; ``content`` is table → content hash as judged; ``holds``
    are the merchants whose rows of it nobody may read.
    """

    number: int
    snapshot: int
    build: int
    status: str
    changed_at: dt.datetime
    failed_rules: tuple[str, ...] = ()
    content: dict[str, str] = field(default_factory=dict)
    details: dict[str, object] = field(default_factory=dict)
    is_pinned: bool = False
    holds: Mapping[str, Hold] = field(default_factory=dict)


def next_build_number(lake: Lake) -> int:
    """One more than the highest build that ever began."""
    return _highest(lake.read(BUILD, columns=["build_number"])["build_number"]) + 1


def begin_build(lake: Lake, *, at: dt.datetime, run_name: str | None = None) -> int:
    """Enter a new build and return its number, the fencing token to hand to ``fence`` and ``publish``."""
    with lake.transaction():
        number = next_build_number(lake)
        row = {
            "build_number": [number],
            "begun_at": [at],
            "snapshot_number": [lake.snapshot()],
            "run_name": [run_name],
        }
        lake.append(BUILD, pl.DataFrame(row, schema=BUILD.dtypes))
    return number


def fence(lake: Lake, build_number: int) -> None:
    """Raise ``WriterBusyError`` (OVERTAKEN) when a newer build has begun.

    Call it inside the transaction that commits a build's tables.
    """
    newest = next_build_number(lake) - 1
    if build_number < newest:
        raise _overtaken(build_number, newest)


def publish(
    lake: Lake,
    *,
    snapshot: int,
    build_number: int,
    at: dt.datetime,
    content: dict[str, str] | None = None,
    details: dict[str, object] | None = None,
    restated: pl.DataFrame | None = None,
    holds: Mapping[str, Hold] | None = None,
) -> Release:
    """Let the dashboards read ``snapshot``, but for the merchants it ``holds``. The same build and snapshot
    published again with the same holds is the same release.

    ``restated``: what it moves against the published release before it (columns of ``RESTATEMENT`` but the
    release), entered in the same transaction. Raises ``WriterBusyError`` (OVERTAKEN) when a newer build has
    already been published.
    """
    reach("release.before")
    with lake.transaction():
        published = published_ones(lake)
        newest = max(published, key=lambda item: item.build, default=None)
        if newest and newest.build > build_number:
            raise _overtaken(build_number, newest.build)
        wanted = build_number, snapshot, dict(holds or {})
        again = published[-1:]
        if again and (again[0].build, again[0].snapshot, again[0].holds) == wanted:
            release = again[0]
        else:
            release = _enter(lake, snapshot, build_number, PUBLISHED, at, (), content or {}, details or {})
            release = _enter_holds(lake, release, wanted[2])
            if restated is not None:
                lake.append(RESTATEMENT, restated.with_columns(release_number=pl.lit(release.number)))
    reach("release.after")
    return release


def hold(
    lake: Lake,
    *,
    snapshot: int,
    build_number: int,
    at: dt.datetime,
    failed_rules: Sequence[str],
    content: dict[str, str] | None = None,
    details: dict[str, object] | None = None,
) -> Release:
    """Record that ``snapshot`` failed ``failed_rules``: the dashboards stay where they are and say why."""
    with lake.transaction():
        return _enter(
            lake, snapshot, build_number, HELD, at, tuple(failed_rules), content or {}, details or {}
        )


def releases(lake: Lake) -> list[Release]:
    """Every judged snapshot, oldest first."""
    pinned, holds = _pinned_number(lake), _holds(lake)
    return [
        _from_row(row, pinned, holds)
        for row in lake.read(RELEASE).sort("release_number").iter_rows(named=True)
    ]


def published_ones(lake: Lake) -> list[Release]:
    """What was let through, oldest first."""
    return [item for item in releases(lake) if item.status == PUBLISHED]


def current(lake: Lake, merchant_id: str | None = None) -> Release | None:
    """What the dashboards read: the pinned release, else the last published; None before the first.

    With ``merchant_id``, what that merchant reads (``of_merchant``).
    """
    return current_of(published_ones(lake), merchant_id)


def current_of(published: Sequence[Release], merchant_id: str | None = None) -> Release | None:
    """The same of ``published`` releases, oldest first."""
    found = next((item for item in published if item.is_pinned), published[-1] if published else None)
    return found and of_merchant(published, found, merchant_id)


def of_merchant(published: Sequence[Release], chosen: Release, merchant_id: str | None) -> Release | None:
    """What one merchant reads where the others read ``chosen``: it, or where it holds the merchant the newest
    of ``published`` before it that does not. None where every one holds it.

    ``chosen`` where no merchant is named.
    """
    if merchant_id is None or merchant_id not in chosen.holds:
        return chosen
    good = [item for item in published if item.number < chosen.number and merchant_id not in item.holds]
    return max(good, key=lambda item: item.number, default=None)


def held_since(lake: Lake) -> Release | None:
    """The newest attempt when it was held back, with its failed rules, for the banner.

    None when the newest attempt was published.
    """
    newest = max(releases(lake), key=lambda item: item.number, default=None)
    return newest if newest and newest.status == HELD else None


def pin(lake: Lake, number: int, *, at: dt.datetime, by: str | None = None) -> None:
    """Hold the dashboards on published release ``number`` whatever is published later.

    Raises ``NotFoundError`` when there is no such release.
    """
    if not any(item.number == number for item in published_ones(lake)):
        raise NotFoundError(
            "NO_SUCH_RELEASE",
            "没有这个已发布的版本",
            "no such published release",
            step_zh="查看发布列表",
            step_en="see the list of releases",
            release=number,
        )
    _decide(lake, at, by, number)


def unpin(lake: Lake, *, at: dt.datetime, by: str | None = None) -> None:
    """Let the dashboards follow the last published release again."""
    _decide(lake, at, by, None)


def damaged(lake: Lake, item: Release, tables: Iterable[Table]) -> list[str]:
    """Full names of ``tables`` whose rows differ from what was judged.

    ``lake`` is opened at the release's snapshot, or is a rebuild to compare.
    """
    return [
        table.full_name
        for table in tables
        if table.full_name in item.content and lake.content_hash(table) != item.content[table.full_name]
    ]


def snapshots_to_keep(lake: Lake, *, last: int = 30) -> list[int]:
    """Snapshots that ``Lake.maintain`` must keep: of the ``last`` newest releases, of the current and of a
    pinned one, and what merchants that one of them holds read in its place.
    """
    judged = releases(lake)
    published = [item for item in judged if item.status == PUBLISHED]
    wanted = [item for item in judged if item.is_pinned] + published[-last:] + judged[-last:]
    instead = [of_merchant(published, item, merchant) for item in wanted for merchant in item.holds]
    return sorted({item.snapshot for item in (*wanted, *instead) if item})


def _enter(
    lake: Lake,
    snapshot: int,
    build: int,
    status: str,
    at: dt.datetime,
    failed: tuple[str, ...],
    content: dict[str, str],
    details: dict[str, object],
) -> Release:
    number = _highest(lake.read(RELEASE, columns=["release_number"])["release_number"]) + 1
    stored = json.dumps(
        {"failed_rules": failed, "content": content, "details": details}, ensure_ascii=False, sort_keys=True
    )
    row = {
        "release_number": [number],
        "snapshot_number": [snapshot],
        "build_number": [build],
        "release_status_code": [status],
        "changed_at": [at],
        "details_json": [stored],
    }
    lake.append(RELEASE, pl.DataFrame(row, schema=RELEASE.dtypes))
    return Release(number, snapshot, build, status, at, failed, content, details)


def _enter_holds(lake: Lake, release: Release, holds: Mapping[str, Hold]) -> Release:
    rows = [
        {
            "release_number": release.number,
            "merchant_id": merchant,
            "details_json": json.dumps(
                {"failed_rules": hold.failed_rules, "rows": hold.rows}, ensure_ascii=False
            ),
        }
        for merchant, hold in sorted(holds.items())
    ]
    if rows:
        lake.append(HOLD, pl.DataFrame(rows, schema=HOLD.dtypes))
    return replace(release, holds=holds)


def _holds(lake: Lake) -> dict[int, dict[str, Hold]]:
    """Release number → merchants it holds."""
    found: dict[int, dict[str, Hold]] = {}
    for number, merchant, told in lake.read(HOLD).select(HOLD.columns).rows():
        stored = json.loads(told)
        found.setdefault(number, {})[merchant] = Hold(tuple(stored["failed_rules"]), tuple(stored["rows"]))
    return found


def _from_row(row: dict[str, object], pinned: int | None, holds: dict[int, dict[str, Hold]]) -> Release:
    stored = json.loads(str(row["details_json"] or "{}"))
    number, changed_at = _number(row["release_number"]), row["changed_at"]
    if not isinstance(changed_at, dt.datetime):
        raise TypeError("changed_at must be an instant")
    return Release(
        number,
        _number(row["snapshot_number"]),
        _number(row["build_number"]),
        str(row["release_status_code"]),
        changed_at,
        tuple(stored.get("failed_rules", ())),
        stored.get("content", {}),
        stored.get("details", {}),
        is_pinned=number == pinned,
        holds=holds.get(number, {}),
    )


def _decide(lake: Lake, at: dt.datetime, by: str | None, number: int | None) -> None:
    with lake.transaction():
        event = _highest(lake.read(PIN, columns=["event_number"])["event_number"]) + 1
        row = {
            "event_number": [event],
            "changed_at": [at],
            "is_pinned": [number is not None],
            "release_number": [number],
            "received_by_name": [by],
        }
        lake.append(PIN, pl.DataFrame(row, schema=PIN.dtypes))


def _pinned_number(lake: Lake) -> int | None:
    newest = lake.read(PIN).sort("event_number").tail(1)
    return _number(newest["release_number"].item()) if newest["is_pinned"].any() else None


def _number(value: object) -> int:
    return int(str(value))


def _highest(numbers: pl.Series) -> int:
    return _number(numbers.max() or 0)


def _overtaken(build_number: int, newest: int) -> WriterBusyError:
    return WriterBusyError(
        "OVERTAKEN",
        "更新的构建已经开始或发布，本次构建作废",
        "a newer build has begun or been published; this one is void",
        step_zh="无需处理；数据已由新的构建覆盖",
        step_en="nothing to do; the newer build covers the data",
        build=build_number,
        newest=newest,
    )
