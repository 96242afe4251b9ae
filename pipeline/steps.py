"""What the DAGs, the CLI and the tests call: each step of the house as one plain function."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from contracts.errors import BaiyunError, HeldReleaseError, NotFoundError, TransientError, WriterBusyError
from contracts.fields import TIME_ZONE
from expectations.run import warm
from pipeline.build import withdrawing
from pipeline.build.run import Built, build
from pipeline.house import reading, writing
from pipeline.intake import confirming, inbox, unfinished
from pipeline.intake.collect import Collected, attempts, batches, collect, nothing_to_collect, run_colour
from pipeline.intake.credentials import from_environment
from pipeline.intake.handing import Handed, handing
from pipeline.intake.land import land_files
from pipeline.intake.receipts import FileReceipt, from_load
from pipeline.intake.sandbox.parsing import Limits
from pipeline.release.changes import Change, totals_changed
from pipeline.release.releasing import audit, held_from, release
from pipeline.release.verifying import verify_release
from warehouse import landing
from warehouse import release as releasing
from warehouse.lake import Lake
from warehouse.ops import EXPORT, LOAD
from warehouse.release import Release
from warehouse.settings import Settings

__all__ = [
    "BaiyunError", "Built", "Collected", "FileReceipt", "Ingested", "Settings", "attempts", "audit",
    "batches", "build", "build_and_release", "collect",
    "confirm", "confirm_line", "enter", "from_environment", "ingest", "is_transient", "maintain",
    "nothing_to_collect", "release", "run_colour", "scan_inbox", "scanned", "settled",
    "verify", "withdraw",
]  # fmt: skip

Say = Callable[[str, str], None]


class Ingested:
    """What one ingest came to: the receipts, the release the dashboards read now, what moved in its totals,
    why a release is held, if it is, and whether its build made everything anew by itself.
    """

    def __init__(
        self,
        receipts: list[FileReceipt],
        current: Release | None,
        changes: list[Change],
        held: BaiyunError | None,
        *,
        is_anew: bool = False,
    ) -> None:
        self.receipts, self.current, self.changes, self.held = receipts, current, changes, held
        self.is_anew = is_anew

    def document(self) -> dict[str, object]:
        """Plain JSON values."""
        return {
            "files": [item.document() for item in self.receipts],
            "release": self.current.number if self.current else None,
            "changes": [item.document() for item in self.changes],
            "held": {"rule": self.held.rule, "message": self.held.sentence()} if self.held else None,
            "made_anew": self.is_anew,
        }


#: A build of which judgement follows at once.
_build = partial(build, begun=warm)


def _quiet(zh: str, en: str) -> None:
    del zh, en


def _reading(say: Say) -> Callable[[str], None]:
    return lambda name: say(f"读取 {name}", f"reading {name}")


def ingest(
    settings: Settings,
    merchant_id: str,
    shop_id: str,
    paths: Sequence[Path],
    *,
    by: str = "",
    register: bool = False,
    at: dt.datetime | None = None,
    say: Say = _quiet,
) -> Ingested:
    """Take a merchant's files, build and release.

    A refused file changes nothing and does not stop the others; a held release is told, not raised. Of a
    known file that an earlier run did not bring into a release the receipt says so.
    """
    with handing(settings.place) as handed:
        with writing(settings) as lake:
            before = releasing.current(lake, merchant_id)
            landed = land_files(
                lake,
                settings.place,
                merchant_id,
                shop_id,
                paths,
                by=by,
                at=at,
                register=register,
                limits=Limits.of(settings),
                rows=handed.put_down,
                progress=_reading(say),
            )
            landed = unfinished.marked(lake, landed)
        held, is_anew = None, False
        # also when all are known: an earlier run may have been cut off before its build or release
        if any(item.export_id for item in landed):
            say("构建", "building")
            handed.add(shop_id, landed)
            built = _build(settings, run_name="ingest", at=at, known=handed)
            held = _try_release(settings, built, merchant_id, at=at, say=say)
            is_anew = built.is_anew
    with reading(settings) as lake:
        receipts = unfinished.settled(lake, merchant_id, shop_id, landed)
        current = releasing.current(lake, merchant_id)
    changes = totals_changed(settings, merchant_id, shop_id, before, current)
    return Ingested(receipts, current, changes, held, is_anew=is_anew)


def withdraw(
    settings: Settings,
    merchant_id: str,
    export: str,
    *,
    shop_id: str = "",
    by: str,
    at: dt.datetime | None = None,
    say: Say = _quiet,
) -> Ingested:
    """Have one file of a merchant count no more, build and release; given again, it counts again.

    See ``pipeline.build.withdrawing.mark``.
    """
    with writing(settings) as lake:
        before = releasing.current(lake, merchant_id)
        row = withdrawing.mark(lake, merchant_id, export, shop_id=shop_id, by=by, at=at or now())
    say("构建", "building")
    built = _build(settings, run_name="withdraw", at=at)
    held = _try_release(settings, built, merchant_id, at=at, say=say)
    key = {name: row[name] for name in EXPORT.key}
    with reading(settings) as lake:
        receipts = [
            from_load(load, str(row["export_name"]))
            for load in lake.read(LOAD, where=key).iter_rows(named=True)
        ]
        current = releasing.current(lake, merchant_id)
    changes = totals_changed(settings, merchant_id, str(row["shop_id"]), before, current)
    return Ingested(receipts, current, changes, held, is_anew=built.is_anew)


def confirm(
    settings: Settings,
    merchant_id: str,
    export: str,
    rows: Collection[int] = (),
    *,
    shop_id: str = "",
    by: str,
    is_in_force: bool = True,
    at: dt.datetime | None = None,
    say: Say = _quiet,
) -> Ingested:
    """Confirm rows of a file that are held for absurd figures (all of them when ``rows`` is empty), or take
    that back; build and release.

    See ``pipeline.intake.confirming``: raises ``NotFoundError`` when nothing of the kind is held.
    """
    with writing(settings) as lake:
        before = releasing.current(lake, merchant_id)
        decide = confirming.confirm if is_in_force else confirming.take_back
        exports = decide(lake, merchant_id, export, rows, shop_id=shop_id, by=by, at=at or now())
    say("构建", "building")
    built = _build(settings, run_name="confirm", at=at, rejudge=exports)
    held = _try_release(settings, built, merchant_id, at=at, say=say)
    with reading(settings) as lake:
        where: dict[str, object] = {"merchant_id": merchant_id, "export_id": exports}
        names: dict[str, str] = dict(
            lake.read(EXPORT, where=where, columns=["export_id", "export_name"]).iter_rows()
        )
        loads = lake.read(LOAD, where=where).sort("build_number")
        receipts = [from_load(load, str(names[load["export_id"]])) for load in loads.iter_rows(named=True)]
        current = releasing.current(lake, merchant_id)
    shop = receipts[0].shop_id if receipts else shop_id
    changes = totals_changed(settings, merchant_id, shop, before, current)
    return Ingested(receipts, current, changes, held, is_anew=built.is_anew)


def confirm_line(
    settings: Settings,
    merchant_id: str,
    order_line_id: str,
    *,
    shop_id: str = "",
    by: str,
    is_in_force: bool = True,
    at: dt.datetime | None = None,
    say: Say = _quiet,
) -> Ingested:
    """Confirm a line that is marked as an outlier at its amount, or take that back; build and release.

    See ``pipeline.intake.confirming``: raises ``NotFoundError`` when no such line is marked.
    """
    when = at or now()
    return enter(
        settings,
        lambda lake: confirming.confirm_line(
            lake, merchant_id, order_line_id, shop_id=shop_id, is_in_force=is_in_force, by=by, at=when
        ),
        run_name="confirm", merchant_id=merchant_id, at=at, say=say,
    )  # fmt: skip


def enter(
    settings: Settings,
    work: Callable[[Lake], object],
    *,
    run_name: str,
    merchant_id: str | None = None,
    at: dt.datetime | None = None,
    say: Say = _quiet,
) -> Ingested:
    """Enter something by hand (``work`` on the open warehouse), build and release; ``merchant_id`` is whose
    it is, None where it is nobody's alone.

    What ``work`` raises changes nothing.
    """
    with writing(settings) as lake:
        work(lake)
    say("构建", "building")
    built = _build(settings, run_name=run_name, at=at)
    held = _try_release(settings, built, merchant_id, at=at, say=say)
    with reading(settings) as lake:
        return Ingested([], releasing.current(lake, merchant_id), [], held, is_anew=built.is_anew)


def _try_release(
    settings: Settings, built: Built, merchant_id: str | None, *, at: dt.datetime | None, say: Say
) -> BaiyunError | None:
    """Release what was built; why the merchant's part of it is held, if it is, whoever else is."""
    found = None if built.has_changes else _standing(settings, built)
    try:
        found = found or _judge_and_release(settings, built, at=at, say=say)
    except BaiyunError as error:
        if error.rule not in ("HELD", "OVERTAKEN"):
            raise
        return error
    if merchant_id is None or merchant_id not in found.holds:
        return None
    with reading(settings) as lake:
        return held_from(lake, found, merchant_id)


def _judge_and_release(settings: Settings, built: Built, *, at: dt.datetime | None, say: Say) -> Release:
    say("检查", "checking")
    audit(settings, built.build_number, built.snapshot, at=at)
    say("发布", "releasing")
    return release(settings, built.build_number, built.snapshot, at=at)


def build_and_release(
    settings: Settings,
    *,
    run_name: str | None = None,
    at: dt.datetime | None = None,
    rejudge: Sequence[str] = (),
    from_landing: bool = False,
    merchant_id: str = "",
    known: Handed | None = None,
    say: Say = _quiet,
) -> tuple[Built, Release]:
    """Build what waits, judge it, publish it; with nothing new the standing release is returned.

    ``known``: what ``scanned`` has read a moment ago; ``merchant_id``: of this merchant alone.

    A held build is judged again, also one that holds single merchants (``Release.holds``), so that mending
    its cause and calling this publishes. Raises ``HeldReleaseError`` and ``WriterBusyError``.
    """
    say("构建", "building")
    built = _build(
        settings,
        run_name=run_name,
        at=at,
        rejudge=rejudge,
        from_landing=from_landing,
        merchant_id=merchant_id,
        known=known,
    )
    standing = None if built.has_changes else _standing(settings, built)
    if standing and not standing.holds:
        return built, standing
    return built, _judge_and_release(settings, built, at=at, say=say)


def _standing(settings: Settings, built: Built) -> Release | None:
    """The newest release of what was built; None where it is not published."""
    wanted = built.build_number, built.snapshot
    with reading(settings) as lake:
        found = [item for item in releasing.published_ones(lake) if (item.build, item.snapshot) == wanted]
    return found[-1] if found else None


def scan_inbox(settings: Settings, *, at: dt.datetime | None = None) -> list[FileReceipt]:
    """Land what lies in ``inbox/<merchant>/<shop>/``; see ``pipeline.intake.inbox``. Does not build."""
    return inbox.scan(settings, at=at)


@contextmanager
def scanned(
    settings: Settings, *, at: dt.datetime | None = None, say: Say = _quiet
) -> Iterator[tuple[list[FileReceipt], Handed]]:
    """``scan_inbox`` for a build that follows at once: its receipts, and what was read, which the build then
    does not read again.
    """
    with handing(settings.place) as handed:
        yield inbox.scan(settings, at=at, handed=handed, progress=_reading(say)), handed


def settled(settings: Settings, taken: Sequence[FileReceipt]) -> list[FileReceipt]:
    """Receipts of ``scan_inbox`` as a build has left them.

    Those it did not come to, and all where the warehouse cannot be read, as they were.
    """
    waiting = [item.export_id for item in taken if item.verdict in ("accepted", "unusable")]
    if not waiting:
        return list(taken)
    try:
        with reading(settings) as lake:
            loads = {
                (row["shop_id"], row["export_id"]): row
                for row in lake.read(LOAD, where={"export_id": waiting}).iter_rows(named=True)
            }
    except (BaiyunError, OSError, duckdb.Error):
        return list(taken)
    known = [
        loads.get((item.shop_id, item.export_id)) if item.export_id in waiting else None for item in taken
    ]
    return [from_load(load, item.name) if load else item for item, load in zip(taken, known, strict=True)]


def maintain(settings: Settings) -> list[int]:
    """Compact, expire raw files past their days and snapshots no release needs, sweep half-written files, in
    the writer's slot. Returns the snapshots kept.
    """
    with writing(settings) as lake:
        keep = releasing.snapshots_to_keep(lake, last=settings.keep_releases)
        landing.expire(lake, settings.place, days=settings.raw_days, now=now())
        lake.maintain(lake.snapshot(), keep=keep, grace=dt.timedelta(seconds=settings.reader_grace_seconds))
    landing.sweep(settings.place)
    return keep


def verify(settings: Settings) -> None:
    """Recompute what the current release rests on.

    Raises ``HeldReleaseError`` NOT_AS_PUBLISHED naming what differs; nothing to do before a release.
    """
    try:
        found = verify_release(settings)
    except NotFoundError as error:
        if error.rule != "NO_RELEASE":
            raise
        return
    if not found.is_whole:
        raise HeldReleaseError(
            "NOT_AS_PUBLISHED",
            "当前发布重算后不一致",
            "the current release is not what recomputing it gives",
            step_zh="运行 baiyun verify 看差异，baiyun build --from-landing 从原始文件重算",
            step_en="see `baiyun verify`; `baiyun build --from-landing` makes it anew",
            release=found.release.number,
            marts=", ".join(found.marts),
            content=", ".join(found.content),
            rules=", ".join(found.rules),
        )


def is_transient(error: BaseException) -> bool:
    """Whether another try may help. Everything else needs a person."""
    return isinstance(error, TransientError | WriterBusyError) and getattr(error, "rule", "") != "OVERTAKEN"


def now() -> dt.datetime:
    """This moment, Beijing time."""
    return dt.datetime.now(ZoneInfo(TIME_ZONE))
